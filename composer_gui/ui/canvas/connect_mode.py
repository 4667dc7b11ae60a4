"""Wires by keys: a field beside a node in which a few letters and Enter choose the other end."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QFrame,
    QGraphicsPathItem,
    QLabel,
    QStyledItemDelegate,
)

from composer_gui.core import edits
from composer_gui.core.change import Change
from composer_gui.core.document import Wire
from composer_gui.core.graph import Graph
from composer_gui.session.fitting import CANNOT, FITS, MENDABLE
from composer_gui.ui.canvas.courses import wire_path
from composer_gui.ui.canvas.interactions.draw_wire import NEARLY, Proposal, rewire
from composer_gui.ui.canvas.offer_list import paint_words
from composer_gui.ui.canvas.wire_ends import WireEnd, WireEnds
from composer_gui.ui.row_paint import paint_ground
from composer_gui.ui.search_field import SearchField, list_below, plate, stack, step_in

WIDTH, ROW, ROWS = 460, 30, 8
BESIDES = 104
"""Height of all but the list: the field, the hint in two lines and the room between."""
_SIDES = {"out": "in", "in": "out"}


class ConnectMode(QFrame):
    """A child of the viewport. Up and Down choose, Enter draws the wire or takes it away.

    What a wire would come to is found out meanwhile, and said in its row; a draft of it is drawn.
    """

    closed = Signal()

    def __init__(self, view) -> None:
        super().__init__(view.viewport())
        self._view = view
        self._node_id = ""
        self._side = "out"
        self._moved: Wire | None = None
        self._known: WireEnds | None = None
        self._ends: list[WireEnd] = []
        self._draft: QGraphicsPathItem | None = None
        self._lit = ""
        self.field = SearchField(self, ROWS)
        self.list = list_below(self)
        self._hint = QLabel(self)
        self._model = QStandardItemModel(self)
        self._set_up()
        self._connect()
        self.hide()

    def _set_up(self) -> None:
        self.setObjectName("connectMode")
        self.setAccessibleName("Draw a wire")
        self.field.setAccessibleName("The other end of the wire")
        self.list.setAccessibleName("Nodes to which the wire could lead")
        self.list.setModel(self._model)
        self.list.setItemDelegate(_EndDelegate(self.list))
        stack(self, self.field, self.list, self._hint)
        self._hint.setWordWrap(True)
        self._hint.setFixedHeight(2 * self._hint.fontMetrics().lineSpacing() + 4)
        self._hint.setTextFormat(Qt.TextFormat.PlainText)

    def _connect(self) -> None:
        self.field.textChanged.connect(self._search)
        self.field.accepted.connect(self.accept)
        self.field.cancelled.connect(self.close_mode)
        self.field.stepped.connect(self._step)
        self.field.left.connect(self._close_when_left)
        self.list.clicked.connect(self._accept_clicked)
        self.list.selectionModel().currentChanged.connect(self._show_current)
        self._view.session.changed.connect(self._follow)

    # Opening and closing -------------------------------------------------------------------------

    def open_for(self, node_id: str, side: str = "out") -> None:
        """Ask where a wire from a node shall lead ("out"), or where one into it shall come from.

        A node that has no port on that side is asked about the other one.
        """
        session = self._view.session
        if node_id not in session.document.nodes:
            session.noticed.emit("Select the node that the wire shall begin at.")
            return
        for tried in (side, _SIDES[side]):
            known = WireEnds(session.document, session.catalog, session.graph, node_id, tried)
            if known.has_port:
                break
        else:
            label = session.document.label(node_id)
            session.noticed.emit(f"{label} has no wires. Select a layer, an input or an output.")
            return
        label = session.document.label(node_id)
        prompt = f"Wire from {label} to" if tried == "out" else f"Wire into {label} from"
        self._open(known, node_id, tried, prompt)

    def open_to_move(self, wire: Wire, side: str = "out") -> None:
        """Ask where a wire shall lead instead ("out"), or where it shall come from."""
        session = self._view.session
        base = edits.disconnect(session.document, wire)
        node_id = wire.source.node if side == "out" else wire.node
        known = WireEnds(base, session.catalog, Graph(base), node_id, side, kept=wire)
        label, other = map(session.document.label, _ends(wire, side))
        was = f"instead of {other}"
        prompt = f"Wire from {label} to, {was}" if side == "out" else f"Wire into {label}, {was}"
        self._open(known, node_id, side, prompt, wire)

    def _open(
        self, known: WireEnds, node_id: str, side: str, prompt: str, moved: Wire | None = None
    ) -> None:
        if self.isVisible():
            self._end()
        session = self._view.session
        self._node_id, self._side, self._known, self._moved = node_id, side, known, moved
        self.field.clear()
        self.field.setPlaceholderText(prompt)
        self.setStyleSheet(plate("connectMode"))
        session.fitting.found.connect(self._learn)
        self._view.camera.reveal(self._card())
        self.show()
        self.raise_()
        self._search("")
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def close_mode(self) -> None:
        """Close without a wire; the canvas has the keys again."""
        if self.isHidden():
            return
        had_focus = self.field.hasFocus()
        self._end()
        if had_focus:
            self._view.setFocus()

    def _close_when_left(self) -> None:
        if self.isVisible():
            self._end()

    def _end(self) -> None:
        self.hide()
        fitting = self._view.session.fitting
        fitting.found.disconnect(self._learn)
        fitting.stop()
        self._show_target(None)
        self._known = None
        self._ends = []
        self.closed.emit()

    def _follow(self, change: Change) -> None:
        """Close where the design becomes another one meanwhile."""
        if self.isVisible() and not change.is_empty:
            self.close_mode()

    def _put(self) -> None:
        """Place the panel below the node, within the canvas, as high as what it lists."""
        room = self.parentWidget().size()
        rows = min(ROWS, max(1, len(self._ends)))
        height = min(BESIDES + rows * ROW, max(160, room.height() - 16))
        card = self._card()
        at = self._view.camera.screen_at(QPointF(card.left(), card.bottom() + 10)).toPoint()
        x = max(8, min(at.x(), room.width() - WIDTH - 8))
        y = max(8, min(at.y(), room.height() - height - 8))
        self.setGeometry(x, y, WIDTH, height)

    def _card(self) -> QRectF:
        scene = self._view.scene()
        return scene.nodes[scene.folds.shown(self._node_id)].card()

    # Choosing ------------------------------------------------------------------------------------

    def titles(self) -> list[str]:
        """Return what could be chosen now, in order."""
        return [end.title for end in self._ends]

    def chosen(self) -> WireEnd | None:
        """Return the end that Enter would take."""
        row = self.list.currentIndex().row()
        return self._ends[row] if 0 <= row < len(self._ends) else None

    def _search(self, text: str) -> None:
        if self._known is None:
            return
        self._ends = self._known.named(text)
        self._fill()
        asked = [(end.wire, bool(end.instead_of)) for end in self._ends if _is_new(end)]
        self._view.session.fitting.ask(asked)

    def _fill(self) -> None:
        self._model.clear()
        nodes = self._view.scene().nodes
        for end in self._ends:
            item = QStandardItem(end.title)
            item.setEditable(False)
            category = getattr(nodes.get(end.other), "category", "core")
            item.setData((end, category), Qt.ItemDataRole.UserRole)
            self._model.appendRow(item)
        self._tell_fits()
        self._put()
        self.list.setCurrentIndex(self._model.index(0, 0))
        if not self._ends:
            self._show_target(None)
            self._hint.setText(self._known.why_none(self.field.text()))

    def _learn(self) -> None:
        """Say what is known by now of the wires, the fitting ones first till one was chosen."""
        if self.list.currentIndex().row() == 0:
            before = list(self._ends)
            self._ends.sort(key=self._doubt)
            if self._ends != before:
                self._fill()
                return
        self._tell_fits()
        self._tell_current()

    def _doubt(self, end: WireEnd) -> int:
        """Return how unlikely an end is meant, by what is known; the order is kept among equals."""
        fit = self._view.session.fitting.of(end.wire) if _is_new(end) else None
        if end.refused:
            return 5
        if end.is_there:
            return 4
        known = {FITS: 0, MENDABLE: 2, CANNOT: 3}[fit.kind] if fit is not None else 1
        return max(known, 2) if end.instead_of else known

    def _tell_fits(self) -> None:
        for row, end in enumerate(self._ends):
            item, (sentence, tone) = self._model.item(row), self._sentence(end)
            item.setData((sentence, tone), Qt.ItemDataRole.UserRole + 1)
            item.setData(f"{end.title}. {sentence}", Qt.ItemDataRole.AccessibleTextRole)

    def _sentence(self, end: WireEnd) -> tuple[str, str]:
        """Return what there is to say of an end, and the theme's colour to say it in."""
        if end.refused:
            return end.refused, "wrong"
        if end.is_there:
            removing = "" if self._moved is not None else "; Enter takes the wire away"
            return f"Wired already{removing}.", "secondary"
        fit = self._view.session.fitting.of(end.wire)
        if fit is not None and fit.kind == CANNOT:
            return fit.sentence, "wrong"
        if fit is not None and fit.kind == MENDABLE:
            return f"{NEARLY} {fit.sentence}", "warning"
        if end.instead_of:
            return f"Takes the place of {end.instead_of}.", "secondary"
        return ("Fits.", "right") if fit is not None else ("", "secondary")

    def _step(self, rows: int) -> None:
        step_in(self.list, rows)

    def _accept_clicked(self, index) -> None:
        self.list.setCurrentIndex(index)
        self.accept()

    def accept(self) -> None:
        """Draw the wire that is chosen, or take it away; one that may not be stays a choice."""
        end = self.chosen()
        session = self._view.session
        if end is None:
            return
        if end.refused or (end.is_there and self._moved is not None):
            session.noticed.emit(end.refused or "There is such a wire already.")
            return
        moved = self._moved
        self.close_mode()
        if moved is not None:
            proposal = Proposal(end.wire, bool(end.instead_of))
            if session.try_apply("Move wire", rewire, session.catalog, moved, proposal) is not None:
                self._view.scene().select((), (end.wire,))
            return
        if end.is_there:
            session.try_apply("Disconnect", edits.disconnect, end.wire)
            return
        edit = edits.replace_wire if end.instead_of else edits.connect
        session.try_apply("Connect", edit, session.catalog, end.wire)

    # How it looks --------------------------------------------------------------------------------

    def _show_current(self, *_: object) -> None:
        self._show_target(self.chosen() if self.isVisible() else None)
        self._tell_current()

    def _tell_current(self) -> None:
        end = self.chosen()
        if end is not None:
            sentence, _ = self._sentence(end)
            self._hint.setText(sentence or "Enter draws the wire, Escape does not.")

    def _show_target(self, end: WireEnd | None) -> None:
        """Light the node at the other end, and draw the wire as it would be."""
        scene = self._view.scene()
        if self._lit in scene.nodes:
            scene.nodes[self._lit].mark(twin=False)
        self._lit = ""
        if end is None or end.other not in scene.nodes:
            if self._draft is not None:
                scene.removeItem(self._draft)
                self._draft = None
            return
        self._lit = end.other
        item = scene.nodes[end.other]
        item.mark(twin=True)
        self._view.camera.reveal(item.card())
        if self._draft is None:
            self._draft = QGraphicsPathItem()
            self._draft.setZValue(100)
            scene.addItem(self._draft)
        wire = end.wire
        start = scene.ring_centre(wire.source.node, "out", wire.source.port)
        stop = scene.ring_centre(wire.node, "in", wire.port, wire.index)
        tone = "wrong" if end.refused or end.is_there else "accent"
        self._draft.setPen(QPen(getattr(scene.ink.theme, tone), 2.2, Qt.PenStyle.DashLine))
        self._draft.setPos(start)
        flow = self._view.session.document.flow
        self._draft.setPath(wire_path(stop.x() - start.x(), stop.y() - start.y(), flow))


def _ends(wire: Wire, side: str) -> tuple[str, str]:
    """Return the node that a wire stays at, and the one at the end that is moved."""
    ends = wire.source.node, wire.node
    return ends if side == "out" else ends[::-1]


def _is_new(end: WireEnd) -> bool:
    return not (end.refused or end.is_there)


class _EndDelegate(QStyledItemDelegate):
    """Draws an end: the glyph of the node's category, its name, and what the wire comes to."""

    def sizeHint(self, option, index) -> QSize:
        return QSize(WIDTH - 30, ROW)

    def paint(self, painter: QPainter, option, index) -> None:
        _, category = index.data(Qt.ItemDataRole.UserRole)
        sentence, tone = index.data(Qt.ItemDataRole.UserRole + 1) or ("", "secondary")
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_ground(painter, option, option.rect)
        paint_words(painter, option.rect, index.data(), sentence, category, tone=tone)
        painter.restore()
