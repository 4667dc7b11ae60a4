"""The card beside a node with a problem: what is wrong, in words, and the repairs as buttons."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from composer_gui.core import edits
from composer_gui.core.problems import ERROR, Problem
from composer_gui.core.trials import Offer
from composer_gui.core.verdicts import WRONG
from composer_gui.ui import theme
from composer_gui.ui.canvas.faces import is_unfinished
from composer_gui.ui.canvas.fix_buttons import MOST, FixButtons
from composer_gui.ui.canvas.problem_words import ProblemWords
from composer_gui.ui.canvas.telling import telling_of, told
from composer_gui.ui.explaining import explain

WIDTH, SIDE = 400, 18
LEAST_WIDTH = 220
GAP = 14
NEWCOMER = (228.0, 110.0)
"""What a node that a repair adds takes up, in pixels of the scene."""
MOST_NEWCOMERS = 4
LOW = 480
"""Height of a canvas, in pixels, below which the card says the most important only."""


class ProblemCard(QWidget):
    """A child of the viewport that follows its node. It shows itself for one selected node.

    Errors come before warnings. A node that is merely unfinished gets its card only when asked for
    (`show_for`). Repairs that are known later are added at the lower end, so that nothing moves
    under the mouse.
    """

    def __init__(self, view) -> None:
        super().__init__(view.viewport())
        self._view = view
        self._node_id = ""
        self._shown: Problem | None = None
        self._dismissed: tuple | None = None
        inside = WIDTH - 2 * SIDE
        self.words = ProblemWords(inside, self)
        self.repairs = FixButtons(inside, self)
        self.setAccessibleName("Problem")
        self.setAccessibleDescription(
            "Enter applies the first repair. Ctrl and dot goes to the repairs, Escape closes."
        )
        self.setFixedWidth(WIDTH)
        view.viewport().installEventFilter(self)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(SIDE, 14, SIDE, 12)
        self._column.setSpacing(10)
        self._column.addWidget(self.words)
        self._column.addWidget(self.repairs)
        self._connect()
        self.hide()

    def _connect(self) -> None:
        scene, session = self._view.scene(), self._view.session
        scene.selection_changed.connect(self._follow_selection)
        scene.judged.connect(self._refresh)
        scene.followed.connect(self._refresh)
        scene.moved.connect(self._place)
        session.fixes_found.connect(self._take_offers)
        theme.watch().changed.connect(self._take_look)
        self.words.closed.connect(self._close)
        self.words.went_to.connect(self._view.show_node)
        self.words.silenced.connect(self._silence)
        self.words.explained.connect(self._explain)
        self.words.next_wanted.connect(self._show_next)
        self.words.resized.connect(self._fit)
        self.repairs.chosen.connect(self._apply)
        self.repairs.looked_at.connect(self._look_at)
        self.repairs.resized.connect(self._fit)

    # Showing -------------------------------------------------------------------------------------

    @property
    def problem(self) -> Problem | None:
        """What the card tells of, while it is shown."""
        return self._shown if self.isVisible() else None

    @property
    def buttons(self) -> list[QPushButton]:
        """The buttons of the repairs that are shown."""
        return self.repairs.buttons

    def show_for(self, node_id: str) -> None:
        """Tell of the first problem of a node, whatever its kind, or go on with the same one."""
        problems = told(self._view.session.verdict(node_id))
        if not problems:
            self.hide()
            return
        keys = [problem.key for problem in problems]
        same = self._node_id == node_id and self.isVisible() and self._shown is not None
        at = keys.index(self._shown.key) if same and self._shown.key in keys else 0
        self._node_id = node_id
        self._tell(problems, at)

    def _tell(self, problems: list[Problem], at: int) -> None:
        session, problem = self._view.session, problems[at]
        self._dismissed = None
        was_there = self.isVisible()
        if self._shown is None or self._shown.key != problem.key or not was_there:
            self.repairs.forget()
        self._shown = problem
        telling = telling_of(session, problem, at, len(problems))
        self.words.show_telling(replace(telling, usual="") if self._is_short else telling)
        self._show_offers(session.fixes(problem), is_trying=session.is_trying(problem))
        self.show()
        self.raise_()
        self._resize()
        if not was_there or not self.underMouse():
            self._place()
        self.update()

    def _show_next(self) -> None:
        problems = told(self._view.session.verdict(self._node_id))
        keys = [problem.key for problem in problems]
        at = keys.index(self._shown.key) + 1 if self._shown.key in keys else 0
        if problems:
            self._tell(problems, at % len(problems))

    def _take_offers(self, problem: Problem) -> None:
        """Show the repairs, now that they are known."""
        if self.problem is not None and problem == self._shown:
            self._show_offers(self._view.session.fixes(problem), is_trying=False)

    def _show_offers(self, offers: tuple[Offer, ...], *, is_trying: bool) -> None:
        most = 1 if self._is_short else MOST
        declined = self._view.session.declined(self._shown) if not self._is_short else ()
        self.repairs.show_offers(offers, is_trying=is_trying, most=most, declined=declined)

    @property
    def _is_short(self) -> bool:
        """Whether the canvas is so low that the card would cover what it is about."""
        return self.parentWidget().height() < LOW

    def dismiss(self) -> None:
        """Go away until there is another problem."""
        self._dismissed = self._shown.key if self._shown else None
        self.hide()

    def _close(self) -> None:
        self.dismiss()
        self._view.setFocus()

    def hideEvent(self, event) -> None:
        self._view.preview.clear()
        super().hideEvent(event)
        self._view.tags.renew()

    def _follow_selection(self) -> None:
        self._dismissed = None
        self.hide()
        self._refresh()

    def _refresh(self, _: object = None) -> None:
        chosen = self._view.scene().selected_nodes
        node_id = next(iter(chosen)) if len(chosen) == 1 else ""
        verdict = self._view.session.verdict(node_id)
        asked_for = self.isVisible() and node_id == self._node_id
        problems = told(verdict)
        if not problems or (is_unfinished(verdict) and not asked_for):
            self.hide()
        elif problems[0].key != self._dismissed:
            self.show_for(node_id)

    def _take_look(self) -> None:
        if self.isVisible():
            self._fit()
            self.update()

    # Where it stands -----------------------------------------------------------------------------

    def _fit(self) -> None:
        """Be as high as the words and the repairs ask for; stay where the mouse is."""
        if self.isVisible():
            self._resize()
            if not self.underMouse():
                self._place()

    def _resize(self) -> None:
        for button in self.findChildren(QPushButton):
            # Whoever goes through the window by Tab is not led astray into the canvas
            button.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._column.activate()
        self.resize(self.width(), self._column.totalHeightForWidth(self.width()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Be as wide as a narrow canvas lets it."""
        if event.type() == QEvent.Type.Resize:
            self._take_width()
        return False

    def _take_width(self) -> None:
        width = max(LEAST_WIDTH, min(WIDTH, self.parentWidget().width() - 8))
        if width != self.width():
            self.setFixedWidth(width)
            self.words.set_width(width - 2 * SIDE)
            self.repairs.set_width(width - 2 * SIDE)
            self._fit()

    def _place(self, _: object = None) -> None:
        """Stand below the node, or above it, or beside it, wherever there is room.

        Where repairs would put new nodes is left free, so that one sees them; so is the map, where
        there is as good a place.
        """
        item = self._view.scene().seen_item(self._node_id)
        if item is None or self.isHidden():
            return
        room = self.parentWidget().rect().adjusted(0, 4, 0, -4)
        node = self._on_screen(item.card())
        places = self._places(node)
        fitting = [at for at in places if self._is_within(QRect(at, self.size()), room)]
        clear = [at for at in fitting if self._is_clear(at, [node])]
        newcomers = self._newcomers()
        free = [at for at in clear if self._is_clear(at, newcomers)]
        free = [at for at in free if self._is_clear(at, [self._view.minimap.rect()])] or free
        self.move((free or clear or [self._beside(places[-1], room)])[0])
        self._view.tags.renew()

    def _places(self, node: QRect) -> list[QPoint]:
        """Return where it may stand, the best place first; the last is beside the node."""
        room = self.parentWidget().width()
        left = self._clamped(node.left(), room)
        below, above = node.bottom() + 1 + GAP, node.top() - GAP - self.height()
        newcomers = self._newcomers()
        aside = node.right() + 1 + GAP
        if aside + self.width() > room:
            aside = node.left() - GAP - self.width()
        most = room - self.width() - 4
        aside = self._clamped(aside, room) if self._is_seen(node) else aside
        columns = [left, *(min(rect.right() + GAP, most) for rect in newcomers)]
        lower = [QPoint(left, rect.bottom() + GAP) for rect in newcomers]
        rows = [QPoint(x, y) for y in (below, above) for x in columns if x >= left]
        left_of_map = self._view.minimap.rect().left() - GAP - self.width()
        if node.left() - self.width() // 2 < left_of_map < left:
            rows.insert(1, QPoint(left_of_map, below))
        return [*rows, *lower, QPoint(aside, node.top())]

    def _is_clear(self, at: QPoint, taken: list[QRect]) -> bool:
        card = QRect(at, self.size())
        return not any(card.intersects(rect) for rect in taken)

    def _is_seen(self, node: QRect) -> bool:
        return self.parentWidget().rect().intersects(node)

    @staticmethod
    def _is_within(rect: QRect, room: QRect) -> bool:
        """Return whether it is within the height of the room: to the sides it follows its node."""
        return rect.top() >= room.top() and rect.bottom() <= room.bottom()

    def _beside(self, at: QPoint, room: QRect) -> QPoint:
        return QPoint(at.x(), max(room.top(), min(at.y(), room.bottom() + 1 - self.height())))

    def _on_screen(self, rect: QRectF) -> QRect:
        corners = (self._view.camera.screen_at(at) for at in (rect.topLeft(), rect.bottomRight()))
        (left, top), (right, bottom) = ((round(at.x()), round(at.y())) for at in corners)
        return QRect(left, top, right - left, bottom - top)

    def _newcomers(self) -> list[QRect]:
        """Return where the nodes would be, on the screen, that the shown repairs would add."""
        found = []
        for button in self.repairs.buttons:
            after = button.offer.after.nodes
            for node_id in sorted(button.offer.change.added)[:MOST_NEWCOMERS]:
                node = after[node_id]
                found.append(self._on_screen(QRectF(node.x, node.y, *NEWCOMER)))
        return found

    def follow_view(self) -> None:
        """Keep beside the node after the view has moved."""
        self._place()

    def _clamped(self, left: int, room: int) -> int:
        wide = self.width()
        return max(4, min(left, room - wide - 4)) if -wide < left < room else left

    # What it does --------------------------------------------------------------------------------

    def apply_first(self) -> bool:
        """Apply the likeliest repair; return whether there was one."""
        if not self.isVisible() or not self.buttons:
            return False
        self._apply(self.buttons[0].offer)
        return True

    def take_keys(self) -> bool:
        """Put the keys on the first repair, or else on what else can be done; return success."""
        return self.isVisible() and (self.repairs.focus() or self.words.focus())

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes round within the card; on the canvas around it would add a node."""
        buttons = [button for button in self.findChildren(QPushButton) if button.isVisible()]
        buttons.sort(key=self._place_of)
        now = next((n for n, button in enumerate(buttons) if button.hasFocus()), None)
        if now is None:
            return False
        reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
        buttons[(now + (1 if forward else -1)) % len(buttons)].setFocus(reason)
        return True

    def _place_of(self, button: QPushButton) -> tuple[int, int]:
        at = button.mapTo(self, button.rect().topLeft())
        return at.y(), at.x()

    def _apply(self, offer: Offer) -> None:
        self._view.preview.clear()
        self._view.setFocus()
        if self._view.session.apply_offer(offer) is not None:
            self.dismiss()  # the engine has yet to say so, but the user has seen to it

    def _look_at(self, offer: Offer | None) -> None:
        """Show on the canvas what a repair would do; not while its place is tried anew."""
        outdated = self._shown is None or self._view.session.is_trying(self._shown)
        self._view.preview.show(None if outdated else offer)

    def _explain(self, code: str) -> None:
        explain(self, code)

    def _silence(self) -> None:
        problem = self._shown
        self._view.setFocus()
        label = f"Silence a warning of {self._view.session.document.label(problem.node)}"
        if self._view.session.try_apply(label, edits.silence, problem.node, problem.code):
            self.dismiss()

    # Painting and keys ---------------------------------------------------------------------------

    def paintEvent(self, event) -> None:
        now = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(now.wrong if self._is_red() else now.warning, 1.5))
        painter.setBrush(now.panel)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 10, 10)

    def _is_red(self) -> bool:
        verdict = self._view.session.verdict(self._node_id)
        is_error = self._shown is not None and self._shown.severity == ERROR
        return is_error and verdict.kind == WRONG and not is_unfinished(verdict)

    def keyPressEvent(self, event) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._close()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event) -> None:
        event.accept()  # a press on the card is not one on the canvas behind it
