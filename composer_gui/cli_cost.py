"""What `check --cost` says: what each node of a design costs, and all of them together."""

from __future__ import annotations

import argparse
from typing import Any

from composer_gui.core.bill import Bill, Row, bill, rows
from composer_gui.core.cost import show_bytes, show_flops
from composer_gui.session.session import Session

HEADS = ("node", "parameters", "trainable", "weights", "activations", "FLOPs")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Let a command take `--cost` and `--batch N`."""
    parser.add_argument(
        "--cost",
        action="store_true",
        help="say what each node costs: parameters, memory, and operations for one sample",
    )
    parser.add_argument(
        "--batch",
        type=_batch,
        default=1,
        metavar="N",
        help="with --cost: samples in a batch, for the memory of activations (default: 1)",
    )


def _batch(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number of samples, such as 32")
    return int(text)


def plain(session: Session, batch: int) -> dict[str, Any]:
    """Return costs as JSON: memory in bytes, activations and operations for one sample.

    `memory` is that of the weights and of the activations of a batch. `waiting` are nodes of which
    nothing is known while there are errors, `unsaid` those of which nobody can say what they hold
    or do, as where a size is free: the total is that of all others, and not whole.
    """
    found = rows(session.document, session.verdicts)
    total = bill(found)
    return {
        "batch": batch,
        "total": {
            "parameters": total.parameters,
            "trainable": total.trainable,
            "not_trained": total.untrained,
            "weights": total.weights,
            "activations": total.activations,
            "memory": total.memory(batch),
            "flops": total.flops,
            "file": total.file,
        },
        "is_whole": total.is_whole,
        "waiting": list(total.waiting),
        "unsaid": list(total.unsaid),
        "nodes": {row.node: _row(row) for row in found},
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "parameters": row.parameters,
        "trainable": row.trainable,
        "not_trained": row.untrained,
        "weights": row.weights,
        "activations": row.activations if row.is_known else None,
        "flops": row.flops if row.is_known else None,
        "counted_elsewhere": row.again,
    }


def lines(session: Session, batch: int) -> list[str]:
    """Return costs as a table in words, the total last, and what is missing in it."""
    document = session.document
    found = rows(document, session.verdicts)
    total = bill(found)
    table = [HEADS, *(_words(document.label(row.node), row, batch) for row in found)]
    name = "total" if total.is_whole else "total so far"
    table.append(
        (
            name,
            f"{total.parameters:,}",
            f"{total.trainable:,}",
            show_bytes(total.weights),
            show_bytes(batch * total.activations),
            show_flops(total.flops),
        )
    )
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    aligned = [
        "  ".join([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])])
        for line in table
    ]
    samples = "1 sample" if batch == 1 else f"{batch} samples"
    return [
        *aligned,
        f"Memory of weights and of all activations for {samples}: "
        f"{show_bytes(total.memory(batch))}. The .keras file: about {show_bytes(total.file)}.",
        *missing(document, total),
    ]


def _words(label: str, row: Row, batch: int) -> tuple[str, ...]:
    if not row.is_known:
        return (label, *["not known"] * 5)
    held = row.activations
    return (
        label,
        "as above" if row.again else f"{row.parameters:,}",
        "as above" if row.again else f"{row.trainable:,}",
        "as above" if row.again else show_bytes(row.weights),
        "not known" if held is None else show_bytes(batch * held),
        "not known" if row.flops is None else show_flops(row.flops),
    )


def missing(document: Any, total: Bill) -> list[str]:
    """Return sentences about what is not in a total."""
    found = []
    if total.waiting:
        found.append(
            f"Not counted until the errors are mended: {_labels(document, total.waiting)}."
        )
    if total.unsaid:
        found.append(
            "Not counted whole, because of a free size or a layer that nobody can count: "
            f"{_labels(document, total.unsaid)}."
        )
    return found


def _labels(document: Any, nodes: tuple[str, ...]) -> str:
    shown = ", ".join(document.label(node) for node in nodes[:5])
    return shown + (f" and {len(nodes) - 5} more" if len(nodes) > 5 else "")
