"""Layers inside a saved model: found, tapped, frozen and cut with mouse and keys."""

import time

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from composer_gui.ui.panels.inside_delegate import ZONE
from composer_gui.ui.panels.inspector import Inspector
from tests.ui.panels import inner_models

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def inspector(session, show):
    return show(Inspector(session), 331, 900)


@pytest.fixture
def node(inspector, design):
    """A saved model, shown in the inspector."""
    node = inner_models.add(design, inner_models.encoder())
    inspector.show_nodes((node,))
    return node


@pytest.fixture
def part(inspector, node):
    """The part of the inspector that lists the layers inside."""
    part = inspector.view.inside
    inspector.ensureWidgetVisible(part.list, 0, 200)
    return part


def names(part):
    model = part.list.model()
    return [model.rows[number].name for number in model.shown]


def number(part, name):
    return next(n for n, row in enumerate(part.rows) if row.name == name)


def press(part, name, qtbot, *, right):
    """Press a row so many pixels from its right end."""
    model = part.list.model()
    index = model.index(model.shown.index(number(part, name)))
    part.list.scrollTo(index)
    rect = part.list.visualRect(index)
    at = QPoint(rect.right() - right, rect.center().y())
    qtbot.mouseClick(part.list.viewport(), LEFT, pos=at)


def press_ring(part, name, qtbot):
    press(part, name, qtbot, right=ZONE + ZONE // 2)


def press_lock(part, name, qtbot):
    press(part, name, qtbot, right=ZONE // 2)


def state(part, name):
    return part.list.model().state(part.rows[number(part, name)])


def taps(design, node):
    return [tap.address for tap in design.called(node).taps]


# The list -----------------------------------------------------------------------------------------


def test_the_layers_are_listed_in_the_order_of_the_file_with_nested_models_open(part):
    assert names(part) == [
        "image",
        "block1_conv",
        "block1_norm",
        "block2_conv",
        "block2_drop",
        "trunk",
        "block3_conv",
        "block3_norm",
        "old_head",
    ]


def test_a_row_says_class_output_and_number_of_weights(part):
    index = part.list.model().index(1)
    spoken = index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "block1_conv, Conv2D, 8×8×3, 100 weights"


def test_a_nested_model_counts_the_weights_inside_it(part):
    assert part.rows[number(part, "trunk")].parameters == 34


def test_a_nested_model_is_closed_and_opened_by_its_arrow_and_by_keys(part, qtbot):
    model = part.list.model()
    rect = part.list.visualRect(model.index(model.shown.index(number(part, "trunk"))))
    qtbot.mouseClick(part.list.viewport(), LEFT, pos=QPoint(rect.left() + 8, rect.center().y()))
    assert "block3_conv" not in names(part)
    part.list.setFocus()
    qtbot.keyClick(part.list, Qt.Key.Key_Right)
    assert "block3_conv" in names(part)
    qtbot.keyClick(part.list, Qt.Key.Key_Left)
    assert "block3_conv" not in names(part)


def test_what_is_typed_finds_layers_at_every_depth_by_path_or_class(part, qtbot):
    qtbot.keyClicks(part.search, "norm")
    assert names(part) == ["block1_norm", "block3_norm"]
    assert part.count.text() == "2 found"
    part.search.selectAll()
    qtbot.keyClicks(part.search, "trunk conv2d")
    assert names(part) == ["block3_conv"]
    qtbot.keyClick(part.search, Qt.Key.Key_Escape)
    assert len(names(part)) == 9


def test_a_search_without_a_find_says_so(part, qtbot):
    qtbot.keyClicks(part.search, "lstm")
    assert part.nothing.isVisible()
    assert not part.list.isVisible()


def test_arrow_down_leads_from_the_search_to_the_list(part, qtbot):
    part.search.setFocus()
    qtbot.keyClicks(part.search, "block2")
    qtbot.keyClick(part.search, Qt.Key.Key_Down)
    assert part.list.hasFocus()
    assert part.list.current_number() == number(part, "block2_conv")


def test_a_thousand_layers_appear_and_are_filtered_within_a_few_frames(inspector, design, qtbot):
    blocks = [inner_models.layer(f"block{n}_conv", "Conv2D", parameters=n) for n in range(1000)]
    node = inner_models.add(design, inner_models.chain("long", blocks), "/models/long.keras")
    spent = []
    for _ in range(3):  # the best of three, and without what other processes took
        inspector.show_nodes(())
        began = time.thread_time()
        inspector.show_nodes((node,))
        inspector.view.inside.list.repaint()
        shown = time.thread_time()
        inspector.view.inside.search.setText("block99")
        inspector.view.inside.list.repaint()
        spent.append((shown - began, time.thread_time() - shown))
    assert len(inspector.view.inside.list.model().shown) == 11
    assert min(first for first, _ in spent) < 0.1
    assert min(second for _, second in spent) < 0.034


def test_a_model_that_is_still_being_read_says_so_and_then_shows_its_layers(
    inspector, design, session, monkeypatch, qtbot
):
    monkeypatch.setattr(session, "inside", lambda layer: None)
    monkeypatch.setattr(session, "why_sealed", lambda layer: "")
    node = inner_models.add(design, inner_models.encoder())
    inspector.show_nodes((node,))
    part = inspector.view.inside
    assert part.sealed.text() == "Reading what the model is made of…"
    assert part.body.isHidden()
    inside = inner_models.encoder()
    monkeypatch.setattr(session, "inside", lambda layer: inside)
    session.insides_changed.emit()
    qtbot.waitUntil(lambda: not part.body.isHidden())
    assert "block1_conv" in names(part)


def test_a_sealed_model_says_why(inspector, design, session, monkeypatch):
    why = "Attend is written in Python: what is inside it, only its code knows."
    monkeypatch.setattr(session, "inside", lambda layer: None)
    monkeypatch.setattr(session, "why_sealed", lambda layer: why)
    node = inner_models.add(design, inner_models.encoder())
    inspector.show_nodes((node,))
    assert inspector.view.inside.sealed.text() == why
    assert not inspector.view.use.open_up.isEnabled()
    assert inspector.view.use.open_up.statusTip() == why


def test_further_calls_and_outputs_of_a_layer_are_rows_without_a_lock(inspector, design, qtbot):
    node = inner_models.add(design, inner_models.calling_twice(), "/models/calls.keras")
    inspector.show_nodes((node,))
    part = inspector.view.inside
    found = [(row.name, row.address, row.can_freeze) for row in part.rows if row.can_tap]
    assert found == [
        ("lstm", "lstm", True),
        ("lstm (output 2)", "lstm:1", False),
        ("shared", "shared", True),
        ("shared (call 2)", "shared#1", False),
    ]
    press_ring(part, "shared (call 2)", qtbot)
    press_ring(part, "lstm (output 2)", qtbot)
    assert taps(design, node) == ["shared#1", "lstm:1"]


def test_a_file_is_read_in_a_thread_and_its_layers_appear(
    inspector, design, session, write_model, tmp_path, qtbot
):
    write_model(tmp_path / "small.keras")
    session.add_models([tmp_path / "small.keras"], 0, 0)
    qtbot.waitUntil(lambda: bool(session.document.layers))
    (node,) = (n.id for n in session.document.nodes.values() if hasattr(n, "layer"))
    inspector.show_nodes((node,))
    part = inspector.view.inside
    qtbot.waitUntil(lambda: part.inside is not None)
    assert names(part) == ["image"]


# Taps ---------------------------------------------------------------------------------------------


def test_a_press_on_the_ring_taps_a_layer_and_another_one_takes_the_tap_away(
    part, node, design, session, qtbot
):
    press_ring(part, "block1_norm", qtbot)
    assert taps(design, node) == ["block1_norm"]
    assert session.history.undo_label == "Tap block1_norm"
    assert state(part, "block1_norm").tapped
    press_ring(part, "block1_norm", qtbot)
    assert taps(design, node) == []


def test_a_layer_of_a_nested_model_is_tapped_by_its_address(part, node, design, qtbot):
    press_ring(part, "block3_conv", qtbot)
    assert taps(design, node) == ["trunk/block3_conv"]


def test_several_layers_are_tapped_and_stand_as_ports(part, inspector, node, design, qtbot):
    press_ring(part, "block1_conv", qtbot)
    press_ring(part, "block2_conv", qtbot)
    assert len(design.called(node).outputs) == 3
    inspector.refresh()
    assert "2 taps" in inspector.view.subtitle.text()


def test_a_letter_taps_the_current_layer_and_another_freezes_it(part, node, design, qtbot):
    part.list.choose(number(part, "block1_conv"))
    part.list.setFocus()
    qtbot.keyClick(part.list, Qt.Key.Key_T)
    qtbot.keyClick(part.list, Qt.Key.Key_F)
    assert taps(design, node) == ["block1_conv"]
    assert design.called(node).frozen == ("block1_conv",)


def test_an_input_cannot_be_tapped(part, node, design, qtbot):
    press_ring(part, "image", qtbot)
    assert taps(design, node) == []
    part.list.choose(0)
    assert not part.tap.isEnabled()


def test_undo_is_seen_in_the_list(part, inspector, session, qtbot):
    press_ring(part, "block1_conv", qtbot)
    session.undo()
    inspector.refresh()
    assert not state(part, "block1_conv").tapped


# Freezing -----------------------------------------------------------------------------------------


def test_the_lock_freezes_a_layer_and_lets_it_train_again(part, node, design, qtbot):
    press_lock(part, "block1_conv", qtbot)
    assert design.called(node).frozen == ("block1_conv",)
    assert state(part, "block1_conv").frozen
    press_lock(part, "block1_conv", qtbot)
    assert design.called(node).frozen == ()


def test_the_lock_of_a_nested_model_freezes_all_that_is_in_it(part, node, design, qtbot):
    press_lock(part, "trunk", qtbot)
    assert design.called(node).frozen == ("trunk/*",)
    assert state(part, "block3_norm").frozen
    press_lock(part, "block3_norm", qtbot)
    assert design.called(node).frozen == ("trunk/*", "!trunk/block3_norm")
    assert state(part, "trunk").partly
    press_lock(part, "block3_norm", qtbot)
    assert design.called(node).frozen == ("trunk/*",)


def test_a_lock_means_its_own_layer_and_not_one_of_the_same_name_further_inside(
    inspector, design, qtbot
):
    conv = inner_models.layer("conv", "Conv2D", parameters=9)
    trunk = inner_models.nested("trunk", [conv])
    node = inner_models.add(design, inner_models.chain("twice", [conv, trunk]), "/models/t.keras")
    inspector.show_nodes((node,))
    part = inspector.view.inside
    top = next(n for n, row in enumerate(part.rows) if row.path == "conv")
    inner = next(n for n, row in enumerate(part.rows) if row.path == "trunk/conv")
    frozen = []
    for pressed in (top, inner, top, inner):
        part.toggle_freeze(pressed)
        frozen.append(sorted(part.frozen()))
    assert frozen == [["conv"], ["conv", "trunk/conv"], ["trunk/conv"], []]


def test_layers_without_weights_have_no_lock(part, node, design, qtbot):
    press_lock(part, "block2_drop", qtbot)
    assert design.called(node).frozen == ()


def test_what_was_saved_frozen_stays_so_and_says_why(part, node, design, qtbot):
    assert state(part, "old_head").frozen
    press_lock(part, "old_head", qtbot)
    assert design.called(node).frozen == ()
    assert part.sentence.text() == "old_head was saved frozen. Open the model up to let it train."


def test_a_pattern_counts_live_what_it_matches_and_freezes_it_on_enter(part, node, design, qtbot):
    field = part.freezing.field
    qtbot.keyClicks(field, "block[12]_*")
    assert part.freezing.count.text() == "block[12]_*: 4 layers, 1.2 M weights"
    assert state(part, "block2_conv").matched
    assert design.called(node).frozen == ()
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert design.called(node).frozen == ("block[12]_*",)
    assert part.freezing.state.text() == "4 of 7 layers frozen, 1.2 M weights"
    assert field.text() == ""


def test_a_class_name_is_a_pattern_too(part, node, design, qtbot):
    qtbot.keyClicks(part.freezing.field, "BatchNormalization")
    assert part.freezing.count.text() == "BatchNormalization: 2 layers, 24 weights"
    qtbot.mouseClick(part.freezing.freeze, LEFT)
    assert design.called(node).frozen == ("BatchNormalization",)


def test_a_pattern_can_thaw_what_another_froze(part, node, design, qtbot):
    part.freezing.add_pattern("block*")
    qtbot.keyClicks(part.freezing.field, "block2_*")
    qtbot.mouseClick(part.freezing.thaw, LEFT)
    assert design.called(node).frozen == ("block*", "!block2_*")
    assert not state(part, "block2_conv").frozen


def test_the_choice_of_what_trains_tells_that_some_is_frozen(part, inspector, qtbot):
    trainable = inspector.view.trainable.editor
    assert trainable.currentText() == "all layers"
    part.freezing.add_pattern("block*")
    inspector.refresh()
    assert trainable.currentText() == "all but frozen"


def test_a_pattern_that_matches_nothing_cannot_be_set(part, node, design, qtbot):
    qtbot.keyClicks(part.freezing.field, "stage_*")
    assert part.freezing.count.text() == "Matches no layer."
    assert not part.freezing.freeze.isEnabled()
    qtbot.keyClick(part.freezing.field, Qt.Key.Key_Return)
    assert design.called(node).frozen == ()


def test_a_pattern_is_taken_away_by_its_button(part, node, design, qtbot):
    part.freezing.add_pattern("block1_*")
    part.freezing.add_pattern("block2_*")
    QApplication.processEvents()
    button = part.freezing.remove_buttons()[0]
    qtbot.mouseClick(button, LEFT)
    assert design.called(node).frozen == ("block2_*",)


def test_inference_only_freezes_all_and_is_one_step(part, inspector, node, design, session, qtbot):
    box = inspector.view.inference.editor
    inspector.ensureWidgetVisible(box)
    qtbot.mouseClick(box, LEFT)
    assert design.called(node).inference
    inspector.refresh()
    assert state(part, "block1_conv").frozen
    assert not inspector.view.trainable.isEnabled()
    session.undo()
    assert not design.called(node).inference


# Cuts ---------------------------------------------------------------------------------------------


def test_both_ends_of_a_stretch_are_chosen_on_rows_and_cleared(
    part, inspector, node, design, qtbot
):
    part.list.choose(number(part, "block1_norm"))
    inspector.ensureWidgetVisible(part.buttons)
    qtbot.mouseClick(part.begin, LEFT)
    assert part.cutting.words.text() == "Used from block1_norm on."
    part.list.choose(number(part, "block2_drop"))
    qtbot.mouseClick(part.end, LEFT)
    cut = design.called(node).cut
    assert [port.address for port in cut.inputs] == ["block1_conv"]
    assert [port.address for port in cut.outputs] == ["block2_drop"]
    assert part.cutting.words.text() == "Used from block1_norm to block2_drop."
    assert state(part, "block1_norm").begins
    assert state(part, "block2_drop").ends
    assert [row.name for row in part.rows if state(part, row.name).unused] == [
        "image",
        "block1_conv",
        "trunk",
        "block3_conv",
        "block3_norm",
        "old_head",
    ]
    inspector.ensureWidgetVisible(part.cutting.clear)
    qtbot.mouseClick(part.cutting.clear, LEFT)
    assert design.called(node).cut is None


def test_a_model_can_be_used_up_to_a_layer(part, node, design, qtbot):
    part.list.choose(number(part, "block2_conv"))
    qtbot.mouseClick(part.end, LEFT)
    cut = design.called(node).cut
    assert [port.address for port in cut.outputs] == ["block2_conv"]
    assert [port.address for port in cut.inputs] == ["image"]
    assert part.cutting.words.text() == "Used up to block2_conv."


def test_taps_outside_of_a_stretch_go_with_it_and_none_can_be_added(
    part, node, design, session, qtbot
):
    for name in ("block1_conv", "block2_drop"):
        part.toggle_tap(number(part, name))
    part.cutting.begin_at(part.rows[number(part, "block2_conv")])
    assert taps(design, node) == ["block2_drop"]
    part.toggle_tap(number(part, "block1_norm"))
    assert taps(design, node) == ["block2_drop"]
    assert "block1_norm is not in the stretch that is used" in part.sentence.text()
    session.undo()
    assert taps(design, node) == ["block1_conv", "block2_drop"]


def test_an_end_before_the_beginning_is_refused_in_a_sentence(part, node, design, qtbot):
    part.cutting.begin_at(part.rows[number(part, "block2_conv")])
    part.cutting.end_at(part.rows[number(part, "block1_conv")])
    assert design.called(node).cut is not None
    assert "Nothing leads from block2_conv to block1_conv" in part.sentence.text()


def test_the_beginning_stays_when_another_end_is_chosen_beside_a_skip_connection(inspector, design):
    node = inner_models.add(design, inner_models.skipping(), "/models/skip.keras")
    inspector.show_nodes((node,))
    part = inspector.view.inside
    part.cutting.begin_at(part.rows[number(part, "second")])
    ports = [port.address for port in design.called(node).cut.inputs]
    assert sorted(ports) == ["first", "image"]
    assert part.cutting.begins() == ("second",)
    part.cutting.end_at(part.rows[number(part, "sum")])
    assert [port.address for port in design.called(node).cut.inputs] == ports


def test_a_stretch_from_the_models_inputs_on_uses_these_inputs(part):
    part.cutting.end_at(part.rows[number(part, "block2_conv")])
    states = {row.name: part.list.model().state(row).unused for row in part.rows}
    assert not states["image"] and not states["block1_conv"]
    assert states["block2_drop"]


def test_a_pattern_with_an_exclamation_mark_thaws_and_is_not_frozen_by_a_button(
    part, node, design, qtbot
):
    freezing = part.freezing
    qtbot.keyClicks(freezing.field, "!block[12]_*")
    assert freezing.count.text().startswith("Thaws block[12]_*: 4 layers")
    assert freezing.thaw.isEnabled() and not freezing.freeze.isEnabled()
    freezing.thaw.click()
    assert design.called(node).frozen == ("!block[12]_*",)
