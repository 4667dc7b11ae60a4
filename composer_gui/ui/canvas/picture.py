"""Draws a design into a file: SVG and PDF keep lines and words, PNG has two pixels for each."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import (
    QBuffer,
    QElapsedTimer,
    QIODevice,
    QMarginsF,
    QObject,
    QRectF,
    QSize,
    QSizeF,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QImage, QPageSize, QPaintDevice, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem

from composer_gui.core.errors import ComposerError, FileProblem
from composer_gui.session import pictures
from composer_gui.session.session import Session
from composer_gui.ui import theme
from composer_gui.ui.canvas.ink import Ink
from composer_gui.ui.canvas.scene import CanvasScene
from composer_gui.ui.canvas.tags import place_at_rest
from composer_gui.ui.theme import Theme

MARGIN = 24.0
"""Around what is drawn, in pixels of the canvas."""
SHARPNESS = 2.0
"""Pixels of a PNG for one of the canvas, where the picture does not become too large."""
LONGEST, MOST = 16_000, 40_000_000
"""Largest side and number of pixels of a PNG; of 40 million pixels one needs 160 MB to draw it."""
SLICE = 8
"""Milliseconds of drawing in one turn of the event loop."""
DOTS_PER_INCH = 96
"""Of a PDF: a pixel of the canvas is 0.75 points, as in a browser."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What to draw: the nodes `ids`, or all where it is None, on a ground or on nothing."""

    path: Path
    theme: Theme
    ids: frozenset[str] | None = None
    ground: bool = True


class PictureJob(QObject):
    """Draws the level that a session shows, in slices, and writes the file at the end.

    Signals: `progressed(str, float)` a sentence and a part from 0 to 1; `finished(Path)`;
    `failed(ComposerError)`. One of the last two comes, unless it is cancelled.
    """

    progressed = Signal(str, float)
    finished = Signal(object)
    failed = Signal(object)

    def __init__(self, session: Session, wish: Wish, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wish = wish
        self._kind = pictures.kind_of(wish.path)
        self._name = session.document.name
        self._scene = CanvasScene(session, Ink(wish.theme), self)
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._work)
        self._sheet: _Sheet | None = None
        self._items: Iterator[QGraphicsItem] = iter(())
        self._count = self._drawn = 0

    def start(self) -> None:
        """Begin; nothing is drawn before the event loop turns."""
        self.progressed.emit("Drawing the design", 0.0)
        self._timer.start()

    def cancel(self) -> None:
        """Stop; no file is written."""
        self._timer.stop()
        if self._sheet is not None:
            self._sheet.end()
            self._sheet = None
        self._scene.deleteLater()

    def _work(self) -> None:
        try:
            self._draw_a_slice()
        except ComposerError as error:
            self.cancel()
            self.failed.emit(error)

    def _draw_a_slice(self) -> None:
        if not self._scene.is_drawn:
            self._scene.work()
            return
        if not self._scene.ways.is_done:
            self._scene.ways.work()
            return
        if not self._scene.unseen.is_empty:
            self._scene.unseen.work()
            return
        if self._sheet is None:
            self._begin()
        clock = QElapsedTimer()
        clock.start()
        for item in self._items:
            self._sheet.draw(item)
            self._drawn += 1
            if clock.elapsed() >= SLICE:
                self.progressed.emit("Drawing the design", self._drawn / self._count)
                return
        self._finish()

    def _begin(self) -> None:
        place_at_rest(self._scene)
        items = [item for item in _in_order(self._scene) if self._is_wanted(item)]
        if not items:
            raise FileProblem(
                "nothing", "There is nothing to draw yet.", "Put a node on the canvas first."
            )
        rect = _around(items).adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)
        ground = self._wish.theme.canvas if self._wish.ground else None
        self._sheet = _SHEETS[self._kind](rect, self._name, ground)
        self._items, self._count = iter(items), len(items)

    def _is_wanted(self, item: QGraphicsItem) -> bool:
        if not item.isVisible():
            return False
        ids = self._wish.ids
        if ids is None:
            return True
        owner = item
        while owner is not None:
            wire = getattr(owner, "wire", None)
            if wire is not None:
                return wire.source.node in ids and wire.node in ids
            if hasattr(owner, "node_id"):
                return owner.node_id in ids
            owner = owner.parentItem()
        return False

    def _finish(self) -> None:
        self._timer.stop()
        data = self._sheet.end()
        self._sheet = None
        self._scene.deleteLater()
        pictures.write(self._wish.path, data)
        self.finished.emit(self._wish.path)


def _in_order(scene: CanvasScene) -> Iterable[QGraphicsItem]:
    """Return all items of a scene, the lowest first."""
    return scene.items(Qt.SortOrder.AscendingOrder)


def _around(items: Iterable[QGraphicsItem]) -> QRectF:
    rect = QRectF()
    for item in items:
        rect = rect.united(item.sceneBoundingRect())
    return rect


# The three kinds ----------------------------------------------------------------------------------


class _Sheet:
    """What is painted on: a device in memory and a painter whose place (0, 0) is the canvas's."""

    scale = 1.0

    def __init__(self, rect: QRectF, name: str, ground) -> None:
        self._buffer = QBuffer()
        self._buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        self._option = QStyleOptionGraphicsItem()
        self._device = self._new_device(rect, name)
        self._painter = painter = QPainter(self._device)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(self.scale, self.scale)
        painter.translate(-rect.topLeft())
        if ground is not None:
            painter.fillRect(rect, ground)
        self._base = painter.transform()

    def _new_device(self, rect: QRectF, name: str) -> QPaintDevice:
        raise NotImplementedError

    def draw(self, item: QGraphicsItem) -> None:
        """Paint one item where it lies on the canvas."""
        painter = self._painter
        painter.save()
        painter.setTransform(item.sceneTransform() * self._base)
        painter.setOpacity(item.effectiveOpacity())
        self._option.exposedRect = item.boundingRect()
        self._option.rect = item.boundingRect().toAlignedRect()
        item.paint(painter, self._option, None)
        painter.restore()

    def end(self) -> bytes:
        """Finish the picture; return what belongs into its file."""
        self._painter.end()
        return bytes(self._buffer.data().data())


class _Svg(_Sheet):
    def _new_device(self, rect: QRectF, name: str) -> QPaintDevice:
        device = QSvgGenerator()
        device.setOutputDevice(self._buffer)
        device.setResolution(DOTS_PER_INCH)
        device.setSize(_whole(rect.size()))
        device.setViewBox(QRectF(0, 0, rect.width(), rect.height()))
        device.setTitle(name)
        return device

    def end(self) -> bytes:
        """Name a family to fall back on: who looks at the file may not have ours."""
        text = super().end()
        for family, generic in ((theme.mono(12), "monospace"), (theme.font(12), "sans-serif")):
            name = family.family()
            shown, with_generic = f'font-family="{name}"', f'font-family="{name}, {generic}"'
            text = text.replace(shown.encode(), with_generic.encode())
        return text


class _Pdf(_Sheet):
    def _new_device(self, rect: QRectF, name: str) -> QPaintDevice:
        device = QPdfWriter(self._buffer)
        device.setTitle(name)
        device.setResolution(DOTS_PER_INCH)
        points = rect.size() * 72.0 / DOTS_PER_INCH
        exact = QPageSize.SizeMatchPolicy.ExactMatch
        device.setPageSize(QPageSize(points, QPageSize.Unit.Point, name, exact))
        device.setPageMargins(QMarginsF())
        return device


class _Png(_Sheet):
    def _new_device(self, rect: QRectF, name: str) -> QPaintDevice:
        self.scale = _scale_for(rect.size())
        size = _whole(rect.size() * self.scale)
        image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
        if image.isNull():
            raise FileProblem(
                "too_large",
                "There is not enough memory to draw the design as PNG.",
                "Write it as SVG or PDF, or only what is selected.",
            )
        image.fill(Qt.GlobalColor.transparent)
        image.setText("Title", name)
        return image

    def end(self) -> bytes:
        self._painter.end()
        self._device.save(self._buffer, "PNG")
        return bytes(self._buffer.data().data())


_SHEETS = {pictures.SVG: _Svg, pictures.PNG: _Png, pictures.PDF: _Pdf}


def _scale_for(size: QSizeF) -> float:
    """Return how many pixels a PNG of this size on the canvas has for each of the canvas's."""
    longest = max(size.width(), size.height())
    by_area = math.sqrt(MOST / (size.width() * size.height()))
    return min(SHARPNESS, LONGEST / longest, by_area)


def _whole(size: QSizeF) -> QSize:
    return QSize(math.ceil(size.width()), math.ceil(size.height()))
