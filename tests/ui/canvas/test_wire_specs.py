"""Wires show what flows in them always, or only when one points at them, as the user chooses."""

import pytest
from PySide6.QtCore import QPointF, Qt

from composer_gui.ui import preferences
from composer_gui.ui.canvas.geometry import RING
from composer_gui.ui.canvas.ink import SMALL
from composer_gui.ui.canvas.wire_label import LEAST_LABEL
from composer_gui.ui.preferences import ALWAYS, ON_HOVER, WIRE_SPECS


@pytest.fixture
def chosen(tmp_path, settings):
    """The choices of this test only."""
    choices = preferences.current()
    choices.use(settings)
    yield choices
    choices.use(None)


@pytest.fixture
def flowing(design, scene):
    source, node = design.input(0, 100), design.layer("Dense", 400, 100, units=4)
    wire = design.wire(source, node)
    design.judge(**{source: design.fine(64), node: design.fine(4)})
    return scene.wires[wire]


def label(item):
    text = item.text
    return text.words if text is not None and text.isVisible() else ""


def test_at_first_wires_always_show_what_flows_in_them(chosen, flowing):
    assert chosen.value(WIRE_SPECS) == ALWAYS
    assert label(flowing) == "64"


def test_with_the_other_choice_only_the_wire_under_the_mouse_does(chosen, flowing, hand):
    chosen.choose(WIRE_SPECS, ON_HOVER)
    assert label(flowing) == ""
    hand.hover(flowing.middle())
    assert label(flowing) == "64"
    hand.hover(QPointF(100, 400))
    assert label(flowing) == ""


def test_a_selected_wire_shows_what_flows_in_it(chosen, flowing, scene):
    chosen.choose(WIRE_SPECS, ON_HOVER)
    scene.select((), {flowing.wire})
    assert label(flowing) == "64"


def test_the_choice_can_be_taken_back_at_once(chosen, flowing):
    chosen.choose(WIRE_SPECS, ON_HOVER)
    chosen.choose(WIRE_SPECS, ALWAYS)
    assert label(flowing) == "64"


def test_the_line_has_no_gap_where_no_label_stands(chosen, flowing):
    with_gap = flowing.path().elementCount()
    chosen.choose(WIRE_SPECS, ON_HOVER)
    assert flowing.path().elementCount() < with_gap


def test_the_menu_chooses(chosen, working, qtbot):
    entry = working.actions_by_id["wire_specs"]
    working.commands.enable()
    assert entry.isChecked()
    entry.trigger()
    assert chosen.value(WIRE_SPECS) == ON_HOVER
    qtbot.keyClick(
        working, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    )
    assert chosen.value(WIRE_SPECS) == ALWAYS


def test_labels_of_wires_that_begin_at_one_place_do_not_lie_on_each_other(chosen, design, scene):
    source = design.input(0, 0)
    others = [design.layer("Dense", x, y, units=4) for x, y in ((228, 264), (288, 249))]
    wires = [design.wire(source, node) for node in others]
    design.judge(**{source: design.fine(64, 64, 3)})
    scene.ways.finish()
    first, second = (scene.wires[wire].text.sceneBoundingRect() for wire in wires)
    assert not first.intersects(second)


@pytest.mark.parametrize(("across", "down", "is_there"), [(264, 0, True), (200, 60, False)])
def test_what_flows_is_said_between_two_cards_and_never_on_them(
    design, scene, across, down, is_there
):
    source, node = design.input(0, 100), design.layer("Dense", across, 100 + down, units=4)
    wire = design.wire(source, node)
    design.judge(**{source: design.fine(64, 64, 3)})
    item = scene.wires[wire]
    assert label(item) == ("64×64×3" if is_there else "")
    if is_there:
        words = item.text.sceneBoundingRect()
        assert not any(words.intersects(scene.nodes[i].card()) for i in (source, node))


@pytest.mark.parametrize("across", [262, 290, 320])
def test_beside_a_label_that_is_seen_from_afar_its_wire_is_seen(design, scene, across):
    source, node = design.input(0, 100), design.layer("Dense", across, 100, units=4)
    wire = design.wire(source, node)
    design.judge(**{source: design.fine(64, 64, 3)})
    item = scene.wires[wire]
    words, zoom = item.text, 0.57
    is_read = words._largest * SMALL * zoom >= LEAST_LABEL
    start, end = item.ends()
    covered = words.mapRectToScene(words.boundingRect())
    if is_read:
        assert covered.left() > start.x() + RING and covered.right() < end.x() - RING
    assert is_read == (across > 262)
