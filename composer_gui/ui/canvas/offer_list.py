"""The lines of searches on the canvas: the quick search's own, and what is drawn in all."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QStandardItem
from PySide6.QtWidgets import QStyledItemDelegate

from composer_gui.ui import theme
from composer_gui.ui.canvas import glyphs
from composer_gui.ui.canvas.offers import Offer
from composer_gui.ui.row_paint import paint_ground

ROW = 28
NARROW = 310
"""Width that a line asks for at least, in pixels."""


def offer_row(words: str, offer: Offer | None, said: str) -> QStandardItem:
    """Return a line of the list; `said` is what a screen reader says of it."""
    item = QStandardItem(words)
    item.setEditable(False)
    item.setData(offer, Qt.ItemDataRole.UserRole)
    item.setData(said, Qt.ItemDataRole.AccessibleTextRole)
    return item


class OfferDelegate(QStyledItemDelegate):
    """Draws an offer: the glyph of its category, what it is, and a word about it."""

    def sizeHint(self, option, index) -> QSize:
        return QSize(NARROW, ROW)

    def paint(self, painter: QPainter, option, index) -> None:
        offer = index.data(Qt.ItemDataRole.UserRole)
        words = index.data(Qt.ItemDataRole.DisplayRole)
        rect: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_ground(painter, option, rect)
        if offer is None:
            paint_words(painter, rect, words, is_quiet=True)
        elif offer.misfit:
            tones = {"tone": "warning", "is_quiet": True}
            paint_words(painter, rect, words, offer.misfit, offer.category, **tones)
        else:
            paint_words(painter, rect, words, offer.detail, offer.category)
        painter.restore()


def paint_words(
    painter: QPainter,
    rect: QRect,
    title: str,
    detail: str = "",
    category: str = "",
    *,
    tone: str = "secondary",
    is_quiet: bool = False,
) -> None:
    """Draw a line: the glyph of a category, a title, and at the right a word about it.

    `tone` is the colour of that word, by its name in the theme. Without a category there is no
    glyph, and the title is in the weight of running text.
    """
    now, elide = theme.current(), Qt.TextElideMode.ElideRight
    room, middle = rect.adjusted(30, 0, -10, 0), Qt.AlignmentFlag.AlignVCenter
    if category:
        top = rect.center().y() - glyphs.SIZE / 2 + 0.5
        glyphs.draw_category(painter, category, now.category(category), rect.left() + 10, top)
    painter.setFont(theme.font(13, 500 if category else 400))
    painter.setPen(now.secondary if is_quiet else now.text)
    title = painter.fontMetrics().elidedText(title, elide, room.width())
    painter.drawText(room, middle | Qt.AlignmentFlag.AlignLeft, title)
    left = room.width() - painter.fontMetrics().horizontalAdvance(title) - 14
    painter.setFont(theme.font(11, 400))
    painter.setPen(getattr(now, tone))
    detail = painter.fontMetrics().elidedText(detail, elide, max(0, left))
    painter.drawText(room, middle | Qt.AlignmentFlag.AlignRight, detail)
