"""Gesture: drop something from outside: a layer from the palette, model files, designs."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

from PySide6.QtCore import QMimeData, QPointF, QRectF, Qt
from PySide6.QtGui import QPen
from PySide6.QtWidgets import QGraphicsRectItem

from composer_gui.core.document import Wire
from composer_gui.core.errors import EditRefused
from composer_gui.ui.canvas.geometry import FOOT, HEADER, NARROWEST, PADDING, snapped
from composer_gui.ui.canvas.interactions.wire_below import seen_sizes
from composer_gui.ui.canvas.offers import Offer, add_on_wire, add_wired, offer_for, put_on_wire

PALETTE = "application/vnd.composer.palette"
DESIGN, CODE = ".composer", ".py"
HOLD = QPointF(PADDING + 24, 17)
"""Where on the new node the mouse holds it."""


class Drop:
    """Shows where the node would stand, lights the wire it would be put on, and puts it there.

    With Alt held nothing is put on a wire. Near the edge the view moves.
    """

    def __init__(self, view) -> None:
        self._view = view
        self._ghost: QGraphicsRectItem | None = None
        self._wire: Wire | None = None
        self._goes_on_wires = False
        self._held = Qt.KeyboardModifier.NoModifier
        view.pointer.auto_scroll.scrolled.connect(self._drag_on)

    def accepts(self, data: QMimeData) -> bool:
        """Return whether the canvas takes what is dragged over it."""
        return _offer(self._view, data) is not None or bool(_files(data))

    def move(self, data: QMimeData, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Show what a drop at `at`, in the scene, would do."""
        self._goes_on_wires = self._can_stand_on_wires(data)
        self._held = modifiers
        if self._ghost is None:
            self._ghost = self._new_ghost()
        self._show(at)
        self._view.pointer.auto_scroll.follow(self._view.camera.screen_at(at))

    def _show(self, at: QPointF) -> None:
        self._ghost.setPos(_corner(at))
        self._light(self._wire_under(at, self._held))

    def _drag_on(self, place: QPointF) -> None:
        """Follow a view that moves under a resting mouse."""
        if self._ghost is not None:
            self._show(self._view.camera.scene_at(place))

    def cancel(self) -> None:
        """Take what is shown away."""
        self._view.pointer.auto_scroll.stop()
        self._light(None)
        if self._ghost is not None:
            self._view.scene().removeItem(self._ghost)
            self._ghost = None

    def finish(self, data: QMimeData, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Add what was dropped."""
        offer = _offer(self._view, data)
        self._goes_on_wires = self._can_stand_on_wires(data)
        wire = self._wire_under(at, modifiers)
        self.cancel()
        corner = _corner(at)
        if offer is not None:
            self._add(offer, corner, wire)
            return
        files = _files(data)
        others = {DESIGN: self._view.design_dropped, CODE: self._view.code_dropped}
        models = [path for path in files if path.suffix.lower() not in others]
        if wire is not None:
            session = self._view.session
            onto = {
                "catalog": session.catalog,
                "wire": wire,
                "sizes": seen_sizes(self._view.scene()),
            }
            session.add_models(models, corner.x(), corner.y(), then=partial(put_on_wire, **onto))
        elif models:
            self._view.session.add_models(models, corner.x(), corner.y())
        for path in files:
            if path not in models:
                others[path.suffix.lower()].emit(path)

    def _add(self, offer: Offer, corner: QPointF, wire: Wire | None) -> None:
        session, label = self._view.session, f"Add {offer.title}"
        x, y = self._view.scene().free_place(corner.x(), corner.y())
        change = None
        if wire is not None:
            try:
                where = x, y, wire, seen_sizes(self._view.scene())
                change = session.apply(label, add_on_wire, session.catalog, offer, *where)
            except EditRefused:
                wire = None
        if wire is None:
            change = session.try_apply(label, add_wired, session.catalog, offer, x, y, None)
        if change is not None:
            self._view.show_added(change.added)

    def _can_stand_on_wires(self, data: QMimeData) -> bool:
        """Return whether wires could lead into and out of what is dragged: a layer, one model."""
        offer = _offer(self._view, data)
        if offer is not None:
            return offer.takes and offer.gives
        files = _files(data)
        return len(files) == 1 and files[0].suffix.lower() not in (DESIGN, CODE)

    def _wire_under(self, at: QPointF, modifiers) -> Wire | None:
        if not self._goes_on_wires or modifiers & Qt.KeyboardModifier.AltModifier:
            return None
        return self._view.hit(at).wire

    def _light(self, wire: Wire | None) -> None:
        if self._wire != wire:
            self._view.scene().mark_wire(self._wire, "")
            self._view.scene().mark_wire(wire, "lit")
            self._wire = wire

    def _new_ghost(self) -> QGraphicsRectItem:
        ghost = QGraphicsRectItem(QRectF(0, 0, NARROWEST, HEADER + FOOT))
        pen = QPen(self._view.ink.theme.accent, 1.5, Qt.PenStyle.DashLine)
        pen.setCosmetic(True)
        ghost.setPen(pen)
        ghost.setZValue(100)
        self._view.scene().addItem(ghost)
        return ghost


def _corner(at: QPointF) -> QPointF:
    return QPointF(snapped(at.x() - HOLD.x()), snapped(at.y() - HOLD.y()))


def _offer(view, data: QMimeData) -> Offer | None:
    """Return what was dragged from the palette, or None where it is something else."""
    if not data.hasFormat(PALETTE):
        return None
    try:
        plain = json.loads(bytes(data.data(PALETTE).data()))
        return offer_for(view.session.catalog, plain["what"], plain.get("class_name", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _files(data: QMimeData) -> list[Path]:
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
