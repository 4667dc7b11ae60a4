"""What a design costs: a row for each node, and what they come to, as far as it is known."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from composer_gui.core.cost import FILE_BASE, FILE_CALL, FILE_INPUT, bytes_of
from composer_gui.core.document import Call, Document, Input, Node, Output, in_order
from composer_gui.core.layer_kinds import Layer, SavedModel
from composer_gui.core.verdicts import FINE, UNKNOWN, Verdict


@dataclass(frozen=True, slots=True)
class Row:
    """What one node costs.

    Memory is in bytes; activations and operations are those of one sample, None where nobody can
    say. With `again` the layer is that of another node above, whose weights are the same:
    parameters and weights are 0 here. A row that is not `is_known` may hold less than there is.
    """

    node: str
    parameters: int = 0
    trainable: int = 0
    weights: int = 0
    activations: int | None = 0
    flops: int | None = 0
    file: int = 0
    again: bool = False
    is_known: bool = True

    @property
    def untrained(self) -> int:
        """Parameters that training does not fit: frozen ones, and statistics."""
        return self.parameters - self.trainable

    @property
    def is_counted(self) -> bool:
        """Whether every figure is there."""
        return self.is_known and self.activations is not None and self.flops is not None


@dataclass(frozen=True, slots=True)
class Bill:
    """What a design costs altogether, as far as it is known.

    Weights of a shared layer are in it once, its operations and activations once a call. `waiting`
    are the nodes of which nothing is known yet, `unsaid` those of which nobody can say what they
    do or hold: the figures are those of all others then.
    """

    parameters: int = 0
    trainable: int = 0
    weights: int = 0
    activations: int = 0
    flops: int = 0
    file: int = 0
    waiting: tuple[str, ...] = ()
    unsaid: tuple[str, ...] = ()

    @property
    def untrained(self) -> int:
        """Parameters that training does not fit: frozen ones, and statistics."""
        return self.parameters - self.trainable

    @property
    def is_whole(self) -> bool:
        """Whether every node is in it with every figure."""
        return not self.waiting and not self.unsaid

    def memory(self, batch: int) -> int:
        """Return the bytes of the weights and of all activations for a batch of samples."""
        return self.weights + batch * self.activations


Known = dict[str, tuple[tuple, Row]]
"""The rows of the last time by node, each with all that it was made of."""


def rows(
    document: Document, verdicts: Mapping[str, Verdict], known: Known | None = None
) -> list[Row]:
    """Return a row for every Input, Call and Output, in the order in which they were made.

    The weights of a layer that several nodes call stand at the first of them that knows them.
    A call that is bypassed costs nothing. `known` keeps the rows for the next time, when only
    those are made anew that are of something else by then.
    """
    found: list[Row] = []
    counted: set[str] = set()
    known = {} if known is None else known
    for node in in_order(document.nodes):
        acts = isinstance(node, Call) and not node.bypassed
        if not acts and not isinstance(node, Call | Input | Output):
            continue
        layer, again = (
            (document.layers[node.layer], node.layer in counted) if acts else (None, False)
        )
        made_of = node, layer, verdicts.get(node.id, UNKNOWN), again
        kept = known.get(node.id)
        if kept is None or not all(map(operator.is_, kept[0], made_of)):
            kept = known[node.id] = made_of, _row(*made_of)
        row = kept[1]
        if acts and (row.parameters or row.is_known):
            counted.add(node.layer)
        found.append(row)
    if len(known) > len(found):
        for gone in known.keys() - {row.node for row in found}:
            del known[gone]
    return found


def _row(node: Node, layer: Layer | None, verdict: Verdict, again: bool) -> Row:
    if layer is not None:
        return _call_row(node, layer, verdict, again=again)
    is_known = verdict.kind == FINE
    if not isinstance(node, Input):
        return Row(node.id, is_known=is_known)
    sizes = [bytes_of(spec.shape, spec.dtype) for _, spec in verdict.outputs[:1]]
    held = sizes[0] if sizes else 0
    return Row(node.id, activations=held, file=FILE_INPUT, is_known=is_known)


def _call_row(node: Call, layer: Layer, verdict: Verdict, *, again: bool) -> Row:
    cost = verdict.cost
    parameters, trainable = (0, 0) if again else counts(layer, verdict)
    return Row(
        node.id,
        parameters=parameters,
        trainable=trainable,
        weights=0 if again else cost.weights,
        activations=cost.activations,
        flops=cost.flops,
        file=FILE_CALL if again else cost.file,
        again=again,
        is_known=verdict.kind == FINE,
    )


def counts(layer: Layer, verdict: Verdict) -> tuple[int, int]:
    """Return a layer's parameters and how many of them train; a saved model's file may tell."""
    if verdict.parameters or not isinstance(layer, SavedModel):
        return verdict.parameters, verdict.trainable_parameters
    known = layer.interface.parameters or 0
    return known, known if layer.trainable and not layer.inference else 0


def bill(found: Iterable[Row]) -> Bill:
    """Return what rows come to."""
    found = list(found)
    return Bill(
        parameters=sum(row.parameters for row in found),
        trainable=sum(row.trainable for row in found),
        weights=sum(row.weights for row in found),
        activations=sum(row.activations or 0 for row in found),
        flops=sum(row.flops or 0 for row in found),
        file=FILE_BASE + sum(row.file for row in found) if found else 0,
        waiting=tuple(row.node for row in found if not row.is_known),
        unsaid=tuple(row.node for row in found if row.is_known and not row.is_counted),
    )
