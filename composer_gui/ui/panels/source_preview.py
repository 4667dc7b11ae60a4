"""The design as Python source, always as it is now: what one reads is what will be run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from PySide6.QtCore import QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QPainter, QTextCursor, QTextFormat
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QTextEdit, QWidget

from composer_gui.core.codegen.keras_script import Script
from composer_gui.session.session import Session
from composer_gui.ui import theme
from composer_gui.ui.panels.script_maker import ScriptMaker
from composer_gui.ui.panels.source_colours import SourceColours
from composer_gui.ui.turns import Turn

DELAY = 60
"""Milliseconds after a change before the source is written anew: typing is not held up by it."""

PAUSE = 500
"""Milliseconds without a change before that of a large design is: the thread that writes it takes
time from all others, and from the answer to an edit too."""

LINES_A_TURN = 150
"""Lines of the text that are replaced, and so coloured, before the window has a turn again."""

GUTTER = 54

MOST_MARKED = 250
"""Lines that are marked, the first ones; of more selected nodes none, or nearly all would be."""


class LineNumbers(QWidget):
    """The numbers at the left of the source."""

    def __init__(self, source: SourcePreview) -> None:
        super().__init__(source)
        self._source = source

    def paintEvent(self, event) -> None:
        self._source.paint_numbers(QPainter(self), event.rect())


class SourcePreview(QPlainTextEdit):
    """Shows the session's script. `node_chosen(node id)` when a line of a node is pressed.

    The text is replaced line by line, so that reading on is not disturbed by an edit elsewhere.
    """

    node_chosen = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._script = Script("", {})
        self._marked: tuple[str, ...] = ()
        self._pressed_at: QPoint | None = None
        self._maker = ScriptMaker(session, self)
        self.numbers = LineNumbers(self)
        self.colours = SourceColours(self.document())
        self._later = QTimer(self, singleShot=True, interval=DELAY)
        self._go_on = Turn(self)
        self._set_up()
        self._connect()
        self._later.start()

    def _set_up(self) -> None:
        self.setReadOnly(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setUndoRedoEnabled(False)
        self.setFont(theme.mono(12))
        self.setAccessibleName("Python source")
        self.setProperty("role", "source")
        self.setViewportMargins(GUTTER, 4, 0, 0)
        self.setCursorWidth(0)
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor)
        self.document().setDocumentMargin(0)
        self.setAutoFillBackground(False)
        self._dress()

    def _connect(self) -> None:
        self._session.changed.connect(self._soon)
        self._session.path_changed.connect(self._soon)
        self._session.insides_changed.connect(self._soon)
        self._later.timeout.connect(self.refresh)
        self._go_on.timeout.connect(self._replace)
        self._maker.made.connect(self._show)
        self.updateRequest.connect(self._scroll_numbers)
        theme.watch().changed.connect(self._dress)

    def _soon(self, *_: object) -> None:
        if self._maker.takes_long:
            self._later.start(PAUSE)
        elif not self._later.isActive() or self._later.interval() != DELAY:
            self._later.start(DELAY)

    def _dress(self) -> None:
        self.colours.refresh()
        self._mark()

    def showEvent(self, event) -> None:
        super().showEvent(event)
        self._later.start(DELAY)

    # Following -----------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Write the source of the design as it is now; later, while nobody sees it."""
        if not self.isVisible():
            return
        self._maker.make()

    def _show(self, script: Script) -> None:
        self._script = script
        self._replace()

    def _replace(self) -> None:
        """Change the lines between the first and the last that differ, so many in a turn."""
        old, new = self.toPlainText().split("\n"), self._script.text.rstrip("\n").split("\n")
        if old != new:
            top = _common(old, new)
            bottom = _common(old[top:][::-1], new[top:][::-1])
            last = min(len(old) - bottom, top + LINES_A_TURN)
            self._put(top, last, new[top : min(len(new) - bottom, top + LINES_A_TURN)])
            if max(len(old), len(new)) - bottom > top + LINES_A_TURN:
                self._go_on.start()
                return
        self._mark()

    def _put(self, top: int, last: int, lines: list[str]) -> None:
        """Put these lines in the place of those from number `top` up to `last`."""
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        if top < last:
            cursor.setPosition(self.document().findBlockByNumber(top).position())
            end = self.document().findBlockByNumber(last - 1)
            cursor.setPosition(end.position() + end.length() - 1, QTextCursor.MoveMode.KeepAnchor)
            if lines:
                cursor.insertText("\n".join(lines))
            else:
                _take_lines(cursor, top)
        else:
            _put_lines(cursor, self.document(), top, lines)
        cursor.endEditBlock()

    def mark(self, ids: tuple[str, ...]) -> None:
        """Mark the lines of these nodes and bring those that call the first one into view."""
        self._marked = tuple(ids)
        self._mark()
        marked = self._marked_lines()
        if marked:
            calling = lines_that_call(self._script, self._marked)
            self._reveal(min(calling.intersection(marked), default=marked[0]))

    def _marked_lines(self) -> list[int]:
        if len(self._marked) > MOST_MARKED:
            return []
        lines, there = self._script.lines, self.document().blockCount()
        found = {line for node_id in self._marked for line in lines.get(node_id, ())}
        return sorted(line for line in found if line <= there)[:MOST_MARKED]

    def _mark(self) -> None:
        marks = []
        for line in self._marked_lines():
            mark = QTextEdit.ExtraSelection()
            mark.format.setBackground(theme.current().selection)
            mark.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
            mark.cursor = QTextCursor(self.document().findBlockByNumber(line - 1))
            marks.append(mark)
        self.setExtraSelections(marks)
        self.numbers.update()

    def _reveal(self, line: int) -> None:
        block = self.document().findBlockByNumber(line - 1)
        top = self.blockBoundingGeometry(block).translated(self.contentOffset()).top()
        if 0 <= top <= self.viewport().height() - 2 * self.fontMetrics().height():
            return
        seen = self.viewport().height() // max(1, self.fontMetrics().height())
        self.verticalScrollBar().setValue(max(0, line - 1 - seen // 3))

    # Pressing ------------------------------------------------------------------------------------

    def mousePressEvent(self, event) -> None:
        self._pressed_at = event.position().toPoint()
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event) -> None:
        super().mouseReleaseEvent(event)
        at = event.position().toPoint()
        near = self._pressed_at is not None and (at - self._pressed_at).manhattanLength() < 4
        if near and not self.textCursor().hasSelection():
            self._choose(self.cursorForPosition(at).blockNumber() + 1)

    def _choose(self, line: int) -> None:
        node_id = self._script.node_at(line)
        if node_id is not None and node_id in self._session.document.nodes:
            self.node_chosen.emit(node_id)

    def copy_all(self) -> None:
        """Put the whole source on the clipboard."""
        QGuiApplication.clipboard().setText(self._script.text)
        self._session.noticed.emit("The source is on the clipboard.")

    # Line numbers --------------------------------------------------------------------------------

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        inside = self.contentsRect()
        self.numbers.setGeometry(QRect(inside.left(), inside.top() + 4, GUTTER, inside.height()))

    def _scroll_numbers(self, rect: QRect, dy: int) -> None:
        if dy:
            self.numbers.scroll(0, dy)
        else:
            self.numbers.update(0, rect.y(), GUTTER, rect.height())

    def paint_numbers(self, painter: QPainter, rect: QRect) -> None:
        """Paint the numbers of the lines that are seen."""
        now = theme.current()
        marked = set(self._marked_lines())
        painter.setFont(self.font())
        block = self.firstVisibleBlock()
        while block.isValid():
            geometry = self.blockBoundingGeometry(block).translated(self.contentOffset())
            if geometry.top() > rect.bottom():
                return
            if block.isVisible() and geometry.bottom() >= rect.top():
                number = block.blockNumber() + 1
                row = QRect(0, round(geometry.top()), GUTTER, round(geometry.height()))
                if number in marked:
                    painter.fillRect(row, now.selection)
                painter.setPen(now.text if number in marked else now.tertiary)
                text_room = row.adjusted(0, 0, -16, 0)
                aligned = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                painter.drawText(text_room, aligned, str(number))
            block = block.next()


def lines_that_call(script: Script, ids: Iterable[str]) -> set[int]:
    """Return for each of these nodes that has lines where the stretch begins that calls it.

    Of the stretches of lines about it that is the one about the fewest nodes, and the last of
    those: what a layer is made by stands before its call. Where a file is loaded comes last.
    """
    about = Counter(line for lines in script.lines.values() for line in lines)
    text = script.text.split("\n")

    def rank(stretch: list[int]) -> tuple[bool, int, int]:
        loads = any("load_model(" in text[line - 1] for line in stretch)
        return loads, about[stretch[0]], -stretch[0]

    found = set()
    for node_id in ids:
        stretches: list[list[int]] = []
        for line in sorted(script.lines.get(node_id, ())):
            last = stretches[-1][-1] if stretches else 0
            if stretches and line == last + 1 and about[line] == about[last]:
                stretches[-1].append(line)
            else:
                stretches.append([line])
        if stretches:
            found.add(min(stretches, key=rank)[0])
    return found


def _common(one: list[str], other: list[str]) -> int:
    """Return how many lines two texts begin with alike."""
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count


def _take_lines(cursor: QTextCursor, top: int) -> None:
    """Remove the selected lines with one line end."""
    if top > 0:
        end = cursor.position()
        start = cursor.anchor() - 1
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
    else:
        cursor.movePosition(QTextCursor.MoveOperation.NextBlock, QTextCursor.MoveMode.KeepAnchor)
    cursor.removeSelectedText()


def _put_lines(cursor: QTextCursor, document, top: int, lines: list[str]) -> None:
    """Insert lines in front of line number `top`, or behind the last line."""
    if top < document.blockCount():
        cursor.setPosition(document.findBlockByNumber(top).position())
        cursor.insertText("\n".join(lines) + "\n")
    else:
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertText("\n" + "\n".join(lines))
