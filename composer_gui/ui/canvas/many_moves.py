"""Keeps Qt from looking after each of many items while they move, as in a drag of all."""

from __future__ import annotations

from PySide6.QtCore import QObject, QRectF, QTimer
from PySide6.QtWidgets import QGraphicsScene

from composer_gui.ui.canvas.backlog import AT_ONCE

REST = 200
"""Milliseconds without a step after which many items that were moved are taken to be at rest."""

_Index = QGraphicsScene.ItemIndexMethod


class ManyMoves(QObject):
    """Has all of a view painted once many items are elsewhere: to find out what each one uncovers
    takes longer.

    From far away, where no item paints itself, Qt is neither to look which of them differ nor to
    sort them by their places, before all have come to rest.
    """

    def __init__(self, view) -> None:
        super().__init__(view)
        self._view = view
        self._rest = QTimer(self, singleShot=True, interval=REST)
        self._connect()

    def _connect(self) -> None:
        self._view.scene().moving.connect(self._expect)
        self._rest.timeout.connect(self._watch)

    @property
    def are_going_on(self) -> bool:
        """Whether many items were moved from afar a moment ago.

        Until they are at rest nobody is to tell Qt that it was painted, and it would look again.
        """
        return self._rest.isActive()

    def end(self) -> None:
        """Take all items to be at rest."""
        if self.are_going_on:
            self._rest.stop()
            self._watch()

    def _expect(self, node_ids: list[str]) -> None:
        if len(node_ids) <= AT_ONCE:
            return
        view, scene = self._view, self._view.scene()
        scene.update()  # from now until it is painted Qt does not look at what single items ask for
        scene.setItemIndexMethod(_Index.NoIndex)
        self._rest.start()
        if view.overview.holds(view):
            view.viewport().update()

    def _watch(self) -> None:
        scene = self._view.scene()
        if scene.itemIndexMethod() != _Index.BspTreeIndex:
            scene.setItemIndexMethod(_Index.BspTreeIndex)
            # A new index learns of what extent it is from nothing but this signal
            scene.setSceneRect(scene.sceneRect().adjusted(0, 0, 1, 1))
            scene.setSceneRect(QRectF())
        self._view.viewport().update()
