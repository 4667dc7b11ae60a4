"""Tells screen readers what happens on a canvas: where the keys are, and what a verdict became."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAccessibleEvent,
    QAccessibleValueChangeEvent,
)

from composer_gui.core.change import Change
from composer_gui.core.verdicts import WRONG
from composer_gui.core.wording import counted
from composer_gui.ui.canvas import accessible_words as words
from composer_gui.ui.canvas.accessible_canvas import NodeInterfaces

REST = 150
"""Milliseconds without another verdict after which it is said what has become of them."""
MOST = 3
"""Nodes whose verdicts are said; of more only how many are wrong."""

SCREENFUL = 50
"""Nodes of which it is told at once that something else comes out of them."""


class Ears(QObject):
    """Announces verdicts of the nodes at hand, once they rest, and how many nodes are wrong.

    What the status bar says is announced too. `said(str)` when something is. It costs nothing while
    nobody listens.
    """

    said = Signal(str)

    def __init__(self, view) -> None:
        super().__init__(view)
        self._view = view
        self.nodes = NodeInterfaces(view)
        self._told: dict[str, str] = {}
        self._touched: set[str] = set()
        self._wrong = 0
        self._focused = ""
        self._rest = QTimer(self, singleShot=True, interval=REST)
        self._rest.timeout.connect(self._tell)
        self._connect()

    def _connect(self) -> None:
        session, scene = self._view.session, self._view.scene()
        session.changed.connect(self._follow)
        session.analyzed.connect(self._judge)
        session.noticed.connect(self.say)
        scene.selection_changed.connect(self._learn)

    # Where the keys are --------------------------------------------------------------------------

    def focus(self, node_id: str) -> None:
        """The keys are at a node now, or with "" at none."""
        if node_id == self._focused:
            return
        self._focused = node_id
        if node_id and QAccessible.isActive():
            arrived = QAccessibleEvent(self.nodes.of(node_id), QAccessible.Event.Focus)
            QAccessible.updateAccessibility(arrived)

    # Verdicts ------------------------------------------------------------------------------------

    def _follow(self, change: Change) -> None:
        self.nodes.forget(change.removed)
        for node_id in change.removed:
            self._told.pop(node_id, None)

    def _learn(self) -> None:
        """What is selected now was read to its end: only what becomes of it is to be said."""
        if QAccessible.isActive():
            chosen = self._at_hand()
            self._told = {i: self._told.get(i) or self._sentence(i) for i in chosen}

    def _judge(self, node_ids: Iterable[str]) -> None:
        if QAccessible.isActive():
            self._touched.update(node_ids)
            self._rest.start()

    def _tell(self) -> None:
        """Say what became of the nodes at hand, and of how many that are wrong."""
        session, touched = self._view.session, self._touched
        self._touched = set()
        sentences = []
        for node_id in self._at_hand() & touched:
            sentence = self._sentence(node_id)
            if not words.is_pending(session, node_id) and sentence != self._told.get(node_id):
                self._told[node_id] = sentence
                sentences.append(f"{words.name_of(session, node_id)}: {sentence}")
        wrong = sum(verdict.kind == WRONG for verdict in session.verdicts.values())
        if wrong != self._wrong:
            self._wrong = wrong
            is_are = "is" if wrong == 1 else "are"
            told = f"{counted(wrong, 'node')} {is_are} wrong." if wrong else "No node is wrong."
            sentences.append(told)
        if sentences:
            self.say(" ".join(sentences))
        self._tell_values(touched)

    def _tell_values(self, touched: set[str]) -> None:
        """Tell of what comes out of nodes now that were asked for and are seen, of a screenful."""
        view, nodes = self._view, self._view.session.document.nodes
        known = [i for i in touched if i in self.nodes and i in nodes]
        seen = view.camera.seen()
        shown = (i for i in known if view.scene().content_rect((i,)).intersects(seen))
        for node_id in islice(shown, SCREENFUL):
            value = words.value_of(view.session, node_id)
            changed = QAccessibleValueChangeEvent(self.nodes.of(node_id), value)
            QAccessible.updateAccessibility(changed)

    def say(self, sentence: str) -> None:
        """Have a sentence read, once what is being read has come to its end."""
        if QAccessible.isActive():
            told = QAccessibleAnnouncementEvent(self._view, sentence)
            told.setPoliteness(QAccessible.AnnouncementPoliteness.Polite)
            QAccessible.updateAccessibility(told)
        self.said.emit(sentence)

    def _sentence(self, node_id: str) -> str:
        return words.verdict_of(self._view.session, node_id)

    def _at_hand(self) -> set[str]:
        """Return the nodes whose verdicts are said: the selected ones, if these are few."""
        chosen = self._view.scene().selected_nodes
        return set(chosen) if len(chosen) <= MOST else set()
