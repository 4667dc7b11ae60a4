"""A layout that puts widgets side by side and begins another line where there is no more room."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class Flow(QLayout):
    """Widgets from left to right, each as wide as it asks for, in as many lines as that takes.

    One that is wider than a line gets the whole line and wraps its words.
    """

    def __init__(self, parent: QWidget | None = None, *, across: int = 6, down: int = 6) -> None:
        super().__init__(parent)
        self._across, self._down = across, down
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)

    def insertWidget(self, place: int, widget: QWidget) -> None:
        """Put a widget at a place among the others."""
        self.addWidget(widget)
        self._items.insert(place, self._items.pop())

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), place=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect, place=True)

    def sizeHint(self) -> QSize:
        """Return the size of all of them on one line."""
        hints = [item.sizeHint() for item in self._items if not item.isEmpty()]
        width = sum(hint.width() for hint in hints) + self._across * max(0, len(hints) - 1)
        return QSize(width, max((hint.height() for hint in hints), default=0))

    def minimumSize(self) -> QSize:
        sizes = [item.minimumSize() for item in self._items if not item.isEmpty()]
        width = max((size.width() for size in sizes), default=0)
        return QSize(width, max((size.height() for size in sizes), default=0))

    def _arrange(self, rect: QRect, *, place: bool) -> int:
        """Return how high it all is within the width of `rect`; put it there where `place`."""
        bottom = rect.top()
        for line, top, high in self._lines(rect):
            for item, left, size in line:
                if place:
                    middle = top + (high - size.height()) // 2
                    item.setGeometry(QRect(QPoint(left, middle), size))
            bottom = top + high
        return bottom - rect.top()

    def _lines(self, rect: QRect) -> list[tuple[list[tuple[QLayoutItem, int, QSize]], int, int]]:
        """Return the lines with what is on them: where each begins, its top and its height."""
        lines, line = [], []
        left, top, high = rect.left(), rect.top(), 0
        for item in self._items:
            if item.isEmpty():
                continue
            size = self._size(item, rect.width())
            if line and left + size.width() > rect.left() + rect.width():
                lines.append((line, top, high))
                left, top, high, line = rect.left(), top + high + self._down, 0, []
            line.append((item, left, size))
            left += size.width() + self._across
            high = max(high, size.height())
        if line:
            lines.append((line, top, high))
        return lines

    @staticmethod
    def _size(item: QLayoutItem, room: int) -> QSize:
        hint = item.sizeHint()
        if hint.width() <= room:
            return hint
        high = item.heightForWidth(room) if item.hasHeightForWidth() else hint.height()
        return QSize(room, high)
