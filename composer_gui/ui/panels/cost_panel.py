"""What the design costs: a table of its nodes, what they come to, and for how large a batch."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from composer_gui.core.bill import Bill, Known, bill, rows
from composer_gui.core.cost import show_bytes
from composer_gui.core.wording import listed
from composer_gui.session.session import Session
from composer_gui.ui import preferences
from composer_gui.ui.controls import FIELD_HEIGHT, TextField
from composer_gui.ui.panels.cost_table import ROW_HEIGHT, CostTable, SumTable
from composer_gui.ui.turns import Turn
from composer_gui.ui.words import Hairline, Line, Paragraph

DELAY = 60
"""Milliseconds after a change before costs are added up: edits and verdicts come in bursts."""

NAMED = 3
"""How many of the nodes that are not counted are called by name."""


class CostPanel(QWidget):
    """Shows costs while somebody sees it. `node_chosen(node id)` when a row is pressed."""

    node_chosen = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.batch = int(preferences.current().value(preferences.BATCH))
        self.bill = Bill()
        self._known: Known = {}
        self.field = TextField(str(self.batch), mono=True)
        self.memory = Paragraph(tone="secondary")
        self.missing = Paragraph(tone="warning")
        self.table = CostTable()
        self.sums = SumTable(self.table)
        self._later = Turn(self, DELAY)
        self._set_up()
        self._connect()

    def _set_up(self) -> None:
        choice = preferences.of(preferences.BATCH)
        self.field.setValidator(QIntValidator(choice.least, choice.most, self.field))
        self.field.setFixedWidth(72)
        self.field.setAccessibleName("Samples in a batch")
        self.memory.setToolTip("Memory for the weights and for the activations of the whole batch")
        self.table.setMinimumHeight(2 * ROW_HEIGHT)
        self.field.setToolTip(choice.tip)
        caption = Line("Batch of", tone="secondary")
        caption.setBuddy(self.field)
        caption.setMinimumWidth(caption.sizeHint().width())
        words = QVBoxLayout()
        words.setContentsMargins(0, 6, 0, 0)  # as low as the words in the field
        words.setSpacing(2)
        words.addWidget(self.memory)
        words.addWidget(self.missing)
        words.addStretch(1)
        top = QHBoxLayout()
        top.setContentsMargins(16, 6, 16, 6)
        top.setSpacing(10)
        caption.setFixedHeight(FIELD_HEIGHT)
        for widget in (caption, self.field):
            top.addWidget(widget, 0, Qt.AlignmentFlag.AlignTop)
        top.addLayout(words, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self.table, 1)
        column.addWidget(Hairline())
        column.addWidget(self.sums)

    def _connect(self) -> None:
        for signal in (self._session.changed, self._session.analyzed, self._session.settled):
            signal.connect(self._soon)
        self._later.timeout.connect(self.refresh)
        self.field.editingFinished.connect(self._take_batch)
        self.table.chosen.connect(self.node_chosen)
        preferences.current().changed.connect(self._take_choice)

    def _take_choice(self, key: str) -> None:
        """Count for the batch that was chosen in the settings, or in another panel."""
        if key == preferences.BATCH:
            self.batch = int(preferences.current().value(key))
            self.field.setText(str(self.batch))
            self._soon()

    def _soon(self, *_: object) -> None:
        if self.isVisible() and not self._later.isActive():
            self._later.start()

    def showEvent(self, event) -> None:
        super().showEvent(event)
        self.refresh()

    def _take_batch(self) -> None:
        batch = int(self.field.text() or 0)
        if not batch:
            self.field.setText(str(self.batch))
        elif batch != self.batch:
            preferences.current().choose(preferences.BATCH, batch)
            self.refresh()

    def refresh(self) -> None:
        """Add up what the nodes cost now."""
        document = self._session.document
        found = rows(document, self._session.verdicts, self._known)
        self.bill = bill(found)
        labels = {row.node: document.label(row.node) for row in found}
        self.table.costs.show(found, labels, self.batch)
        self.sums.sums.show(self.bill, self.batch)
        self.sums.setVisible(bool(found))
        self.memory.setText(self._memory_words() if found else "Nothing is on the canvas yet.")
        self.missing.setText(self._missing_words(labels))
        self.missing.setVisible(bool(self.missing.text()))

    def _memory_words(self) -> str:
        memory, file = show_bytes(self.bill.memory(self.batch)), show_bytes(self.bill.file)
        so_far = "" if self.bill.is_whole else " so far"
        return f"needs {memory} of memory{so_far}; the file about {file}"

    def _missing_words(self, labels: dict[str, str]) -> str:
        sentences = []
        if self.bill.waiting:
            sentences.append(f"Not counted yet: {_named(self.bill.waiting, labels)}.")
        if self.bill.unsaid:
            names = _named(self.bill.unsaid, labels)
            sentences.append(f"Not all of {names} can be counted: sizes are free or not known.")
        return " ".join(sentences)


def _named(nodes: tuple[str, ...], labels: dict[str, str]) -> str:
    return listed([labels[node] for node in nodes], NAMED)
