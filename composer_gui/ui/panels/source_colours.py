"""Colours Python source line by line: keywords, strings, numbers, comments, called names."""

from __future__ import annotations

import keyword
import re

from PySide6.QtGui import QColor, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from composer_gui.ui import theme
from composer_gui.ui.theme import Theme
from composer_gui.ui.turns import Turn

# The alternatives are tried in order, so that a "#" in a string opens no comment
_TOKEN = re.compile(
    r"""(?P<opening>[rbfRBF]{0,2}(?:\"\"\"|'''))
    | (?P<string>[rbfRBF]{0,2}(?:"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?))
    | (?P<comment>\#.*)
    | (?P<number>\b(?:0[xX][\da-fA-F]+|\d+\.?\d*(?:[eE][+-]?\d+)?))
    | (?P<word>[^\W\d]\w*)""",
    re.VERBOSE,
)
_KEYWORDS = frozenset(keyword.kwlist)
_CLOSED = -1


AT_ONCE = 150
"""So many lines take the colours of another theme in one turn."""


class SourceColours(QSyntaxHighlighter):
    """Colours a document in the theme's categories; a block's state says which quotes are open."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._formats = _formats(theme.current())
        self._next = 0
        self._later = Turn(self)
        self._later.timeout.connect(self._refresh_some)

    def refresh(self) -> None:
        """Take the theme that holds now; a long source line by line, in turns of their own."""
        self._formats = _formats(theme.current())
        if self.document().blockCount() <= AT_ONCE:
            self.rehighlight()
            return
        self._next = 0
        self._refresh_some()

    def _refresh_some(self) -> None:
        block = self.document().findBlockByNumber(self._next)
        for _ in range(AT_ONCE):
            if not block.isValid():
                return
            self.rehighlightBlock(block)
            block = block.next()
        self._next += AT_ONCE
        self._later.start()

    def highlightBlock(self, text: str) -> None:
        start = 0
        state = self.previousBlockState()
        while True:
            if state != _CLOSED:
                quotes = '"""' if state == 0 else "'" * 3
                end = text.find(quotes, start)
                stop = len(text) if end < 0 else end + 3
                self.setFormat(start, stop - start, self._formats["string"])
                if end < 0:
                    self.setCurrentBlockState(state)
                    return
                start, state = stop, _CLOSED
            opening = self._colour_plain(text, start)
            if opening is None:
                self.setCurrentBlockState(_CLOSED)
                return
            start, state = opening

    def _colour_plain(self, text: str, start: int) -> tuple[int, int] | None:
        """Colour tokens up to the next long string; return where it goes on and its state."""
        definition = False
        for found in _TOKEN.finditer(text, start):
            kind, words = found.lastgroup, found.group()
            if kind == "opening":
                self.setFormat(found.start(), len(words), self._formats["string"])
                return found.end(), 0 if words.endswith('"""') else 1
            if kind == "word":
                kind = self._kind_of_word(text, found, definition)
                definition = words in ("def", "class")
            if kind in self._formats:
                self.setFormat(found.start(), len(words), self._formats[kind])
        return None

    def _kind_of_word(self, text: str, found: re.Match, definition: bool) -> str:
        if found.group() in _KEYWORDS:
            return "keyword"
        if definition or text[found.end() : found.end() + 1] == "(":
            return "called"
        return "plain"


def _formats(now: Theme) -> dict[str, QTextCharFormat]:
    return {
        "keyword": _format(now.words(now.category("recurrent"))),
        "string": _format(now.words(now.category("convolution"))),
        "number": _format(now.words(now.category("saved model"))),
        "comment": _format(now.words(now.tertiary)),
        "called": _format(now.words(now.category("core"))),
    }


def _format(colour: QColor) -> QTextCharFormat:
    shape = QTextCharFormat()
    shape.setForeground(colour)
    return shape
