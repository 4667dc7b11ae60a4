"""The designs that one script writes: the whole, and the submodels in it, each a function."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from composer_gui.core.codegen import naming, reading
from composer_gui.core.codegen.lowering import lowered
from composer_gui.core.codegen.reading import Reading
from composer_gui.core.document import Document
from composer_gui.core.inside import Inside
from composer_gui.core.layer_kinds import Layer, SavedModel, Submodel
from composer_gui.core.layers.catalog import Catalog


@dataclass(frozen=True, eq=False)
class Chapter:
    """One design to be written, with its names; `parts` are those of its submodels, by layer.

    `origin` is the saved model that it spells out, if it does.
    """

    document: Document
    names: Mapping[str, str]
    read: Reading
    parts: Mapping[str, Chapter]
    origin: SavedModel | None = None

    @property
    def layers(self) -> list[Layer]:
        """The layers that are called, each once, in reading order."""
        nodes, layers = self.document.nodes, self.document.layers
        ready = (nodes[node_id].layer for node_id in self.read.ready)
        return [layers[layer_id] for layer_id in dict.fromkeys(ready)]

    def is_renamed(self, layer: Layer) -> bool:
        """Return whether a layer out of a saved model goes by another name here."""
        return self.read.is_fetched(layer) and self.names[layer.id] != naming.saved_name(layer)

    def all(self) -> Iterator[Chapter]:
        """Yield this chapter and those of the submodels that it calls, at every depth."""
        yield self
        for layer in self.layers:
            if layer.id in self.parts:
                yield from self.parts[layer.id].all()

    def depth(self) -> int:
        """Return how many calls stand one behind the other at most, those inside counted."""
        inner = (self.parts[x.id].depth() for x in self.layers if x.id in self.parts)
        return self.read.depth() + max(inner, default=0)


@dataclass(frozen=True)
class Material:
    """What chapters are made with."""

    catalog: Catalog
    insides: Mapping[str, Inside]


def chapter(
    document: Document,
    material: Material,
    *,
    partial: bool = False,
    anew: frozenset[str] = frozenset(),
    origin: SavedModel | None = None,
) -> Chapter:
    """Return what is to be written of a design; a submodel in it has to be ready as a whole.

    `anew` are the layers whose saved weights do not fit: their ids, behind those of the submodels
    that they are in, as in "l3/l7".
    """
    found = lowered(document, material.catalog, material.insides)
    document, unready = found.document, dict(found.unready)
    names = naming.keras_names(document)
    parts = {}
    for layer in document.layers.values():
        if isinstance(layer, Submodel):
            within = f"{layer.id}/"
            inner = frozenset(i.removeprefix(within) for i in anew if i.startswith(within))
            origin_of = found.origins.get(layer.id)
            part = chapter(layer.design, material, anew=inner, origin=origin_of)
            parts[layer.id] = part
            reason = missing(part)
            if reason is not None:
                unready[layer.id] = f"{layer.name} is not ready inside. {reason[0]}"
    read = reading.read(
        document, material.catalog, names, partial=partial, anew=anew, unready=unready
    )
    return Chapter(document, names, read, parts, origin)


def missing(chapter: Chapter) -> tuple[str, str, str | None] | None:
    """Return what keeps a design from becoming a model: a sentence, a next step, and the node."""
    document, read = chapter.document, chapter.read
    if not document.inputs:
        return "The design has no Input yet.", "Add one: it says what comes in.", None
    if not document.outputs:
        next_step = "Add one behind the node whose result is wanted."
        return "The design has no Output yet.", next_step, None
    for node_id, reason in read.waiting.items():
        return reason, "", node_id
    known = {*document.inputs, *read.calls}
    for node_id in document.outputs:
        reason = reading.reason_to_wait(read.wiring, node_id)
        sources = read.wiring.sources(node_id)
        if reason is None and not all(source.node in known for source in sources):
            reason = f"{document.label(node_id)} is wired to something that is not there."
        if reason is not None:
            return reason, "", node_id
    return None
