"""Controls painted in the theme: a combo box, a tick box, tabs and buttons with a drawn sign."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeySequence, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QTabBar,
    QToolButton,
    QWidget,
)

from composer_gui.ui import theme
from composer_gui.ui.words import plain_tip

FIELD_HEIGHT = 28
"""Height in pixels of everything that is typed or chosen in."""


def push_button(text: str, *, role: str = "", parent: QWidget | None = None) -> QPushButton:
    """Return a button; `role` is "primary", "quiet" or empty."""
    button = QPushButton(text, parent)
    button.setProperty("role", role)
    if role == "primary":
        button.setFont(theme.font(theme.BODY, 600))
    return button


def button_row(
    *buttons: QPushButton, left: Sequence[QPushButton] = (), margin: int = 24
) -> QHBoxLayout:
    """Return the foot of a dialog as a layout: some buttons at the left, the others at the right.

    `margin` is in pixels, at both sides. None is pressed by Enter but one that is made the default.
    """
    row = QHBoxLayout()
    row.setContentsMargins(margin, 12, margin, 12)
    row.setSpacing(10)
    for button in (*left, *buttons):
        button.setAutoDefault(False)
    for button in left:
        row.addWidget(button)
    row.addStretch(1)
    for button in buttons:
        row.addWidget(button)
    return row


class ElidedButton(QPushButton):
    """A button whose words give way where there is no room; all of them are in the tooltip."""

    PADDING = 30

    def __init__(self, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = words
        self.setToolTip(plain_tip(words))
        self.setAccessibleName(words)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._show()

    def sizeHint(self) -> QSize:
        size = super().sizeHint()
        size.setWidth(self.fontMetrics().horizontalAdvance(self.words) + self.PADDING + 2)
        return size

    def minimumSizeHint(self) -> QSize:
        return QSize(60, super().minimumSizeHint().height())

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        self._show()

    def _show(self) -> None:
        room = max(20, self.width() - self.PADDING)
        shown = self.fontMetrics().elidedText(self.words, Qt.TextElideMode.ElideRight, room)
        self.setText(shown.replace("&", "&&"))  # an ampersand would underline the next letter


def paint_field(painter: QPainter, rect: QRectF, *, focused: bool, hovered: bool) -> None:
    """Paint the ground and border of a field."""
    now = theme.current()
    line = now.accent if focused else (now.tertiary if hovered else now.card_line)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(line, 1))
    painter.setBrush(now.field)
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)


def chevron(painter: QPainter, centre: QPointF, colour: QColor, *, turned: bool = False) -> None:
    """Draw a small arrow head that points down, or to the right where `turned`."""
    pen = QPen(colour, 1.6)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    dx, dy = (2.0, 3.5) if turned else (3.5, 2.0)
    start, end = QPointF(-dx, -dy), QPointF(-dx, dy) if turned else QPointF(dx, -dy)
    tip = QPointF(dx, 0) if turned else QPointF(0, dy)
    painter.drawPolyline([centre + start, centre + tip, centre + end])


def paint_mark(painter: QPainter, centre: QPointF, colour: QColor, ink: QColor) -> None:
    """Paint the disc with the exclamation mark in it."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawEllipse(centre, 7, 7)
    pen = QPen(ink, 1.8)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.drawLine(centre + QPointF(0, -3.6), centre + QPointF(0, 0.6))
    painter.drawPoint(centre + QPointF(0, 3.6))


class TextField(QLineEdit):
    """A line to type in. Undo and redo are the design's, not the line's own."""

    def __init__(self, text: str = "", *, mono: bool = False, parent: QWidget | None = None):
        super().__init__(text, parent)
        self.setFont(theme.mono(12) if mono else theme.font(theme.BODY))
        self.setFixedHeight(FIELD_HEIGHT)
        self.setMinimumWidth(60)

    def setClearButtonEnabled(self, enable: bool) -> None:
        """Have a button that clears the line, with a name; Qt gives it none."""
        super().setClearButtonEnabled(enable)
        for button in self.findChildren(QToolButton):
            button.setAccessibleName("Clear")

    def set_wrong(self, wrong: bool) -> None:
        """Draw the border in the colour of what is wrong, or as usual."""
        if bool(self.property("wrong")) != wrong:
            self.setProperty("wrong", wrong)
            self.style().unpolish(self)
            self.style().polish(self)

    def event(self, event) -> bool:
        if event.type() == event.Type.ShortcutOverride:
            steps = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)
            if any(event.matches(step) for step in steps):
                event.ignore()
                return False
        return super().event(event)


class ChoiceBox(QComboBox):
    """A combo box that keeps still under the wheel and elides its text.

    `set_quiet(True)` shows the chosen text as a default: in the tone of placeholders.
    """

    TAKEN = 24
    """Pixels that the arrow takes at the right."""

    def __init__(self, *, mono: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._quiet = False
        self._room = 0
        self.setFont(theme.mono(12) if mono else theme.font(theme.BODY))
        self.setFixedHeight(FIELD_HEIGHT)
        self.setMinimumWidth(60)
        self.setMaxVisibleItems(16)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)

    def set_quiet(self, quiet: bool) -> None:
        """Show the chosen text as a default, or as something that was set."""
        self._quiet = quiet
        self.update()

    @property
    def is_quiet(self) -> bool:
        """Whether what is shown is a default."""
        return self._quiet

    def make_room(self, room: int) -> None:
        """Keep `room` pixels before the arrow free of text."""
        self._room = room
        self.update()

    def wheelEvent(self, event) -> None:
        event.ignore()  # the panel scrolls; a value never changes in passing

    def enterEvent(self, event) -> None:
        self.update()
        super().enterEvent(event)

    def leaveEvent(self, event) -> None:
        self.update()
        super().leaveEvent(event)

    def showPopup(self) -> None:
        widest = self.view().sizeHintForColumn(0) + 28
        self.view().setMinimumWidth(max(self.width(), min(widest, 360)))
        super().showPopup()

    def paintEvent(self, event) -> None:
        now = theme.current()
        painter = QPainter(self)
        rect = QRectF(self.rect())
        paint_field(painter, rect, focused=self.hasFocus(), hovered=self.underMouse())
        room = rect.adjusted(9, 0, -self.TAKEN - self._room, 0)
        text = self.fontMetrics().elidedText(
            self.currentText(), Qt.TextElideMode.ElideRight, int(room.width())
        )
        quiet = self._quiet or not self.isEnabled()
        painter.setFont(self.font())
        painter.setPen(now.tertiary if quiet else now.text)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        chevron(painter, QPointF(rect.right() - 13, rect.center().y()), now.secondary)


class TickBox(QCheckBox):
    """A box to tick; what it says is plain text."""

    BOX = 16

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setFont(theme.font(theme.BODY))
        self.setMinimumHeight(FIELD_HEIGHT)

    def sizeHint(self) -> QSize:
        text = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(self.BOX + (text + 10 if text else 2) + 2, FIELD_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, position) -> bool:
        return self.rect().contains(position)

    def paintEvent(self, event) -> None:
        now = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = (self.height() - self.BOX) / 2
        box = QRectF(1, top, self.BOX, self.BOX).adjusted(0.5, 0.5, -0.5, -0.5)
        marked = self.checkState() != Qt.CheckState.Unchecked
        ground = now.accent if marked and self.isEnabled() else now.field
        painter.setPen(QPen(now.accent if self.hasFocus() or marked else now.card_line, 1))
        painter.setBrush(ground)
        painter.drawRoundedRect(box, 4, 4)
        if self.hasFocus():
            painter.setPen(QPen(now.text, 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(-1, -1, 1, 1), 5, 5)
        if marked:
            self._paint_mark(painter, box.center(), now.on_accent)
        painter.setFont(self.font())
        painter.setPen(now.text if self.isEnabled() else now.tertiary)
        room = self.rect().adjusted(self.BOX + 9, 0, 0, 0)
        shown = self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideRight, room.width()
        )
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, shown)

    def _paint_mark(self, painter: QPainter, centre: QPointF, colour: QColor) -> None:
        pen = QPen(colour, 2)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        points = [(-4, 0), (-1.2, 3), (4, -3)]
        if self.checkState() == Qt.CheckState.PartiallyChecked:
            points = [(-3.5, 0), (3.5, 0)]
        painter.drawPolyline([centre + QPointF(x, y) for x, y in points])


# Signs that stand alone, each in a square of 16 by 16
_SIGNS: dict[str, tuple[tuple[tuple[float, float], ...], ...]] = {
    "close": (((4, 4), (12, 12)), ((12, 4), (4, 12))),
    "up": (((8, 12), (8, 4)), ((4.5, 7.5), (8, 4), (11.5, 7.5))),
    "down": (((8, 4), (8, 12)), ((4.5, 8.5), (8, 12), (11.5, 8.5))),
    "add": (((8, 3.5), (8, 12.5)), ((3.5, 8), (12.5, 8))),
    "remove": (((3.5, 8), (12.5, 8)),),
    "folder": (((2.5, 4), (6, 4), (7.5, 5.5), (13.5, 5.5), (13.5, 12.5), (2.5, 12.5), (2.5, 4)),),
    "copy": (
        ((6, 6), (12.5, 6), (12.5, 12.5), (6, 12.5), (6, 6)),
        ((9.5, 3.5), (3.5, 3.5), (3.5, 9.5)),
    ),
    "detach": (
        ((8.5, 4), (4, 4), (4, 12), (12, 12), (12, 7.5)),
        ((8, 8), (13, 3)),
        ((9.8, 3), (13, 3), (13, 6.2)),
    ),
    "tick": (((3.5, 8.5), (6.5, 11.5), (12.5, 4.5)),),
}


def draw_sign(painter: QPainter, name: str, centre: QPointF, colour: QColor) -> None:
    """Draw one of the signs around `centre`."""
    path = QPainterPath()
    if name == "reset":  # an arrow that turns back
        path.arcMoveTo(QRectF(-4.5, -4.5, 9, 9), 150)
        path.arcTo(QRectF(-4.5, -4.5, 9, 9), 150, -280)
        path.moveTo(-5.4, -5.2)
        path.lineTo(-4.0, -2.0)
        path.lineTo(-0.8, -3.2)
    for line in _SIGNS.get(name, ()):
        path.moveTo(line[0][0] - 8, line[0][1] - 8)
        for x, y in line[1:]:
            path.lineTo(x - 8, y - 8)
    pen = QPen(colour, 1.5)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(centre)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path)
    painter.restore()


class SignButton(QToolButton):
    """A small button with a drawn sign; `says` is its tooltip and what a screen reader reads.

    One that lies `over_text` hides what is behind it.
    """

    def __init__(
        self, sign: str, says: str, parent: QWidget | None = None, *, over_text: bool = False
    ) -> None:
        super().__init__(parent)
        self._sign = sign
        self._over_text = over_text
        self.setAccessibleName(says)
        self.setToolTip(says)
        self.setFixedSize(24, 24)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def paintEvent(self, event) -> None:
        now = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)
        if self._over_text:
            painter.fillRect(self.rect(), now.panel)
        hot = self.underMouse() and self.isEnabled()
        if hot or self.hasFocus():
            painter.setPen(QPen(now.accent, 1) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(now.hover if hot else Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect, 5, 5)
        colour = now.line if not self.isEnabled() else (now.text if hot else now.secondary)
        draw_sign(painter, self._sign, rect.center(), colour)


class Tabs(QTabBar):
    """Tabs as words on a line, the current one underlined; a tab may have a tone of its own."""

    GAP = 24

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tones: dict[int, str] = {}
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFont(theme.font(theme.BODY, 600))

    def set_tone(self, index: int, tone: str) -> None:
        """Show a tab's words in a colour of the theme; an empty `tone` is the usual one."""
        self._tones[index] = tone
        self.update()

    def tabSizeHint(self, index: int) -> QSize:
        width = self.fontMetrics().horizontalAdvance(self.tabText(index))
        return QSize(width + self.GAP, 36)

    def paintEvent(self, event) -> None:
        now = theme.current()
        painter = QPainter(self)
        for index in range(self.count()):
            rect = self.tabRect(index)
            chosen = index == self.currentIndex()
            painter.setFont(theme.font(theme.BODY, 600 if chosen else 500))
            tone = self._tones.get(index) or ("text" if chosen else "secondary")
            painter.setPen(getattr(now, tone))
            painter.drawText(rect, int(Qt.AlignmentFlag.AlignCenter), self.tabText(index))
            if chosen:
                line = rect.adjusted(self.GAP // 2, rect.height() - 2, -self.GAP // 2, 0)
                painter.fillRect(line, now.accent)
            if chosen and self.hasFocus():
                painter.setPen(QPen(now.accent, 1))
                painter.drawRect(rect.adjusted(5, 7, -6, -8))
