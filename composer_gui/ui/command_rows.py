"""What the command palette lists: actions of the menus, recent designs, nodes, layers to add."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from heapq import nlargest
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction

from composer_gui.core.document import Call, Document
from composer_gui.ui import keymap
from composer_gui.ui.actions import ACTIONS, Action
from composer_gui.ui.canvas.marks import kind_words
from composer_gui.ui.fuzzy import Fit, fit
from composer_gui.ui.placing import place

if TYPE_CHECKING:
    from composer_gui.ui.canvas.view import CanvasView

MOST = 200
"""How many rows are listed; who has more types another letter."""

RECENT_WEIGHT = 1.5
"""What a row is worth more for having been used lately."""

CAN_WEIGHT = 0.4
"""What a row is worth more for what can be done now."""

_BY_PLACE = 0.6
"""What a fit is worth that needs the words of the menu."""


@dataclass(frozen=True, slots=True)
class Row:
    """Something the palette can do: its name, where else one finds it, and what it does.

    `why_not` says why it cannot be done now. `tip` is a sentence about it. `ticked` is None where
    there is nothing to tick. `id` is that of an action, "" for what is not remembered as used.
    """

    title: str
    where: str
    run: Callable[[], object]
    id: str = ""
    keys: str = ""
    tip: str = ""
    why_not: str = ""
    ticked: bool | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A row with the letters of its title that were typed; `recent` where it was used lately."""

    row: Row
    letters: tuple[int, ...] = ()
    recent: bool = False


def find(rows: Iterable[Row], wanted: str, recent: Sequence[str] = ()) -> list[Found]:
    """Return the rows that fit what was typed, best first; without it those used lately first."""
    places = {name: place for place, name in enumerate(recent)}
    if not wanted.strip():
        listed = list(rows)
        lately = [row for row in listed if row.id in places]
        lately.sort(key=lambda row: places[row.id])
        rest = [row for row in listed if row.id not in places]
        found = [Found(row, recent=row in lately) for row in (*lately, *rest)]
        return found[:MOST]
    weighed = []
    for number, row in enumerate(rows):
        fitting = _fit(row, wanted)
        if fitting is not None:
            bonus = RECENT_WEIGHT * (row.id in places) + CAN_WEIGHT * (not row.why_not)
            found = Found(row, fitting.letters, row.id in places)
            weighed.append((fitting.weight + bonus, -number, found))
    return [found for *_, found in nlargest(MOST, weighed, key=itemgetter(0, 1))]


def _fit(row: Row, wanted: str) -> Fit | None:
    found = fit(wanted, row.title)
    if found is not None:
        return found
    whole = fit(wanted, f"{row.title} {row.where}")
    if whole is None:
        return None
    own = tuple(at for at in whole.letters if at < len(row.title))
    return Fit(whole.weight * _BY_PLACE, own)


# Rows ---------------------------------------------------------------------------------------------


def action_rows(made: Mapping[str, QAction], not_these: frozenset[str]) -> list[Row]:
    """Return a row for every entry of the menus but `not_these`, in their order."""
    return [
        _action_row(entry, made[entry.id])
        for entry in ACTIONS
        if entry.id in made and entry.id not in not_these
    ]


def _action_row(entry: Action, action: QAction) -> Row:
    menu, _, below = entry.menu.partition("/")
    title = action.text().replace("&&", "&").rstrip("…")
    is_on = action.isEnabled()
    return Row(
        f"{below}: {title}" if below else title,
        menu,
        action.trigger,
        id=entry.id,
        keys=keymap.current().shown(entry.id, most=1),
        tip=action.statusTip() if is_on else entry.tip,
        why_not="" if is_on else action.statusTip(),
        ticked=action.isChecked() if action.isCheckable() else None,
    )


def recent_rows(paths: Iterable[Path], open_path: Callable[[Path], object]) -> list[Row]:
    """Return a row for each design that was open last and is still there."""
    return [
        Row(f"Open {path.name}", str(path.parent), partial(open_path, path), tip=str(path))
        for path in paths
        if path.exists()
    ]


def node_rows(view: CanvasView) -> list[Row]:
    """Return a row for every node of the level shown: to go there."""
    document = view.session.document
    return [
        Row(document.label(node_id), _kind(document, node_id), partial(view.show_node, node_id))
        for node_id in document.nodes
    ]


def _kind(document: Document, node_id: str) -> str:
    node = document.nodes[node_id]
    is_call = isinstance(node, Call)
    return kind_words(document.layers[node.layer]) if is_call else type(node).__name__


def layer_rows(view: CanvasView) -> list[Row]:
    """Return a row for every layer of the palette: to put it on the canvas."""
    return [
        Row(spec.class_name, spec.category, partial(place, view, "layer", spec.class_name))
        for spec in view.session.catalog.search("")
    ]
