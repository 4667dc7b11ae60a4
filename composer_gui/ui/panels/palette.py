"""The palette: everything that can be put on the canvas, searched, dragged or added by Enter."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import (
    QModelIndex,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    QTimer,
    QUrl,
    Signal,
)
from PySide6.QtGui import QColor, QDesktopServices, QDrag, QFontMetrics, QPainter, QPen, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from composer_gui.session.session import Session
from composer_gui.session.settings import Settings
from composer_gui.ui import file_dialogs, theme
from composer_gui.ui.controls import TextField, chevron
from composer_gui.ui.panels.model_browser import ModelBrowser
from composer_gui.ui.panels.palette_rows import (
    FOLDER_HINT,
    HEAD,
    HINT,
    LAYER,
    MODEL,
    NODE,
    ROW_ROLE,
    SAVED_MODELS,
    PaletteModel,
    Row,
    rows,
)

ROW_HEIGHT, HEAD_HEIGHT = 27, 30
MARGIN = 16
FOLDED_KEY = "palette/folded"
FOLDED_AT_FIRST = ("Preprocessing",)


class PaletteDelegate(QStyledItemDelegate):
    """Paints a row: a square in the category's colour, the name, and a detail at the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        row = index.data(ROW_ROLE)
        return QSize(120, HEAD_HEIGHT if row.kind == HEAD else ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        row = index.data(ROW_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if row.kind == HEAD:
            self._paint_head(painter, option, row)
        else:
            self._paint_row(painter, option, row)
        painter.restore()

    def _paint_head(self, painter: QPainter, option: QStyleOptionViewItem, row: Row) -> None:
        now = theme.current()
        hot = option.state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_Selected)
        colour = now.text if hot else now.tertiary
        rect = option.rect.adjusted(MARGIN, 6, -MARGIN, 0)
        painter.setFont(theme.font(11, 600))
        painter.setPen(colour)
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, row.text.upper())
        if hot or row.folded:
            centre = QPointF(rect.right() - 3, rect.center().y() + 1)
            chevron(painter, centre, colour, turned=row.folded)

    def _paint_row(self, painter: QPainter, option: QStyleOptionViewItem, row: Row) -> None:
        now = theme.current()
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        self._paint_ground(painter, option, chosen)
        rect = option.rect.adjusted(MARGIN, 0, -MARGIN + 4, 0)
        if row.kind == HINT:
            painter.setFont(theme.font(theme.BODY))
            painter.setPen(now.accent if row.key else now.tertiary)
            painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, row.text)
            return
        square = QRectF(rect.left(), rect.center().y() - 4, 10, 10)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(now.tertiary if row.dimmed else now.category(row.category))
        painter.drawRoundedRect(square, 2.5, 2.5)
        self._paint_words(painter, rect.adjusted(20, 0, 0, 0), row, chosen)

    def _paint_ground(self, painter: QPainter, option, chosen: bool) -> None:
        now = theme.current()
        hot = bool(option.state & QStyle.StateFlag.State_MouseOver)
        if not (chosen or hot):
            return
        focused = bool(option.state & QStyle.StateFlag.State_HasFocus)
        painter.setPen(QPen(now.accent, 1) if chosen and focused else Qt.PenStyle.NoPen)
        painter.setBrush(now.selection if chosen else now.hover)
        painter.drawRoundedRect(QRectF(option.rect).adjusted(6.5, 0.5, -6.5, -0.5), 5, 5)

    def _paint_words(self, painter: QPainter, rect: QRect, row: Row, chosen: bool) -> None:
        now = theme.current()
        painter.setFont(theme.font(theme.BODY))
        metrics = painter.fontMetrics()
        name_width = metrics.horizontalAdvance(row.text)
        painter.setPen(now.tertiary if row.dimmed else now.text)
        name = metrics.elidedText(row.text, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, name)
        room = rect.width() - name_width - 12
        painter.setFont(theme.mono(11) if row.kind == MODEL else theme.font(11))
        if row.detail and room > 30:
            metrics = painter.fontMetrics()
            detail = metrics.elidedText(row.detail, Qt.TextElideMode.ElideRight, room)
            painter.setPen(now.secondary if chosen else now.tertiary)
            aligned = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(rect, aligned, detail)


class PaletteList(QListView):
    """The list itself: Enter and double-click choose, a press on a head folds its group.

    `chosen(Row)`; `folder_menu_wanted(QPoint)` at the head of the saved models.
    """

    chosen = Signal(object)
    folder_menu_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setItemDelegate(PaletteDelegate(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setAccessibleName("Layers and models")
        self.viewport().setAutoFillBackground(False)
        self.verticalScrollBar().setSingleStep(ROW_HEIGHT)

    def mouseReleaseEvent(self, event) -> None:
        super().mouseReleaseEvent(event)
        row = self.indexAt(event.position().toPoint()).data(ROW_ROLE)
        if row is not None and row.kind in (HEAD, HINT):
            self.chosen.emit(row)

    def mouseDoubleClickEvent(self, event) -> None:
        row = self.indexAt(event.position().toPoint()).data(ROW_ROLE)
        if row is not None and row.kind in (LAYER, NODE, MODEL):
            self.chosen.emit(row)

    def keyPressEvent(self, event) -> None:
        row = self.currentIndex().data(ROW_ROLE)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and row is not None:
            self.chosen.emit(row)
            return
        super().keyPressEvent(event)

    def contextMenuEvent(self, event) -> None:
        row = self.indexAt(event.pos()).data(ROW_ROLE)
        if row is not None and row.key in (SAVED_MODELS, FOLDER_HINT):
            self.folder_menu_wanted.emit(event.globalPos())

    def startDrag(self, actions: Qt.DropAction) -> None:
        indexes = self.selectedIndexes()
        if not indexes or not indexes[0].flags() & Qt.ItemFlag.ItemIsDragEnabled:
            return
        drag = QDrag(self)
        drag.setMimeData(self.model().mimeData(indexes))
        picture = drag_picture(indexes[0].data(ROW_ROLE), self.devicePixelRatioF())
        drag.setPixmap(picture)
        drag.setHotSpot(QPoint(12, 16))
        drag.exec(Qt.DropAction.CopyAction)


def drag_picture(row: Row, ratio: float) -> QPixmap:
    """Return the small card that follows the mouse."""
    now = theme.current()
    font = theme.font(14, 600)
    width = 44 + row_width(row.text, font)
    picture = QPixmap(QSize(width, 34) * ratio)
    picture.setDevicePixelRatio(ratio)
    picture.fill(QColor(0, 0, 0, 0))
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(now.card_line, 1))
    painter.setBrush(now.card)
    painter.drawRoundedRect(QRectF(0.5, 0.5, width - 1, 33), 8, 8)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(now.category(row.category))
    painter.drawRoundedRect(QRectF(1, 1, 5, 32), 2, 2)
    painter.setFont(font)
    painter.setPen(now.text)
    room = QRect(18, 0, width - 26, 34)
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, row.text)
    painter.end()
    return picture


def row_width(text: str, font) -> int:
    """Return the width of `text` in pixels, at most 240."""
    return min(240, QFontMetrics(font).horizontalAdvance(text))


class Palette(QWidget):
    """Search field and list. `layer_chosen(class name)`, `node_chosen(kind)`, `model_chosen(Path)`
    when something shall be put on the canvas without a drag."""

    layer_chosen = Signal(str)
    node_chosen = Signal(str)
    model_chosen = Signal(object)

    def __init__(
        self, session: Session, settings: Settings | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._settings = settings
        self.browser = ModelBrowser(session, settings, self)
        self.search = TextField()
        self.list = PaletteList()
        self.model = PaletteModel(self)
        self._folded = _remembered(settings)
        self._set_up()
        self._connect()
        # The rows come after the first paint: the window is on the screen sooner
        QTimer.singleShot(0, self, self._begin)

    def _set_up(self) -> None:
        self.setAccessibleName("Palette")
        self.search.setPlaceholderText("Find a layer or model")
        self.search.setAccessibleName("Find a layer or model")
        self.search.setClearButtonEnabled(False)
        self.list.setModel(self.model)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 11, 0, 0)
        column.setSpacing(6)
        field = QVBoxLayout()
        field.setContentsMargins(11, 0, 11, 0)
        field.addWidget(self.search)
        column.addLayout(field)
        column.addWidget(self.list, 1)
        self.setMinimumWidth(170)

    def _connect(self) -> None:
        self.search.textChanged.connect(self._search)
        self.search.returnPressed.connect(self._choose_current)
        self.list.chosen.connect(self._choose)
        self.list.folder_menu_wanted.connect(self._show_folder_menu)
        self.browser.changed.connect(self.refresh)
        theme.watch().changed.connect(self.list.viewport().update)

    def _begin(self) -> None:
        self.browser.restore()
        self.refresh()

    def refresh(self) -> None:
        """List what there is now."""
        text = self.search.text()
        shown = rows(
            self._session.catalog,
            self.browser.entries(),
            text,
            self._folded,
            has_folder=self.browser.folder is not None,
        )
        kept = self.list.verticalScrollBar().value()
        self.model.show(shown)
        if text.strip():
            self._select_first()
        else:
            self.list.verticalScrollBar().setValue(kept)

    def _search(self) -> None:
        self.refresh()
        if not self.search.text():
            self.list.scrollToTop()

    def _select_first(self) -> None:
        for number, row in enumerate(self.model.rows):
            if row.kind in (LAYER, NODE, MODEL):
                self.list.setCurrentIndex(self.model.index(number))
                return

    def find(self) -> None:
        """Put the cursor into the search field."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def keyPressEvent(self, event) -> None:
        """Let arrows leave the search field for the list, and Escape clear it."""
        if event.key() == Qt.Key.Key_Down and self.search.hasFocus():
            self.list.setFocus(Qt.FocusReason.TabFocusReason)
            if not self.list.currentIndex().isValid():
                self._select_first()
        elif event.key() == Qt.Key.Key_Escape and self.search.text():
            self.search.clear()
        else:
            super().keyPressEvent(event)

    def _choose_current(self) -> None:
        row = self.list.currentIndex().data(ROW_ROLE)
        if row is not None and self.search.text().strip():
            self._choose(row)
            self.search.selectAll()

    def _choose(self, row: Row) -> None:
        if row.kind == HEAD:
            self._fold(row.key)
        elif row.kind == LAYER:
            self.layer_chosen.emit(row.key)
        elif row.kind == NODE:
            self.node_chosen.emit(row.key)
        elif row.kind == MODEL and not row.dimmed:
            self.model_chosen.emit(Path(row.key))
        elif row.key == FOLDER_HINT:
            self.choose_folder()

    def choose_folder(self) -> None:
        """Ask for the folder whose models are listed."""
        folder = file_dialogs.folder(self, "Folder of Saved Models", self.browser.folder)
        if folder is not None:
            self.browser.choose(folder)

    def _show_folder_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Choose a Folder of Models…", self.choose_folder)
        if self.browser.folder is not None:
            menu.addAction("Read the Folder Again", self.browser.reload)
            menu.addAction("Show the Folder", self._open_folder)
            menu.addAction("Forget the Folder", self._forget_folder)
        menu.popup(at)

    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.browser.folder)))

    def _forget_folder(self) -> None:
        self.browser.choose(None)

    def _fold(self, group: str) -> None:
        self._folded ^= {group}
        if self._settings:
            self._settings.remember(FOLDED_KEY, "|".join(sorted(self._folded)))
        self.refresh()


def _remembered(settings: Settings | None) -> frozenset[str]:
    kept = settings.value(FOLDED_KEY) if settings else None
    return frozenset(FOLDED_AT_FIRST if kept is None else filter(None, str(kept).split("|")))
