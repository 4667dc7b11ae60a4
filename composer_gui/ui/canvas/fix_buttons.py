"""The repairs for one problem as buttons below each other, for mouse and keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFont, QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from composer_gui.core.trials import Offer
from composer_gui.ui import theme
from composer_gui.ui.words import Paragraph, breakable, count_of

if TYPE_CHECKING:
    from composer_gui.core.declined import Declined

MOST = 4
"""So many repairs are shown at first; the others are one press away."""
STEP = 420
"""Milliseconds between two pictures of the dots that say that something is going on."""


class WrappedButton(QPushButton):
    """A button whose words wrap: of a given width, or of 0 as wide as its place."""

    def __init__(self, words: str, width: int, parent: QWidget, *, margins=(0, 0, 0, 0)) -> None:
        super().__init__(parent)
        self._width = width
        self._natural = margins[0] + margins[2]
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.setAccessibleName(words)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(*margins)

    def put(self, text: str, font: QFont, *, tone: str = "text", grows: bool = True) -> QLabel:
        """Add words; a button's own text does not wrap, a label on it does.

        `tone` names a colour of the theme, as for `Paragraph`.
        """
        label = QLabel(breakable(text) if grows else text, self)
        label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setProperty("tone", tone)
        label.setFont(font)
        label.setWordWrap(grows)
        self.row.addWidget(label, 1 if grows else 0)
        self._natural += label.fontMetrics().horizontalAdvance(text) + 2
        if self._width:
            self.setFixedHeight(self.row.totalHeightForWidth(self._width))
        return label

    def sizeHint(self) -> QSize:
        """Return the size on one line."""
        return QSize(self._natural, self.row.totalHeightForWidth(self._natural))

    def minimumSizeHint(self) -> QSize:
        return QSize(60, self.sizeHint().height())

    def paintEvent(self, event) -> None:
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme.current().accent, 1.5))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.75, 0.75, -0.75, -0.75), 5, 5)


class FixButton(WrappedButton):
    """A repair: the first one stands out and says that Enter applies it.

    `looked_at(bool)` when mouse or keys are on it, and when they are no more.
    """

    looked_at = Signal(bool)
    stepped = Signal(int)

    def __init__(self, offer: Offer, width: int, parent: QWidget, *, first: bool) -> None:
        super().__init__(offer.title, width, parent, margins=(12, 8, 12, 8))
        self.offer = offer
        self.setProperty("role", "first fix" if first else "fix")
        self.put(offer.title, theme.font(13, 600 if first else 400))
        if first:
            self.put("Enter", theme.font(12, 400), tone="secondary", grows=False)

    def enterEvent(self, event) -> None:
        super().enterEvent(event)
        self.looked_at.emit(True)

    def leaveEvent(self, event) -> None:
        super().leaveEvent(event)
        self.looked_at.emit(self.hasFocus())

    def focusInEvent(self, event) -> None:
        super().focusInEvent(event)
        self.looked_at.emit(True)

    def focusOutEvent(self, event) -> None:
        super().focusOutEvent(event)
        self.looked_at.emit(False)

    def keyPressEvent(self, event) -> None:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        if event.key() in steps:
            self.stepped.emit(steps[event.key()])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)


class Waiting(QLabel):
    """A quiet line that says that something is going on; its dots come one by one."""

    def __init__(self, words: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._words = words
        self._dots = 3
        self.setFont(theme.font(12, 400))
        self.setProperty("tone", "tertiary")
        self.setAccessibleName(f"{words}…")
        self._timer = QTimer(self, interval=STEP)
        self._timer.timeout.connect(self._step)
        self._write()

    def showEvent(self, event) -> None:
        super().showEvent(event)
        self._timer.start()

    def hideEvent(self, event) -> None:
        self._timer.stop()
        super().hideEvent(event)

    def _step(self) -> None:
        self._dots = self._dots % 3 + 1
        self._write()

    def _write(self) -> None:
        self.setText(self._words + "." * self._dots)


class FixButtons(QWidget):
    """Shows repairs, the likeliest first, or that they are being tried.

    `chosen(Offer)` when one is to be applied, `looked_at(Offer)` when mouse or keys are on one,
    `looked_at(None)` when they are no more, `resized()` when the height is another one.
    """

    chosen = Signal(object)
    looked_at = Signal(object)
    resized = Signal()

    def __init__(self, width: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._width = width
        self._all = False
        self._most = MOST
        self._declined: tuple[Declined, ...] = ()
        self._shown: tuple = ()
        self.offers: tuple[Offer, ...] = ()
        self.buttons: list[FixButton] = []
        self.waiting: Waiting | None = None
        self.more: QPushButton | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)

    def forget(self) -> None:
        """Show nothing any more, and of what comes the first few: the problem is another one."""
        self._all = False
        self._shown = ()
        self.offers = ()
        self._clear()

    def set_width(self, width: int) -> None:
        """Be another width."""
        self._width = width
        self._shown = ()
        if self.offers:
            self._show_again()

    def show_offers(
        self,
        offers: Sequence[Offer],
        *,
        is_trying: bool,
        most: int = MOST,
        declined: Sequence[Declined] = (),
    ) -> None:
        """Show these repairs, `most` of them at first; while new ones are tried, they stay.

        What is there already stays where it is, so that nothing moves under the mouse. Why others
        do not do is said below them.
        """
        if is_trying and not offers and self.buttons:
            return
        self.offers = tuple(offers)
        self._most = most
        self._declined = tuple(declined)
        titles = tuple(offer.title for offer in self.offers)
        shown = (titles, is_trying, self._all, most, self._declined)
        if shown == self._shown:
            for button, offer in zip(self.buttons, self.offers, strict=False):
                button.offer = offer
            return
        self._shown = shown
        self._build(is_trying)
        self.resized.emit()

    def _build(self, is_trying: bool) -> None:
        focused = next((n for n, button in enumerate(self.buttons) if button.hasFocus()), None)
        self._clear()
        many = len(self.offers) > self._most and not self._all
        for number, offer in enumerate(self.offers[: self._most if many else None]):
            self._add_button(offer, first=number == 0)
        if many:
            self.more = link(f"{len(self.offers) - self._most} more", self)
            self.more.setAccessibleName(count_of(len(self.offers) - self._most, "more repair"))
            self.more.clicked.connect(self._show_all)
            self._column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
            self.more.show()
        if is_trying and not self.offers:
            self.waiting = Waiting("Trying repairs", self)
            self._column.addWidget(self.waiting)
            self.waiting.show()
        for one in () if is_trying else self._declined:
            self._add_reason(one)
        if focused is not None and self.buttons:
            self.buttons[min(focused, len(self.buttons) - 1)].setFocus()
        self.setVisible(bool(self._column.count()))

    def _clear(self) -> None:
        while self._column.count():
            widget = self._column.takeAt(0).widget()
            widget.hide()
            widget.deleteLater()
        self.buttons, self.waiting, self.more = [], None, None

    def _add_button(self, offer: Offer, *, first: bool) -> None:
        button = FixButton(offer, self._width, self, first=first)
        button.clicked.connect(self._choose)
        button.looked_at.connect(self._look)
        button.stepped.connect(self._step)
        self.buttons.append(button)
        self._column.addWidget(button)
        button.show()  # now, and not with the next event: the card is measured at once

    def _add_reason(self, declined: Declined) -> None:
        words = Paragraph(f"Not possible: {declined.reason}.", px=12, tone="tertiary", parent=self)
        if self._width:
            words.setFixedHeight(words.heightForWidth(self._width))
        self._column.addWidget(words)
        words.show()

    def _choose(self) -> None:
        self.chosen.emit(self.sender().offer)

    def _look(self, looks: bool) -> None:
        self.looked_at.emit(self.sender().offer if looks else None)

    def _step(self, by: int) -> None:
        at = self.buttons.index(self.sender()) + by
        self.focus(at % len(self.buttons))

    def _show_all(self) -> None:
        self._all = True
        place = self._most
        self._show_again()
        self.focus(place)

    def _show_again(self) -> None:
        known = {"most": self._most, "declined": self._declined}
        self.show_offers(self.offers, is_trying=False, **known)

    def focus(self, number: int = 0) -> bool:
        """Put the keys on a button; return whether there is one."""
        if number >= len(self.buttons):
            return False
        self.buttons[number].setFocus(Qt.FocusReason.TabFocusReason)
        return True


def link(text: str, parent: QWidget, *, quiet: bool = False) -> QPushButton:
    """Return a button that looks like a word one can press."""
    button = QPushButton(text, parent)
    button.setProperty("role", "quiet link" if quiet else "link")
    button.setFlat(True)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setFont(theme.font(12, 400))
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    return button
