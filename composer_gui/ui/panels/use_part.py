"""What can be done with a layer as a whole: open it up, enter it, use it again, copy it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QPushButton

from composer_gui.core import edits
from composer_gui.core.layer_kinds import Operation, SavedModel, Submodel
from composer_gui.ui.canvas.room_below import place_below
from composer_gui.ui.controls import push_button
from composer_gui.ui.panels.fields import Column
from composer_gui.ui.reasons import allow

if TYPE_CHECKING:
    from composer_gui.ui.panels.call_view import CallView


class UsePart(Column):
    """The buttons that fit the layer; those that cannot be pressed now say why in a tooltip."""

    def __init__(self, view: CallView) -> None:
        super().__init__(spacing=4)
        self._view = view
        self.open_up = push_button("Open up")
        self.enter = push_button("Enter")
        self.ungroup = push_button("Ungroup")
        self.again = push_button("Use again with shared weights", role="quiet")
        self.independent = push_button("Make independent", role="quiet")
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        layer = self._view.layer
        if isinstance(layer, SavedModel):
            self.add(self.row(self.open_up, stretched=False))
        if isinstance(layer, Submodel):
            self.add(self.row(self.enter, self.ungroup, stretched=False))
        if not isinstance(layer, Operation):
            self.add(self.row(self.again, stretched=False))
        self.add(self.row(self.independent, stretched=False))
        self._tip(self.open_up, "Put the layers inside in the place of this node")
        self._tip(self.enter, "Show what is inside (Enter)")
        self._tip(self.ungroup, "Put what is inside in the place of this node")
        self._tip(self.again, "Add another node that shares these weights")
        self._tip(self.independent, "Give this node weights of its own, as a copy")

    @staticmethod
    def _tip(button: QPushButton, words: str) -> None:
        button.setToolTip(words)
        button.setAccessibleDescription(words)

    def _connect(self) -> None:
        self.open_up.clicked.connect(self._open_up)
        self.enter.clicked.connect(self._enter)
        self.ungroup.clicked.connect(self._ungroup)
        self.again.clicked.connect(self._use_again)
        self.independent.clicked.connect(self._make_independent)

    def follow(self) -> None:
        """Offer what can be done now."""
        view = self._view
        self.independent.parentWidget().setVisible(bool(view.twins()))
        if isinstance(view.layer, SavedModel):
            is_known = view.session.inside(view.layer) is not None
            why = "" if is_known else view.session.why_sealed(view.layer)
            allow(self.open_up, why)

    def _open_up(self) -> None:
        self._view.session.open_up(self._view.node_id)

    def _enter(self) -> None:
        self._view.session.enter(self._view.node_id)

    def _ungroup(self) -> None:
        label = f"Ungroup {self._view.document.label(self._view.node_id)}"
        self._view.change(None, label, edits.ungroup, self._view.node_id)

    def _use_again(self) -> None:
        view = self._view
        label = f"Use {view.document.label(view.node_id)} again"
        x, y = place_below(view.document, view.session.catalog, view.node_id)
        change = view.session.try_apply(label, edits.use_again, view.node_id, x, y)
        if change is not None:
            view.node_chosen.emit(next(iter(change.added)))

    def _make_independent(self) -> None:
        view = self._view
        label = f"Give {view.document.label(view.node_id)} its own weights"
        view.change(None, label, edits.make_independent, view.node_id)
