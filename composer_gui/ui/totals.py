"""What the status bar and the inspector add up: nodes, wires, problems and parameters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from composer_gui.core.bill import counts
from composer_gui.core.cost import Cost, show_bytes, show_flops
from composer_gui.core.document import Call, Document, Dot, Frame, Node, Note
from composer_gui.core.verdicts import BLOCKED, FINE, UNKNOWN, Verdict

MISSING_CLASS = "missing_class"
"""Code of the problem of a saved model whose class nobody has defined here."""


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts over a design. A layer that is called several times counts once.

    What is inside a submodel counts with it. A wire that is led over dots is one, and a call that
    is bypassed weighs nothing. `shared` counts the layers that several nodes call.
    `is_whole` says that every node's parameters are known.
    """

    nodes: int = 0
    wires: int = 0
    waiting: int = 0
    parameters: int = 0
    trainable: int = 0
    is_whole: bool = True
    shared: int = 0

    @property
    def untrained(self) -> int:
        """Parameters that training does not fit: those that are frozen, and statistics."""
        return self.parameters - self.trainable


@dataclass(frozen=True, slots=True)
class Part:
    """What one node adds to the totals: `layer` is that which it calls, and `weighs` what for."""

    wires: int
    is_waiting: bool
    is_known: bool
    layer: str = ""
    weighs: tuple[int, int] = (0, 0)


def part_of(document: Document, verdicts: Mapping[str, Verdict], node: Node) -> Part | None:
    """Return what a node adds under these verdicts; None for one that is not counted."""
    if isinstance(node, Frame | Note | Dot):
        return None
    verdict = verdicts.get(node.id, UNKNOWN)
    is_known = verdict.kind == FINE and not _is_uncounted(verdict)
    part = sum(map(len, node.inputs.values())), verdict.kind == BLOCKED, is_known
    if not isinstance(node, Call) or node.bypassed:
        return Part(*part)
    return Part(*part, node.layer, counts(document.layers[node.layer], verdict))


def totals(document: Document, verdicts: Mapping[str, Verdict]) -> Totals:
    """Return the counts of a design under these verdicts."""
    found = (part_of(document, verdicts, node) for node in document.nodes.values())
    parts = [part for part in found if part is not None]
    calls = Counter(part.layer for part in parts if part.layer)
    layers: dict[str, tuple[int, int]] = {}
    for part in parts:
        if part.layer:
            layers[part.layer] = max(layers.get(part.layer, (0, 0)), part.weighs)
    return Totals(
        nodes=len(parts),
        wires=sum(part.wires for part in parts),
        waiting=sum(part.is_waiting for part in parts),
        parameters=sum(count for count, _ in layers.values()),
        trainable=sum(count for _, count in layers.values()),
        is_whole=all(part.is_known for part in parts),
        shared=sum(calls[layer] > 1 and count > 0 for layer, (count, _) in layers.items()),
    )


def _is_uncounted(verdict: Verdict) -> bool:
    """Return whether a model is taken at the word of its file, which does not count weights."""
    return not verdict.parameters and any(p.code == MISSING_CLASS for p in verdict.problems)


def cost_rows(parameters: int, trainable: int, *, is_whole: bool = True) -> list[tuple[str, str]]:
    """Return names and figures of what trains and what does not, such as moving averages.

    A sum that is not whole and comes to 0 is no figure: nothing that weighs is known yet.
    """
    if not parameters and not is_whole:
        return [("Parameters", "not known yet")]
    head = "Parameters" if is_whole else "Parameters so far"
    shown = [
        (head, show_parameters(parameters)),
        ("of these trainable", show_parameters(trainable)),
    ]
    if trainable < parameters:
        shown.append(("not trained", show_parameters(parameters - trainable)))
    return shown


def work_rows(cost: Cost) -> list[tuple[str, str]]:
    """Return names and figures of what one call takes for one sample, as far as it is known."""
    shown = []
    if cost.weights:
        shown.append(("Weights", show_bytes(cost.weights)))
    if cost.activations:
        shown.append(("Activations, a sample", show_bytes(cost.activations)))
    if cost.flops:
        shown.append(("FLOPs, a sample", show_flops(cost.flops)))
    return shown


def show_parameters(count: int) -> str:
    """Return a count in full while it is short, else in three figures: 650, 40 448, 3.9 M."""
    if count < 1_000_000:
        return f"{count:,}".replace(",", "\u202f")
    for size, unit in ((1e12, "T"), (1e9, "G"), (1e6, "M")):
        if count >= size:
            value = count / size
            return f"{value:.1f} {unit}" if value < 99.95 else f"{value:.0f} {unit}"
    raise AssertionError(count)
