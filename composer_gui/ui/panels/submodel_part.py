"""The ports of a submodel: named and put in order from outside, without entering it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget

from composer_gui.core import edits
from composer_gui.core.document import Document
from composer_gui.core.errors import EditRefused
from composer_gui.core.layer_kinds import Submodel
from composer_gui.ui.controls import SignButton, TextField
from composer_gui.ui.panels.fields import Column
from composer_gui.ui.panels.node_view import figure, show_text
from composer_gui.ui.panels.ports_part import PortRow, port_rows
from composer_gui.ui.reasons import END, allow
from composer_gui.ui.turns import Turn
from composer_gui.ui.words import Head, Line, Paragraph

if TYPE_CHECKING:
    from composer_gui.ui.panels.call_view import CallView

SIDES = (("inputs", "in", edits.reorder_inputs), ("outputs", "out", edits.reorder_outputs))

AT_ONCE = 6
"""So many rows are made in one turn of the event loop: a submodel may have hundreds of ports."""

MOST_SPEC = 130
"""Width that the specs may have beside the names, in pixels."""


class SubmodelPart(Column):
    """A row for each port: its name to type, what flows, and its place among the others."""

    def __init__(self, view: CallView) -> None:
        super().__init__(spacing=4)
        self._view = view
        self._ids: tuple = ()
        self._known: dict[str, tuple[str, PortRow]] = {}
        self._left: Iterator[tuple[str, str, int, int]] = iter(())
        self._more = Turn(self)
        self._more.timeout.connect(self._build_some)
        self._visits = 0
        self.names: dict[str, TextField] = {}
        self.specs: dict[str, Line] = {}
        self.moves: dict[tuple[str, int], SignButton] = {}
        self.rows = Column(spacing=3)
        self.sentence = Paragraph(px=12, tone="wrong")
        self.sentence.hide()
        self.add(Head("Ports"), self.rows, self.sentence)

    @property
    def layer(self) -> Submodel:
        """The submodel that is shown."""
        return self._view.layer

    def follow(self) -> None:
        """Show the ports as they are now."""
        design = self.layer.design
        ids = (design.inputs, design.outputs)
        if ids != self._ids:
            self._ids = ids
            self._build()
        self._known = {}
        found = {"in": [], "out": []}
        for row in port_rows(self._view.session, self._view.node_id):
            found[row.side].append(row)
        for field, side, _ in SIDES:
            for node_id, row in zip(getattr(design, field), found[side], strict=False):
                self._known[node_id] = design.nodes[node_id].label, row
        self._show_all()

    def _show_all(self) -> None:
        for node_id in self.names.keys() & self._known.keys():
            self._show(node_id, *self._known[node_id])
        widest = max((spec.sizeHint().width() for spec in self.specs.values()), default=0)
        for spec in self.specs.values():
            spec.setFixedWidth(min(widest, MOST_SPEC))

    def _show(self, node_id: str, label: str, row: PortRow) -> None:
        show_text(self.names[node_id], label)
        self.specs[node_id].setText(row.spec)
        self.specs[node_id].set_tone(row.tone)

    def _build(self) -> None:
        column = self.rows.column
        while column.count():
            widget = column.takeAt(0).widget()
            widget.hide()
            widget.deleteLater()
        self.names, self.specs, self.moves = {}, {}, {}
        self._left = iter(list(self._ports()))
        self._take_some()

    def _ports(self) -> Iterator[tuple[str, str, int, int]]:
        for field, side, _ in SIDES:
            ids = getattr(self.layer.design, field)
            for place, node_id in enumerate(ids):
                yield side, node_id, place, len(ids)

    def _take_some(self) -> bool:
        """Make some of the rows that are left; return whether there were any."""
        some = list(itertools.islice(self._left, AT_ONCE))
        for port in some:
            self.rows.add(self._row(*port))
        if some:
            self._more.start()
        return bool(some)

    def _build_some(self) -> None:
        if self._take_some():
            self._show_all()

    def _row(self, side: str, node_id: str, place: int, count: int) -> QWidget:
        name = TextField(mono=True)
        name.setProperty("node", node_id)
        name.setAccessibleName(f"Name of {side}put {place + 1}")
        name.textEdited.connect(self._rename)
        name.editingFinished.connect(self._end_typing)
        spec = figure("", tone="secondary")
        self.names[node_id], self.specs[node_id] = name, spec
        mark = Line(side, px=12, mono=True, tone="tertiary")
        mark.setFixedWidth(28)
        widgets: list[QWidget] = [mark, name, spec]
        for sign, step in (("up", -1), ("down", 1)):
            button = SignButton(sign, f"Move this {side}put {sign}")
            button.setFixedSize(20, 20)
            button.setProperty("move", (node_id, step))
            allow(button, "" if 0 <= place + step < count else f"It is the {END[step]} already.")
            button.setVisible(count > 1)
            button.clicked.connect(self._move)
            self.moves[node_id, step] = button
            widgets.append(button)
        return self.row(*widgets, spacing=6)

    # Changing ------------------------------------------------------------------------------------

    def _end_typing(self) -> None:
        self._visits += 1

    def _rename(self, text: str) -> None:
        node_id = self.sender().property("node")
        merge = ("port", self._view.node.layer, node_id, self._visits)
        self._change("Rename port", edits.rename, node_id, text, merge=merge)

    def _move(self) -> None:
        node_id, step = self.sender().property("move")
        design = self.layer.design
        for field, _, reorder in SIDES:
            ids = list(getattr(design, field))
            if node_id in ids:
                at = ids.index(node_id)
                ids[at], ids[at + step] = ids[at + step], ids[at]
                self._change(f"Change order of {field}", reorder, tuple(ids))
                return

    def _change(self, label: str, edit: Callable[..., Document], *args: Any, merge=None) -> None:
        """Change the submodel's design by an edit; wires outside follow the ports."""
        layer_id = self._view.node.layer
        try:
            self._view.session.apply(label, edit_inside, layer_id, edit, *args, merge=merge)
        except EditRefused as refusal:
            self.sentence.setText(refusal.whole)
            self.sentence.show()
        else:
            self.sentence.hide()


def edit_inside(
    document: Document, layer_id: str, edit: Callable[..., Document], *args: Any
) -> Document:
    """Return `document` with the design of a submodel changed by an edit."""
    design = edit(document.layers[layer_id].design, *args)
    return edits.with_design(document, layer_id, design)
