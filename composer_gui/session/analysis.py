"""What is known of the nodes shown: our own rules at once, then what the engine answers."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from composer_gui.core.change import Change
from composer_gui.core.document import Document
from composer_gui.core.graph import Graph
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.verdicts import Verdict
from composer_gui.engine.client import EngineClient
from composer_gui.session.model_files import FileState
from composer_gui.session.verdict_book import VerdictBook

LARGE = 200
"""Nodes from which a change is not judged and sent at once, so that no turn takes long."""

SLICE = 100
"""Nodes of a large change that are judged in one turn of the event loop."""

ASK_AFTER = 25
"""Milliseconds before the engine is asked about a large change: the canvas and the panels come
first, in turns of their own."""

_design_numbers = itertools.count(1)


class Analysis(QObject):
    """Asks the engine about the level that is shown and keeps what it says, newest first.

    Signals: `analyzed(frozenset)`, the nodes whose verdict is now another; `settled()` when the
    engine has answered for the newest revision, and `confirmed()` when it has also gone through
    what was doubtful and looked for warnings, after which nothing changes by itself. `prepared`
    makes of a document what the engine is to be given.
    """

    analyzed = Signal(object)
    settled = Signal()
    confirmed = Signal()

    def __init__(
        self,
        engine: EngineClient,
        catalog: Catalog,
        prepared: Callable[[Document], Document],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self.design = next(_design_numbers)
        self.revision = 0
        self.book = VerdictBook(catalog)
        self._engine = engine
        self._prepared = prepared
        self._document = Document()
        self._answered = 0
        self._confirmed = 0
        self._unasked: Change | None = None
        self._ask_later = QTimer(self, singleShot=True, interval=ASK_AFTER)
        self._ask_soon = QTimer(self, singleShot=True, interval=0)
        self._judge_soon = QTimer(self, singleShot=True, interval=0)
        self._connect()

    def _connect(self) -> None:
        self._engine.analyzed.connect(self._take_answer)
        self._engine.analyzed_part.connect(self._take_part)
        self._engine.reconsidered.connect(self._take_second_opinion)
        self._ask_soon.timeout.connect(self._ask_now)
        self._ask_later.timeout.connect(self._ask_soon.start)
        self._judge_soon.timeout.connect(self._judge_slice)

    @property
    def is_answered(self) -> bool:
        """Whether the engine has answered for the newest revision."""
        return self._answered == self.revision

    @property
    def is_confirmed(self) -> bool:
        """Whether nothing is left to be reconsidered in the newest revision."""
        return self.is_answered and self._confirmed == self.revision

    def follow(self, document: Document, change: Change, graph: Graph) -> None:
        """Note what is shown now, and what can be said of it without the engine."""
        self.revision += 1
        self._document = document
        self.book.follow(document, change, graph, at_once=LARGE)
        if self.book.has_unjudged:
            self._judge_soon.start()

    def ask(self, change: Change, *, whole: bool) -> None:
        """Ask the engine about what is shown; with `whole` it is given all, as it had another."""
        if self._ask_later.isActive() or self._ask_soon.isActive():
            self._unasked = None
        elif len(change.nodes) > LARGE:
            self._unasked = None if whole else change
            self._ask_later.start()  # and then in the turn after that in which others are due
        else:
            self._send(None if whole else change)

    def files_changed(self, files: frozenset[FileState]) -> None:
        """Note which files hold something else by now."""
        nodes = self.book.files_changed(self._document, files)
        if nodes:
            self.analyzed.emit(frozenset(nodes))

    def close(self) -> None:
        """Let go of the engine."""
        self._ask_later.stop()
        self._ask_soon.stop()
        self._engine.forget(self.design)

    def _ask_now(self) -> None:
        self._send(self._unasked)

    def _send(self, change: Change | None) -> None:
        document = self._prepared(self._document)
        self._engine.analyze(self.design, self.revision, document, change)

    def _judge_slice(self) -> None:
        differing = self.book.judge_some(self._document, SLICE)
        if differing:
            self.analyzed.emit(frozenset(differing))
        if self.book.has_unjudged:
            self._judge_soon.start()

    def _take_answer(self, design: int, revision: int, verdicts: dict[str, Verdict]) -> None:
        if design != self.design:
            return
        newest = revision == self.revision
        differing = self.book.take(self._document, verdicts, newest=newest)
        if newest:
            self._answered = revision
            self._confirmed = -1  # an engine that was started anew looks at it a second time too
        if differing:
            self.analyzed.emit(frozenset(differing))
        if newest:
            self.settled.emit()

    def _take_part(self, design: int, revision: int, verdicts: dict[str, Verdict]) -> None:
        """Show the first verdicts of a long answer ahead of the rest."""
        if design == self.design and revision == self.revision:
            differing = self.book.take_part(self._document, verdicts)
            if differing:
                self.analyzed.emit(frozenset(differing))

    def _take_second_opinion(
        self, design: int, revision: int, verdicts: dict[str, Verdict], is_last: bool
    ) -> None:
        """Show what a second look has found, unless what it looked at is another by now."""
        if design != self.design:
            return
        newest = revision == self.revision
        differing = self.book.take(self._document, verdicts, newest=newest)
        if newest and is_last:
            self._confirmed = revision
        if differing:
            self.analyzed.emit(frozenset(differing))
        if newest and is_last:
            self.confirmed.emit()
