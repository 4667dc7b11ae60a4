"""The quick search: a field on the canvas in which a few letters and Enter add a node."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QFrame, QLabel

from composer_gui.core import edits
from composer_gui.core.document import DOWN, Call, Input, Source, Wire, wires_into
from composer_gui.core.shapes.tensor_spec import TensorSpec
from composer_gui.core.wording import counted
from composer_gui.ui.canvas.geometry import HEADER, NARROWEST, snapped
from composer_gui.ui.canvas.interactions.draw_wire import Anchor
from composer_gui.ui.canvas.interactions.wire_below import seen_sizes
from composer_gui.ui.canvas.offer_list import ROW, OfferDelegate, offer_row
from composer_gui.ui.canvas.offers import (
    TYPICAL,
    Offer,
    add_on_wire,
    add_wired,
    anchor_of,
    offers,
)
from composer_gui.ui.search_field import SearchField, list_below, plate, stack, step_in

WIDTH, ROWS = 340, 9
CHROME = 2 * 8 + 34 + 26
"""What there is in height besides the rows: margins, the field, the hint."""
MORE = "Show {} that cannot take this"
"""The last line, where something was left out."""
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
        self._highest = 0
        self._shows_all = False
        self.field = SearchField(self, ROWS)
        self.list = list_below(self)
        self._hint = QLabel(self)
        self._model = QStandardItemModel(self)
        self._set_up()
        self._connect()
        self.hide()

    def _set_up(self) -> None:
        self.setObjectName("quickSearch")
        self.setAccessibleName("Quick search")
        self.field.setAccessibleName("What to add")
        self.list.setAccessibleName("What fits")
        self.list.setModel(self._model)
        self.list.setItemDelegate(OfferDelegate(self.list))
        stack(self, self.field, self.list, self._hint)

    def _connect(self) -> None:
        self.field.textChanged.connect(self._search)
        self.field.accepted.connect(self.accept)
        self.field.cancelled.connect(self.close_search)
        self.field.stepped.connect(self._step)
        self.field.left.connect(self._close_when_left)
        self.list.clicked.connect(self._accept_clicked)
        self._view.scene().followed.connect(self._follow)

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
        self.setStyleSheet(plate("quickSearch", words="tertiary"))
        self.field.clear()
        self.field.setPlaceholderText(self._prompt())
        self._hint.setText(self._hint_text())
        self._put()
        self._search("")
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

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

    def _follow(self, _: object) -> None:
        """Close when that is gone, by undo or in the background, which one was asked about."""
        if not self.isVisible():
            return
        nodes, wire = self._view.session.document.nodes, self._wire
        about = {self._replaced} if self._replaced else set()
        about |= {self._anchor.node} if self._anchor is not None else set()
        is_cut = wire is not None and wire not in self._view.scene().wires
        if is_cut or any(node_id not in nodes for node_id in about):
            self.close_search()

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

    def _fit_rows(self) -> None:
        """Be as high as what is listed; where it stands was found for the highest."""
        rows = min(self._model.rowCount(), ROWS)
        self.resize(WIDTH, min(self._highest, CHROME + max(rows, 1) * ROW))

    def _put(self) -> None:
        height = CHROME + ROWS * ROW
        room = self.parentWidget().size()
        at = self._view.camera.screen_at(self._place).toPoint()
        height = min(height, max(140, room.height() - 16))
        x = max(8, min(at.x(), room.width() - WIDTH - 8))
        y = max(8, min(at.y() - 20, room.height() - height - 8))
        self._highest = height
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
            after=self._after(),
            takes=self._wire is not None or self._drawn_from("out"),
            gives=self._wire is not None or self._drawn_from("in"),
        )
        if self._replaced:
            known = session.catalog.layers
            self._offers = [offer for offer in self._offers if offer.title in known]
        self._leave_out()
        self._list()
        self._fit_rows()
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
            self._model.appendRow(offer_row(offer.title, offer, said))
        if self._left_out:
            words = MORE.format(counted(self._left_out, "more layer"))
            self._model.appendRow(offer_row(words, None, words))

    def _show_all(self) -> None:
        """Offer what does not fit too, the first of it chosen."""
        self._shows_all, first = True, len(self._offers)
        self._search(self.field.text())
        self.list.setCurrentIndex(self._model.index(first, 0))

    def _drawn_from(self, side: str) -> bool:
        """Return whether a wire that was drawn from this side wants its other end."""
        return self._anchor is not None and self._anchor.side == side and not self._behind

    def _source(self) -> Source | None:
        """Return where the tensor at hand comes from; what is to be replaced has one too."""
        if self._replaced:
            into = wires_into(self._view.session.document.nodes[self._replaced])
            return next((wire.source for wire in into), None)
        if self._wire is not None:
            return self._wire.source
        anchor = self._anchor
        return Source(anchor.node, anchor.port) if anchor and anchor.side == "out" else None

    def _spec(self) -> TensorSpec | None:
        source = self._source()
        if source is None:
            return None
        return self._view.session.verdict(source.node).spec(source.port)

    def _after(self) -> str:
        """Return the class of the layer that gives the tensor at hand, or "Input"."""
        source, document = self._source(), self._view.session.document
        node = document.nodes.get(source.node) if source is not None else None
        if isinstance(node, Call):
            return getattr(document.layers[node.layer], "class_name", "")
        return "Input" if isinstance(node, Input) else ""

    def _step(self, rows: int) -> None:
        step_in(self.list, rows)

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
        runs_down = self._view.session.document.flow == DOWN
        if anchor is not None and self._behind and wired and offer.takes:
            card = scene.nodes[anchor.node].card()
            if runs_down:
                return scene.free_place(card.left(), snapped(card.bottom() + BEHIND))
            return scene.free_place(snapped(card.right() + BEHIND), card.top())
        x, y = self._place.x(), self._place.y()
        before = anchor is not None and anchor.side == "in"
        if runs_down:
            x, y = x - NARROWEST / 2, y - TYPICAL[1] * before
        else:
            x, y = x - NARROWEST * before, y - HEADER / 2
        return scene.free_place(snapped(x), snapped(y))


def selected_anchor(view) -> Anchor | None:
    """Return the output of the one selected node, to which a new node may be wired."""
    chosen = view.selected()
    if len(chosen) != 1:
        return None
    return anchor_of(view.session.document, view.session.catalog, chosen[0])
