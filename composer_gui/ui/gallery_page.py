"""What the window opens on: the examples as cards, a new design, and the designs of last time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPoint,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QListView,
    QProgressBar,
    QStyle,
    QStyledItemDelegate,
    QVBoxLayout,
    QWidget,
)

from composer_gui.core.layers.catalog import Catalog
from composer_gui.session.gallery import Example, examples
from composer_gui.ui import theme, thumbnails
from composer_gui.ui.controls import push_button
from composer_gui.ui.panels.problem_row import paint_mark
from composer_gui.ui.words import Head, Line, Paragraph, plain_tip

CARD_WIDTH, CARD_HEIGHT, GAP = 248, 178, 14
SIDE_WIDTH = 268
DRAWING_HEIGHT = 92
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

    def __init__(self, catalog: Catalog, parent=None) -> None:
        super().__init__(parent)
        self._catalog = catalog
        self._drawings: dict[str, thumbnails.Thumbnail] = {}
        self.draws = False  # drawings come after the first paint

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
            paint_mark(painter, words.topRight() + QPoint(-8, 9), now.wrong, now.panel)
        painter.setFont(theme.font(12))
        painter.setPen(now.secondary)
        below = words.adjusted(0, 23, 0, 0)
        flags = Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        painter.drawText(below, int(flags), shown.description)

    def _drawing(self, name: str) -> thumbnails.Thumbnail:
        known = self._drawings.get(name)
        if known is None:
            known = self._drawings[name] = thumbnails.of_example(name, self._catalog)
        return known


class Cards(QListView):
    """The cards in as many columns as fit, each as wide as the others."""

    chosen = Signal(str)

    def __init__(self, shown: Sequence[Example], catalog: Catalog, parent=None) -> None:
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
        self.setGridSize(QSize(room // columns, CARD_HEIGHT + GAP))
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


class GalleryPage(QWidget):
    """Shows where one can begin.

    Signals: `example_chosen(name)`, `new_wanted()`, `open_wanted()`, `recent_chosen(Path)`,
    `cancelled()` while an example is being made.
    """

    example_chosen = Signal(str)
    new_wanted = Signal()
    open_wanted = Signal()
    recent_chosen = Signal(object)
    cancelled = Signal()

    def __init__(self, catalog: Catalog, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cards = Cards(examples(), catalog)
        self.new = push_button("New design", role="primary")
        self.open = push_button("Open…")
        self.recent = QVBoxLayout()
        self.recent_head = Head("Recent")
        self.progress = Progress()
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(40, 0, 0, 0)
        row.setSpacing(28)
        row.addLayout(self._side())
        right = QVBoxLayout()
        right.setContentsMargins(0, 34, 12, 0)
        right.setSpacing(4)
        head = Line("Examples", px=16, weight=600)
        head.setContentsMargins(GAP // 2, 0, 0, 0)
        top = QHBoxLayout()
        top.setContentsMargins(GAP // 2, 0, GAP // 2, 4)
        top.addWidget(head, 1)
        right.addLayout(top)
        right.addWidget(self.progress)
        right.addWidget(self.cards, 1)
        row.addLayout(right, 1)
        self.progress.hide()

    def _side(self) -> QVBoxLayout:
        side = QVBoxLayout()
        side.setContentsMargins(0, 34, 0, 20)
        side.setSpacing(8)
        name = Line("Composer", px=26, weight=600)
        about = Paragraph(
            "New Keras models out of saved ones. Drop a .keras file here to begin with it.",
            tone="secondary",
        )
        about.setFixedWidth(SIDE_WIDTH)
        side.addWidget(name)
        side.addWidget(about)
        side.addSpacing(14)
        for button in (self.new, self.open):
            button.setFixedSize(SIDE_WIDTH, 34)
            side.addWidget(button)
        side.addSpacing(20)
        side.addWidget(self.recent_head)
        self.recent.setSpacing(0)
        side.addLayout(self.recent)
        side.addStretch(1)
        return side

    def _connect(self) -> None:
        self.cards.chosen.connect(self.example_chosen)
        self.new.clicked.connect(self.new_wanted)
        self.open.clicked.connect(self.open_wanted)
        self.progress.cancelled.connect(self.cancelled)
        theme.watch().changed.connect(self.update)

    def show_recent(self, paths: Sequence[Path]) -> None:
        """List the designs that were open last; those that are gone are greyed."""
        while self.recent.count():
            self.recent.takeAt(0).widget().deleteLater()
        self.recent_head.setVisible(bool(paths))
        for path in paths:
            row = RecentRow(path)
            row.pressed.connect(self.recent_chosen)
            self.recent.addWidget(row)

    def show_making(self, text: str, part: float) -> None:
        """Say how far the example is that is being made ready."""
        self.progress.show_progress(text, part)
        self.cards.setEnabled(False)

    def end_making(self) -> None:
        """Show no progress any more."""
        self.progress.hide()
        self.cards.setEnabled(True)

    def showEvent(self, event) -> None:
        super().showEvent(event)
        if not self.cards.cards.draws:
            QTimer.singleShot(0, self._draw)

    def _draw(self) -> None:
        self.cards.cards.draws = True
        self.cards.viewport().update()

    def paintEvent(self, event) -> None:
        QPainter(self).fillRect(self.rect(), theme.current().window)


class RecentRow(QWidget):
    """A design of the last times: its name, and the folder below. `pressed(Path)`."""

    pressed = Signal(object)

    def __init__(self, path: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self._is_there = path.exists()
        self.setFixedSize(SIDE_WIDTH, 44)
        self.setEnabled(self._is_there)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(f"Open {path.name}")
        self.setToolTip(plain_tip(str(path) if self._is_there else f"{path} is not there now."))
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 3, 10, 3)
        column.setSpacing(0)
        column.addWidget(Line(path.stem, tone="text" if self._is_there else "tertiary"))
        where = Line(str(path.parent), px=11, tone="tertiary", elide=Qt.TextElideMode.ElideMiddle)
        column.addWidget(where)
        if self._is_there:
            self.setCursor(Qt.CursorShape.PointingHandCursor)

    def mouseReleaseEvent(self, event) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.pos()):
            self.pressed.emit(self._path)

    def keyPressEvent(self, event) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.pressed.emit(self._path)
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event) -> None:
        self.update()

    def leaveEvent(self, event) -> None:
        self.update()

    def paintEvent(self, event) -> None:
        now = theme.current()
        if not (self.underMouse() or self.hasFocus()):
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(now.accent, 1) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(now.hover)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)


class Progress(QWidget):
    """What is being done, how far it is, and a button to stop it. `cancelled()`."""

    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = Line(tone="secondary")
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress")
        self.stop = push_button("Cancel")
        column = QVBoxLayout()
        column.setSpacing(5)
        column.addWidget(self.words)
        column.addWidget(self.bar)
        row = QHBoxLayout(self)
        row.setContentsMargins(GAP // 2, 2, GAP // 2, 8)
        row.setSpacing(14)
        row.addLayout(column, 1)
        row.addWidget(self.stop)
        self.stop.clicked.connect(self.cancelled)

    def show_progress(self, text: str, part: float) -> None:
        """Show a sentence and a part from 0 to 1."""
        self.words.setText(text)
        self.bar.setValue(round(part * 1000))
        self.show()
