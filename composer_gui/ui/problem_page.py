"""The page on what the problems of a design mean: all of them, to search and to read."""

from __future__ import annotations

import re
from functools import cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextBlock, QTextCharFormat, QTextCursor, QTextDocument, QTextFormat
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QTextBrowser, QVBoxLayout, QWidget

from composer_gui.storage import resources
from composer_gui.ui import theme
from composer_gui.ui.controls import TextField, button_row, push_button
from composer_gui.ui.words import Hairline, Line

_INTRODUCTION = re.compile(r"\A# .*?(?=^## )", re.DOTALL | re.MULTILINE)
_PREFACE = (
    "Repairs are offered only where they were tried: where they take the problem away and bring "
    "no other. Sizes are those of one sample."
)


@cache
def page() -> str:
    """Return the page as Markdown, without what is meant for readers of the repository."""
    text = (resources.folder() / "problems.md").read_text(encoding="utf-8")
    return _INTRODUCTION.sub(f"{_PREFACE}\n\n", text, count=1)


class ProblemPage(QDialog):
    """Shows the page beside the window, so that one can work on meanwhile."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("What the Problems Mean")
        self.field = TextField()
        self.found = Line(px=12, tone="tertiary")
        self.text = QTextBrowser()
        self.done_button = push_button("Close", role="primary")
        self._lay_out()
        self._connect()
        self._dress()

    def _lay_out(self) -> None:
        self.field.setPlaceholderText("Search; Enter goes to the next place")
        self.field.setAccessibleName("Search in this page")
        self.field.setClearButtonEnabled(True)
        self.text.setAccessibleName("What the problems mean")
        self.text.setFrameShape(QFrame.Shape.NoFrame)
        self.text.setOpenLinks(False)
        self.text.document().setDocumentMargin(24)
        top = QHBoxLayout()
        top.setContentsMargins(24, 14, 24, 12)
        top.setSpacing(12)
        top.addWidget(self.field, 1)
        top.addWidget(self.found)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(Hairline())
        column.addWidget(self.text, 1)
        column.addWidget(Hairline())
        column.addLayout(button_row(self.done_button))
        self.resize(700, 680)

    def _connect(self) -> None:
        self.field.textChanged.connect(self._search)
        self.field.returnPressed.connect(self._search_on)
        self.done_button.clicked.connect(self.accept)
        theme.watch().changed.connect(self._dress)

    def _dress(self) -> None:
        """Show the page in the colours of the theme."""
        now = theme.current()
        self.text.setStyleSheet(
            f"QTextBrowser {{ background: {now.panel.name()}; color: {now.text.name()};"
            f" selection-background-color: {now.selection.name()};"
            f" selection-color: {now.text.name()}; }}"
        )
        document, bar = self.text.document(), self.text.verticalScrollBar()
        seen = bar.value()
        document.setDefaultFont(theme.font(theme.BODY))
        document.setMarkdown(page(), QTextDocument.MarkdownFeature.MarkdownDialectGitHub)
        document.setDocumentMargin(24)
        _set(document)
        self.text.moveCursor(QTextCursor.MoveOperation.Start)  # else the end is shown
        bar.setValue(seen)

    # Searching -----------------------------------------------------------------------------------

    def show_problem(self, code: str) -> None:
        """Go to what is said of the problems with this code; each heading bears its own."""
        self.field.setText(f"({code})")

    def _search(self, wanted: str) -> None:
        self.text.moveCursor(QTextCursor.MoveOperation.Start)
        self.found.clear()
        if wanted:
            self._go_on(wanted)

    def _search_on(self) -> None:
        if self.field.text():
            self._go_on(self.field.text())

    def _go_on(self, wanted: str) -> None:
        """Go to the next place, and after the last to the first."""
        is_there = self.text.find(wanted)
        if not is_there:
            self.text.moveCursor(QTextCursor.MoveOperation.Start)
            is_there = self.text.find(wanted)
        self.found.setText("" if is_there else "Not on this page.")
        if is_there:
            # Upwards from the end: what follows a heading is then seen with it
            cursor = self.text.textCursor()
            self.text.verticalScrollBar().setValue(self.text.verticalScrollBar().maximum())
            self.text.setTextCursor(cursor)
            self.text.ensureCursorVisible()

    def keyPressEvent(self, event) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()  # in the field it goes on; the page stays
            return
        super().keyPressEvent(event)


def _set(document: QTextDocument) -> None:
    """Set the page: room above each head, examples apart, code in the monospaced face."""
    now = theme.current()
    cursor = QTextCursor(document)
    block = document.begin()
    while block.isValid():
        form = block.blockFormat()
        level = form.headingLevel()
        above, below = _ROOM.get(level, (0, 6))
        form.setTopMargin(above)
        form.setBottomMargin(2 if block.textList() is not None else below)
        cursor.setPosition(block.position())
        cursor.setBlockFormat(form)
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        look = QTextCharFormat()
        is_example = form.intProperty(QTextFormat.Property.BlockQuoteLevel) > 0
        look.setForeground(now.secondary if is_example else now.text)
        if level:
            look.setProperty(QTextFormat.Property.FontSizeAdjustment, _LARGER.get(level, 0))
        cursor.mergeCharFormat(look)
        _set_spans(block)
        block = block.next()


def _set_spans(block: QTextBlock) -> None:
    """Set what is code in a block in the monospaced face, and what is bold in a weight we have."""
    code, bold = QTextCharFormat(), QTextCharFormat()
    code.setFont(theme.mono(12))
    code.setForeground(theme.current().secondary)
    bold.setFontWeight(600)
    spans = []
    at = block.begin()
    while not at.atEnd():
        span, look = at.fragment(), at.fragment().charFormat()
        if look.fontFixedPitch():
            spans.append((span.position(), span.length(), code))
        elif look.fontWeight() > bold.fontWeight():
            spans.append((span.position(), span.length(), bold))
        at += 1
    cursor = QTextCursor(block)
    for start, length, look in spans:
        cursor.setPosition(start)
        cursor.setPosition(start + length, QTextCursor.MoveMode.KeepAnchor)
        cursor.mergeCharFormat(look)


_ROOM = {1: (0, 12), 2: (26, 8), 3: (18, 4)}
"""Pixels above and below a head, by its level."""

_LARGER = {1: 2, 2: 1}
"""Steps in size above ordinary text: a size in pixels is nothing to Qt where a head has a step."""
