"""What is being done, how far it is, and a button to stop it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from composer_gui.ui.controls import push_button
from composer_gui.ui.words import Line


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

    def show_progress(self, text: str, part: float) -> None:
        """Show a sentence and a part from 0 to 1."""
        self.words.setText(text)
        self.bar.setValue(round(part * 1000))
        self.show()
