"""What the searches above window and canvas have in common: a field, a list, a plate."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QListView, QVBoxLayout, QWidget

from composer_gui.ui import theme

ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_PASSING = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)
"""The keys go, and come back: to another program, or to the field's own menu."""


class SearchField(QLineEdit):
    """A line that hands the keys of the list below it on, a page of which has `page` rows.

    `stepped(rows)`, also by Tab; `accepted(is_plain)`, false with Shift held; `cancelled()`; and
    `left()` where another widget has taken the keys for good.
    """

    stepped = Signal(int)
    accepted = Signal(bool)
    cancelled = Signal()
    left = Signal()

    def __init__(self, parent: QWidget, page: int) -> None:
        super().__init__(parent)
        keys = Qt.Key
        self._steps = {
            keys.Key_Up: -1,
            keys.Key_Down: 1,
            keys.Key_PageUp: 1 - page,
            keys.Key_PageDown: page - 1,
            keys.Key_Backtab: -1,
            keys.Key_Tab: 1,
        }

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab walks the list."""
        return False

    def keyPressEvent(self, event) -> None:
        if event.key() in self._steps:
            self.stepped.emit(self._steps[event.key()])
        elif event.key() in ENTER:
            self.accepted.emit(not event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        elif event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event) -> None:
        super().focusOutEvent(event)
        if event.reason() not in _PASSING:
            self.left.emit()


def list_below(parent: QWidget) -> QListView:
    """Return a list that is walked by the keys of the field above it, and never has them."""
    made = QListView(parent)
    made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    made.setFrameShape(QFrame.Shape.NoFrame)
    made.setUniformItemSizes(True)
    made.setMouseTracking(True)
    made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    made.viewport().setAutoFillBackground(False)
    return made


def step_in(listing: QListView, rows: int) -> None:
    """Choose the row so many further down, at most the last one and at least the first."""
    model = listing.model()
    row = min(max(listing.currentIndex().row() + rows, 0), model.rowCount() - 1)
    listing.setCurrentIndex(model.index(row, 0))


def stack(panel: QFrame, field: QLineEdit, listing: QListView, hint: QLabel) -> None:
    """Put a search above the canvas together: its field, its list, and a line that helps."""
    panel.setFrameShape(QFrame.Shape.NoFrame)
    panel.setAutoFillBackground(True)
    hint.setFont(theme.font(11, 400))
    hint.setContentsMargins(10, 2, 10, 2)
    column = QVBoxLayout(panel)
    column.setContentsMargins(8, 8, 8, 6)
    column.setSpacing(6)
    for widget in (field, listing, hint):
        column.addWidget(widget)


def plate(name: str, *, words: str = "secondary") -> str:
    """Return the style of a plate called `name`, its labels in the theme's colour `words`."""
    now = theme.current()
    return (
        f"#{name} {{ background: {now.panel.name()}; border-radius: 8px;"
        f" border: 1px solid {now.card_line.name()}; }}"
        f" QListView {{ background: transparent; }}"
        f" QLabel {{ color: {getattr(now, words).name()}; }}"
    )
