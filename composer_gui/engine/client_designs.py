"""What was asked about each open design, and what the worker has of it: the client's memory."""

from __future__ import annotations

from dataclasses import dataclass, field

from composer_gui.core.change import Change
from composer_gui.core.document import Document
from composer_gui.core.verdicts import Verdict
from composer_gui.engine import protocol


@dataclass(frozen=True, slots=True)
class Request:
    """What is under way."""

    design: int | None
    revision: int | None


@dataclass(slots=True)
class OpenDesign:
    """What was asked about a design and what the worker has of it.

    `sent` is the revision that the worker has, None for none. `nodes` and `layers` are what
    differs from it in the newest document; `unseen` holds verdicts of answers that came too late.
    """

    revision: int = -1
    document: Document = field(default_factory=Document)
    sent: int | None = None
    is_waiting: bool = False
    nodes: set[str] = field(default_factory=set)
    layers: set[str] = field(default_factory=set)
    unseen: dict[str, Verdict] = field(default_factory=dict)
    failures: int = 0

    def ask(self, revision: int, document: Document, change: Change | None) -> None:
        """Note the newest document; without `change` the worker will get all of it."""
        self.revision, self.document, self.is_waiting = revision, document, True
        self.failures = 0
        if change is None:
            self.sent = None
        elif self.sent is not None:
            self.nodes |= change.nodes
            self.layers |= change.layers

    def request(self, number: int) -> dict:
        """Return the message that brings the worker up to date."""
        if self.sent is None:
            message = protocol.analyze_whole(number, self.revision, self.document)
        else:
            message = protocol.analyze_change(
                number,
                self.revision,
                self.document,
                base=self.sent,
                nodes=self.nodes,
                layers=self.layers,
            )
        self.sent, self.is_waiting = self.revision, False
        self.nodes, self.layers = set(), set()
        return message

    def start_over(self, *, ask: bool) -> None:
        """Take it that the worker has nothing of this design."""
        self.sent = None
        self.is_waiting = self.is_waiting or (ask and self.revision >= 0)
        self.nodes, self.layers = set(), set()
