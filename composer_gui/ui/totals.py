"""What the status bar and the inspector add up: nodes, wires, problems and parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from composer_gui.core.document import Call, Document, Frame, Note, SavedModel
from composer_gui.core.verdicts import BLOCKED, FINE, UNKNOWN, Verdict


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts over a design. A layer that is called several times counts once.

    `is_whole` says that every node's parameters are known.
    """

    nodes: int = 0
    wires: int = 0
    waiting: int = 0
    parameters: int = 0
    trainable: int = 0
    is_whole: bool = True

    @property
    def frozen(self) -> int:
        """Parameters that training leaves as they are."""
        return self.parameters - self.trainable


def totals(document: Document, verdicts: Mapping[str, Verdict]) -> Totals:
    """Return the counts of a design under these verdicts."""
    nodes = wires = waiting = 0
    whole = True
    layers: dict[str, tuple[int, int]] = {}
    for node in document.nodes.values():
        if isinstance(node, Frame | Note):
            continue
        nodes += 1
        wires += sum(map(len, node.inputs.values()))
        verdict = verdicts.get(node.id, UNKNOWN)
        waiting += verdict.kind == BLOCKED
        whole = whole and verdict.kind == FINE
        if isinstance(node, Call):
            layers[node.layer] = max(
                layers.get(node.layer, (0, 0)), _counts(document, node, verdict)
            )
    parameters = sum(count for count, _ in layers.values())
    trainable = sum(count for _, count in layers.values())
    return Totals(nodes, wires, waiting, parameters, trainable, whole)


def _counts(document: Document, node: Call, verdict: Verdict) -> tuple[int, int]:
    """Return a call's parameters and how many of them train; a saved model's file may tell them."""
    layer = document.layers[node.layer]
    if verdict.parameters or not isinstance(layer, SavedModel):
        return verdict.parameters, verdict.trainable_parameters
    known = layer.interface.parameters or 0
    return known, known if layer.trainable else 0


def show_parameters(count: int) -> str:
    """Return a count in full while it is short, else in three figures: 650, 40 448, 3.9 M."""
    if count < 1_000_000:
        return f"{count:,}".replace(",", "\u202f")
    for size, unit in ((1e12, "T"), (1e9, "G"), (1e6, "M")):
        if count >= size:
            value = count / size
            return f"{value:.1f} {unit}" if value < 99.95 else f"{value:.0f} {unit}"
    raise AssertionError(count)
