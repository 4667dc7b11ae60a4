"""The wire that is wrong shows what comes and what is wanted, axis by axis, where no node is."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPointF, QRectF

from composer_gui.core import edits
from composer_gui.core.problems import WARNING, Problem
from composer_gui.core.shapes.tensor_spec import TensorSpec
from composer_gui.core.verdicts import FINE, WRONG, Verdict
from composer_gui.ui import theme
from composer_gui.ui.canvas import tags
from composer_gui.ui.canvas.mismatch import (
    MOST_GROWTH,
    SENDS,
    WANTS,
    Cell,
    box_of,
    free_place,
    growth,
    mismatch_of,
)
from composer_gui.ui.canvas.wire_item import WireLook


def shapes(given, wanted, axes, **fields):
    """Return a problem about two shapes, and what comes."""
    fields = {"index": 0, "given": given, "wanted": wanted, "axes": axes, **fields}
    return Problem("shape", "x", "n", "inputs", **fields), TensorSpec(given)


def marked(row):
    return [cell.text for cell in row[1] if cell.differs]


def test_the_axes_that_differ_are_marked_in_both_rows():
    shown = mismatch_of(*shapes((None, 5, 5, 64), (None, 6, 6, 64), (1, 2)))
    sends, wants = shown.rows
    assert (sends[0], wants[0]) == (SENDS, WANTS)
    assert [cell.text for cell in sends[1]] == ["5", "5", "64"]
    assert marked(sends) == ["5", "5"]
    assert marked(wants) == ["6", "6"]
    assert shown.words == "sends [5]×[5]×64\nwants [6]×[6]×64"


def test_the_batch_axis_is_shown_only_where_it_matters():
    shown = mismatch_of(*shapes((2, 5), (4, 5), (0,)))
    assert shown.words == "sends [2]×5\nwants [4]×5"


def test_another_number_of_axes_is_said_in_words():
    shown = mismatch_of(*shapes((None, 8), (None, None, 8), ()))
    assert [row[1][-1] for row in shown.rows] == [Cell("(1 axis)", True), Cell("(2 axes)", True)]


def test_a_problem_of_several_wires_shows_on_each_what_it_sends():
    problem, _ = shapes((None, 8, 10), (None, 8, 64), (2,), index=None)
    shown = mismatch_of(problem, TensorSpec((None, 8, 64)))
    assert shown.words == "sends 8×[64]"


def test_the_shapes_of_a_layer_inside_are_not_those_of_the_wire():
    assert mismatch_of(*shapes((None, 128), (None, 72), (1,), inner="tail/dense")) is None


def test_a_dtype_is_told_in_words():
    problem = Problem("dtype", "x", "n", "tokens", expected="int32 tokens")
    shown = mismatch_of(problem, TensorSpec((None, 100)))
    assert shown.words == "sends 100 [float32]\nwants [int32 tokens]"


def test_a_very_long_shape_is_cut_and_keeps_its_mark():
    shown = mismatch_of(*shapes((None, *range(1, 21)), (None, *range(2, 22)), (10,)))
    assert all(len(cells) == 8 and Cell("…", True) in cells for _, cells in shown.rows)


@pytest.mark.parametrize(("zoom", "by"), [(2.0, 1.0), (1.0, 1.0), (0.5, 2.0), (0.1, MOST_GROWTH)])
def test_a_tag_grows_so_that_it_can_be_read_at_half_the_size(zoom, by):
    assert growth(zoom) == by


def test_a_free_place_covers_nothing_that_is_taken():
    taken = QRectF(-100, -20, 200, 40)
    at = free_place(QPointF(0, 0), (60, 30), [box_of(taken)], None)
    assert not QRectF(at.x() - 30, at.y() - 15, 60, 30).intersects(taken)


def test_where_all_is_taken_a_place_is_found_all_the_same():
    at = free_place(QPointF(0, 0), (60, 30), [(-9e5, -9e5, 9e5, 9e5)], None)
    assert at == QPointF(0, 0)


# On the canvas ------------------------------------------------------------------------------------


@pytest.fixture
def wrong(design, scene, view):
    """Two nodes close to each other and a wire between, of which the second wants another size."""
    source, node = design.input(0, 0, shape=(5, 5, 64)), design.layer("Dense", 216, 0, units=3)
    wire = design.wire(source, node)
    problem, _ = shapes((None, 5, 5, 64), (None, 6, 6, 64), (1, 2))
    problem = Problem(
        "shape", "x", node, "inputs", index=0, given=problem.given, wanted=problem.wanted, axes=(1,)
    )
    design.judge(**{source: design.fine(5, 5, 64), node: Verdict(WRONG, problems=(problem,))})
    view.tags.finish()
    return scene.wires[wire]


def covered(scene, tag):
    return [node_id for node_id, item in scene.nodes.items() if item.card().intersects(tag.area())]


@pytest.mark.parametrize("zoom", [1.0, 0.5])
def test_the_tag_stands_where_no_node_is(scene, view, wrong, zoom):
    view.look(zoom, QPointF(150, 30))
    view.tags.finish()
    assert wrong.look.state == "wrong"
    assert covered(scene, wrong.tag) == []
    assert scene.tagged == {wrong.wire}


def test_two_tags_do_not_cover_each_other(design, scene, view, wrong):
    other = design.input(0, 60, shape=(7,))
    node = design.layer("Dense", 216, 110, units=3)
    wire = design.wire(other, node)
    problem = Problem(
        "shape", "x", node, "inputs", index=0, given=(None, 7), wanted=(None, 8), axes=(1,)
    )
    design.judge(**{other: design.fine(7), node: Verdict(WRONG, problems=(problem,))})
    view.tags.finish()
    assert not scene.wires[wire].tag.area().intersects(wrong.tag.area())


def test_it_makes_way_for_a_node_that_is_put_there(design, scene, view, session, wrong):
    node = design.layer("Dense", -2000, -2000)
    centre = wrong.tag.area().center()
    session.apply("Move", edits.move, {node: (centre.x() - 80, centre.y() - 30)})
    view.tags.finish()
    assert covered(scene, wrong.tag) == []


def test_it_goes_when_the_wire_is_right(design, scene, wrong):
    node = wrong.wire.node
    design.judge(**{node: design.fine(3)})
    assert wrong.look == WireLook(3, "float32", "fine", "5×5×64")
    assert not wrong.tag.isVisible()
    assert scene.tagged == set()


def test_many_tags_are_placed_a_few_in_a_turn(design, scene, view, monkeypatch):
    monkeypatch.setattr(tags, "SLICE", 0.0)
    verdicts = {}
    for row in range(4):
        source = design.input(0, 140 * row, shape=(5,))
        node = design.layer("Dense", 400, 140 * row, units=3)
        design.wire(source, node)
        fields = {"index": 0, "given": (None, 5), "wanted": (None, 6), "axes": (1,)}
        problem = Problem("shape", "x", node, "inputs", **fields)
        verdicts |= {source: design.fine(5), node: Verdict(WRONG, problems=(problem,))}
    design.judge(**verdicts)
    view.look(1.0, QPointF(250, 250))
    turns = 0
    while not all(scene.wires[wire].tag.is_placed for wire in scene.tagged):
        view.tags.place()
        turns += 1
    assert turns > 1
    assert len(scene.tagged) == 4


def test_only_the_wire_at_fault_is_red(design, scene):
    one, two = design.input(0, 0, shape=(4,)), design.input(0, 200, shape=(5,))
    merge = design.layer("Concatenate", 500, 0)
    wires = [design.wire(node, merge, index=index) for index, node in enumerate((one, two))]
    problem = Problem("shape", "x", merge, "inputs", index=1)
    design.judge(**{merge: Verdict(WRONG, problems=(problem,))})
    assert [scene.wires[wire].look.state for wire in wires] == ["fine", "wrong"]


def test_a_press_on_the_tag_means_its_wire(hand, scene, view, wrong):
    at = wrong.tag.area().center()
    assert view.hit(at).wire == wrong.wire


def test_resting_on_the_wire_tells_the_whole(view, wrong):
    told = view.hover.explain(view.hit(wrong.tag.area().center()))
    assert "sends [5]×5×64\nwants [6]×6×64" in told


def test_a_design_without_errors_has_no_tags(design, scene):
    source, node = design.input(0, 0, shape=(4,)), design.layer("Dense", 300, 0, units=3)
    design.wire(source, node)
    assert scene.tagged == set()
    assert all(item.tag is None for item in scene.wires.values())


# Warnings -----------------------------------------------------------------------------------------


def broadcast(node="n", index=1, **fields):
    fields = {"given": (None, 1, 1, 8), "wanted": (None, 4, 4, 8), "axes": (1, 2)} | fields
    return Problem("broadcast", "x", node, "inputs", severity=WARNING, index=index, **fields)


def test_a_warning_tells_what_meets_there_and_wants_nothing():
    shown = mismatch_of(broadcast(), TensorSpec((None, 1, 1, 8)))
    assert shown.words == "sends [1]×[1]×8\nmeets [4]×[4]×8"
    assert shown.tone == "warning"


def test_where_a_shape_has_fewer_axes_only_the_axes_of_the_longer_one_are_marked():
    warning = broadcast(given=(None, 8), wanted=(None, 4, 8), axes=(1,))
    sends, meets = mismatch_of(warning, TensorSpec((None, 8))).rows
    assert marked(sends) == ["(1 axis)"]
    assert marked(meets) == ["4", "(2 axes)"]


def test_a_warning_about_one_shape_alone_has_no_tag():
    warning = Problem("unknown_size", "x", "n", "inputs", severity=WARNING, index=0, axes=(1,))
    assert mismatch_of(warning, TensorSpec((None, None))) is None


@pytest.fixture
def warned(design, scene, view):
    """Two Inputs that meet in an Add: the second is repeated, and the engine warns of that."""
    one = design.input(0, 0, shape=(4, 4, 8))
    two = design.input(0, 150, shape=(1, 1, 8))
    node = design.layer("Add", 400, 60)
    wires = [design.wire(one, node), design.wire(two, node, index=1)]
    fine = design.fine(4, 4, 8)
    verdict = Verdict(FINE, fine.outputs, (broadcast(node),))
    design.judge(**{one: fine, two: design.fine(1, 1, 8), node: verdict})
    view.tags.finish()
    return [scene.wires[wire] for wire in wires]


def test_a_warning_is_amber_on_its_wire_only(scene, warned):
    fine, amber = warned
    assert (fine.look.state, amber.look.state) == ("fine", "warning")
    assert fine.tag is None
    assert amber.tag.content.tone == "warning"
    assert amber.pen().color() == theme.current().warning
    assert amber.tag.is_placed
    assert covered(scene, amber.tag) == []


def test_resting_on_a_wire_with_a_warning_tells_the_whole(view, warned):
    said = view.hover.explain(view.hit(warned[1].tag.area().center()))
    assert "sends [1]×[1]×8\nmeets [4]×[4]×8" in said


def test_an_error_at_a_wire_comes_before_a_warning(design, scene, view, warned):
    wire = warned[1].wire
    problem, _ = shapes((None, 1, 1, 8), (None, 4, 4, 9), (3,), index=1)
    problem = replace(problem, node=wire.node)
    design.judge(**{wire.node: Verdict(WRONG, (), (broadcast(wire.node), problem))})
    assert warned[1].look.state == "wrong"
    assert warned[1].tag.content.tone == "wrong"
