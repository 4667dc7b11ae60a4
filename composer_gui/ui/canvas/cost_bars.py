"""Bars below the nodes: how much of what the design costs is each node's."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, QRectF, QTimer
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsItem

from composer_gui.core.bill import Bill, Row, bill, rows
from composer_gui.core.change import Change
from composer_gui.core.cost import show_bytes, show_flops
from composer_gui.session.settings import Settings
from composer_gui.ui import theme
from composer_gui.ui.canvas.geometry import FULL_DETAIL
from composer_gui.ui.canvas.glyphs import NO_PEN
from composer_gui.ui.canvas.ink import Ink
from composer_gui.ui.canvas.node_item import NodeItem
from composer_gui.ui.totals import show_parameters

if TYPE_CHECKING:
    from composer_gui.ui.canvas.scene import CanvasScene

BARS_KEY = "cost/bars"
DELAY = 80
"""Milliseconds after a change before shares are worked out: edits and verdicts come in bursts."""

GAP, THICK, FAR_THICK, WORDS = 5.0, 4.0, 9.0, 16.0
"""Room below the card, heights of the bar from near and from far, height of the words."""

FIGURES: dict[str, tuple[str, Callable[[Row | Bill], int | None], Callable[[int], str]]] = {
    "parameters": ("Parameters", lambda one: one.parameters, show_parameters),
    "activations": ("Activations", lambda one: one.activations, show_bytes),
    "flops": ("FLOPs", lambda one: one.flops, show_flops),
}
"""What bars may stand for: its name, where it is found, and how it is shown."""


class CostBar(QGraphicsItem):
    """A bar below a node's card, with the figure and its share in words."""

    def __init__(self, node: NodeItem, ink: Ink) -> None:
        super().__init__(node)
        self._ink = ink
        self.share = 0.0
        self.words = ""
        self._size = (0.0, 0.0)

    def show_share(self, share: float, words: str) -> None:
        """Show a share from 0 to 1 and what it is in words, below the card as it is now."""
        layout = self.parentItem().layout
        size = (layout.width, layout.height)
        if size != self._size:
            self.prepareGeometryChange()
            self._size = size
        if (share, words) != (self.share, self.words):
            self.share, self.words = share, words
            self.update()

    def boundingRect(self) -> QRectF:
        width, height = self._size
        return QRectF(0, height + GAP, width, FAR_THICK + WORDS)

    def paint(self, painter: QPainter, option, widget=None) -> None:
        now, (width, height) = theme.current(), self._size
        is_far = painter.worldTransform().m11() < FULL_DETAIL
        thick = FAR_THICK if is_far else THICK
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(NO_PEN)
        painter.setBrush(now.grid)
        track = QRectF(0, height + GAP, width, thick)
        painter.drawRoundedRect(track, thick / 2, thick / 2)
        painter.setBrush(now.accent)
        track.setWidth(max(thick, width * self.share))
        painter.drawRoundedRect(track, thick / 2, thick / 2)
        if not is_far:
            painter.setFont(self._ink.fonts["count"])
            painter.setPen(now.secondary)
            middle = height + GAP + THICK + WORDS / 2
            text = self._ink.elided("count", self.words, width)
            painter.drawText(QPointF(0, self._ink.baseline("count", middle)), text)


class CostBars(QObject):
    """Keeps a bar at every node whose share is known, for the figure that was chosen.

    A share is that of the whole of what is known. Nodes that cost nothing have no bar, nor have
    those of which nobody can say, or whose weights count at another node.
    """

    def __init__(self, scene: CanvasScene, settings: Settings | None = None) -> None:
        super().__init__(scene)
        self._scene = scene
        self._settings = settings
        self.figure = ""
        self.bars: dict[str, CostBar] = {}
        self._later = QTimer(self, singleShot=True, interval=DELAY)
        self._connect()
        self.show(str(settings.value(BARS_KEY, "")) if settings else "")

    def _connect(self) -> None:
        session = self._scene.session
        for signal in (session.changed, session.analyzed, session.settled, self._scene.drawn):
            signal.connect(self._soon)
        self._scene.followed.connect(self._forget)
        self._later.timeout.connect(self.refresh)
        theme.watch().changed.connect(self._repaint)

    def _soon(self, *_: object) -> None:
        if self.figure and not self._later.isActive():
            self._later.start()

    def _forget(self, change: Change) -> None:
        """Let go of the bars of nodes that are gone: they went with the items they hung on."""
        for node_id in change.removed:
            self.bars.pop(node_id, None)

    def _repaint(self) -> None:
        for bar in self.bars.values():
            bar.update()

    def show(self, figure: str) -> None:
        """Let bars stand for a figure of `FIGURES`; for none of them there are no bars."""
        self.figure = figure if figure in FIGURES else ""
        if self._settings:
            self._settings.remember(BARS_KEY, self.figure)
        self.refresh()

    def refresh(self) -> None:
        """Show the shares that hold now."""
        found = self._shares() if self.figure else {}
        for node_id in [n for n in self.bars if n not in found]:
            self._take_away(node_id)
        for node_id, (share, words) in found.items():
            item = self._scene.nodes.get(node_id)
            if not isinstance(item, NodeItem):
                continue  # still to be drawn: `drawn` comes then
            if node_id not in self.bars:
                self.bars[node_id] = CostBar(item, self._scene.ink)
            self.bars[node_id].show_share(share, words)

    def _shares(self) -> dict[str, tuple[float, str]]:
        """Return by node the share of the whole, and the figure with its share in words."""
        session = self._scene.session
        _, figure_of, show = FIGURES[self.figure]
        found = rows(session.document, session.verdicts)
        whole = figure_of(bill(found))
        shares = {}
        for row in found:
            figure = figure_of(row)
            if figure and whole:
                share = figure / whole
                shares[row.node] = (share, f"{show(figure)} · {_percent(share)}")
        return shares

    def _take_away(self, node_id: str) -> None:
        bar = self.bars.pop(node_id)
        bar.setParentItem(None)
        if bar.scene() is not None:
            bar.scene().removeItem(bar)


def _percent(share: float) -> str:
    """Return a share in two figures: 42 %, 3.1 %, less than 0.1 %."""
    percent = 100 * share
    if percent < 0.1:
        return "< 0.1 %"
    return f"{percent:.1f} %" if percent < 9.95 else f"{percent:.0f} %"
