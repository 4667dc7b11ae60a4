"""Labels that show text from files as plain text, elided and never clipped, in a theme's tones."""

from __future__ import annotations

import re

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from composer_gui.ui import theme

_LONG_WORD = re.compile(r"\S{25,}")
_PIECE = re.compile(r"[^/\\\\_.:-]{0,24}[/\\\\_.:-]|\S{24}")

HEAD_PX = 11
"""Size of the small heads above groups, the only words in capitals."""


def plain_tip(text: str) -> str:
    """Return a tooltip that shows `text` as it is: Qt would take markup in it for its own."""
    for sign, escaped in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\n", "<br>")):
        text = text.replace(sign, escaped)
    return f"<span>{text}</span>" if text else ""


def count_of(number: int, one: str, many: str = "") -> str:
    """Return "1 node", "3 nodes"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}".replace(",", "\u202f")


def breakable(text: str) -> str:
    """Return `text` with places in its long words, such as paths, where a line may end.

    A dot between words stays at the end of its line.
    """
    text = text.replace(" · ", "\u00a0· ")
    return _LONG_WORD.sub(lambda word: _PIECE.sub("\\g<0>\u200b", word[0]), text)


class Line(QLabel):
    """One line of plain text that is elided where it has no room; the whole is in the tooltip.

    `tone` names a colour of the theme: text, secondary, tertiary, right, warning, wrong, accent.
    """

    def __init__(
        self,
        text: str = "",
        *,
        px: int = theme.BODY,
        weight: int = 400,
        tone: str = "text",
        mono: bool = False,
        elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._tone = tone
        self._elide = elide
        self._tip = ""
        self._measured: int | None = None
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(theme.mono(px, weight) if mono else theme.font(px, weight))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setText(text)

    def set_tone(self, tone: str) -> None:
        """Show the text in another colour of the theme."""
        if tone != self._tone:
            self._tone = tone
            self.update()

    @property
    def tone(self) -> str:
        """The name of the colour in which the text is shown."""
        return self._tone

    def set_tip(self, text: str) -> None:
        """Show `text` in the tooltip even where the line is not elided."""
        self._tip = text
        self._refresh_tip()

    def setText(self, text: str) -> None:
        if text != self.text():
            self._measured = None
            super().setText(text)
            self._refresh_tip()

    def clear(self) -> None:
        self.setText("")

    def minimumSizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(min(metrics.horizontalAdvance("…") * 3, self._width()), metrics.height() + 2)

    def sizeHint(self) -> QSize:
        return QSize(self._width(), self.fontMetrics().height() + 2)

    def _width(self) -> int:
        """Return how wide the text is; measured once, for it takes longer than all the rest."""
        if self._measured is None:
            self._measured = self.fontMetrics().horizontalAdvance(self.text()) + 2
        return self._measured

    def _is_elided(self) -> bool:
        return self._width() > self.width() + 1

    def toolTip(self) -> str:
        """Return what the tooltip says now; found out when it is asked for."""
        return plain_tip(self._tip or (self.text() if self._is_elided() else ""))

    def _refresh_tip(self) -> None:
        # Qt is told once the mouse is here: there are many lines, and most are never pointed at
        if self.underMouse():
            self.setToolTip(self.toolTip())

    def enterEvent(self, event) -> None:
        self.setToolTip(self.toolTip())
        super().enterEvent(event)

    def resizeEvent(self, event) -> None:
        self._refresh_tip()
        super().resizeEvent(event)

    def changeEvent(self, event) -> None:
        if event.type() == QEvent.Type.FontChange:
            self._measured = None
        super().changeEvent(event)

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.setFont(self.font())
        tone = self._tone if self.isEnabled() else "tertiary"
        painter.setPen(getattr(theme.current(), tone))
        shown = self.fontMetrics().elidedText(self.text(), self._elide, self.width())
        aligned = int(self.alignment() | Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(self.rect(), aligned, shown)


class Head(Line):
    """The small head above a group."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text.upper(), px=HEAD_PX, weight=600, tone="tertiary", parent=parent)
        self.setAccessibleName(text)
        font = QFont(self.font())
        font.setLetterSpacing(QFont.SpacingType.PercentageSpacing, 103)
        self.setFont(font)


class Paragraph(QLabel):
    """Plain text of several lines, wrapped; `tone` as for `Line`."""

    def __init__(
        self,
        text: str = "",
        *,
        px: int = theme.BODY,
        weight: int = 400,
        tone: str = "text",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setFont(theme.font(px, weight))
        self.setProperty("tone", tone)
        self.setMinimumWidth(40)
        self._said = ""
        self.setText(text)

    def setText(self, text: str) -> None:
        self._said = text
        super().setText(breakable(text))

    def text(self) -> str:
        return self._said

    def set_tone(self, tone: str) -> None:
        """Show the text in another colour of the theme."""
        if tone != self.property("tone"):
            self.setProperty("tone", tone)
            self.style().unpolish(self)
            self.style().polish(self)


class Hairline(QWidget):
    """A line of one pixel between groups."""

    def __init__(self, parent: QWidget | None = None, *, vertical: bool = False) -> None:
        super().__init__(parent)
        if vertical:
            self.setFixedWidth(1)
        else:
            self.setFixedHeight(1)

    def paintEvent(self, event) -> None:
        QPainter(self).fillRect(self.rect(), theme.current().line)
