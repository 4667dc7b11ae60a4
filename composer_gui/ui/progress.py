"""What is being done, how far it is, a button to stop it; and dialogs with a page for that."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from composer_gui.ui.controls import button_row, push_button
from composer_gui.ui.words import Hairline, Line


class Progress(QWidget):
    """A sentence, a bar and a button. `cancelled()` when the button is pressed."""

    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = Line(tone="secondary")
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress")
        self.stop = push_button("Cancel")
        column = QVBoxLayout()
        column.setSpacing(5)
        column.addWidget(self.words)
        column.addWidget(self.bar)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(14)
        row.addLayout(column, 1)
        row.addWidget(self.stop)
        self.stop.clicked.connect(self.cancelled)

    def page(self) -> QWidget:
        """Return a page of a dialog that shows this alone; the dialog has a Cancel of its own."""
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 20, 0, 0)
        column.addWidget(self)
        column.addStretch(1)
        self.stop.hide()
        return page

    def show_progress(self, text: str, part: float) -> None:
        """Show a sentence and a part from 0 to 1."""
        self.words.setText(text)
        self.bar.setValue(round(part * 1000))
        self.show()


def lay_out_pages(
    dialog: QDialog, title: QWidget, pages: QStackedWidget, *buttons: QPushButton
) -> None:
    """Put a title above pages, and a line and buttons below them, into a dialog."""
    inside = QVBoxLayout()
    inside.setContentsMargins(24, 20, 24, 16)
    inside.setSpacing(6)
    inside.addWidget(title)
    inside.addWidget(pages, 1)
    column = QVBoxLayout(dialog)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addLayout(inside, 1)
    column.addWidget(Hairline())
    column.addLayout(button_row(*buttons))
