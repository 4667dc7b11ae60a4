"""The card beside a wrong node: what is wrong, in words, and the repairs as buttons."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from composer_gui.core.fixes import Fix
from composer_gui.core.problems import Problem
from composer_gui.core.verdicts import WRONG
from composer_gui.ui import theme
from composer_gui.ui.canvas.faces import first_error, is_unfinished

WIDTH, SIDE = 400, 18
GAP = 14
MOST_FIXES = 4


class ProblemCard(QWidget):
    """A child of the viewport that follows its node. It shows itself for one selected wrong node.

    A node that is merely unfinished gets its card only when asked for (`show_for`).
    """

    def __init__(self, view) -> None:
        super().__init__(view.viewport())
        self._view = view
        self._node_id = ""
        self._shown: tuple[Problem, tuple[Fix, ...]] | None = None
        self._dismissed: Problem | None = None
        self._says_more = False
        self.buttons: list[QPushButton] = []
        self._content = QWidget(self)
        self.setAccessibleName("Problem")
        self.setFixedWidth(WIDTH)
        self._connect()
        self.hide()

    def _connect(self) -> None:
        scene = self._view.scene()
        scene.selection_changed.connect(self._follow_selection)
        scene.judged.connect(self._refresh)
        scene.followed.connect(self._refresh)
        scene.moved.connect(self._place)
        theme.watch().changed.connect(self._forget_look)

    # Showing -------------------------------------------------------------------------------------

    @property
    def problem(self) -> Problem | None:
        """What the card tells of, while it is shown."""
        return self._shown[0] if self._shown and self.isVisible() else None

    def show_for(self, node_id: str) -> None:
        """Tell of the first problem of a node, whatever its kind."""
        self._node_id = node_id
        problem = first_error(self._view.session.verdict(node_id))
        if problem is None:
            self.hide()
            return
        self._dismissed = None
        shown = (problem, self._view.session.fixes(problem)[:MOST_FIXES])
        if self._shown is None or self._shown[0] != problem or not self.isVisible():
            self._says_more = False
        self._shown = shown
        self._fill()
        self.show()
        self.raise_()
        self._place()

    def dismiss(self) -> None:
        """Go away until there is another problem."""
        self._dismissed = self._shown[0] if self._shown else None
        self.hide()

    def apply_first(self) -> bool:
        """Apply the likeliest repair; return whether there was one."""
        if not self.isVisible() or not self.buttons:
            return False
        self._apply(self._shown[1][0])
        return True

    def _follow_selection(self) -> None:
        self._dismissed = None
        self.hide()
        self._refresh()

    def _refresh(self, _: object = None) -> None:
        chosen = self._view.scene().selected_nodes
        node_id = next(iter(chosen)) if len(chosen) == 1 else ""
        verdict = self._view.session.verdict(node_id)
        asked_for = self.isVisible() and node_id == self._node_id
        if verdict.kind != WRONG or (is_unfinished(verdict) and not asked_for):
            self.hide()
            return
        if first_error(verdict) != self._dismissed:
            self.show_for(node_id)

    def _forget_look(self) -> None:
        if self.isVisible():
            self._fill()

    def _place(self, _: object = None) -> None:
        """Stand below the node, or above it, or beside it, wherever there is room."""
        item = self._view.scene().nodes.get(self._node_id)
        if item is None or self.isHidden():
            return
        camera, card = self._view.camera, item.card()
        top_left, bottom_right = (
            camera.screen_at(card.topLeft()),
            camera.screen_at(card.bottomRight()),
        )
        room = self.parentWidget().size()
        left, top = round(top_left.x()), round(top_left.y())
        right, bottom = round(bottom_right.x()), round(bottom_right.y())
        below, above = bottom + GAP, top - GAP - self.height()
        if below + self.height() <= room.height() - 4:
            self.move(self._clamped(left, room.width()), below)
        elif above >= 4:
            self.move(self._clamped(left, room.width()), above)
        else:
            x = right + GAP if right + GAP + WIDTH <= room.width() else left - GAP - WIDTH
            self.move(QPoint(x, max(4, min(top, room.height() - self.height() - 4))))

    def follow_view(self) -> None:
        """Keep beside the node after the view has moved."""
        self._place()

    @staticmethod
    def _clamped(left: int, room: int) -> int:
        return max(4, min(left, room - WIDTH - 4)) if left > -WIDTH and left < room else left

    # What it says --------------------------------------------------------------------------------

    def _fill(self) -> None:
        self._content.hide()
        self._content.deleteLater()
        self._content = QWidget(self)
        self._layout = QVBoxLayout(self._content)
        self._layout.setContentsMargins(SIDE, 14, SIDE, 12)
        self._layout.setSpacing(6)
        problem, fixes = self._shown
        now = theme.current()
        self._add_words(problem.title or problem.message, theme.font(15, 600), now.text)
        if problem.title:
            self._add_words(problem.message, theme.font(13, 400), now.secondary)
        self._layout.addSpacing(4)
        self.buttons = []
        for number, fix in enumerate(fixes):
            button = _FixButton(fix.title, first=number == 0, parent=self._content)
            button.clicked.connect(partial(self._apply_clicked, fix))
            self.buttons.append(button)
            self._layout.addWidget(button)
        if problem.detail and self._says_more:
            words = self._add_words(problem.detail, theme.mono(11), now.secondary)
            words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._layout.addLayout(self._foot(problem))
        self._content.show()
        self.resize(WIDTH, self._layout.totalHeightForWidth(WIDTH))
        self._content.resize(self.size())

    def _add_words(self, text: str, font, colour) -> QLabel:
        label = QLabel(text, self._content)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setFont(font)
        label.setStyleSheet(f"color: {colour.name()}; background: transparent;")
        self._layout.addWidget(label)
        return label

    def _foot(self, problem: Problem) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(0, 4, 0, 0)
        if problem.detail:
            more = _link("Less" if self._says_more else "What Keras says", self._content)
            more.clicked.connect(self._toggle)
            row.addWidget(more)
        row.addStretch(1)
        close = _link("Close", self._content, quiet=True)
        close.clicked.connect(self.dismiss)
        row.addWidget(close)
        return row

    def _toggle(self) -> None:
        self._says_more = not self._says_more
        self._fill()
        self._place()

    def _apply_clicked(self, fix: Fix, _checked: bool = False) -> None:
        self._apply(fix)

    def _apply(self, fix: Fix) -> None:
        self._view.setFocus()
        if self._view.session.try_apply(fix.title, fix.edit) is not None:
            self.dismiss()  # the engine has yet to say so, but the user has seen to it

    # Painting and keys ---------------------------------------------------------------------------

    def paintEvent(self, event) -> None:
        now = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        wrong = self._shown is not None and not is_unfinished(
            self._view.session.verdict(self._node_id)
        )
        painter.setPen(QPen(now.wrong if wrong else now.warning, 1.5))
        painter.setBrush(now.panel)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 10, 10)

    def keyPressEvent(self, event) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
            self._view.setFocus()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event) -> None:
        event.accept()  # a press on the card is not one on the canvas behind it


class _FixButton(QPushButton):
    """A repair: the first one stands out and says that Enter applies it."""

    def __init__(self, title: str, *, first: bool, parent: QWidget) -> None:
        super().__init__(parent)
        now = theme.current()
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(title)
        ground = now.selection.name() if first else "transparent"
        self.setStyleSheet(
            f"QPushButton {{ border-radius: 6px; border: 1px solid transparent;"
            f" background: {ground}; }}"
            f"QPushButton:hover {{ background: {now.hover.name()}; }}"
            f"QPushButton:focus {{ border-color: {now.accent.name()}; }}"
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 8)
        words = self._words(title, theme.font(13, 600 if first else 400), now.text)
        words.setWordWrap(True)
        row.addWidget(words, 1)
        if first:
            row.addWidget(self._words("Enter", theme.font(12, 400), now.secondary))
        self.setFixedHeight(row.totalHeightForWidth(WIDTH - 2 * SIDE))

    def _words(self, text: str, font, colour) -> QLabel:
        """A button's own text does not wrap; a label on it does."""
        label = QLabel(text, self)
        label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setFont(font)
        label.setStyleSheet(f"color: {colour.name()}; background: transparent;")
        return label


def _link(text: str, parent: QWidget, *, quiet: bool = False) -> QPushButton:
    now = theme.current()
    colour = now.tertiary if quiet else now.accent
    button = QPushButton(text, parent)
    button.setFlat(True)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setFont(theme.font(12, 400))
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    button.setStyleSheet(
        f"QPushButton {{ border: none; padding: 2px; background: transparent; min-height: 0;"
        f" color: {colour.name()}; }}"
        f"QPushButton:hover, QPushButton:focus {{ text-decoration: underline; }}"
    )
    return button
