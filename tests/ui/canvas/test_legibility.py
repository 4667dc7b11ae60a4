"""What is painted at each zoom can be read, and nothing else is painted."""

import pytest
from PySide6.QtGui import QPainter, QPixmap

from composer_gui.core import edits
from composer_gui.ui import theme
from composer_gui.ui.canvas.geometry import FULL_DETAIL, LABEL_ONLY
from composer_gui.ui.canvas.ink import Ink

SMALLEST = 8.5
"""Pixels on the screen below which words are no help."""


class Pen(QPainter):
    """A painter that notes the words that are written, with the height that they have."""

    def __init__(self, zoom):
        self.sheet = QPixmap(600, 400)
        super().__init__(self.sheet)
        self.scale(zoom, zoom)
        self.zoom = zoom
        self.written = {}

    def drawText(self, at, *words):
        self.written[words[-1]] = self.font().pixelSize() * self.zoom


@pytest.fixture
def written(design, scene):
    """What a node writes at a zoom: words and their heights."""
    source = design.input(0, 100)
    node = design.layer("Conv2D", 300, 100, name="stem_of_the_whole_model", filters=8)
    design.wire(source, node)
    design.judge(**{source: design.fine(64, 64, 3), node: design.fine(64, 64, 8, parameters=99)})

    def written(zoom):
        pen = Pen(zoom)
        scene.nodes[node].paint(pen, None)
        pen.end()
        return pen.written

    return written


@pytest.mark.parametrize("zoom", [2.0, 1.0, 0.9, FULL_DETAIL, 0.79, 0.6, LABEL_ONLY, 0.49, 0.361])
def test_whatever_a_node_says_is_large_enough_to_be_read(written, zoom):
    heights = written(zoom)
    assert heights
    assert min(heights.values()) >= SMALLEST


def test_detail_falls_away_step_by_step(written):
    near, far, farthest = (written(zoom) for zoom in (1.0, 0.6, 0.4))
    assert "filters" in near
    assert "filters" not in far
    assert "64×64×8" in far
    assert "".join(farthest) == "stem_of_the_whole_model"


def test_below_that_nodes_are_blocks(design, view):
    design.input(0, 0)
    view.zoom_by(0.37)
    assert not view.overview.holds(view)
    view.zoom_by(0.9)
    assert view.overview.holds(view)


def test_a_label_takes_two_lines_where_it_can_be_broken(dark):
    ink = Ink()
    room = ink.measure("farthest", "projection_of_a_")
    assert ink.lines("farthest", "projection_of_a_long", room) == ("projection_of_a_", "long")
    assert ink.lines("farthest", "short", room) == ("short",)


def test_a_label_without_a_place_to_break_it_is_broken_anywhere(dark):
    ink = Ink()
    room = ink.measure("farthest", "encode")
    first, second = ink.lines("farthest", "encoderdecoder", room)
    assert (first + second.rstrip("…")) == "encoderdecoder"[: len(first + second.rstrip("…"))]
    assert ink.measure("farthest", first) <= room


@pytest.mark.parametrize("zoom", [1.0, 0.7, 0.55])
def test_the_label_of_a_wire_can_be_read_or_is_a_line(design, scene, zoom):
    source, node = design.input(0, 100), design.layer("Dense", 400, 100, units=2)
    wire = design.wire(source, node)
    design.judge(**{source: design.fine(64, 64, 3)})
    label = scene.wires[wire].text
    grown = label._largest if zoom < FULL_DETAIL else 1.0
    assert scene.ink.fonts["label"].pixelSize() * grown * zoom >= SMALLEST


def test_the_titles_of_frames_grow_as_one_goes_away(design, scene):
    frame = design.add(edits.add_frame, 0, 0, 400, 200)
    for zoom in (1.0, 0.6, 0.4):
        pen = Pen(zoom)
        scene.nodes[frame].paint(pen, None)
        pen.end()
        assert min(pen.written.values()) >= SMALLEST


@pytest.mark.parametrize("name", ["dark", "light", "contrast-dark", "contrast-light"])
def test_words_stand_out_from_the_card_also_where_a_node_is_bypassed(name):
    now = theme.named(name)
    wanted = 7.0 if name.startswith("contrast") else 4.5
    assert theme.contrast(now.tertiary, now.card) >= wanted
    assert theme.contrast(now.text, now.card) >= wanted


def test_a_long_label_takes_two_lines_above_the_shape(written):
    assert [text for text in written(0.6) if text != "64×64×8"] == ["stem_of_the_", "whole_model"]


@pytest.mark.parametrize("zoom", [1.0, 0.6, 0.4])
def test_no_line_of_a_note_is_cut_through(design, scene, zoom):
    note = design.add(edits.add_note, 0, 0)
    text = " ".join(["words"] * 60)
    design.session.apply("Write", edits.set_text, note, text)
    pen = Pen(zoom)
    clips = []
    pen.setClipRect = clips.append
    scene.nodes[note].paint(pen, None)
    (clip,) = clips
    assert clip.height() % pen.fontMetrics().lineSpacing() == 0
    pen.end()
