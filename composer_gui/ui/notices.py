"""The message bar: a sentence, the next step, and what can be done about it. Never a dialog."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from composer_gui.core.errors import ComposerError
from composer_gui.ui import theme
from composer_gui.ui.controls import SignButton, push_button
from composer_gui.ui.words import Paragraph

MOST = 3
"""How many messages stand below each other; older ones go."""

Choice = tuple[str, Callable[[], None]]


class Notice(QWidget):
    """One message: what happened, what to do next, and buttons that do it. `closed(self)`."""

    closed = Signal(object)

    def __init__(
        self,
        sentence: str,
        next_step: str = "",
        *,
        tone: str = "warning",
        choices: tuple[Choice, ...] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.sentence = sentence
        self.next_step = next_step
        self._tone = tone
        self.setAccessibleName(f"{sentence} {next_step}".strip())
        self._lay_out(choices)

    def _lay_out(self, choices: tuple[Choice, ...]) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(19, 9, 10, 9)
        row.setSpacing(10)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(Paragraph(self.sentence, weight=500))
        if self.next_step:
            words.addWidget(Paragraph(self.next_step, tone="secondary"))
        row.addLayout(words, 1)
        for text, act in choices:
            button = push_button(text)
            button.clicked.connect(_then_close(self, act))
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        close = SignButton("close", "Close this message")
        close.clicked.connect(self.dismiss)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignVCenter)

    def dismiss(self) -> None:
        """Take the message away."""
        self.closed.emit(self)

    def paintEvent(self, event) -> None:
        now = theme.current()
        painter = QPainter(self)
        painter.fillRect(self.rect(), now.card)
        painter.fillRect(QRectF(0, 0, 4, self.height()), getattr(now, self._tone))
        painter.fillRect(QRectF(0, self.height() - 1, self.width(), 1), now.line)


def _then_close(notice: Notice, act: Callable[[], None]) -> Callable[[], None]:
    def pressed() -> None:
        notice.dismiss()
        act()

    return pressed


class NoticeBar(QWidget):
    """Holds the messages that have not been closed, the newest on top."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self.notices: list[Notice] = []
        self.hide()

    def tell(
        self,
        sentence: str,
        next_step: str = "",
        *,
        tone: str = "warning",
        choices: tuple[Choice, ...] = (),
    ) -> Notice:
        """Show a message; one that says the same takes the place of the earlier one."""
        for known in [n for n in self.notices if n.sentence == sentence]:
            self._drop(known)
        notice = Notice(sentence, next_step, tone=tone, choices=choices, parent=self)
        notice.closed.connect(self._drop)
        self.notices.insert(0, notice)
        self._column.insertWidget(0, notice)
        for old in self.notices[MOST:]:
            self._drop(old)
        self.show()
        return notice

    def tell_problem(self, error: ComposerError, choices: tuple[Choice, ...] = ()) -> Notice:
        """Show what an exception has to say."""
        return self.tell(str(error), error.next_step, tone="wrong", choices=choices)

    def clear(self) -> None:
        """Take all messages away."""
        for notice in list(self.notices):
            self._drop(notice)

    def _drop(self, notice: Notice) -> None:
        if notice in self.notices:
            self.notices.remove(notice)
            self._column.removeWidget(notice)
            notice.hide()
            notice.deleteLater()
        self.setVisible(bool(self.notices))
