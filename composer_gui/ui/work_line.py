"""Says in the status bar what goes on beside the window, and lets one cancel it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from composer_gui.ui.controls import SignButton
from composer_gui.ui.words import Line, plain_tip

PX = 12
BAR_WIDTH = 96
PATIENCE = 250
"""Milliseconds that work may take before anything is said of it: most is done by then."""


class WorkLine(QWidget):
    """What is being done, a bar that moves, and a cross that cancels it.

    Of several works the one that began last is shown; a work is known by its key.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._works: dict[object, tuple[str, Callable[[], None]]] = {}
        self.words = Line(px=PX)
        self.bar = QProgressBar()
        self.stop = SignButton("close", "Cancel")
        self._later = QTimer(self, singleShot=True, interval=PATIENCE)
        self._set_up()
        self._later.timeout.connect(self._show)
        self.stop.clicked.connect(self.cancel)

    def _set_up(self) -> None:
        self.bar.setRange(0, 0)  # nobody knows how long it will take
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(BAR_WIDTH)
        self.bar.setAccessibleName("Work is going on")
        self.words.setAccessibleName("What is being done")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.words)
        row.addWidget(self.bar, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.stop)
        self.hide()

    def begin(self, key: object, sentence: str, cancel: Callable[[], None]) -> None:
        """Say soon that this is being done, unless it is over by then; `cancel` ends it."""
        self._works.pop(key, None)
        self._works[key] = (sentence, cancel)
        if self.isHidden():
            self._later.start()
        else:
            self._show()

    def end(self, key: object) -> None:
        """Say no more of a work, which is over."""
        self._works.pop(key, None)
        self._show()

    def cancel(self) -> None:
        """Cancel the work that is shown."""
        if self._works:
            key = next(reversed(self._works))
            _, cancel = self._works.pop(key)
            self._show()
            cancel()

    def _show(self) -> None:
        if not self._works:
            self._later.stop()
        elif self._later.isActive():
            return
        else:
            sentence, _ = self._works[next(reversed(self._works))]
            self.words.setText(sentence)
            self.stop.setAccessibleName(f"Cancel: {sentence}")
            self.stop.setToolTip(plain_tip(f"Cancel: {sentence}"))
        self.setVisible(bool(self._works))
