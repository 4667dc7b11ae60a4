"""The designs that are open on the other side, and what the worker says of them, in its order.

First verdicts come with the answer to a request. What can wait is done in pieces beside the
requests, of which each goes first: doubtful calls are gone through, warnings looked for, changes
tried that somebody thinks about.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from itertools import islice
from typing import Any

from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.shapes.outcome import Outcome
from composer_gui.core.shapes.questions import Infer, Question
from composer_gui.core.shapes.shape_flow import ShapeFlow
from composer_gui.core.verdicts import Verdict
from composer_gui.engine import protocol
from composer_gui.engine.protocol import Message
from composer_gui.engine.worker_beside import Beside
from composer_gui.engine.worker_designs import Design, Ticket

PART_EVERY = 0.25
"""Seconds after which a long analysis, or a long second look, tells what it has found so far."""

SIGN_EVERY = 10.0
"""Seconds after which a long second look gives a sign of life, though nothing was found."""

AT_ONCE = 16
"""Questions that are handed to the thread beside at once; it stops early when a request comes."""

LARGEST_PART = 300
"""Verdicts in one message: the window takes one message in a turn."""

Send = Callable[[Message], None]


class Analysis:
    """The designs that are open on the other side, each with its verdicts.

    `infer` is asked for first verdicts, without thoroughness, and `beside` does the rest.
    """

    def __init__(self, catalog: Catalog, infer: Infer, send: Send, beside: Beside) -> None:
        self._catalog = catalog
        self._infer = infer
        self._send = send
        self._beside = beside
        self._designs: dict[int, Design] = {}
        self._is_busy = False

    # Requests ------------------------------------------------------------------------------------

    def handle(self, message: Message | None) -> None:
        """Answer one message; whatever is wrong with it is answered too, never raised."""
        about = {}
        try:
            if message is None:
                raise ValueError("a line that is no message")
            about = {key: message[key] for key in ("design", "revision") if key in message}
            if not all(type(number) is int for number in about.values()):
                about = {}
                raise ValueError("a design or revision that is no number")
            if message["op"] == "forget":
                self._designs.pop(message["design"], None)
            elif message["op"] == "analyze":
                self._analyze(message)
            elif message["op"] == "try_out":
                self._try_out(message)
            elif message["op"] == "leave":
                self._leave(message["ticket"])
            else:
                raise ValueError(f"no operation {message['op']!r}")
        except Exception as error:
            # The walk may have stopped anywhere: only a whole document brings this in step again
            self._designs.pop(about.get("design"), None)
            sentence = f"The engine could not take a request ({type(error).__name__}: {error})."
            self._send(protocol.failed(sentence, **about))

    def _analyze(self, message: Message) -> None:
        number, revision = message["design"], message["revision"]
        design = self._designs.pop(number, None)
        if "document" in message:
            if design is None:
                flow = ShapeFlow(self._catalog, self._infer, thorough=False)
                design = Design(number, flow, self._catalog)
            report = _Report(self._send, design, revision)
            news = design.take_whole(revision, protocol.whole_document(message), report)
        else:
            if design is None or design.revision != message["base"]:
                raise ValueError("a change to a revision that is not here")
            document, change = protocol.changed_document(message["change"], design.document)
            report = _Report(self._send, design, revision)
            news = design.take_change(revision, document, change, report)
        self._designs[number] = design  # the newest last
        design.told_at = time.monotonic() - PART_EVERY
        *parts, last = _parts(news)
        for part in parts:
            self._send(protocol.analyzed(number, revision, part, part=True))
        self._send(protocol.analyzed(number, revision, last))

    def _try_out(self, message: Message) -> None:
        number, revision, ticket = message["design"], message["revision"], message["ticket"]
        design = self._designs.get(number)
        trials = message["trials"] if isinstance(message["trials"], list) else []
        if design is None or design.revision != revision or not trials:
            self._send(protocol.tried(number, revision, ticket, [None] * len(trials)))
            return
        design.tickets.append(Ticket(ticket, trials))

    def _leave(self, number: int) -> None:
        for design in self._designs.values():
            design.tickets = [ticket for ticket in design.tickets if ticket.number != number]

    # What can wait -------------------------------------------------------------------------------

    def go_on(self) -> None:
        """Begin the next piece of what can wait, the newest design first, unless one is begun."""
        for design in reversed(list(self._designs.values())):
            if self._is_busy:
                return
            try:
                self._go_on_with(design)
            except Exception:
                # What was said first stands; nobody waits for ever
                traceback.print_exc()
                design.flow.doubts.clear()
                if not design.is_confirmed:
                    self._confirm(design, {})

    def _go_on_with(self, design: Design) -> None:
        while design.flow.doubts:
            questions = _unanswered(design)
            if questions:
                self._ask_thoroughly(design, questions)
                return
        if not design.is_confirmed and not design.is_small:
            self._look_for_warnings(design)
            return
        if not design.is_confirmed:
            self._confirm(design, design.news_with_warnings())
        if design.tickets:
            self._try_next(design)

    def _look_for_warnings(self, design: Design) -> None:
        """Have the warnings of a large design found, and with them say the last word."""
        revision = design.revision

        def finish(warnings: Any) -> None:
            if self._designs.get(design.number) is design and design.revision == revision:
                self._confirm(design, design.news_with_warnings(warnings or {}))

        self._begin(design.search_for_warnings(), finish)

    def _confirm(self, design: Design, news: dict[str, Verdict]) -> None:
        """Say the last word on a revision."""
        design.is_confirmed = True
        *parts, last = _parts(news)
        for part in parts:
            self._send_reconsidered(design, part, part=True)
        self._send_reconsidered(design, last)

    def _send_reconsidered(
        self, design: Design, verdicts: dict[str, Verdict], *, part: bool = False
    ) -> None:
        design.told_at = time.monotonic()
        number, revision = design.number, design.revision
        self._send(protocol.reconsidered(number, revision, verdicts, part=part))

    def _ask_thoroughly(self, design: Design, questions: dict[str, Question]) -> None:
        """Have the doubts about some nodes settled, as many as nobody has to wait for."""
        flow = design.flow
        elsewhere = flow.elsewhere(self._beside.infer)

        def work() -> dict[str, Outcome | None]:
            found: dict[str, Outcome | None] = {}
            until = time.monotonic() + PART_EVERY
            for node_id, question in questions.items():
                found[node_id] = _answer(elsewhere, question)
                if self._beside.is_called() or time.monotonic() > until:
                    break
            return found

        def finish(found: dict[str, Outcome | None] | None) -> None:
            flow.take_over(elsewhere)
            for node_id, outcome in (found or dict.fromkeys(questions)).items():
                if outcome is not None:
                    flow.learn(questions[node_id], outcome)
                if flow.doubts.get(node_id) is questions[node_id]:
                    design.reconsider(node_id)
            if self._designs.get(design.number) is design:
                self._tell_so_far(design)

        self._begin(work, finish)

    def _tell_so_far(self, design: Design) -> None:
        silent = time.monotonic() - design.told_at
        if (design.has_news and silent >= PART_EVERY) or silent >= SIGN_EVERY:
            for part in _parts(design.news()):
                self._send_reconsidered(design, part, part=True)

    def _try_next(self, design: Design) -> None:
        """Try out the next change that somebody asked about."""
        ticket, revision = design.tickets[0], design.revision
        trial = design.trial(ticket, self._beside.infer)

        def finish(result: Any) -> None:
            design.flow.take_over(trial.flow)
            if self._designs.get(design.number) is not design or ticket not in design.tickets:
                return
            ticket.results.append(result)
            if ticket.is_done:
                design.tickets.remove(ticket)
                answer = protocol.tried(design.number, revision, ticket.number, ticket.results)
                self._send(answer)

        self._begin(trial.result, finish)

    def _begin(self, work: Callable[[], Any], finish: Callable[[Any], None]) -> None:
        """Have a piece of work done beside; `finish` gets what came of it, None if nothing did."""

        def finished(result: Any) -> None:
            self._is_busy = False
            finish(result)

        self._is_busy = True
        self._beside.do(work, finished)


def _unanswered(design: Design) -> dict[str, Question]:
    """Return some of the questions to be asked thoroughly, by node, none of them twice.

    Those to which the answer is known by now are settled.
    """
    flow, found, keys = design.flow, {}, set()
    for node_id in list(islice(flow.doubts, AT_ONCE)):
        question = flow.doubts.get(node_id)
        if question is None:
            continue
        if flow.known(question) is not None:
            design.reconsider(node_id)
        elif question.key not in keys:
            keys.add(question.key)
            found[node_id] = question
    return found


def _answer(flow: ShapeFlow, question: Question) -> Outcome | None:
    try:
        return flow.answer(question)
    except Exception:
        traceback.print_exc()
        return None


def _parts(verdicts: dict[str, Verdict]) -> list[dict[str, Verdict]]:
    """Return verdicts in pieces, at least one, that are no longer than one message may be."""
    items = list(verdicts.items())
    starts = range(0, max(len(items), 1), LARGEST_PART)
    return [dict(items[start : start + LARGEST_PART]) for start in starts]


class _Report:
    """Sends, now and then, the verdicts that a long analysis has found so far."""

    def __init__(self, send: Send, design: Design, revision: int) -> None:
        self._send, self._design, self._revision = send, design, revision
        self._last = time.monotonic()

    def __call__(self, verdicts: dict[str, Verdict]) -> None:
        if time.monotonic() - self._last >= PART_EVERY:
            self._design.told.update(verdicts)
            for part in _parts(verdicts):
                self._send(protocol.analyzed(self._design.number, self._revision, part, part=True))
            verdicts.clear()
            self._last = time.monotonic()
