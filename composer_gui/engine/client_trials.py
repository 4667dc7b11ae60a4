"""The changes that the engine was asked to try out and that it has not answered for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from composer_gui.core.trials import TrialResult
from composer_gui.engine import protocol
from composer_gui.engine.client_designs import OpenDesign
from composer_gui.engine.protocol import Message, Trials

Results = tuple[TrialResult | None, ...]


@dataclass(slots=True)
class Ticket:
    """Changes to one revision of a design; `sent` once the worker has been asked about them."""

    number: int
    design: int
    revision: int
    trials: Trials
    sent: bool = False

    @property
    def nothing(self) -> tuple[int, int, Results]:
        """What is told of it when nobody can try it out any more."""
        return self.design, self.number, (None,) * len(self.trials)


class OpenTickets:
    """The tickets that are neither answered nor given up, by their numbers."""

    def __init__(self) -> None:
        self._tickets: dict[int, Ticket] = {}
        self._last = 0

    def add(self, design: int, revision: int, trials: Trials) -> Ticket:
        """Note that somebody asks about changes."""
        self._last += 1
        ticket = Ticket(self._last, design, revision, trials)
        self._tickets[ticket.number] = ticket
        return ticket

    @property
    def is_asked(self) -> bool:
        """Whether the worker owes an answer."""
        return any(ticket.sent for ticket in self._tickets.values())

    def drop(self, is_meant: Callable[[Ticket], bool]) -> list[Ticket]:
        """Take out and return all tickets of a kind."""
        gone = [ticket for ticket in self._tickets.values() if is_meant(ticket)]
        for ticket in gone:
            del self._tickets[ticket.number]
        return gone

    def requests(self, designs: Mapping[int, OpenDesign]) -> Iterable[Message]:
        """Yield what is to be sent now: about designs of which the worker has the revision."""
        for ticket in self._tickets.values():
            design = designs.get(ticket.design)
            if ticket.sent or design is None or design.is_waiting:
                continue
            if design.sent == ticket.revision:
                ticket.sent = True
                # No file is run in a trial that the user has not allowed for the design
                code = design.document.code
                trials = [(replace(after, code=code), change) for after, change in ticket.trials]
                yield protocol.try_out(ticket.design, ticket.revision, ticket.number, trials)

    def answer(self, message: Message) -> tuple[int, int, Results] | None:
        """Return what an answer of the worker tells, None if nobody waits for it."""
        number = message.get("ticket")
        ticket = self._tickets.get(number) if type(number) is int else None
        if ticket is None or not ticket.sent:
            return None
        del self._tickets[ticket.number]
        try:
            results = protocol.results_of(message)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):
            return ticket.nothing
        if len(results) != len(ticket.trials):
            return ticket.nothing
        return ticket.design, ticket.number, results
