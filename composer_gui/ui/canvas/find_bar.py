"""Find in the design: a field above the canvas, what fits in full light, one after the other."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit

from composer_gui.core.change import Change
from composer_gui.core.document import Frame
from composer_gui.ui import keymap, theme
from composer_gui.ui.canvas.finding import Finding, Match
from composer_gui.ui.controls import SignButton
from composer_gui.ui.reasons import allow
from composer_gui.ui.search_field import ENTER, plate

WIDTH, MARGIN = 420, 12
_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
NONE = "Nothing fits what is written in the field."


class FindBar(QFrame):
    """A child of the viewport, at its upper edge. What fits is lit, the rest is veiled.

    Letters bring the first that fits into view; Enter goes on and Shift+Enter back, round and
    round. Escape closes, with the last one selected.
    """

    closed = Signal()

    def __init__(self, view) -> None:
        super().__init__(view.viewport())
        self._view = view
        self._finding = Finding(view.session)
        self._lessons: Iterator[None] = iter(())
        self._learning = QTimer(self, singleShot=True, interval=0)
        self._learning.timeout.connect(self._learn_some)
        self._matches: list[Match] = []
        self._at = -1
        self._entered: list[tuple[tuple[str, ...], str]] = []
        self.spotlight = view.keyboard.spotlight
        self.field = _Field(self)
        self.count = QLabel(self)
        self.previous = SignButton("up", "Previous match", self)
        self.next = SignButton("down", "Next match", self)
        self._close = SignButton("close", "Close", self)
        self._set_up()
        self._connect()
        self.hide()

    def _set_up(self) -> None:
        self.setObjectName("findBar")
        self.setAutoFillBackground(True)
        self.setAccessibleName("Find in the design")
        self.field.setAccessibleName("What to find")
        self.field.setPlaceholderText("Label, class, kind, value, layer inside a model")
        self.count.setAccessibleName("Matches")
        self.count.setFont(theme.font(12, 400))
        self._dress()
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 6, 6, 6)
        row.setSpacing(4)
        row.addWidget(self.field, 1)
        row.addSpacing(4)
        row.addWidget(self.count)
        for button in (self.previous, self.next, self._close):
            row.addWidget(button)

    def _connect(self) -> None:
        self.field.textChanged.connect(self._search)
        self.field.stepped.connect(self.step)
        self.field.cancelled.connect(self.close_bar)
        self.previous.clicked.connect(self._step_back)
        self.next.clicked.connect(self._step_on)
        self._close.clicked.connect(self.close_bar)
        theme.watch().changed.connect(self._dress)
        session = self._view.session
        session.changed.connect(self._follow)
        session.insides_changed.connect(self._learn)
        self._view.scene().selection_changed.connect(self._follow_selection)

    def _dress(self) -> None:
        self.setStyleSheet(plate("findBar"))

    # Opening and closing -------------------------------------------------------------------------

    def open_bar(self) -> None:
        """Show the bar with what was written last, all of it chosen."""
        self.place()
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()
        self._lessons = self._finding.learn()
        self._learning.start()
        self._search(self.field.text())

    def _learn_some(self) -> None:
        if self.isVisible() and next(self._lessons, self) is not self:
            self._learning.start()

    def close_bar(self) -> None:
        """Take bar and veil away; the canvas has the keys again."""
        if self.isHidden():
            return
        self.hide()
        self.spotlight.put_out()
        self._view.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.closed.emit()

    def place(self) -> None:
        """Lie in the middle of the upper edge of the canvas."""
        room = self.parentWidget().width()
        width = min(WIDTH, room - 2 * MARGIN)
        self.setGeometry((room - width) // 2, MARGIN, width, self.sizeHint().height())

    # Matches -------------------------------------------------------------------------------------

    @property
    def matches(self) -> list[Match]:
        """What fits, in the order in which one reads the canvas."""
        return self._matches

    @property
    def current(self) -> Match | None:
        """The match that one is at."""
        return self._matches[self._at] if 0 <= self._at < len(self._matches) else None

    def step(self, by: int) -> None:
        """Go to the next match (1) or the one before (-1), round and round.

        The way on leads into a submodel that holds what fits, and after the last match there out of
        it again.
        """
        if self.isHidden() and self.field.text():
            self.open_bar()
        if not self._matches:
            if self.isHidden():
                self.open_bar()
            return
        with self._view.keyboard.views.leap():
            if by > 0 and self._go_in():
                self._at = 0
            elif not self._go_out(by):
                self._at = (self._at + by) % len(self._matches)
            self._tell()
            self._go(near=True)

    def _go_in(self) -> bool:
        """Enter the submodel at hand, where what fits is in it; return whether that was so."""
        session, match = self._view.session, self.current
        if match is None or not match.inside or not session.enter(match.node):
            return False
        self._refresh(self.field.text())
        if not self._matches:  # the words fit the submodel and its layer only together
            session.leave()
            self._stand_at(match.node)
            return False
        self._entered.append((session.place, match.node))
        return True

    def _go_out(self, by: int) -> bool:
        """Leave the submodel that was entered for its matches, behind the last of them."""
        session = self._view.session
        at_end = self._at == (len(self._matches) - 1 if by > 0 else 0)
        while self._entered and self._entered[-1][0] != session.place[: len(self._entered[-1][0])]:
            self._entered.pop()  # it was left by another way
        if not at_end or not self._entered or self._entered[-1][0] != session.place:
            return False
        _, node_id = self._entered.pop()
        session.leave()
        self._stand_at(node_id)
        if by > 0 and self._at == len(self._matches) - 1 and self._go_out(by):
            return True
        if by > 0 and self._matches:
            self._at = (self._at + by) % len(self._matches)
        return True

    def _stand_at(self, node_id: str) -> None:
        """Be at the match that a node is, else at the first."""
        self._refresh(self.field.text())
        known = [match.node for match in self._matches]
        self._at = known.index(node_id) if node_id in known else (0 if known else -1)

    def _step_on(self) -> None:
        self.step(1)

    def _step_back(self) -> None:
        self.step(-1)

    def _search(self, text: str) -> None:
        """Light what fits, and show the first of it that is not before the node at hand."""
        self._refresh(text)
        here = self._view.keyboard.walker.stand()
        known = [match.node for match in self._matches]
        self._at = known.index(here) if here in known else (0 if known else -1)
        self._tell()
        self._go(near=False)

    def _refresh(self, text: str) -> None:
        self._matches = self._finding.matches(text)
        if text.strip():
            self.spotlight.light(match.node for match in self._matches)
        else:
            self.spotlight.put_out()

    def _go(self, *, near: bool) -> None:
        """Select the current match and bring it into view, so `near` that it can be read."""
        match = self.current
        if match is None:
            return
        view = self._view
        with view.keyboard.views.leap():
            if near and view.overview.holds(view):
                view.zoom_by(1 / view.camera.zoom)
            view.keyboard.walker.put(self._shown(match.node))

    def _shown(self, node_id: str) -> str:
        """Return a node, or the folded frame that it is folded away in."""
        nodes = self._view.session.document.nodes
        frames = (n for n in nodes.values() if isinstance(n, Frame) and node_id in n.folded)
        return next((frame.id for frame in frames), node_id)

    def _tell(self) -> None:
        """Say how many fit and at which one is."""
        count, match = len(self._matches), self.current
        text = f"{self._at + 1} of {count}" if match else ("None" if self.field.text() else "")
        self.count.setText(text)
        inside = f"Its layer {match.inside} fits." if match and match.inside else ""
        self.count.setToolTip(inside)
        self.count.setAccessibleDescription(inside)
        for button in (self.previous, self.next):
            allow(button, "" if count else NONE)
        if inside:
            label = self._view.session.document.label(match.node)
            self._view.session.noticed.emit(f"{label} has {match.inside} inside.")

    # Following -----------------------------------------------------------------------------------

    def _follow(self, _: Change) -> None:
        """Find anew in a design that is another one now, and stay where one is."""
        if self.isHidden():
            return
        match = self.current
        self._refresh(self.field.text())
        known = [found.node for found in self._matches]
        if match is not None and match.node in known:
            self._at = known.index(match.node)
        else:
            self._at = min(max(self._at, 0), len(known) - 1)
        self._tell()

    def _follow_selection(self) -> None:
        """Be at the match that was gone to by another way."""
        if self.isHidden():
            return
        chosen = self._view.scene().selected_nodes
        places = [at for at, match in enumerate(self._matches) if match.node in chosen]
        if len(chosen) == 1 and places and places != [self._at]:
            self._at = places[0]
            self._tell()

    def _learn(self) -> None:
        """More is known of what is inside saved models."""
        self._finding.forget_insides()
        self._follow(None)


class _Field(QLineEdit):
    """A line in which Enter and the arrows go from match to match."""

    stepped = Signal(int)
    cancelled = Signal()

    def keyPressEvent(self, event) -> None:
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        command = keymap.current().command(event)
        if event.key() in ENTER:
            self.stepped.emit(-1 if shift else 1)
        elif event.key() in _STEPS:
            self.stepped.emit(_STEPS[event.key()])
        elif command in ("find_next", "find_previous"):
            self.stepped.emit(1 if command == "find_next" else -1)
        elif event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
        else:
            super().keyPressEvent(event)
