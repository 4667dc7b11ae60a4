"""What a card says of one problem: what is wrong, where it comes from, what usually is meant."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from composer_gui.core import kinds_of_warnings
from composer_gui.core.problem_table import KINDS
from composer_gui.core.problems import Problem
from composer_gui.session.session import Session
from composer_gui.ui import theme
from composer_gui.ui.canvas.fix_buttons import WrappedButton, link

SILENCE_TIP = "Warn of this no more at this node. The design remembers it."

CAUSE = "Cause:"


def can_be_silenced(problem: Problem) -> bool:
    """Return whether the user may want to hear no more of a problem: of warnings about a design.

    What is wrong with files is no such warning: it goes with what is wrong.
    """
    return problem.node is not None and problem.code in kinds_of_warnings.KINDS


@dataclass(frozen=True, slots=True)
class Telling:
    """What there is to say of a problem.

    `origin` is the sentence on where the value was set that makes it wrong, and `set_at` the node
    to go to there, empty where that is the node itself. `usual` is what usually is meant. It is
    number `place` of the `count` problems of its node.
    """

    problem: Problem
    origin: str = ""
    set_at: str = ""
    usual: str = ""
    place: int = 0
    count: int = 1


def telling_of(session: Session, problem: Problem, place: int, count: int) -> Telling:
    """Return what there is to say of a problem now."""
    kind = KINDS.get(problem.code)
    origin = session.origin(problem)
    elsewhere = origin is not None and origin.node != problem.node
    set_at = origin.node if elsewhere and origin.node in session.document.nodes else ""
    return Telling(
        problem,
        origin.sentence if origin is not None else "",
        set_at,
        kind.usual if kind is not None else "",
        place,
        count,
    )


class ProblemWords(QWidget):
    """The words of a `Telling`, one width wide; Keras's own are one press away.

    `closed()`, `went_to(node id)`, `silenced()` and `next_wanted()` when a word is pressed,
    `resized()` when the height is another one.
    """

    closed = Signal()
    went_to = Signal(str)
    silenced = Signal()
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
        self.rebuild()

    def rebuild(self) -> None:
        """Say the same in the theme that holds now."""
        if self._telling is None:
            return
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
        self.resized.emit()

    def _fill(self, telling: Telling) -> None:
        now, problem = theme.current(), telling.problem
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
            words = self._words(problem.message, theme.font(13, 400), now.secondary)
            self._column.addWidget(words)
        if telling.origin:
            self._column.addWidget(self._origin(telling))
        if telling.usual:
            words = f"Usually: {telling.usual}"
            self._column.addWidget(self._words(words, theme.font(12, 400), now.tertiary))
        self._add_links(telling)
        if problem.detail and self._says_more:
            words = self._words(problem.detail, theme.mono(11), now.secondary)
            words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._column.addWidget(words)

    def _words(self, text: str, font, colour=None) -> QLabel:
        label = QLabel(text, self._inside)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setFont(font)
        colour = colour or theme.current().text
        label.setStyleSheet(f"color: {colour.name()}; background: transparent;")
        return label

    def _origin(self, telling: Telling) -> QWidget:
        """Return where the value was set: words to press where that is elsewhere."""
        now, font = theme.current(), theme.font(12, 400)
        # It may begin with a label, which stays as it is
        sentence = f"{CAUSE} {telling.origin.removesuffix('.')}."
        if not telling.set_at:
            return self._words(sentence, font, now.secondary)
        button = WrappedButton(sentence, self._width, self._inside)
        button.setFlat(True)
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.setToolTip("Go there")
        button.setStyleSheet(
            "QPushButton { border: none; border-radius: 4px; outline: none;"
            " background: transparent; }"
            f"QPushButton:hover, QPushButton:focus {{ background: {now.hover.name()}; }}"
        )
        button.put(f"{sentence} →", font, now.accent)
        button.clicked.connect(self._go)
        return button

    def _add_links(self, telling: Telling) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(14)
        if telling.problem.detail:
            words = "Less" if self._says_more else "What Keras says"
            self._link(row, words).clicked.connect(self._toggle)
        if can_be_silenced(telling.problem):
            silence = self._link(row, "Silence here")
            silence.setToolTip(SILENCE_TIP)
            silence.clicked.connect(self.silenced)
        row.addStretch(1)
        if telling.count > 1:
            words = f"{telling.place + 1} of {telling.count} →"
            button = self._link(row, words, quiet=True)
            button.setAccessibleName("Next problem of this node")
            button.clicked.connect(self.next_wanted)
        if row.count() > 1:
            self._column.addLayout(row)

    def _link(self, row: QHBoxLayout, words: str, *, quiet: bool = False) -> QPushButton:
        button = link(words, self._inside, quiet=quiet)
        row.addWidget(button)
        return button

    def _toggle(self) -> None:
        self._says_more = not self._says_more
        self.rebuild()

    def _go(self) -> None:
        self.went_to.emit(self._telling.set_at)
