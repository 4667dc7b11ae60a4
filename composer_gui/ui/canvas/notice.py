"""A sentence beside the mouse: why a wire may not end here, or what a release would do."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QLabel

from composer_gui.ui import theme

_OFFSET = QPoint(16, 18)
_WIDEST = 320


class CursorNotice(QLabel):
    """A small label in the viewport that the mouse goes through."""

    def __init__(self, view) -> None:
        super().__init__(view.viewport())
        self._view = view
        self.setObjectName("cursorNotice")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setMaximumWidth(_WIDEST)
        self.setFont(theme.font(12, 400))
        self.hide()

    def say(self, sentence: str, at: QPointF | None = None, *, tone: str = "wrong") -> None:
        """Show `sentence` beside `at`, in the scene; an empty one goes away.

        `tone` names the theme's colour of the border: "wrong" for a refusal.
        """
        if not sentence or at is None:
            self.hide()
            return
        if sentence != self.text() or not self.isVisible():
            self.setText(sentence)
            self.setStyleSheet(self._style(tone))
            self._fit()
            self.show()
            self.raise_()
        self._place(self._view.camera.screen_at(at).toPoint() + _OFFSET)

    def _fit(self) -> None:
        wide = self.fontMetrics().horizontalAdvance(self.text()) + 26
        width = min(wide, _WIDEST)
        self.setFixedWidth(width)
        self.resize(width, self.heightForWidth(width))

    def _place(self, at: QPoint) -> None:
        room = self.parentWidget().size()
        x = min(at.x(), room.width() - self.width() - 4)
        y = at.y()
        if y + self.height() > room.height() - 4:
            y -= self.height() + 2 * _OFFSET.y()
        self.move(max(4, x), max(4, y))

    def _style(self, tone: str) -> str:
        now = theme.current()
        line = getattr(now, tone).name()
        return (
            f"#cursorNotice {{ background: {now.panel.name()}; color: {now.text.name()};"
            f" border: 1px solid {line}; border-radius: 6px; padding: 5px 9px; }}"
        )
