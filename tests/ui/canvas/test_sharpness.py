"""Whatever the screen's scale is, edges on the canvas are as sharp as its pixels."""

import os
import subprocess
import sys
from itertools import pairwise

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

DRAW = """
import sys
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication
from composer_gui.core import edits
from composer_gui.session.session import Session
from composer_gui.storage import resources
from composer_gui.ui import theme
from composer_gui.ui.canvas.geometry import PADDING
from composer_gui.ui.canvas.node_item import TITLE_AT
from composer_gui.ui.canvas.view import CanvasView
from tests.silent_engine import SilentEngine

application = QApplication(sys.argv)
theme.apply(application, "light")
session = Session(SilentEngine(), resources.catalog())
session.apply("Add", edits.add_input, 0, 0)
view = CanvasView(session)
view.resize(400, 300)
view.show()
view.camera.zoom_to(1.0)
view.camera.look_at(QPointF(84, 36))
(item,) = view.scene().nodes.values()
view.grab()  # what is kept of the card is painted now, and shown from then on
image = view.grab().toImage()
ratio = image.devicePixelRatio()
corner = view.camera.screen_at(item.card().topLeft())
left, y = (round(place * ratio) for place in (corner.x() + PADDING, corner.y() + TITLE_AT))
print(ratio, *(image.pixelColor(x, y).value() for x in range(left, left + round(40 * ratio))))
"""


@pytest.mark.parametrize("scale", ["1.5", "2", "3"])
def test_words_are_drawn_with_the_pixels_of_the_screen(scale):
    environment = os.environ | {"QT_SCALE_FACTOR": scale, "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", DRAW]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    ratio, *row = done.stdout.split()
    assert ratio == str(float(scale))
    row = [int(value) for value in row]
    steepest = max(abs(b - a) for a, b in pairwise(row))
    # Of a picture that is blown up an edge is a slope as long as the scale
    assert steepest >= 0.6 * (max(row) - min(row))
    assert max(row) - min(row) > 150


@pytest.mark.parametrize("ratio", [1, 2, 3])
def test_dots_of_the_grid_are_as_large_as_the_words_beside_them(view, ratio):
    picture = QImage(60 * ratio, 60 * ratio, QImage.Format.Format_RGB32)
    picture.setDevicePixelRatio(ratio)
    picture.fill(view.ink.theme.canvas)
    painter = QPainter(picture)
    painter.translate(30, 30)
    view.overview.paint_grid(painter, QRectF(0, 0, 10, 10), 1.0)
    painter.end()
    ground, at = view.ink.theme.canvas, 30 * ratio
    wide = sum(picture.pixelColor(x, at) != ground for x in range(at - 9, at + 9))
    assert wide == 2 * ratio
