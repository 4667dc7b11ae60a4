"""What "Layers inside" lists: a row for each part of a saved model, and what a search finds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from composer_gui.core import freezing
from composer_gui.core.inside import (
    INPUT,
    LAYER,
    MODEL,
    OPERATION,
    Inside,
    Part,
    address_of,
)
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.shapes.tensor_spec import TensorSpec

Steps = tuple[tuple[str, int], ...]
Leaves = Sequence[tuple[str, str]]
"""Path and class name of each layer at every depth, as `core.freezing` takes them."""


@dataclass(frozen=True, slots=True)
class InsideRow:
    """One row: a part, or a further call or output of the part above it.

    `path` names the part, `address` the tensor that a tap of this row takes. `level` counts the
    models around it, `parent` is the number of the row of the nearest one, -1 at the top. An
    `is_again` row is of the same layer as an earlier one, so it has no freezing of its own.
    `words` is what a search looks at. `mode` is how its weights are quantized, if they are.
    """

    path: str
    address: str
    name: str
    kind: str
    class_name: str
    category: str = ""
    spec: str = ""
    parameters: int | None = None
    level: int = 0
    parent: int = -1
    is_folder: bool = False
    is_again: bool = False
    is_trainable: bool = True
    words: str = ""
    mode: str = ""

    @property
    def kind_words(self) -> str:
        """Return the class, and how its weights are quantized: "Dense, int8"."""
        return f"{self.class_name}, {self.mode}" if self.mode else self.class_name

    @property
    def can_tap(self) -> bool:
        """Whether a tensor comes out of it that is not an input's."""
        return self.kind != INPUT

    @property
    def can_freeze(self) -> bool:
        """Whether there is, as far as is known, a weight to freeze."""
        return self.kind in (LAYER, MODEL) and not self.is_again and self.parameters != 0


def inside_rows(inside: Inside, catalog: Catalog) -> list[InsideRow]:
    """Return the rows of a model, those of a nested model behind its own, in the file's order."""
    rows: list[InsideRow] = []
    _list(rows, inside, catalog, ())
    return rows


def _list(
    rows: list[InsideRow],
    inside: Inside,
    catalog: Catalog,
    before: Steps,
    *,
    parent: int = -1,
    is_again: bool = False,
) -> None:
    """Add the rows of one model, which is reached by the calls `before`."""
    tensors = _tensors(inside)
    for part in inside.parts:
        if part.kind == INPUT and before:
            continue  # what a nested model gets is what stands above it
        found = tensors.get(part.name) or [(0, 0)]
        for place, (call, output) in enumerate(found):
            again = is_again or place > 0
            row = _row(inside, part, catalog, (before, call, output), parent, again)
            rows.append(row)
            if row.is_folder:
                steps = (*before, (part.name, call))
                number = len(rows) - 1
                _list(rows, part.inside, catalog, steps, parent=number, is_again=again)


def _tensors(inside: Inside) -> dict[str, list[tuple[int, int]]]:
    """Return the (call, output) of each tensor that is known to come out of a part, in order."""
    keys = {(call.part, call.number, 0) for call in inside.calls}
    keys.update(inside.specs)
    keys.update(tensor.key for tensor in inside.outputs)
    found: dict[str, list[tuple[int, int]]] = {}
    for part, call, output in sorted(keys):
        found.setdefault(part, []).append((call, output))
    return found


def _row(
    inside: Inside,
    part: Part,
    catalog: Catalog,
    tensor: tuple[Steps, int, int],
    parent: int,
    is_again: bool,
) -> InsideRow:
    before, call, output = tensor
    path = "/".join([name for name, _ in before] + [part.name])
    name = part.name
    if call:
        name = f"{name} (call {call + 1})"
    if output:
        name = f"{name} (output {output + 1})"
    spec = inside.specs.get((part.name, call, output))
    return InsideRow(
        path=path,
        address=address_of(*before, (part.name, call), output=output),
        name=name,
        kind=part.kind,
        class_name=part.class_name,
        category=_category(part, catalog),
        spec=TensorSpec(*spec).show() if spec and spec[0] is not None else "",
        parameters=weights_of(part),
        level=len(before),
        parent=parent,
        is_folder=part.inside is not None and not output,
        is_again=is_again,
        is_trainable=part.trainable,
        words=f"{path}\n{part.class_name}\n{part.mode}".lower(),
        mode=part.mode,
    )


def _category(part: Part, catalog: Catalog) -> str:
    if part.kind == INPUT:
        return "input"
    if part.inside is not None:
        return "saved model"
    known = catalog.layers.get(part.class_name)
    return known.category if known else ("merge" if part.kind == OPERATION else "")


def weights_of(part: Part) -> int | None:
    """Return how many weights a layer or model holds, None where they were not all counted."""
    if part.inside is None:
        return part.parameters if part.kind == LAYER else 0
    return total(leaf.parameters for _, leaf in part.inside.leaves())


def total(counts: Iterable[int | None]) -> int | None:
    """Return the sum, None where one of the counts is not known."""
    found = 0
    for count in counts:
        if count is None:
            return None
        found += count
    return found


def matching(rows: Sequence[InsideRow], text: str) -> list[int]:
    """Return the numbers of the rows in which every word of `text` is found, by path or class."""
    wanted = text.lower().split()
    return [
        number
        for number, row in enumerate(rows)
        if row.kind != INPUT and all(word in row.words for word in wanted)
    ]


def unfolded(rows: Sequence[InsideRow], opened: Iterable[str]) -> list[int]:
    """Return the numbers of the rows to show when the models at these addresses are open."""
    opened = set(opened)
    shown: list[int] = []
    visible: dict[int, bool] = {-1: True}
    for number, row in enumerate(rows):
        is_visible = visible[row.parent]
        if row.is_folder:
            visible[number] = is_visible and row.address in opened
        if is_visible:
            shown.append(number)
    return shown


def below(leaves: Leaves, row: InsideRow) -> Leaves:
    """Return the layers in a nested model, or the layer itself."""
    if not row.is_folder:
        return [leaf for leaf in leaves if leaf[0] == row.path]
    start = f"{row.path}/"
    return [leaf for leaf in leaves if leaf[0].startswith(start)]


def is_within(path: str, paths: frozenset[str]) -> bool:
    """Return whether a part is among others: itself, something inside it, or what it is in."""
    start = f"{path}/"
    return path in paths or any(
        other.startswith(start) or path.startswith(f"{other}/") for other in paths
    )


# Freezing ---------------------------------------------------------------------------------------


def toggled(
    patterns: tuple[str, ...], row: InsideRow, leaves: Leaves, *, freeze: bool
) -> tuple[str, ...]:
    """Return the patterns with which a row's layers are frozen, or train, and all others stay.

    `leaves` are all layers. The pattern of the row itself is taken out; where the others do not
    lead to what is wanted, it stands behind them, thawing with an exclamation mark before it. A
    lone name means layers of that name further inside as well: those are set right one by one.
    """
    own = {path for path, _ in below(leaves, row)}
    before = freezing.frozen_paths(patterns, leaves)
    wanted = before | own if freeze else before - own
    pattern = pattern_for(row)
    tried = tuple(known for known in patterns if known.removeprefix("!") != pattern)
    if freezing.frozen_paths(tried, leaves) == wanted:
        return tried
    tried = (*tried, pattern if freeze else f"!{pattern}")
    astray = sorted(freezing.frozen_paths(tried, leaves) ^ wanted, key=lambda path: path.count("/"))
    tried += tuple(literal(path) if path in wanted else f"!{literal(path)}" for path in astray)
    if freezing.frozen_paths(tried, leaves) == wanted:
        return tried
    return freezing.exactly(wanted, leaves)


def pattern_for(row: InsideRow) -> str:
    """Return the pattern that matches a row's layer, or all layers of its model."""
    return f"{literal(row.path)}/*" if row.is_folder else literal(row.path)


def literal(path: str) -> str:
    """Return the pattern that matches a path and nothing like it."""
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in path)
