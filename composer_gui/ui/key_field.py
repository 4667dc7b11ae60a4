"""A field that takes the next keys that are pressed, whichever they are."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from composer_gui.ui import theme
from composer_gui.ui.controls import FIELD_HEIGHT, paint_field
from composer_gui.ui.keymap import key_of

PROMPT = "Press the new keys; Esc gives up"


class KeyField(QWidget):
    """Takes one press: `pressed_keys(key)` in the notation of the keymap, or `given_up()`."""

    pressed_keys = Signal(str)
    given_up = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(FIELD_HEIGHT)
        self.setMinimumWidth(260)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("New keys")
        self.setAccessibleDescription(PROMPT)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # whatever a menu has these keys for
            return True
        if event.type() == QEvent.Type.KeyPress:
            self._take(event)  # before Qt takes Tab for itself
            return True
        return super().event(event)

    def _take(self, event) -> None:
        event.accept()
        if event.key() == Qt.Key.Key_Escape and not event.modifiers():
            self.given_up.emit()
        elif key_of(event):
            self.pressed_keys.emit(key_of(event))

    def focusOutEvent(self, event) -> None:
        super().focusOutEvent(event)
        self.update()
        if event.reason() != Qt.FocusReason.ActiveWindowFocusReason and self.isVisible():
            self.given_up.emit()

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        paint_field(painter, rect, focused=self.hasFocus(), hovered=False)
        painter.setFont(theme.font(theme.BODY))
        painter.setPen(theme.current().secondary)
        room = rect.adjusted(9, 0, -9, 0)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, PROMPT)
