"""An engine that only listens: what it says, late, stale or never, is emitted by the test."""

from PySide6.QtCore import QObject, Signal


class SilentEngine(QObject):
    """Remembers in `asked` what it was asked, and in `prepared` how often it was to warm up.

    `trials` holds what it was to try: design, revision and the trials, by ticket; `left` the
    tickets that nobody waits for any more.
    """

    ready = Signal(dict)
    state_changed = Signal(str, str)
    analyzed = Signal(int, int, object)
    analyzed_part = Signal(int, int, object)
    reconsidered = Signal(int, int, object, bool)
    tried = Signal(int, int, object)
    state = "starting"

    def __init__(self):
        super().__init__()
        self.asked = []
        self.prepared = 0
        self.trials = {}
        self.left = []

    def analyze(self, design, revision, document, change=None):
        self.asked.append((design, revision, document, change))

    def try_out(self, design, revision, trials):
        ticket = len(self.trials) + 1
        self.trials[ticket] = design, revision, tuple(trials)
        return ticket

    def leave(self, ticket):
        self.left.append(ticket)

    def forget(self, design):
        self.asked.append((design, None, None, None))

    def prepare(self):
        self.prepared += 1
