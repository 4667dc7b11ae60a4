"""What is seen of a problem when repairs are looked for: its wires, what comes and what should."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from composer_gui.core.document import (
    Call,
    Document,
    Input,
    Node,
    Shape,
    Source,
    Wire,
    in_order,
    wires_into,
)
from composer_gui.core.layer_kinds import EMPTY, KerasLayer, Layer, SavedModel
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.layers.layer_spec import LayerSpec
from composer_gui.core.layers.parameters import refusal
from composer_gui.core.passing import origin
from composer_gui.core.ports import model_ports, output_ports
from composer_gui.core.problems import Problem
from composer_gui.core.resolved import resolved
from composer_gui.core.shapes.tensor_spec import TensorSpec
from composer_gui.core.verdicts import UNKNOWN, Verdict


@dataclass(frozen=True, slots=True)
class Misfit:
    """One wire, the spec that comes on it, and the shape (batch first) and dtype that would fit.

    A None in `wanted` is an axis of any size; `wanted` None says nothing about the shape, and
    `dtype` None nothing about the dtype.
    """

    wire: Wire
    given: TensorSpec
    wanted: Shape | None = None
    dtype: str | None = None

    @property
    def shape(self) -> Shape:
        """The shape that comes, batch axis first."""
        return self.given.shape or ()


@dataclass(frozen=True, slots=True)
class Sight:
    """A problem of a node, and what of the design repairs are computed from.

    `bundles` are wires that are mended together: first all that are amiss, for a node of which two
    wires do not fit is not mended by one, then each by itself. What is merged may be brought to
    one shape or another, and there is a bundle for each.
    """

    document: Document
    catalog: Catalog
    verdicts: Mapping[str, Verdict]
    problem: Problem
    bundles: tuple[tuple[Misfit, ...], ...] = ()
    _consumers: dict[str, list[Wire]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def node(self) -> Node:
        """The node that the problem is about."""
        return self.document.nodes[self.problem.node]

    @property
    def label(self) -> str:
        """What the user calls that node."""
        return self.document.label(self.problem.node)

    @property
    def layer(self) -> Layer | None:
        """The layer that the node calls, None for an Input or Output."""
        return self.layer_of(self.problem.node)

    @property
    def class_name(self) -> str:
        """The Keras class that the node calls, empty for any other."""
        return class_of(self.layer)

    @property
    def spec(self) -> LayerSpec | None:
        """What the catalog knows about that class."""
        return self.catalog.layers.get(self.class_name)

    @property
    def category(self) -> str:
        """The palette's drawer of that class, empty where there is none."""
        return self.spec.category if self.spec is not None else ""

    @property
    def misfits(self) -> tuple[Misfit, ...]:
        """Each wire that is amiss, once."""
        every = (misfit for bundle in self.bundles for misfit in bundle)
        return tuple({misfit.wire: misfit for misfit in every}.values())

    def layer_of(self, node_id: str) -> Layer | None:
        """Return the layer that a node calls, None where it calls none."""
        node = self.document.nodes[node_id]
        return self.document.layers[node.layer] if isinstance(node, Call) else None

    def given(self, source: Source) -> TensorSpec | None:
        """Return the spec of what a port puts out, None while its shape is not known."""
        return given(self.verdicts, source)

    def wires(self) -> list[Wire]:
        """Return the wires into the node."""
        return list(wires_into(self.node))

    def parameter(self, name: str, layer: Layer | None = None) -> Any:
        """Return the value of a parameter of the node's layer, or of another, else its default.

        A value that the class does not take counts as not set.
        """
        layer = layer if layer is not None else self.layer
        spec = self.catalog.layers.get(class_of(layer))
        known = [p for p in spec.parameters if p.name == name] if spec is not None else []
        if not known:
            return None
        value = layer.parameters.get(name, known[0].default)
        fits = value is known[0].default or refusal(known[0], value, self.catalog) is None
        return value if fits else known[0].default

    def has_parameter(self, name: str, layer: Layer | None = None) -> bool:
        """Return whether the class of a layer has a parameter of that name."""
        spec = self.catalog.layers.get(class_of(layer if layer is not None else self.layer))
        return spec is not None and any(parameter.name == name for parameter in spec.parameters)

    def consumers(self, node_id: str) -> list[Wire]:
        """Return the wires that start at a node; looks at every node, once."""
        if node_id not in self._consumers:
            self._consumers[node_id] = list(_wires_from(self.document, node_id))
        return self._consumers[node_id]

    def upstream(self, source: Source) -> Iterator[Call | Input]:
        """Yield the node that `source` is of and those before it, as long as one feeds another.

        Dots and bypassed calls are passed by.
        """
        seen = 0
        while seen < _FARTHEST:
            start = origin(self.document, self.catalog, source)
            if start is None:
                return
            source = start
            node = self.document.nodes.get(source.node)
            if not isinstance(node, Call | Input):
                return
            yield node
            wires = list(wires_into(node))
            if len(wires) != 1:
                return
            source, seen = wires[0].source, seen + 1

    def entry(self, source: Source) -> Input | None:
        """Return the Input that a tensor comes from, with layers between that keep its shape."""
        shape = self.given(source).shape if self.given(source) else None
        for node in self.upstream(source):
            if isinstance(node, Input):
                return node if (node.batch_size, *node.shape) == shape else None
        return None


_FARTHEST = 64
"""How many nodes upstream a cause is looked for."""


def _wires_from(document: Document, node_id: str) -> Iterator[Wire]:
    for node in document.nodes.values():
        for port, sources in node.inputs.items():
            for index, source in enumerate(sources):
                if source.node == node_id:
                    yield Wire(source, node.id, port, index)


def loose_ends(document: Document, catalog: Catalog) -> list[Source]:
    """Return the first outputs that feed nothing, in the order in which their nodes were made.

    What feeds only dots and bypassed calls that lead nowhere feeds nothing.
    """
    document = resolved(document, catalog)
    used = {source for n in document.nodes.values() for s in n.inputs.values() for source in s}
    loose = []
    for node in in_order(document.nodes):
        if isinstance(node, Call | Input) and Source(node.id) not in used:
            ports = output_ports(document, catalog, node)[:1]
            loose += [Source(node.id, port) for port in ports if Source(node.id, port) not in used]
    return loose


def class_of(layer: Layer | None) -> str:
    """Return the Keras class of a layer, empty for models and operations."""
    return layer.class_name if isinstance(layer, KerasLayer) else ""


def parameters_of(layer: Layer | None) -> Mapping[str, Any]:
    """Return the parameters that are set on a layer."""
    return layer.parameters if isinstance(layer, KerasLayer) else EMPTY


def given(verdicts: Mapping[str, Verdict], source: Source) -> TensorSpec | None:
    """Return the spec of what a port puts out, None while its shape is not known."""
    spec = verdicts.get(source.node, UNKNOWN).spec(source.port)
    return spec if spec is not None and spec.shape else None


def is_model(layer: Layer | None) -> bool:
    """Return whether a layer has ports with shapes of their own."""
    return isinstance(layer, SavedModel) or bool(layer is not None and model_ports(layer))


def fits(shape: Shape, wanted: Shape | None) -> bool:
    """Return whether a shape is as wanted; an axis of a free size fits only a free one."""
    if wanted is None:
        return True
    pairs = zip(shape[1:], wanted[1:], strict=False)
    return len(shape) == len(wanted) and all(want in (None, have) for have, want in pairs)


def sort_of(dtype: str) -> str:
    """Return what sort of values a fix can bring to another: "integer", "float", or the dtype."""
    if dtype.startswith(("int", "uint")):
        return "integer"
    return "float" if "float" in dtype else dtype


def with_bundles(sight: Sight, misfits: list[Misfit]) -> Sight:
    """Return a sight of these wires: all of them, then each by itself."""
    single = tuple((misfit,) for misfit in misfits)
    return replace(sight, bundles=((tuple(misfits),) if len(misfits) > 1 else ()) + single)
