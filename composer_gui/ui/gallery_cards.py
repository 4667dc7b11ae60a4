"""The examples as cards: a drawing of the design, its title, and one line about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate

from composer_gui.session.examples import Example
from composer_gui.ui import theme, thumbnails
from composer_gui.ui.controls import paint_mark
from composer_gui.ui.words import plain_tip

if TYPE_CHECKING:
    from composer_gui.core.layers.catalog import Catalog

CARD_WIDTH, CARD_HEIGHT, GAP = 248, 160, 14
DRAWING_HEIGHT = 86
EXAMPLE_ROLE = Qt.ItemDataRole.UserRole


class ExampleModel(QAbstractListModel):
    """The examples as a list for a view."""

    def __init__(self, shown: Sequence[Example], parent=None) -> None:
        super().__init__(parent)
        self._examples = list(shown)

    def rowCount(self, parent=QModelIndex()) -> int:  # noqa: B008 Qt's signature
        return 0 if parent.isValid() else len(self._examples)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole):
        if not index.isValid():
            return None
        shown = self._examples[index.row()]
        if role == EXAMPLE_ROLE:
            return shown
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return shown.title
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return shown.description
        return plain_tip(shown.description) if role == Qt.ItemDataRole.ToolTipRole else None


class CardDelegate(QStyledItemDelegate):
    """Paints an example as a card: its drawing, its title, one line about it."""

    def __init__(self, catalog: Callable[[], Catalog], parent=None) -> None:
        super().__init__(parent)
        self._catalog = catalog
        self._drawings: dict[str, thumbnails.Thumbnail] = {}
        self.draws = False  # drawings come after the first paint
        self.size = QSize(CARD_WIDTH, CARD_HEIGHT)

    def sizeHint(self, option, index: QModelIndex) -> QSize:
        return self.size

    def paint(self, painter: QPainter, option, index: QModelIndex) -> None:
        shown: Example = index.data(EXAMPLE_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        card = QRectF(option.rect).adjusted(GAP / 2, GAP / 2, -GAP / 2, -GAP / 2)
        self._paint_ground(painter, card, option)
        drawing = QRectF(card.left() + 14, card.top() + 12, card.width() - 28, DRAWING_HEIGHT - 16)
        if self.draws:
            self._drawing(shown.name).paint(painter, drawing)
        self._paint_words(painter, card, shown)
        painter.restore()

    def _paint_ground(self, painter: QPainter, card: QRectF, option) -> None:
        now = theme.current()
        hot = bool(option.state & QStyle.StateFlag.State_MouseOver)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        focused = chosen and bool(option.state & QStyle.StateFlag.State_HasFocus)
        line = now.accent if focused else now.tertiary if hot else now.line
        painter.setPen(QPen(line, 2 if focused else 1))
        painter.setBrush(now.hover if hot else now.panel)
        painter.drawRoundedRect(card.adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)

    def _paint_words(self, painter: QPainter, card: QRectF, shown: Example) -> None:
        now = theme.current()
        words = card.adjusted(16, DRAWING_HEIGHT + 4, -16, -10)
        painter.setFont(theme.font(14, 600))
        painter.setPen(now.text)
        room = words.width() - (22 if shown.is_broken else 0)
        title = painter.fontMetrics().elidedText(
            shown.title, Qt.TextElideMode.ElideRight, int(room)
        )
        painter.drawText(words, int(Qt.AlignmentFlag.AlignTop), title)
        if shown.is_broken:
            paint_mark(painter, words.topRight() + QPointF(-8, 9), now.wrong, now.panel)
        painter.setFont(theme.font(12))
        painter.setPen(now.secondary)
        below = words.adjusted(0, 23, 0, 0)
        flags = Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        painter.drawText(below, int(flags), shown.description)

    def _drawing(self, name: str) -> thumbnails.Thumbnail:
        known = self._drawings.get(name)
        if known is None:
            known = self._drawings[name] = thumbnails.of_example(name, self._catalog())
        return known


class Cards(QListView):
    """The cards in as many columns as fit, each as wide as the others."""

    chosen = Signal(str)

    def __init__(
        self, shown: Sequence[Example], catalog: Callable[[], Catalog], parent=None
    ) -> None:
        super().__init__(parent)
        self.cards = CardDelegate(catalog, self)
        self.setModel(ExampleModel(shown, self))
        self.setItemDelegate(self.cards)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setDragEnabled(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName("Examples")
        self.viewport().setAutoFillBackground(False)

    def resizeEvent(self, event) -> None:
        room = self.viewport().width() - 2
        columns = max(1, room // (CARD_WIDTH + GAP))
        self.cards.size = QSize(room // columns, CARD_HEIGHT + GAP)
        self.setGridSize(self.cards.size)
        super().resizeEvent(event)

    def mouseReleaseEvent(self, event) -> None:
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(index.data(EXAMPLE_ROLE).name)

    def keyPressEvent(self, event) -> None:
        index = self.currentIndex()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and index.isValid():
            self.chosen.emit(index.data(EXAMPLE_ROLE).name)
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event) -> None:
        super().focusInEvent(event)
        if not self.currentIndex().isValid():
            self.setCurrentIndex(self.model().index(0))
