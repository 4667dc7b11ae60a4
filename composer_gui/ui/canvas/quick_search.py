"""The quick search: a field on the canvas in which a few letters and Enter add a node."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QVBoxLayout,
)

from composer_gui.core import edits
from composer_gui.core.document import Source, Wire, wires_into
from composer_gui.core.wording import counted
from composer_gui.ui import theme
from composer_gui.ui.canvas import glyphs
from composer_gui.ui.canvas.geometry import HEADER, NARROWEST, snapped
from composer_gui.ui.canvas.interactions.draw_wire import Anchor
from composer_gui.ui.canvas.interactions.wire_below import seen_sizes
from composer_gui.ui.canvas.offers import Offer, add_on_wire, add_wired, anchor_of, offers

WIDTH, ROW, ROWS = 340, 28, 9
MORE = "Show {} that cannot take this"
"""The last line, where something was left out."""
_STEPS = {
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_PageUp: 1 - ROWS,
    Qt.Key.Key_PageDown: ROWS - 1,
    Qt.Key.Key_Backtab: -1,
    Qt.Key.Key_Tab: 1,
}
BEHIND = 96.0
"""Room between a node and the one that is added behind it, in pixels."""


class QuickSearch(QFrame):
    """A child of the viewport. Up and Down choose, Enter adds, Shift+Enter adds without a wire."""

    closed = Signal()

    def __init__(self, view) -> None:
        super().__init__(view.viewport())
        self._view = view
        self._place = QPointF()
        self._anchor: Anchor | None = None
        self._behind = False
        self._wire: Wire | None = None
        self._replaced = ""
        self._offers: list[Offer] = []
        self._left_out = 0
        self._shows_all = False
        self.field = _Field(self)
        self.list = QListView(self)
        self._hint = QLabel(self)
        self._model = QStandardItemModel(self)
        self._set_up()
        self._connect()
        self.hide()

    def _set_up(self) -> None:
        self.setObjectName("quickSearch")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAutoFillBackground(True)
        self.setAccessibleName("Quick search")
        self.field.setAccessibleName("What to add")
        self.list.setAccessibleName("What fits")
        self.list.setModel(self._model)
        self.list.setItemDelegate(_OfferDelegate(self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._hint.setFont(theme.font(11, 400))
        self._hint.setContentsMargins(10, 2, 10, 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 6)
        layout.setSpacing(6)
        for widget in (self.field, self.list, self._hint):
            layout.addWidget(widget)

    def _connect(self) -> None:
        self.field.textChanged.connect(self._search)
        self.field.accepted.connect(self.accept)
        self.field.cancelled.connect(self.close_search)
        self.field.stepped.connect(self._step)
        self.field.left.connect(self._close_when_left)
        self.list.clicked.connect(self._accept_clicked)

    # Opening and closing -------------------------------------------------------------------------

    def open_at(
        self,
        place: QPointF,
        *,
        anchor: Anchor | None = None,
        behind: bool = False,
        wire: Wire | None = None,
        replaced: str = "",
    ) -> None:
        """Open at a place of the scene; what is added is wired to `anchor`, or put on `wire`.

        With `replaced` it asks for the class of a layer that takes that node's place.

        With `behind` the anchor is a suggestion: everything is offered, and what can be wired to it
        is put to the right of its node.
        """
        self._place, self._anchor, self._wire = place, anchor, wire
        self._behind, self._replaced = behind, replaced
        self._shows_all = False
        now = theme.current()
        self.setStyleSheet(
            f"#quickSearch {{ background: {now.panel.name()}; border-radius: 8px;"
            f" border: 1px solid {now.card_line.name()}; }}"
            f"QListView {{ background: transparent; }} QLabel {{ color: {now.tertiary.name()}; }}"
        )
        self.field.clear()
        self.field.setPlaceholderText(self._prompt())
        self._hint.setText(self._hint_text())
        self._search("")
        self._put()
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def close_search(self) -> None:
        """Close without adding; the canvas has the keys again."""
        if self.isHidden():
            return
        had_focus = self.field.hasFocus()
        self.hide()
        if had_focus:
            self._view.setFocus()
        self.closed.emit()

    def _close_when_left(self) -> None:
        if self.isVisible():
            self.hide()
            self.closed.emit()

    def _prompt(self) -> str:
        document = self._view.session.document
        if self._replaced:
            return f"Replace {document.label(self._replaced)} with"
        if self._wire is not None:
            return "Insert on this wire"
        if self._anchor is None:
            return "Add a layer, Input, Output"
        where = "after" if self._anchor.side == "out" else "before"
        return f"Add {where} {document.label(self._anchor.node)}"

    def _hint_text(self) -> str:
        if self._replaced:
            return "Wires, parameters and weights that fit stay"
        if self._anchor is None:
            return "Values may follow: dense 10, input 28 28 1"
        return "Enter adds and wires, Shift+Enter adds alone"

    def _put(self) -> None:
        height = 2 * 8 + 34 + ROWS * ROW + 26
        room = self.parentWidget().size()
        at = self._view.camera.screen_at(self._place).toPoint()
        height = min(height, max(140, room.height() - 16))
        x = max(8, min(at.x(), room.width() - WIDTH - 8))
        y = max(8, min(at.y() - 20, room.height() - height - 8))
        self.setGeometry(x, y, WIDTH, height)

    # Searching -----------------------------------------------------------------------------------

    def titles(self) -> list[str]:
        """Return what is offered now, in order."""
        return [offer.title for offer in self._offers]

    @property
    def left_out(self) -> int:
        """How many are not offered as they do not take the tensor at hand."""
        return self._left_out

    def _search(self, text: str) -> None:
        session = self._view.session
        self._offers = offers(
            session.document,
            session.catalog,
            text,
            spec=self._spec(),
            takes=self._wire is not None or self._drawn_from("out"),
            gives=self._wire is not None or self._drawn_from("in"),
        )
        if self._replaced:
            known = session.catalog.layers
            self._offers = [offer for offer in self._offers if offer.title in known]
        self._leave_out()
        self._list()
        self.list.setCurrentIndex(self._model.index(0, 0))

    def _leave_out(self) -> None:
        """Put what does not take the tensor at hand behind a line that tells how many there are."""
        fits = [offer for offer in self._offers if not offer.misfit]
        misfits = [offer for offer in self._offers if offer.misfit]
        self._left_out = 0 if self._shows_all else len(misfits)
        self._offers = fits + (misfits if self._shows_all else [])

    def _list(self) -> None:
        self._model.clear()
        for offer in self._offers:
            said = f"{offer.title}, {offer.misfit or offer.detail}"
            self._model.appendRow(_row(offer.title, offer, said))
        if self._left_out:
            words = MORE.format(counted(self._left_out, "more layer"))
            self._model.appendRow(_row(words, None, words))

    def _show_all(self) -> None:
        """Offer what does not fit too, the first of it chosen."""
        self._shows_all, first = True, len(self._offers)
        self._search(self.field.text())
        self.list.setCurrentIndex(self._model.index(first, 0))

    def _drawn_from(self, side: str) -> bool:
        """Return whether a wire that was drawn from this side wants its other end."""
        return self._anchor is not None and self._anchor.side == side and not self._behind

    def _spec(self):
        session = self._view.session
        source = self._anchor if self._wire is None else self._wire.source
        if self._replaced:
            source = next(self._sources(), None)
        if source is None or getattr(source, "side", "out") == "in":
            return None
        return session.verdict(source.node).spec(source.port)

    def _sources(self) -> Iterator[Source]:
        """Yield where the wires begin that lead into the node to be replaced, the first port's."""
        for wire in wires_into(self._view.session.document.nodes[self._replaced]):
            yield wire.source

    def _step(self, rows: int) -> None:
        row = min(max(self.list.currentIndex().row() + rows, 0), self._model.rowCount() - 1)
        self.list.setCurrentIndex(self._model.index(row, 0))

    # Adding --------------------------------------------------------------------------------------

    def _accept_clicked(self, index) -> None:
        self.list.setCurrentIndex(index)
        self.accept(True)

    def accept(self, wired: bool = True) -> None:
        """Add what is chosen; without `wired` no wire is drawn to it."""
        row = self.list.currentIndex().row()
        if self._left_out and row == len(self._offers):
            self._show_all()
            return
        if not 0 <= row < len(self._offers):
            return
        offer = self._offers[row]
        self.close_search()
        view = self._view
        if self._replaced:
            label = f"Replace with {offer.title}"
            edit, catalog = edits.replace_class, view.session.catalog
            view.session.try_apply(label, edit, catalog, self._replaced, offer.title)
            return
        x, y = self._position(offer, wired)
        catalog, label = view.session.catalog, f"Add {offer.title}"
        if self._wire is not None and wired:
            where = x, y, self._wire, seen_sizes(view.scene())
            change = view.session.try_apply(label, add_on_wire, catalog, offer, *where)
        else:
            anchor = self._anchor if wired else None
            change = view.session.try_apply(label, add_wired, catalog, offer, x, y, anchor)
        if change is not None:
            view.show_added(change.added)

    def _position(self, offer: Offer, wired: bool) -> tuple[float, float]:
        """Return where the node goes: its port where the wire was dropped, or behind its source."""
        scene, anchor = self._view.scene(), self._anchor
        if anchor is not None and self._behind and wired and offer.takes:
            card = scene.nodes[anchor.node].card()
            return scene.free_place(snapped(card.right() + BEHIND), card.top())
        x, y = self._place.x(), self._place.y() - HEADER / 2
        if anchor is not None and anchor.side == "in":
            x -= NARROWEST
        return scene.free_place(snapped(x), snapped(y))


def _row(words: str, offer: Offer | None, said: str) -> QStandardItem:
    """Return a line of the list; `said` is what a screen reader says of it."""
    item = QStandardItem(words)
    item.setEditable(False)
    item.setData(offer, Qt.ItemDataRole.UserRole)
    item.setData(said, Qt.ItemDataRole.AccessibleTextRole)
    return item


class _Field(QLineEdit):
    """A line that hands the keys of the list on: `stepped(rows)`, `accepted(wired)`."""

    stepped = Signal(int)
    accepted = Signal(bool)
    cancelled = Signal()
    left = Signal()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab walks the list."""
        return False

    def keyPressEvent(self, event) -> None:
        if event.key() in _STEPS:
            self.stepped.emit(_STEPS[event.key()])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.accepted.emit(not event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        elif event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.ActiveWindowFocusReason:
            self.left.emit()


class _OfferDelegate(QStyledItemDelegate):
    """Draws an offer: the glyph of its category, what it is, and a word about it."""

    def sizeHint(self, option, index) -> QSize:
        return QSize(WIDTH - 30, ROW)

    def paint(self, painter: QPainter, option, index) -> None:
        now, offer = theme.current(), index.data(Qt.ItemDataRole.UserRole)
        words = index.data(Qt.ItemDataRole.DisplayRole)
        rect: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setBrush(now.selection)
            painter.drawRoundedRect(rect, 5, 5)
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(now.hover)
            painter.drawRoundedRect(rect, 5, 5)
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


def selected_anchor(view) -> Anchor | None:
    """Return the output of the one selected node, to which a new node may be wired."""
    chosen = view.selected()
    if len(chosen) != 1:
        return None
    return anchor_of(view.session.document, view.session.catalog, chosen[0])
