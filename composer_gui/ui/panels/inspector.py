"""The inspector: what is selected, with an editor for everything about it that can be changed."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt, Signal
from PySide6.QtWidgets import QApplication, QFrame, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from composer_gui.core.document import Call, Dot, Frame, Input, Note, Output
from composer_gui.core.layer_kinds import KerasLayer
from composer_gui.session.session import Session
from composer_gui.ui.panels.call_view import CallView
from composer_gui.ui.panels.design_view import DesignView, SeveralView
from composer_gui.ui.panels.end_views import DotView, FrameView, InputView, NoteView, OutputView
from composer_gui.ui.panels.node_view import NodeView
from composer_gui.ui.turns import Turn

_VIEWS = {
    Input: InputView,
    Output: OutputView,
    Call: CallView,
    Dot: DotView,
    Frame: FrameView,
    Note: NoteView,
}

SHELF = 8
"""How many views are kept for the next node of their kind: making one takes a frame and a half."""

A_FRAME = 16
"""Milliseconds after a change before the view that is there follows: the canvas comes first, and
what Keras says of the change as a rule comes with it."""


class Inspector(QScrollArea):
    """Shows one view for what is selected and keeps it in step with the session.

    What is typed in stays where it is on the screen, whatever comes and goes above it.

    `node_chosen(node id)` when another node is named and pressed; `looked_at(Offer)` while mouse or
    keys are on a repair, `looked_at(None)` when they are no more.
    """

    node_chosen = Signal(str)
    looked_at = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._ids: tuple[str, ...] = ()
        self._key: object = None
        self.view: QWidget | None = None
        self._kind: object = None
        self._shelf: dict[object, NodeView] = {}
        self._later = Turn(self, A_FRAME)
        self._set_up()
        self._connect()
        self._later.start(0)

    def _set_up(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # Tab goes to what is in it
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Inspector")
        self.setMinimumWidth(250)
        self._inside = QWidget()
        self._column = QVBoxLayout(self._inside)
        self._column.setContentsMargins(18, 15, 18, 18)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        self.setWidget(self._inside)
        self.viewport().setAutoFillBackground(False)
        self._inside.setAutoFillBackground(False)

    def _connect(self) -> None:
        self._session.changed.connect(self._soon)
        self._session.analyzed.connect(self._soon)
        self._session.insides_changed.connect(self._soon)
        self._later.timeout.connect(self.refresh)

    def _soon(self, *_: object) -> None:
        """Follow a moment later; at once in the next turn where the view does not fit any more."""
        if self._key != _key(self._session, self._there()):
            self._later.start(0)
        elif not self._later.isActive():
            self._later.start(A_FRAME)

    def _there(self) -> tuple[str, ...]:
        """Return which of the nodes to be shown are there."""
        document = self._session.document
        return tuple(node_id for node_id in self._ids if node_id in document.nodes)

    def show_nodes(self, ids: tuple[str, ...]) -> None:
        """Show these nodes; the design where there are none."""
        self._ids = tuple(ids)
        self.refresh()

    def edit_design(self, field: str) -> None:
        """Show the design and put the cursor into its field "name" or "seed"."""
        self.show_nodes(())
        editor = getattr(self.view, field).editor
        self.ensureWidgetVisible(editor)
        editor.setFocus(Qt.FocusReason.ShortcutFocusReason)
        editor.selectAll()

    def focus_first(self) -> None:
        """Put the cursor into the first field."""
        if self.view is None:
            self.refresh()  # somebody is quicker than the first turn
        for editor in self.view.findChildren(QLineEdit):
            if editor.isVisible():
                editor.setFocus(Qt.FocusReason.ShortcutFocusReason)
                return
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def refresh(self) -> None:
        """Show what the document and the verdicts say now."""
        self._later.stop()
        ids = self._there()
        key = _key(self._session, ids)
        held, place = None, 0
        if key != self._key or self.view is None:
            self._key = key
            self._put_away()
            self._kind = _kind(self._session, ids)
            self._put(self._turned(ids) or self._make(ids))
        else:
            held = self._focused()
            place = self._place_of(held)
        self.view.follow()
        # Nothing is painted halfway, and all is in its place for what is measured now
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        if held is not None and held.isVisible():
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() + self._place_of(held) - place)

    def _focused(self) -> QWidget | None:
        """Return what has the focus in here and can be seen."""
        focused = QApplication.focusWidget()
        if focused is None or not self._inside.isAncestorOf(focused):
            return None
        return None if focused.visibleRegion().isEmpty() else focused

    def _place_of(self, widget: QWidget | None) -> int:
        """Return how far below the upper edge a widget is."""
        return widget.mapTo(self.viewport(), QPoint()).y() if widget is not None else 0

    def _make(self, ids: tuple[str, ...]) -> QWidget:
        if not ids:
            return DesignView(self._session)
        if len(ids) > 1:
            return SeveralView(self._session, ids)
        node = self._session.document.nodes[ids[0]]
        return _VIEWS[type(node)](self._session, ids[0])

    def _turned(self, ids: tuple[str, ...]) -> NodeView | None:
        """Return a view that was made for another node of the kind and shows this one now."""
        view = self._shelf.pop(self._kind, None)
        if view is not None:
            view.turn_to(ids[0])
        return view

    def _put_away(self) -> None:
        """Keep the view that is shown for another node of its kind, or let it go."""
        view, self.view = self.view, None
        if view is None:
            return
        view.node_chosen.disconnect(self.node_chosen)
        view.looked_at.disconnect(self.looked_at)
        self._column.removeWidget(view)
        can_wait = self._kind is not None and view.is_tidy() and self._focused_in(view) is None
        view.hide()
        if not can_wait:
            view.deleteLater()
            return
        view.rest()
        self._shelf[self._kind] = view
        while len(self._shelf) > SHELF:
            self._shelf.pop(next(iter(self._shelf))).deleteLater()

    def _focused_in(self, view: QWidget) -> QWidget | None:
        focused = QApplication.focusWidget()
        return focused if focused is not None and view.isAncestorOf(focused) else None

    def _put(self, view: QWidget) -> None:
        self.view = view
        view.node_chosen.connect(self.node_chosen)
        view.looked_at.connect(self.looked_at)
        self._column.insertWidget(0, view)
        view.show()  # now, and not with the next event: typing may go on at once
        self.verticalScrollBar().setValue(0)


def _kind(session: Session, ids: tuple[str, ...]) -> object:
    """Return what views have in common that can be turned to one another's nodes, None for none."""
    if len(ids) != 1:
        return None
    node = session.document.nodes[ids[0]]
    if isinstance(node, Input | Output):
        return type(node)
    layer = session.document.layers[node.layer] if isinstance(node, Call) else None
    return layer.class_name if isinstance(layer, KerasLayer) else None


def _key(session: Session, ids: tuple[str, ...]) -> object:
    """Return what decides which view is right: another key means that it is built anew."""
    level = (id(session.history), session.place)
    if len(ids) != 1:
        return (level, ids)
    node = session.document.nodes[ids[0]]
    layer = session.document.layers[node.layer] if isinstance(node, Call) else None
    kind = (type(layer), getattr(layer, "class_name", "")) if layer else None
    return (level, ids, type(node), kind)
