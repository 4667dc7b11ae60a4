"""What a card says of one problem: what is wrong, where it comes from, what usually is meant."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from composer_gui.ui import theme
from composer_gui.ui.canvas.fix_buttons import WrappedButton, link
from composer_gui.ui.canvas.telling import SILENCE_TIP, Telling, can_be_silenced
from composer_gui.ui.words import breakable

EXPLAIN = "Explain"
EXPLAIN_TIP = "Read what this kind of problem means, and what to do"


class OriginLink(WrappedButton):
    """The sentence on where a value was set, to press: `went_to(node id)`."""

    went_to = Signal(str)

    def __init__(self, telling: Telling, parent: QWidget, *, width: int = 0) -> None:
        super().__init__(telling.cause, width, parent)
        self._node = telling.set_at
        self.setFlat(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip("Go there")
        self.setProperty("role", "sentence")
        self.put(f"{telling.cause}\u00a0→", theme.font(12, 400), tone="accent")
        self.clicked.connect(self._go)

    def _go(self) -> None:
        self.went_to.emit(self._node)


class ProblemWords(QWidget):
    """The words of a `Telling`, one width wide; Keras's own are one press away.

    `closed()`, `went_to(node id)`, `silenced()`, `explained(code)` and `next_wanted()` when a word
    is pressed, `resized()` when the height is another one.
    """

    closed = Signal()
    went_to = Signal(str)
    silenced = Signal()
    explained = Signal(str)
    next_wanted = Signal()
    resized = Signal()

    def __init__(self, width: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._width = width
        self._telling: Telling | None = None
        self._inside = QWidget(self)
        self._says_more = False
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(0, 0, 0, 0)
        self._outer.addWidget(self._inside)

    def show_telling(self, telling: Telling) -> None:
        """Say this; nothing is built anew while it is the same."""
        if telling == self._telling:
            return
        if self._telling is None or self._telling.problem.key != telling.problem.key:
            self._says_more = False
        self._telling = telling
        self._rebuild()

    def set_width(self, width: int) -> None:
        """Be another width."""
        self._width = width
        if self._telling is not None:
            self._rebuild()

    def focus(self) -> bool:
        """Put the keys on the first thing that can be done; return whether there is one."""
        buttons = self._inside.findChildren(QPushButton)
        for button in (*buttons[1:], *buttons[:1]):  # the way to close it comes last
            button.setFocus(Qt.FocusReason.TabFocusReason)
            return True
        return False

    def _rebuild(self) -> None:
        focused = QApplication.focusWidget()
        held = focused.objectName() if focused in self._inside.findChildren(QPushButton) else ""
        self._outer.removeWidget(self._inside)
        self._inside.hide()
        self._inside.deleteLater()
        self._inside = QWidget(self)
        self._column = QVBoxLayout(self._inside)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._fill(self._telling)
        self._outer.addWidget(self._inside)
        self._inside.show()
        again = self._inside.findChild(QPushButton, held) if held else None
        if again is not None:  # whoever pressed it by key may press again
            again.setFocus(Qt.FocusReason.OtherFocusReason)
        self.resized.emit()

    def _fill(self, telling: Telling) -> None:
        problem = telling.problem
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._words(problem.title or problem.message, theme.font(15, 600)), 1)
        close = link("✕", self._inside, quiet=True)
        close.setAccessibleName("Close")
        close.setToolTip("Close (Esc)")
        close.clicked.connect(self.closed)
        head.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self._column.addLayout(head)
        if problem.title and problem.title != problem.message:
            words = self._words(problem.message, theme.font(13, 400), "secondary")
            self._column.addWidget(words)
        if telling.origin:
            self._column.addWidget(self._origin(telling))
        if telling.usual:
            words = self._words(telling.usually, theme.font(12, 400), "tertiary")
            self._column.addWidget(words)
        self._add_links(telling)
        if problem.detail and self._says_more:
            words = self._words(problem.detail, theme.mono(11), "secondary")
            words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._column.addWidget(words)

    def _words(self, text: str, font: QFont, tone: str = "text") -> QLabel:
        label = QLabel(breakable(text), self._inside)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setProperty("tone", tone)
        label.setWordWrap(True)
        label.setFont(font)
        return label

    def _origin(self, telling: Telling) -> QWidget:
        """Return where the value was set: words to press where that is elsewhere."""
        if not telling.set_at:
            return self._words(telling.cause, theme.font(12, 400), "secondary")
        button = OriginLink(telling, self._inside, width=self._width)
        button.went_to.connect(self.went_to)
        return button

    def _add_links(self, telling: Telling) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(14)
        if telling.problem.detail:
            words = "Less" if self._says_more else "What Keras says"
            self._link(row, words, "keras").clicked.connect(self._toggle)
        if can_be_silenced(telling.problem):
            silence = self._link(row, "Silence here", "silence")
            silence.setToolTip(SILENCE_TIP)
            silence.clicked.connect(self.silenced)
        explain = self._link(row, EXPLAIN, "explain")
        explain.setToolTip(EXPLAIN_TIP)
        explain.clicked.connect(self._explain)
        row.addStretch(1)
        if telling.count > 1:
            words = f"{telling.place + 1} of {telling.count} →"
            button = self._link(row, words, "next", quiet=True)
            button.setAccessibleName("Next problem of this node")
            button.clicked.connect(self.next_wanted)
        self._column.addLayout(row)

    def _link(self, row: QHBoxLayout, words: str, name: str, *, quiet: bool = False) -> QPushButton:
        button = link(words, self._inside, quiet=quiet)
        button.setObjectName(name)
        row.addWidget(button)
        return button

    def _explain(self) -> None:
        self.explained.emit(self._telling.problem.code)

    def _toggle(self) -> None:
        self._says_more = not self._says_more
        self._rebuild()
