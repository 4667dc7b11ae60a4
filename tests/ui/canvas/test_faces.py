"""What a node and a wire show: words, marks, rings, line styles; told by values, not by pixels."""

from itertools import pairwise

import pytest
from PySide6.QtCore import Qt

from composer_gui.core import edits
from composer_gui.core.problems import WARNING, Problem
from composer_gui.core.shapes.tensor_spec import TensorSpec
from composer_gui.core.verdicts import BLOCKED, FINE, WRONG, Verdict
from composer_gui.ui.canvas.faces import show_count
from composer_gui.ui.canvas.geometry import WIDEST


@pytest.fixture
def face(scene):
    return lambda node: scene.nodes[node].face


def test_a_layer_shows_its_class_and_what_differs_from_the_defaults(design, face):
    node = design.layer("Conv2D", filters=8, kernel_size=3, padding="same", use_bias=True)
    shown = face(node)
    assert shown.kind_text == "Conv2D"
    assert shown.rows == (("filters", "8"), ("kernel_size", "3"), ("padding", "same"))


def test_at_most_three_parameters_are_shown(design, face):
    node = design.layer(
        "Conv2D", filters=8, kernel_size=3, padding="same", activation="relu", strides=2
    )
    assert len(face(node).rows) == 3


def test_a_fine_node_shows_its_spec_and_its_parameters(design, face):
    node = design.layer("Dense", units=3)
    design.judge(**{node: design.fine(64, 64, 3, parameters=3_900_000)})
    shown = face(node)
    assert (shown.state, shown.foot, shown.count) == ("fine", "64×64×3  float32", "3.9 M")


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0, ""), (650, "650"), (4_128, "4.1 K"), (40_448, "40 K"), (9_960, "10 K"), (2e9, "2.0 G")],
)
def test_counts_have_at_most_four_figures(count, shown):
    assert show_count(int(count)) == shown


def test_a_waiting_node_names_the_cause_and_keeps_up_with_its_label(design, session, face):
    cause, node = design.layer("Dense", name="encoder"), design.layer("Dense", 300)
    design.wire(cause, node)
    design.judge(**{node: Verdict(BLOCKED, blocked_by=cause)})
    assert face(node).foot == "waits for encoder"
    session.apply("Rename", edits.rename, cause, "base")
    design.judge(**{node: Verdict(BLOCKED, blocked_by=cause)})
    assert face(node).foot == "waits for base"


def test_a_wrong_node_says_what_it_expects(design, face):
    node = design.layer("Dense")
    problem = Problem("dtype", "long", node, title="short", expected="int32 tokens")
    design.judge(**{node: Verdict(WRONG, problems=(problem,))})
    assert (face(node).state, face(node).foot) == ("wrong", "expects int32 tokens")


def test_a_model_names_the_layer_inside_that_expects_something(design, face):
    node = design.model("/models/encoder.keras", 0, 0)
    problem = Problem("refused_inside", "long", node, expected="2048", inner="hidden")
    design.judge(**{node: Verdict(WRONG, problems=(problem,))})
    assert face(node).foot == "hidden expects 2048"


def test_an_unfinished_node_is_not_shown_as_wrong(design, face):
    node = design.layer("Concatenate")
    assert face(node).state == "unfinished"
    assert face(node).foot == "lacks a wire"


def test_a_fine_node_with_a_warning_is_told_apart(design, face):
    node = design.layer("Dense")
    warning = Problem("w", "careful", node, severity=WARNING)
    design.judge(**{node: Verdict(FINE, problems=(warning,))})
    assert face(node).state == "warning"


def test_a_lock_shows_that_a_layer_is_frozen(design, session, face):
    node = design.layer("Dense", units=3)
    design.judge(**{node: design.fine(3, parameters=12)})
    assert not face(node).frozen
    session.apply("Freeze", edits.set_trainable, session.document.nodes[node].layer, False)
    assert face(node).frozen


def test_the_share_mark_comes_and_goes_with_the_twin(design, session, face):
    node = design.layer("Dense")
    twin = design.add(edits.add_call, session.document.nodes[node].layer, 0, 300)
    assert face(node).shared and face(twin).shared
    session.apply("Make independent", edits.make_independent, twin)
    assert not face(node).shared and not face(twin).shared
    session.undo()
    assert face(node).shared
    session.apply("Delete", edits.delete, [twin])
    assert not face(node).shared


def test_renaming_a_shared_layer_shows_on_all_its_calls(design, session, face):
    node = design.layer("Dense")
    twin = design.add(edits.add_call, session.document.nodes[node].layer, 0, 300)
    session.apply("Rename", edits.rename, node, "encoder")
    shown = {face(node).label, face(twin).label}
    assert shown == {session.document.label(node), session.document.label(twin)}
    assert "encoder" in shown


def test_optional_ports_wait_at_the_lower_edge(design, scene):
    node = design.layer("LSTM", units=3)
    slots = scene.nodes[node].layout.inputs
    assert [(s.ring.port, s.y == scene.nodes[node].layout.height) for s in slots] == [
        ("sequences", False),
        ("initial_state", True),
        ("mask", True),
    ]


def test_several_ports_are_named_each_on_its_row(design, scene):
    node = design.layer("MultiHeadAttention", num_heads=2, key_dim=4)
    named = [slot.ring.port for slot in scene.nodes[node].layout.inputs if slot.named]
    assert named == ["query", "value"]


def test_a_node_grows_with_its_wires_and_no_two_rings_touch(design, scene):
    source, merge = design.input(0, 0), design.layer("Concatenate", 300, 0)
    for index in range(8):
        design.wire(source, merge, index=index)
    ys = [slot.y for slot in scene.nodes[merge].layout.inputs]
    assert len(ys) == 9
    assert min(b - a for a, b in pairwise(ys)) >= 17


def test_the_size_does_not_depend_on_the_verdict(design, scene):
    node = design.layer("Dense", units=3)
    before = scene.nodes[node].layout
    problem = Problem("x", "a very long message " * 20, node)
    design.judge(**{node: Verdict(WRONG, problems=(problem,))})
    assert scene.nodes[node].layout == before


def test_a_long_name_widens_the_node_only_so_far(design, scene):
    node = design.layer("Dense", name="a" * 300)
    assert scene.nodes[node].layout.width == WIDEST


# Wires --------------------------------------------------------------------------------------------


@pytest.fixture
def wire(design, scene):
    source, node = design.input(0, 0, shape=(64, 64, 3)), design.layer("Dense", 500, 0, units=3)
    return scene.wires[design.wire(source, node)]


def test_a_wire_tells_the_shape_that_flows(wire):
    assert wire.look.label == "64×64×3"


@pytest.mark.parametrize(("shape", "width"), [((), 1.6), ((4,), 2.0), ((8, 8, 3), 3.2)])
def test_a_wire_is_as_thick_as_its_tensor_has_axes(design, wire, shape, width):
    design.judge(**{wire.wire.source.node: design.fine(*shape)})
    assert wire.pen().widthF() == width


@pytest.mark.parametrize(
    ("dtype", "is_solid"),
    [("float32", True), ("int32", False), ("bool", False), ("string", False)],
)
def test_the_line_style_tells_the_dtype(design, wire, dtype, is_solid):
    design.judge(**{wire.wire.source.node: design.fine(4, dtype=dtype)})
    assert (wire.pen().style() == Qt.PenStyle.SolidLine) == is_solid


def test_the_four_dtypes_look_different(scene):
    patterns = {
        tuple(scene.ink.wire_pen(1, dtype, "fine").dashPattern())
        for dtype in ("float32", "int32", "bool", "string")
    }
    assert len(patterns) == 4


def test_a_wire_whose_source_waits_is_grey_and_dashed(design, wire):
    design.judge(**{wire.wire.source.node: Verdict(BLOCKED)})
    assert (wire.look.state, wire.look.label) == ("waiting", "")
    assert wire.pen().style() != Qt.PenStyle.SolidLine


def test_a_wire_that_is_wrong_is_red_and_says_what_it_sends(design, scene, wire):
    problem = Problem("dtype", "x", wire.wire.node, "inputs", expected="a", actual="b")
    design.judge(**{wire.wire.node: Verdict(WRONG, problems=(problem,))})
    assert wire.pen().color() == scene.ink.theme.wrong
    assert wire.look.label == "64×64×3 float32"


def test_a_problem_without_a_port_is_about_all_wires_of_a_merge(design, scene):
    source, merge = design.input(0, 0, shape=(4,)), design.layer("Add", 500, 0)
    wires = [design.wire(source, merge, index=index) for index in range(2)]
    design.judge(**{merge: Verdict(WRONG, problems=(Problem("merge", "x", merge),))})
    assert {scene.wires[wire].look.state for wire in wires} == {"wrong"}
    assert scene.wires[wires[0]].look.label == "4"


def test_a_bad_parameter_leaves_the_wires_alone(design, scene, wire):
    problem = Problem("bad_parameter", "x", wire.wire.node)
    design.judge(**{wire.wire.node: Verdict(WRONG, problems=(problem,))})
    assert wire.look.state == "fine"


def test_the_other_wires_of_a_wrong_node_are_not_red(design, scene):
    source = design.input(0, 0, shape=(4,))
    node = design.layer("MultiHeadAttention", 500, 0, num_heads=1, key_dim=2)
    good, bad = design.wire(source, node, "query"), design.wire(source, node, "value")
    problem = Problem("shape", "x", node, "value")
    design.judge(**{node: Verdict(WRONG, problems=(problem,))})
    assert scene.wires[bad].look.state == "wrong"
    assert scene.wires[good].look.state == "fine"


def test_a_wire_without_room_has_no_label(design, session, wire):
    assert wire.childItems()
    session.apply("Move", edits.move, {wire.wire.node: (190, 0)})
    assert not wire.childItems()[0].isVisible()


def test_a_fixed_batch_axis_is_shown(design, wire):
    spec = TensorSpec((8, 4), "float32")
    design.judge(**{wire.wire.source.node: Verdict(FINE, (("output", spec),))})
    assert wire.look.label == "8×4"


def test_tooltips_tell_the_whole_story(design, view, hand):
    node = design.layer("Dense", 0, 0, units=3)
    problem = Problem("x", "The whole sentence, however long.", node)
    design.judge(**{node: Verdict(WRONG, problems=(problem,), parameters=1234)})
    assert "The whole sentence" in view.hover.explain(view.hit(hand.middle(node)))
    assert "output of dense" in view.hover.explain(view.hit(hand.output(node)))
    assert view.hover.explain(view.hit(hand.screen((900, 900)))) == ""
