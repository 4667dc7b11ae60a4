"""The history as a list: every step by its name; a press goes there, forward or back."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QRect, QSize, QStringListModel, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QFrame, QListView, QStyledItemDelegate, QWidget

from composer_gui.session import levels
from composer_gui.session.session import Session
from composer_gui.ui import theme
from composer_gui.ui.row_paint import paint_ground
from composer_gui.ui.words import plain_tip

BEGINNING = "Beginning"
"""What the step is called that nothing led to."""

STATE = Qt.ItemDataRole.UserRole
"""The role under which a row tells whether it is BEFORE, NOW or AHEAD of the present step."""

PLACE = Qt.ItemDataRole.UserRole + 1
"""The role under which a row tells what stands at its right end."""

BEFORE, NOW, AHEAD = "before", "now", "ahead"
ROW = 28
_DOT = 7
_GO = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class HistoryModel(QStringListModel):
    """The steps of a session's history as rows, the oldest first; follows the session.

    It holds empty texts, since the view asks for the count of rows at every single one, and with
    thousands of steps an answer from Python takes longer than an edit. For the same reason rows
    that say something else are told by `restated()`: at `dataChanged` the view lays all out anew.
    """

    restated = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._history = session.history
        self._fill()
        session.changed.connect(self._follow)
        session.path_changed.connect(self.restated)
        session.clean_changed.connect(self._follow_saving)

    @property
    def present(self) -> int:
        """The row of the present step."""
        return self._history.present

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        number = index.row()
        if not 0 <= number < len(self._history):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._history.step(number).label or BEGINNING
        if role == STATE:
            return _state(self.present, number)
        if role == PLACE:
            return self._place(number)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(number)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(f"{self._spoken(number)}.")
        return None

    def _place(self, number: int) -> str:
        """Return in which submodel a step was done, and whether the file holds it."""
        step = self._history.step(number)
        names = levels.names(step.document, levels.nearest(step.document, step.place))
        said = [f"in {names[-1][1]}"] if names else []
        if number == self._history.clean and self._session.path is not None:
            said.append("saved")
        return ", ".join(said)

    def _spoken(self, number: int) -> str:
        words = {BEFORE: "", NOW: "this is how the design is now", AHEAD: "undone"}
        label = self._history.step(number).label or BEGINNING
        parts = (label, self._place(number), words[_state(self.present, number)])
        return ", ".join(part for part in parts if part)

    def _follow(self, _: object) -> None:
        history = self._session.history
        if history is not self._history:
            self._history = history
            self._fill()
        more = len(history) - self.rowCount()
        if more > 0:
            self.insertRows(self.rowCount(), more)
        elif more < 0:
            self.removeRows(len(history), -more)
        self.restated.emit()

    def _fill(self) -> None:
        self.setStringList([""] * len(self._history))

    def _follow_saving(self, _: bool) -> None:
        self.restated.emit()


def _state(present: int, number: int) -> str:
    if number == present:
        return NOW
    return BEFORE if number < present else AHEAD


class HistoryList(QListView):
    """Lists the steps of a session. A press goes to a step, and so do Enter and Space."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setModel(HistoryModel(session, self))
        self._set_up()
        self.clicked.connect(self._go)
        self.model().restated.connect(self._mark)
        theme.watch().changed.connect(self.viewport().update)
        self._mark()

    def _set_up(self) -> None:
        self.setAccessibleName("History")
        self.setAccessibleDescription("Steps of this design; Enter goes to the one chosen")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setItemDelegate(_StepDelegate(self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setSelectionMode(QListView.SelectionMode.SingleSelection)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumSize(120, 3 * ROW)
        self.viewport().setAutoFillBackground(False)

    def keyPressEvent(self, event) -> None:
        if event.key() in _GO and self.currentIndex().isValid():
            self._go(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def showEvent(self, event) -> None:
        super().showEvent(event)
        self._mark()

    def _go(self, index: QModelIndex) -> None:
        self._session.go_to_step(index.row())

    def _mark(self, *_: object) -> None:
        """Choose the present step and keep it in sight."""
        index = self.model().index(self.model().present)
        self.setCurrentIndex(index)
        self.viewport().update()
        if self.isVisible():
            self.scrollTo(index)


class _StepDelegate(QStyledItemDelegate):
    """Draws a step: a dot on the line of time, its name, and where it was done."""

    def sizeHint(self, option, index) -> QSize:
        return QSize(120, ROW)

    def paint(self, painter: QPainter, option, index) -> None:
        now, state = theme.current(), index.data(STATE)
        rect = QRect(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_ground(painter, option, rect.adjusted(4, 1, -4, -1), is_chosen=state == NOW)
        _paint_time(painter, rect, state, index.row(), index.model().rowCount())
        room = rect.adjusted(34, 0, -14, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        place = index.data(PLACE)
        if place:
            painter.setFont(theme.font(11))
            painter.setPen(now.secondary if state == NOW else now.tertiary)
            taken = min(painter.fontMetrics().horizontalAdvance(place) + 2, room.width() // 2)
            elided = painter.fontMetrics().elidedText(place, Qt.TextElideMode.ElideRight, taken)
            painter.drawText(room, middle | Qt.AlignmentFlag.AlignRight, elided)
            room.setRight(room.right() - taken - 12)
        painter.setFont(theme.font(theme.BODY, 600 if state == NOW else 400))
        painter.setPen(now.tertiary if state == AHEAD else now.text)
        label = painter.fontMetrics().elidedText(
            index.data(), Qt.TextElideMode.ElideRight, room.width()
        )
        painter.drawText(room, middle | Qt.AlignmentFlag.AlignLeft, label)
        painter.restore()


def _paint_time(painter: QPainter, rect: QRect, state: str, row: int, count: int) -> None:
    """Draw the line from the step before to the next, and the step's dot on it."""
    now, x, y = theme.current(), rect.left() + 20, rect.center().y() + 1
    painter.setPen(QPen(now.card_line, 1))
    painter.drawLine(x, rect.top() if row else y, x, rect.bottom() + 1 if row < count - 1 else y)
    filled = {BEFORE: now.tertiary, NOW: now.accent, AHEAD: now.panel}[state]
    painter.setPen(QPen(now.tertiary if state == AHEAD else filled, 1.4))
    painter.setBrush(filled)
    size = _DOT + 2 if state == NOW else _DOT
    painter.drawEllipse(QRect(x - size // 2, y - size // 2, size, size))
