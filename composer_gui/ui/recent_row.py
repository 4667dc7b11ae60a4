"""A design that was open before, as a row to press."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from composer_gui.ui import theme
from composer_gui.ui.reasons import allow
from composer_gui.ui.words import Line, plain_tip

WIDTH, HEIGHT = 268, 44


class RecentRow(QWidget):
    """A design of the last times: its name, and the folder below. `pressed(Path)`."""

    pressed = Signal(object)

    def __init__(self, path: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self._is_there = path.exists()
        self.setFixedSize(WIDTH, HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(f"Open {path.name}")
        self.setToolTip(plain_tip(str(path)))
        allow(self, "" if self._is_there else f"{path} is not there now.")
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 3, 10, 3)
        column.setSpacing(0)
        column.addWidget(Line(path.stem, tone="text" if self._is_there else "tertiary"))
        where = Line(str(path.parent), px=11, tone="tertiary", elide=Qt.TextElideMode.ElideMiddle)
        column.addWidget(where)
        if self._is_there:
            self.setCursor(Qt.CursorShape.PointingHandCursor)

    def mouseReleaseEvent(self, event) -> None:
        inside = self.rect().contains(event.position().toPoint())
        if inside and event.button() == Qt.MouseButton.LeftButton:
            self.pressed.emit(self._path)

    def keyPressEvent(self, event) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.pressed.emit(self._path)
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event) -> None:
        self.update()

    def leaveEvent(self, event) -> None:
        self.update()

    def paintEvent(self, event) -> None:
        now = theme.current()
        if not (self.underMouse() or self.hasFocus()):
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(now.accent, 1) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(now.hover)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
