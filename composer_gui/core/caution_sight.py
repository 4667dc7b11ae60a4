"""What a warning about a call is found from: the call, what comes in and what goes out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from composer_gui.core.document import Call, Document, Input
from composer_gui.core.kinds_of_warnings import KINDS
from composer_gui.core.layer_kinds import KerasLayer, Layer, Shape
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.layers.layer_spec import LayerSpec
from composer_gui.core.ports import wired_ports
from composer_gui.core.problems import Problem
from composer_gui.core.shapes.tensor_spec import TensorSpec
from composer_gui.core.verdicts import Verdict

FLOATS = {"float64": 64, "float32": 32, "bfloat16": 16, "float16": 16}
"""Bits of the dtypes that hold numbers with a point."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One wire into a node: where it ends, where it begins, and what comes on it."""

    port: str
    index: int
    node: str
    label: str
    start: str
    spec: TensorSpec

    @property
    def shape(self) -> Shape:
        """The shape that comes, batch axis first."""
        return self.spec.shape or ()

    @property
    def is_whole(self) -> bool:
        """Whether whole numbers come."""
        return "int" in self.spec.dtype

    @property
    def is_real(self) -> bool:
        """Whether numbers with a point come."""
        return "float" in self.spec.dtype


@dataclass(frozen=True, slots=True)
class Sight:
    """A call that is fine, with all that decides which warnings it gets by itself.

    `known` is what the catalog knows of the layer's class, None for what is no layer of Keras.
    """

    document: Document
    node: Call
    layer: Layer
    label: str
    known: LayerSpec | None
    arrivals: tuple[Arrival, ...]
    verdict: Verdict

    @property
    def class_name(self) -> str:
        """The layer's class, empty for what is no layer of Keras."""
        return self.layer.class_name if isinstance(self.layer, KerasLayer) else ""

    @property
    def result(self) -> TensorSpec | None:
        """What comes out first."""
        return self.verdict.outputs[0][1] if self.verdict.outputs else None

    def parameter(self, name: str) -> Any:
        """Return the value of a parameter: as it is set, or as Keras has it."""
        given = self.layer.parameters
        return given[name] if name in given else self.known.parameter(name).default

    def warn(self, code: str, arrival: Arrival | None = None, **fields: Any) -> Problem:
        """Return a warning; `words` and further fields are as for `Kind.problem`.

        With an `arrival` the problem is at its wire, and {source} and {given} are known.
        """
        words = {"node": self.label} | fields.pop("words", {})
        if arrival is not None:
            words = {"source": arrival.label, "given": arrival.spec.show(dtype=True)} | words
            fields = {"index": arrival.index, "given": arrival.spec.shape} | fields
            fields.setdefault("actual", arrival.spec.show(dtype=True))
        port = arrival.port if arrival is not None else None
        return KINDS[code].problem(self.node.id, port, words=words, **fields)


def sight(
    document: Document, catalog: Catalog, node: Call, verdicts: Mapping[str, Verdict]
) -> Sight | None:
    """Return what there is to see of a call that is fine, None where a spec is not known."""
    arrivals = []
    for port in wired_ports(document, catalog, node):
        for index, source in enumerate(node.inputs[port]):
            verdict = verdicts.get(source.node)
            spec = verdict.spec(source.port) if verdict is not None else None
            if spec is None or spec.shape is None:
                return None
            label = document.label(source.node)
            arrivals.append(Arrival(port, index, source.node, label, source.port, spec))
    layer = document.layers[node.layer]
    known = catalog.layers.get(layer.class_name) if isinstance(layer, KerasLayer) else None
    return Sight(
        document,
        node,
        layer,
        document.label(node.id),
        known,
        tuple(arrivals),
        verdicts[node.id],
    )


def gives(verdict: Verdict) -> str:
    """Return what comes out first of a node that is fine, as a warning tells it."""
    return verdict.outputs[0][1].show(dtype=True) if verdict.outputs else "nothing"


def names(document: Document, arrival: Arrival) -> Iterator[str]:
    """Yield what the start of a wire is called: the node, and the output where it has several."""
    yield arrival.label
    if not isinstance(document.nodes[arrival.node], Input) and arrival.start != "output":
        yield arrival.start
