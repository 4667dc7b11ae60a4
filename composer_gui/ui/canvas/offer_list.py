"""The lines of the quick search."""

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
        now, offer = theme.current(), index.data(Qt.ItemDataRole.UserRole)
        words = index.data(Qt.ItemDataRole.DisplayRole)
        rect: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_ground(painter, option, rect)
        text = rect.adjusted(30, 0, -10, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        if offer is not None:
            top = rect.center().y() - glyphs.SIZE / 2 + 0.5
            colour = now.category(offer.category)
            glyphs.draw_category(painter, offer.category, colour, rect.left() + 10, top)
        painter.setFont(theme.font(13, 500 if offer is not None else 400))
        painter.setPen(now.secondary if offer is None or offer.misfit else now.text)
        painter.drawText(text, middle | Qt.AlignmentFlag.AlignLeft, words)
        used = painter.fontMetrics().horizontalAdvance(words) + 14
        painter.setFont(theme.font(11, 400))
        painter.setPen(now.warning if offer is not None and offer.misfit else now.secondary)
        detail = painter.fontMetrics().elidedText(
            (offer.misfit or offer.detail) if offer is not None else "",
            Qt.TextElideMode.ElideRight,
            max(0, text.width() - used),
        )
        painter.drawText(text, middle | Qt.AlignmentFlag.AlignRight, detail)
        painter.restore()
