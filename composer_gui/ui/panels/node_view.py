"""What all views of the inspector share: title, problems, plain fields, ports, refused edits."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from composer_gui.core import edits
from composer_gui.core.document import Document
from composer_gui.core.errors import EditRefused
from composer_gui.core.wording import listed
from composer_gui.session.session import Session
from composer_gui.ui.canvas.fix_buttons import link
from composer_gui.ui.canvas.telling import told
from composer_gui.ui.controls import TextField
from composer_gui.ui.panels.fields import Column, Field, ParameterField
from composer_gui.ui.panels.problem_row import ProblemRow, has_keys
from composer_gui.ui.turns import Turn
from composer_gui.ui.words import Hairline, Head, Line, Paragraph, count_of

GAP = 14
"""Room above and below a hairline, in pixels."""


class NodeView(Column):
    """A view of one thing in the document. `follow()` shows it as it is now.

    `node_chosen(node id)` when another node is named and pressed; `looked_at(Offer)` while mouse or
    keys are on a repair, `looked_at(None)` when they are no more.
    """

    node_chosen = Signal(str)
    looked_at = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent, spacing=6)
        self.session = session
        self._visits = 0
        self.title = Line(px=16, weight=600)
        self.subtitle = Paragraph(px=12, tone="secondary")
        self.problems = ProblemsPart(session)
        self.problems.node_chosen.connect(self.node_chosen)
        self.problems.looked_at.connect(self.looked_at)

    @property
    def document(self) -> Document:
        """The design as it is now."""
        return self.session.document

    def follow(self) -> None:
        """Show what the document says now."""
        raise NotImplementedError

    def turn_to(self, node_id: str) -> None:
        """Show another node of the same kind from now on; for views that were made for one."""
        self.node_id = node_id
        self.end_typing()
        for field in self.findChildren(ParameterField):
            field.visits += 1

    def is_tidy(self) -> bool:
        """Whether no field holds something that was refused."""
        return all(not field.is_told for field in self.findChildren(Field))

    def rest(self) -> None:
        """Let go of what is only of the node that is shown."""
        self.problems.clear()

    def begin(self) -> None:
        """Put title, subtitle and problems at the top."""
        self.column.setSpacing(6)
        self.add(self.title, self.subtitle, self.problems)
        self.rule()

    def rule(self) -> None:
        """Add a hairline with room around it."""
        self.column.addSpacing(GAP - 6 - 2)
        self.add(Hairline())
        self.column.addSpacing(GAP - 6)

    def head(self, text: str, *beside: QWidget) -> Head:
        """Add the head of a group, with small widgets at its right."""
        head = Head(text)
        if beside:
            holder = QWidget()
            row = QHBoxLayout(holder)
            row.setContentsMargins(0, 0, 0, 0)
            row.addWidget(head, 1)
            for widget in beside:
                row.addWidget(widget)
            self.add(holder)
        else:
            self.add(head)
        return head

    def text_field(self, caption: str, slot: Callable[[str], None], *, tip: str = "") -> Field:
        """Add a field for a line of text; `slot` gets what is typed, on every key."""
        editor = TextField()
        field = Field(caption, editor, tip=tip)
        editor.textEdited.connect(slot)
        editor.editingFinished.connect(self.end_typing)
        self.add(field)
        return field

    def end_typing(self) -> None:
        """Let what is typed next be another undo step."""
        self._visits += 1

    def change(
        self, field: Field | None, label: str, edit: Callable[..., Document], *args: Any, **kw: Any
    ) -> bool:
        """Apply an edit; a refusal is said below `field`, or in the status bar. Return success."""
        merge = kw.pop("merge", None)
        key = (*merge, self._visits) if merge else None
        try:
            self.session.apply(label, edit, *args, merge=key, **kw)
        except EditRefused as refusal:
            if field is None:
                self.session.noticed.emit(refusal.whole)
            else:
                field.tell(refusal.whole)
            return False
        if field is not None:
            field.tell("")
        return True

    def rename(self, field: Field, node_id: str, label: str) -> None:
        """Give a node the label that is typed."""
        self.change(field, "Rename", edits.rename, node_id, label, merge=("rename", node_id))


def show_text(editor: TextField, text: str) -> None:
    """Show `text`, but leave what is being typed alone while it means the same."""
    if editor.text() != text and not (
        editor.hasFocus() and " ".join(editor.text().split()) == text
    ):
        editor.setText(text)
        editor.setCursorPosition(0)


class ProblemsPart(QWidget):
    """The problems of one node, below its title; not there while there are none.

    Warnings that were silenced there are counted in a line, with a way to take that back.
    """

    node_chosen = Signal(str)
    looked_at = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._shown: tuple = ()
        self.rows: list[ProblemRow] = []
        self.setAccessibleName("Problems of this node")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 6, 0, 0)
        self._column.setSpacing(6)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # else nothing can come behind it
        self.hide()

    def clear(self) -> None:
        """Show nothing, of no node."""
        self._shown = ()
        self.rows = []
        while self._column.count():
            widget = self._column.takeAt(0).widget()
            widget.hide()
            widget.deleteLater()

    def show_verdict(self, node_id: str) -> None:
        """Show what is wrong with a node, or for which other node it waits."""
        verdict = self._session.verdict(node_id)
        cause = verdict.blocked_by
        waits = self._session.document.label(cause) if cause in self._session.document.nodes else ""
        silenced = getattr(self._session.document.nodes[node_id], "silenced", ())
        shown = (node_id, verdict.problems, waits, silenced)
        self.setVisible(bool(verdict.problems or waits or silenced))
        if shown == self._shown:
            for row in self.rows:
                row.look_for_fixes()  # what was found may be of the design as it was
            return
        held = has_keys(self)
        self.clear()
        self._shown = shown
        for problem in told(verdict):
            row = ProblemRow(self._session, problem, titled=False, margins=(0, 2, 0, 2))
            row.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
            row.unsetCursor()
            row.looked_at.connect(self.looked_at)
            row.chosen.connect(self._lead)
            row.look_for_fixes()
            self.rows.append(row)
            self._column.addWidget(row)
            row.show()
        if waits:
            self._column.addWidget(words := Paragraph(f"Waits for {waits}.", tone="secondary"))
            words.show()
        if silenced:
            self._column.addWidget(line := SilencedLine(self._session, node_id, silenced))
            line.show()
            self._chain(line.again)
        else:
            self._chain()
        if held:
            self._keep_keys()

    def _chain(self, *links: QWidget) -> None:
        """Have Tab lead from row to row, and then to these."""
        last: QWidget = self
        for row in self.rows:
            last = row.chain(last)
        for widget in links:
            self.setTabOrder(last, widget)

    def _keep_keys(self) -> None:
        """Put the keys on what came in the place of what had them."""
        buttons = (button for button in self.findChildren(QPushButton) if button.isVisible())
        next(buttons, self.window()).setFocus(Qt.FocusReason.OtherFocusReason)

    def _lead(self, node_id: str) -> None:
        """Go to a node that is named; not to the one that is shown, whose words were pressed."""
        if node_id != self._shown[0]:
            self.node_chosen.emit(node_id)


class SilencedLine(QWidget):
    """Says how many kinds of warnings are silenced at a node; a press has them given again."""

    def __init__(
        self,
        session: Session,
        node_id: str,
        codes: tuple[str, ...],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._node_id, self._codes = session, node_id, codes
        titles = listed([_name_of(code) for code in codes])
        self.words = Line(f"{count_of(len(codes), 'warning')} silenced", px=12, tone="tertiary")
        self.words.set_tip(titles)
        self.again = link("Warn again", self)
        self.again.setToolTip(f"Warn again of: {titles}")
        self.again.clicked.connect(self._warn_again)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(self.words)
        row.addWidget(self.again)
        row.addStretch(1)

    def _warn_again(self) -> None:
        label = f"Warn again at {self._session.document.label(self._node_id)}"
        self._session.try_apply(label, _unsilence_all, self._node_id, self._codes)


def _unsilence_all(document: Document, node_id: str, codes: tuple[str, ...]) -> Document:
    for code in codes:
        document = edits.unsilence(document, node_id, code)
    return document


def _name_of(code: str) -> str:
    """Return what a kind of warning is called where no node fills its title."""
    return code.replace("_", " ")


ROWS_AT_ONCE = 12
"""So many rows are made in one turn of the event loop; more than that are seldom in view."""


class Rows(QWidget):
    """Lines of two or three columns, such as ports with their specs or costs with their numbers."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._left: Iterator[tuple[int, tuple[QWidget, ...]]] = iter(())
        self._more = Turn(self)
        self._more.timeout.connect(self._put_some)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(5)
        self._shown: list[tuple] = []
        self._figures: list[tuple[Line, Line]] = []

    def show_figures(self, rows: list[tuple[str, str]]) -> None:
        """Show names with their figures; lines that are there already say what they say now."""
        while len(self._figures) > len(rows):
            for line in self._figures.pop():
                self._grid.removeWidget(line)
                line.hide()
                line.deleteLater()
        for number in range(len(self._figures), len(rows)):
            self._figures.append((Line(tone="secondary"), figure("")))
            for place, line in enumerate(self._figures[number]):
                self._grid.addWidget(line, number, place)
                line.show()
        for lines, texts in zip(self._figures, rows, strict=True):
            for line, text in zip(lines, texts, strict=True):
                line.setText(text)
        self._grid.setColumnStretch(0, 1)

    def show_rows(self, rows: Iterable[tuple[QWidget, ...]], key: list[tuple]) -> None:
        """Show these widgets; nothing happens while `key` is the same as the last time.

        Where there are many, those at the end come in turns of their own, and are taken from
        `rows` not before.
        """
        if key == self._shown:
            return
        self._shown = key
        while self._grid.count():
            widget = self._grid.takeAt(0).widget()
            widget.hide()
            widget.deleteLater()
        self._left = enumerate(rows)
        self._put_some()

    def _put_some(self) -> None:
        columns = 0
        for number, row in itertools.islice(self._left, ROWS_AT_ONCE):
            columns = max(columns, len(row))
            for place, widget in enumerate(row):
                self._grid.addWidget(widget, number, place)
                widget.show()
        if columns:
            self._stretch(columns)
            self._more.start()

    def _stretch(self, columns: int) -> None:
        for place in range(columns):
            self._grid.setColumnStretch(place, 1 if place == 1 and columns > 2 else 0)
        if columns == 2:
            self._grid.setColumnStretch(0, 1)


def figure(text: str, *, tone: str = "text") -> Line:
    """Return a number or spec, in the monospaced face, at the right."""
    line = Line(text, px=12, mono=True, tone=tone)
    line.setAlignment(Qt.AlignmentFlag.AlignRight)
    line.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
    return line
