"""Gesture: write on the canvas: one floating field over a label, or over the text of a note."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from composer_gui.core import edits
from composer_gui.core.document import Dot, Note
from composer_gui.ui import theme
from composer_gui.ui.canvas.geometry import BADGE, FRAME_TITLE, FULL_DETAIL, PADDING, RIGHT
from composer_gui.ui.canvas.node_item import TITLE_AT
from composer_gui.ui.canvas.plates import FrameItem

LEAST_ZOOM = 0.75
"""From farther away a field is as large as from here."""
HEIGHT, NARROWEST = 26, 96
"""Pixels of a field over the label of a node that is far away."""


def write_on(view, node_id: str) -> QLineEdit | QPlainTextEdit | None:
    """Open a field over what can be written on the node; it closes itself."""
    node = view.session.document.nodes.get(node_id)
    if node is None or isinstance(node, Dot):
        return None
    field = NoteField(view, node) if isinstance(node, Note) else LabelField(view, node)
    field.show()
    field.setFocus(Qt.FocusReason.PopupFocusReason)
    return field


class _Writing:
    """The end of writing, once: what was written is kept, or not, and the field goes."""

    def __init__(self, view, node_id: str, field: QWidget) -> None:
        self._view = view
        self._node_id = node_id
        self._field = field
        self._done = False

    def cover(self, rect: QRectF) -> None:
        """Put the field over `rect` of the scene."""
        corner = self._view.camera.screen_at(rect.topLeft())
        zoom = max(self._view.camera.zoom, LEAST_ZOOM)
        size = QPointF(rect.width() * zoom, rect.height() * zoom)
        self._field.setGeometry(QRectF(corner, corner + size).toAlignedRect())

    def end(self, label: str, edit: Callable | None, text: str = "") -> None:
        """Close; change the design by `edit` where there is one and the node still is."""
        if self._done:
            return
        self._done = True
        session, had_focus = self._view.session, self._field.hasFocus()
        if edit is not None and self._node_id in session.document.nodes:
            session.try_apply(label, edit, self._node_id, text)
        self._field.hide()
        self._field.deleteLater()
        if had_focus:
            self._view.setFocus()


class LabelField(QLineEdit):
    """Over a node's label or a frame's title; Enter or leaving keeps, Escape does not."""

    def __init__(self, view, node) -> None:
        super().__init__(view.viewport())
        self._writing = _Writing(view, node.id, self)
        self._before = view.session.document.label(node.id)
        self._writing.cover(_label_rect(view.scene().nodes[node.id], view.camera.zoom))
        self.setAccessibleName("Label")
        self.setText(self._before)
        self.selectAll()
        self.setFont(theme.font(max(12, round(14 * view.camera.zoom)), 600))
        self.setStyleSheet("padding: 0 6px;")

    def keep(self) -> None:
        """Rename the node, if another label was written."""
        edit = edits.rename if self.text() != self._before else None
        self._writing.end("Rename", edit, self.text())

    def keyPressEvent(self, event) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.keep()
        elif event.key() == Qt.Key.Key_Escape:
            self._writing.end("Rename", None)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.keep()


class NoteField(QPlainTextEdit):
    """Over a note; Enter begins a new line, Ctrl+Enter or leaving keeps, Escape does not."""

    def __init__(self, view, node: Note) -> None:
        super().__init__(view.viewport())
        self._writing = _Writing(view, node.id, self)
        self._before = node.text
        self._writing.cover(view.scene().nodes[node.id].card())
        self.setAccessibleName("Text of the note")
        self.setPlainText(node.text)
        self.setFont(theme.font(max(11, round(13 * view.camera.zoom)), 400))
        self.selectAll()

    def keep(self) -> None:
        """Set the note's text, if another was written."""
        edit = edits.set_text if self.toPlainText() != self._before else None
        self._writing.end("Edit note", edit, self.toPlainText())

    def keyPressEvent(self, event) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.keep()
        elif event.key() == Qt.Key.Key_Escape:
            self._writing.end("Edit note", None)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.keep()


def _label_rect(item, zoom: float) -> QRectF:
    card = item.card()
    if isinstance(item, FrameItem):
        return QRectF(card.left() + 8, card.top() + 2, card.width() - 16, FRAME_TITLE - 2)
    width = card.width() - PADDING - RIGHT - BADGE + 8
    top = card.top() + item.layout.head_top + TITLE_AT - 13
    if zoom < FULL_DETAIL:  # there the label is larger, and in the middle
        by = zoom / max(zoom, LEAST_ZOOM)  # the field is that much larger than what it covers
        width = max((card.width() - PADDING + 4) * by, NARROWEST / LEAST_ZOOM)
        top = card.center().y() - HEIGHT / 2 / zoom
        return QRectF(card.left() + PADDING - 8, top, width, HEIGHT / max(zoom, LEAST_ZOOM))
    return QRectF(card.left() + PADDING - 8, top, width, 27)
