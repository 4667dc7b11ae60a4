"""The list of all problems: a press goes to the node, repairs are buttons."""

from __future__ import annotations

import itertools

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from composer_gui.core.problems import ERROR, Problem
from composer_gui.core.verdicts import PENDING
from composer_gui.session.session import Session
from composer_gui.ui.panels.problem_row import ProblemRow, has_keys
from composer_gui.ui.severity import is_wrong
from composer_gui.ui.turns import Turn
from composer_gui.ui.words import Paragraph, count_of

MOST = 100
"""How many problems are listed; who has more mends these first."""

AT_ONCE = 10
"""How many rows are made in one turn of the event loop; a hundred would take ten frames."""

DELAY = 30
"""Milliseconds after a change before the list is looked through: edits come in bursts."""


class ProblemList(QScrollArea):
    """Shows the session's problems, those in the way of a model first. `node_chosen(node id)`;
    `counted(all, wrong)` when the counts are known anew; `looked_at(Offer)` while mouse or keys
    are on a repair, `looked_at(None)` when they are no more.

    Repairs are tried for the problems that are seen."""

    node_chosen = Signal(str)
    looked_at = Signal(object)
    counted = Signal(int, int)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.problems: list[Problem] = []
        self.rows: list[ProblemRow] = []
        self._is_stale = False
        self.rest = Paragraph(tone="tertiary")
        self._later = Turn(self, DELAY)
        self._looking = QTimer(self, singleShot=True, interval=0)
        self._making = QTimer(self, interval=0)
        self._set_up()
        self._connect()
        self._later.start()

    def _set_up(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # Tab goes to the rows
        self.setWidgetResizable(True)
        self.setAccessibleName("Problems")
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 4, 0, 8)
        self._column.setSpacing(0)
        self.rest.setContentsMargins(16, 6, 16, 6)
        self._column.addWidget(self.rest)
        self._column.addStretch(1)
        self.setWidget(inside)
        self.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)

    def _connect(self) -> None:
        self._session.changed.connect(self._soon)
        self._session.analyzed.connect(self._soon)
        self._session.settled.connect(self._soon)
        self._later.timeout.connect(self.refresh)
        self._looking.timeout.connect(self._look_for_fixes)
        self._making.timeout.connect(self._make_rows)
        self.verticalScrollBar().valueChanged.connect(self._look_soon)

    def _soon(self, *_: object) -> None:
        if not self._later.isActive():
            self._later.start()

    def showEvent(self, event) -> None:
        super().showEvent(event)
        self.refresh()

    def refresh(self) -> None:
        """Show what is wrong now; rows are made only while somebody sees them."""
        found = self._session.problems()
        found.sort(key=by_weight)
        if found != self.problems:
            self.problems = found
            self._is_stale = True
        if self._is_stale and self.isVisible():
            self._rebuild()
        if self.isVisible():
            self._look_soon()  # after an edit they are to be tried anew
        self._say_rest(len(found))
        self.counted.emit(len(found), sum(map(is_wrong, found)))

    def _rebuild(self) -> None:
        """Keep the rows at the top that say the same still, and make the others anew."""
        self._is_stale = False
        held = next((n for n, row in enumerate(self.rows) if has_keys(row)), None)
        pairs = zip(self.rows, self.problems, strict=False)
        kept = sum(1 for _ in itertools.takewhile(lambda pair: pair[0].problem == pair[1], pairs))
        for row in self.rows[kept:]:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        del self.rows[kept:]
        self._make_rows()
        while held is not None and held >= len(self.rows) and self._making.isActive():
            self._make_rows()
        if held is not None:  # whoever mends by keys goes on with what took the place
            row = self.rows[min(held, len(self.rows) - 1)] if self.rows else self
            row.show()
            row.setFocus(Qt.FocusReason.OtherFocusReason)

    def _make_rows(self) -> None:
        """Make some of the rows that are lacking; the next turn makes more."""
        first = len(self.rows)
        wanted = self.problems[:MOST]
        last: QWidget = self.rows[-1].chain() if self.rows else self
        for place, problem in enumerate(wanted[first : first + AT_ONCE], first):
            row = ProblemRow(self._session, problem)
            row.chosen.connect(self.node_chosen)
            row.looked_at.connect(self.looked_at)
            self._column.insertWidget(place, row)
            self.rows.append(row)
            last = row.chain(last)
        if len(self.rows) < len(wanted):
            self._making.start()
        else:
            self._making.stop()
            self._look_soon()

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        self._look_soon()

    def _look_soon(self, _: object = None) -> None:
        self._looking.start()

    def _look_for_fixes(self) -> None:
        """Have repairs tried for the rows that are seen; the uppermost, asked last, come first."""
        if not self.isVisible():
            return
        for row in reversed(self.rows):
            if not row.visibleRegion().isEmpty():
                row.look_for_fixes()

    def _say_rest(self, count: int) -> None:
        self.rest.setText(self._rest_words(count))
        self.rest.setVisible(bool(self.rest.text()))

    def _rest_words(self, count: int) -> str:
        if count > MOST:
            return f"{count_of(count - MOST, 'more problem')}. Mending these may mend those too."
        if count:
            return ""
        if not self._session.document.nodes:
            return "The canvas is empty: nothing can be wrong yet."
        if any(verdict.kind == PENDING for verdict in self._session.verdicts.values()):
            return "Nothing is wrong so far. Keras is still looking at some of the nodes."
        return "Nothing is wrong. The design is ready to be exported."


def by_weight(problem: Problem) -> int:
    """Return a key to sort by: what is wrong, then what is still to be done, then warnings."""
    return 0 if is_wrong(problem) else 1 if problem.severity == ERROR else 2
