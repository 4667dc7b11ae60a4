"""Designs without their saved models: every layer by its class and parameters, for style SCRATCH.

What a saved model is made of takes its place, down to the last layer. Weights are left out: they
come from a weights file, if from anywhere. Vocabularies are no weights to Keras, and stay.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from immutables import Map

from composer_gui.core.codegen.naming import saved_name
from composer_gui.core.codegen.restored import RestoredChain, RestoredLayer, RestoredModel
from composer_gui.core.codegen.side_files import BesideList, file_name, may_lie_beside
from composer_gui.core.codegen.written_out import MODULES, classes_of, with_written_out
from composer_gui.core.document import Call, Document, Node, Source
from composer_gui.core.errors import CannotGenerate
from composer_gui.core.inside import Inside, NotOpenable, Part
from composer_gui.core.layer_kinds import KerasLayer, Layer, SavedModel, Submodel
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.layers.from_config import parameters
from composer_gui.core.opening import opened

VOCABULARY = "vocabulary"


@dataclass(frozen=True)
class Scratch:
    """A design of layers alone, the catalog that knows all its classes, and what goes with it.

    `classes` are the names of those to be written out, `side_files` the texts of files beside.
    """

    document: Document
    catalog: Catalog
    classes: Sequence[str] = ()
    side_files: Mapping[str, str] = field(default_factory=dict)


def from_scratch(
    document: Document, catalog: Catalog, insides: Mapping[str, Inside], *, partial: bool = False
) -> Scratch:
    """Return a design without saved models that builds the same; raises CannotGenerate.

    `insides` are what the files of saved models are made of, by path. In a `partial` design what
    cannot be taken apart stays as it is.
    """
    work = _Work(with_written_out(catalog), insides, partial)
    made = work.design(document)
    return Scratch(made, work.catalog, classes_of(made), work.side_files)


@dataclass
class _Work:
    catalog: Catalog
    insides: Mapping[str, Inside]
    partial: bool
    side_files: dict[str, str] = field(default_factory=dict)

    def design(self, document: Document) -> Document:
        """Return a design with every layer of it from scratch."""
        layers = dict(document.layers)
        moved: dict[str, SavedModel] = {}
        for layer in document.layers.values():
            try:
                layers[layer.id] = self._layer(layer)
            except NotOpenable as problem:
                if not self.partial:
                    node = _caller(document, layer)
                    raise CannotGenerate(*problem.args[:2], node=node) from problem
            if isinstance(layer, SavedModel) and isinstance(layers[layer.id], KerasLayer):
                moved[layer.id] = layer
        nodes = self._rewired(document, moved) if moved else document.nodes
        return replace(document, nodes=nodes, layers=Map(layers), touched=frozenset(), origin=None)

    # Layers ---------------------------------------------------------------------------------------

    def _layer(self, layer: Layer) -> Layer:
        if isinstance(layer, SavedModel):
            return self._saved(layer)
        if isinstance(layer, Submodel):
            return replace(layer, design=self.design(layer.design))
        if isinstance(layer, KerasLayer):
            saved = layer.weights
            part = self._part(saved.path, saved.part) if saved is not None else None
            return self._restored(layer, self._with_vocabulary(layer, part), saved_name(layer))
        return layer

    def _restored(self, layer: KerasLayer, parameters: Map, known_as: str) -> RestoredLayer:
        return RestoredLayer(
            layer.id,
            layer.name,
            layer.class_name,
            parameters,
            layer.trainable,
            known_as=known_as,
        )

    def _saved(self, layer: SavedModel) -> Layer:
        """Return the submodel that a saved model is, or the layer that a part of one is."""
        inside = self.insides.get(layer.path)
        if inside is None:
            raise NotOpenable(f"What {layer.name} is made of has not been read yet.")
        part = self._part(layer.path, layer.part)
        if part is not None and part.inside is None:
            return self._written_out(layer, part)
        design = self.design(opened(inside, layer, self.catalog))
        was = part.class_name if part is not None else inside.class_name
        kind = RestoredChain if was == "Sequential" and is_a_chain(design) else RestoredModel
        known_as = saved_name(layer)
        return kind(layer.id, layer.name, design, layer.trainable, known_as=known_as)

    def _part(self, path: str, part: str) -> Part | None:
        inside = self.insides.get(path)
        try:
            return inside.part(part) if inside is not None and part else None
        except KeyError:
            return None

    def _written_out(self, layer: SavedModel, part: Part) -> KerasLayer:
        name = part.class_name
        if part.config.get("module") != MODULES.get(name):
            raise NotOpenable(
                f"{layer.name} is a {name} that no source from layers alone can say. Export from "
                "the saved models, or put another layer in its place."
            )
        found = parameters(name, part.config["config"], self.catalog)
        if found is None:
            raise NotOpenable(f"The configuration of {layer.name} is not one of a {name}.")
        trainable = layer.trainable and part.trainable
        known_as = saved_name(layer)
        return RestoredLayer(layer.id, layer.name, name, found, trainable, known_as=known_as)

    def _with_vocabulary(self, layer: KerasLayer, part: Part | None) -> Map:
        """Return a layer's parameters with the words that its file holds for it."""
        spec = self.catalog.layers.get(layer.class_name)
        if spec is None or all(parameter.name != VOCABULARY for parameter in spec.parameters):
            return layer.parameters
        in_file = part.vocabulary if part is not None else None
        words = layer.parameters.get(VOCABULARY) or in_file
        if not isinstance(words, tuple) or not words:
            return layer.parameters
        if may_lie_beside(words):
            name = file_name(layer.name, self.side_files)
            words = BesideList.of(words, name)
            self.side_files[name] = words.text
        return layer.parameters.set(VOCABULARY, words)

    # Wires ----------------------------------------------------------------------------------------

    def _rewired(self, document: Document, moved: Mapping[str, SavedModel]) -> Map:
        """Return the nodes, with the ports of what became plain layers as the catalog has them."""
        calls = {
            node.id: moved[node.layer]
            for node in document.nodes.values()
            if isinstance(node, Call) and node.layer in moved
        }
        return Map({n.id: self._node(n, calls, moved) for n in document.nodes.values()})

    def _node(self, node: Node, calls: Mapping[str, SavedModel], moved: Mapping) -> Node:
        if not node.inputs:
            return node
        inputs = {
            port: tuple(Source(s.node) if s.node in calls else s for s in sources)
            for port, sources in node.inputs.items()
        }
        if node.id in calls:
            wired = (inputs.get(port.name, ()) for port in moved[node.layer].inputs)
            inputs = {"inputs": tuple(source for sources in wired for source in sources)}
        return replace(node, inputs=Map(inputs))


def is_a_chain(design: Document) -> bool:
    """Return whether a design is new layers one behind the other, each called once."""
    calls = list(_chain(design))
    return bool(calls) and len(calls) == len(design.layers) == len(design.nodes) - 2


def _chain(design: Document) -> Iterator[Call]:
    """Yield the calls from a design's only Output back to its only Input."""
    if len(design.inputs) != 1 or len(design.outputs) != 1:
        return
    node = design.nodes[design.outputs[0]]
    for _ in range(len(design.nodes)):
        sources = [source for port in node.inputs.values() for source in port]
        if len(sources) != 1:
            return
        node = design.nodes[sources[0].node]
        if not isinstance(node, Call):
            return
        plain = isinstance(design.layers[node.layer], KerasLayer)
        if not plain or node.arguments:
            return
        yield node


def chain(design: Document) -> list[Call]:
    """Return the calls of a design that is a chain, in the order in which they are made."""
    return list(_chain(design))[::-1]


def _caller(document: Document, layer: Layer) -> str | None:
    calls = (n for n in document.nodes.values() if isinstance(n, Call) and n.layer == layer.id)
    return next((node.id for node in calls), None)
