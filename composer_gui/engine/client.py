"""The engine as the window sees it: started, asked, restarted when it dies, never waited for."""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from composer_gui.core.change import Change
from composer_gui.core.document import Document
from composer_gui.core.verdicts import Verdict
from composer_gui.engine import protocol
from composer_gui.engine.client_designs import OpenDesign, Request
from composer_gui.engine.client_jobs import Job, JobFailed
from composer_gui.engine.client_process import (
    ChildProcess,
    clean_command,
    end_all,
    engine_command,
)
from composer_gui.engine.client_trials import OpenTickets, Ticket
from composer_gui.engine.protocol import Trials

STARTING, READY, RESTARTING, STOPPED = "starting", "ready", "restarting", "stopped"

DEATHS = 3
DEATHS_WITHIN = 90.0
"""So many deaths in so many seconds, and it is left alone until somebody asks."""

PAUSES = (0, 500, 2000)
"""Milliseconds before a restart: after the first death, the second, and any later one."""

PATIENCE = 90_000
"""Milliseconds without a word, while something is asked, after which the engine counts as hung."""


__all__ = ["EngineClient", "Job", "JobFailed"]


class EngineClient(QObject):
    """The analysis process and the jobs beside it.

    Signals: `ready(dict)` with the versions it runs; `state_changed(str, str)`, one of "starting",
    "ready", "restarting" and "stopped", and a sentence; `analyzed(design, revision, verdicts)`, the
    answer to the newest `analyze` of a design, with all verdicts that differ since the answer
    before; `analyzed_part(design, revision, verdicts)`, a piece of a long one ahead of it, which
    the whole holds again; `reconsidered(design, revision, verdicts, is_last)`, what differs after
    a second, thorough look, more than once, but never of a revision that is not the newest;
    `tried(design, ticket, results)`, the answer to a `try_out`.

    One request is under way at a time. While it is, the newest of each design waits and older ones
    are forgotten, what they changed being asked with the newest. After a death the process is
    started anew and given whole documents. `command` replaces the engine's command line.
    """

    ready = Signal(dict)
    state_changed = Signal(str, str)
    analyzed = Signal(int, int, object)
    analyzed_part = Signal(int, int, object)
    reconsidered = Signal(int, int, object, bool)
    tried = Signal(int, int, object)

    def __init__(self, parent: QObject | None = None, *, command: list[str] | None = None) -> None:
        super().__init__(parent)
        self.state = STOPPED
        self._command = command or engine_command()
        self._process: ChildProcess | None = None
        self._is_ready = False
        self._designs: dict[int, OpenDesign] = {}
        self._in_flight: Request | None = None
        self._tickets = OpenTickets()
        self._untried: list[Ticket] = []
        self._tell_untried = QTimer(self, singleShot=True, interval=0)
        self._tell_untried.timeout.connect(self._emit_untried)
        self._deaths: deque[float] = deque(maxlen=DEATHS)
        self._spare: ChildProcess | None = None
        self._jobs: set[Job] = set()
        self._watch = QTimer(self, singleShot=True, interval=PATIENCE)
        self._watch.timeout.connect(self._hung)
        self._restart = QTimer(self, singleShot=True)
        self._restart.timeout.connect(self._launch)

    # Starting and stopping -----------------------------------------------------------------------

    def start(self) -> None:
        """Start the engine unless it runs; also after it was given up."""
        if self._process is None and not self._restart.isActive():
            self._deaths.clear()
            self._set_state(STARTING, "Keras is starting.")
            self._launch()

    def stop(self) -> None:
        """End every process, politely first; takes less than a second."""
        self._restart.stop()
        self._watch.stop()
        for job in list(self._jobs):
            job.abandon()
        self._process = self._spare = self._in_flight = None
        self._is_ready = False
        self._give_up(lambda ticket: True)
        for design in self._designs.values():
            design.start_over(ask=True)
        # also those whose job is done and that are about to end by themselves
        end_all([process for process in self.findChildren(ChildProcess) if process.is_running])
        self._set_state(STOPPED, "Keras is not running.")

    @property
    def process_id(self) -> int:
        """The system's number of the analysis process, 0 while there is none."""
        return self._process.process.processId() if self._process is not None else 0

    def _launch(self) -> None:
        process = ChildProcess(self._command, self)
        process.received.connect(self._take)
        process.ended.connect(self._died)
        self._process = process
        process.start()

    def _set_state(self, state: str, sentence: str) -> None:
        if state != self.state:
            self.state = state
            self.state_changed.emit(state, sentence)

    # Asking --------------------------------------------------------------------------------------

    def analyze(
        self, design: int, revision: int, document: Document, change: Change | None = None
    ) -> None:
        """Ask what Keras makes of `document`; the answer comes with `analyzed`.

        `change` is the difference from the document given before for this design; without it
        everything is looked at.
        """
        known = self._designs.get(design) or OpenDesign()
        if not known.is_waiting:
            self._designs.pop(design, None)
            self._designs[design] = known  # behind those that wait already
        known.ask(revision, document, change)
        self._give_up(lambda ticket: ticket.design == design and ticket.revision != revision)
        self._send_next()

    def forget(self, design: int) -> None:
        """Let go of a design; nothing more is emitted for it."""
        self._tickets.drop(lambda ticket: ticket.design == design)
        self._untried = [ticket for ticket in self._untried if ticket.design != design]
        if self._designs.pop(design, None) is not None and self._is_ready:
            self._process.send(protocol.forget(design))

    def try_out(self, design: int, revision: int, trials: Trials) -> int:
        """Ask what would come of changes, each to the document of `revision`; return a ticket.

        The answer comes with `tried`, once the revision has been looked at thoroughly: a result
        for each change in order, None for one that could not be tried. All are None when another
        revision is asked about meanwhile or the engine ends. Never emits before it returns.
        """
        known = self._designs.get(design)
        ticket = self._tickets.add(design, revision, list(trials))
        if known is None or known.revision != revision or not ticket.trials:
            self._give_up(lambda one: one is ticket)
        self._send_tickets()
        return ticket.number

    def leave(self, ticket: int) -> None:
        """Give up what was asked with `try_out`; nothing is emitted for it."""
        gone = self._tickets.drop(lambda one: one.number == ticket)
        self._untried = [one for one in self._untried if one.number != ticket]
        if self._is_ready and any(one.sent for one in gone):
            self._process.send(protocol.leave(ticket))

    def _send_tickets(self) -> None:
        if self._is_ready:
            for request in self._tickets.requests(self._designs):
                self._watch.start()
                self._process.send(request)

    def _give_up(self, is_meant: Callable[[Ticket], bool]) -> None:
        """Have it told, in a turn of its own, that nobody can say what tickets ask."""
        self._untried += self._tickets.drop(is_meant)
        if self._untried:
            self._tell_untried.start()

    def _emit_untried(self) -> None:
        untried, self._untried = self._untried, []
        for ticket in untried:
            self.tried.emit(*ticket.nothing)

    def _send_next(self) -> None:
        self._send_analysis()
        self._send_tickets()

    def _send_analysis(self) -> None:
        if not self._is_ready or self._in_flight is not None:
            return
        waiting = [number for number, design in self._designs.items() if design.is_waiting]
        if not waiting:
            return
        number = waiting[0]
        design = self._designs[number]
        self._in_flight = Request(number, design.revision)
        self._watch.start()
        self._process.send(design.request(number))

    # Hearing -------------------------------------------------------------------------------------

    def _take(self, message: dict) -> None:
        if self._in_flight is not None or self._tickets.is_asked:
            self._watch.start()
        event = message.get("event")
        if event == "ready":
            self._take_ready(message)
        elif event == "analyzed":
            self._take_verdicts(message)
        elif event == "reconsidered":
            self._take_reconsidered(message)
        elif event == "tried":
            self._take_tried(message)
        elif event == "failed":
            self._take_failure(message)

    def _take_ready(self, message: dict) -> None:
        self._is_ready = True
        self._set_state(READY, "Keras is ready.")
        self.ready.emit(message)
        self._send_next()

    def _take_verdicts(self, message: dict) -> None:
        answered = Request(message.get("design"), message.get("revision"))
        try:
            verdicts = protocol.verdicts_of(message)
        except (KeyError, TypeError, ValueError, AttributeError):
            self._take_failure({"design": answered.design, "revision": answered.revision})
            return
        if answered != self._in_flight:
            return
        design = self._designs.get(answered.design)
        is_part = message.get("part") is True
        if not is_part:
            self._in_flight = None
            self._rest_watch()
        if design is not None:
            design.unseen.update(verdicts)
            if answered.revision == design.revision:
                self._emit(answered, design, verdicts if is_part else None)
        if not is_part:
            self._send_next()

    def _emit(self, answered: Request, design: OpenDesign, part: dict[str, Verdict] | None) -> None:
        if part is not None:
            self.analyzed_part.emit(answered.design, answered.revision, part)
            return
        verdicts, design.unseen, design.failures = design.unseen, {}, 0
        self.analyzed.emit(answered.design, answered.revision, verdicts)

    def _take_reconsidered(self, message: dict) -> None:
        """Tell a second look at the newest revision; of an older one keep what differs."""
        design = self._designs.get(message.get("design"))
        try:
            verdicts = protocol.verdicts_of(message)
        except (KeyError, TypeError, ValueError, AttributeError):
            return
        if design is None or design.sent is None:
            return
        revision = message.get("revision")
        if design.sent == design.revision == revision and not design.is_waiting:
            is_last = message.get("part") is not True
            self.reconsidered.emit(message["design"], revision, verdicts, is_last)
        else:
            design.unseen.update(verdicts)

    def _take_tried(self, message: dict) -> None:
        answer = self._tickets.answer(message)
        self._rest_watch()
        if answer is not None:
            self.tried.emit(*answer)

    def _rest_watch(self) -> None:
        """Stop watching for a hung engine, unless it still owes an answer."""
        if self._in_flight is None and not self._tickets.is_asked:
            self._watch.stop()

    def _take_failure(self, message: dict) -> None:
        """Ask once more, with the whole document, for what the worker could not take."""
        failed = Request(message.get("design"), message.get("revision"))
        if self._in_flight is None or (failed.design is not None and failed != self._in_flight):
            return
        design = self._designs.get(self._in_flight.design)
        self._in_flight = None
        self._rest_watch()
        if design is not None:
            design.failures += 1
            design.start_over(ask=design.failures < 2)
        self._send_next()

    # Dying ---------------------------------------------------------------------------------------

    def _hung(self) -> None:
        if self._process is not None:
            self._process.kill()  # `ended` follows, and with it the restart

    def _died(self, trace: str) -> None:
        """Start anew, unless it dies over and over; `trace` is the last it said."""
        self._process, self._is_ready, self._in_flight = None, False, None
        self._watch.stop()
        self._give_up(lambda ticket: True)
        for design in self._designs.values():
            design.start_over(ask=True)
        self._deaths.append(time.monotonic())
        recent = [moment for moment in self._deaths if moment > self._deaths[-1] - DEATHS_WITHIN]
        if len(recent) >= DEATHS:
            self._set_state(STOPPED, _given_up(trace))
            return
        self._set_state(RESTARTING, "Keras ended unexpectedly and is being started again.")
        self._restart.start(PAUSES[min(len(recent), len(PAUSES)) - 1])

    # Jobs ----------------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Start a process that imports Keras now and takes the next job."""
        if self._spare is None:
            self._spare = ChildProcess([*self._command, "job"], self)
            self._spare.ended.connect(self._spare_died)
            self._spare.start()

    def _spare_died(self) -> None:
        self._spare = None

    def job(self, request: dict) -> Job:
        """Start a short-lived process, or take the spare one, for `request`."""
        process, self._spare = self._spare, None
        if process is None:
            process = ChildProcess([*self._command, "job"], self)
            process.start()
        else:
            process.ended.disconnect(self._spare_died)
        return self._begun(process, request)

    def clean_job(self, request: dict) -> Job:
        """Start an interpreter that has Keras and nothing of Composer for a "run_script" request.

        A frozen program has no such interpreter; there it is a job like others.
        """
        if getattr(sys, "frozen", False):
            return self.job(request)
        process = ChildProcess(clean_command(), self)
        process.start()
        return self._begun(process, request)

    def _begun(self, process: ChildProcess, request: dict) -> Job:
        job = Job(process, request, self)
        self._jobs.add(job)
        job.over.connect(self._job_over)
        return job

    def _job_over(self, job: Job) -> None:
        self._jobs.discard(job)


def _given_up(trace: str) -> str:
    reason = f" The last it said: {trace}" if trace else ""
    return f"Keras ended {DEATHS} times in a row and is left alone now.{reason}"
