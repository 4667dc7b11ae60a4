"""The quick search: by Tab, by double-click and from a wire; the keyboard alone."""

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from composer_gui.core import edits
from composer_gui.core.document import DOWN, Call, Frame, Input, Note, Output

SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def search(view):
    return view.search


@pytest.fixture
def type_in(search):
    def type_in(text, key=Qt.Key.Key_Return, keys=Qt.KeyboardModifier.NoModifier):
        QTest.keyClicks(search.field, text)
        QTest.keyClick(search.field, key, keys)

    return type_in


def only(session, kind):
    (node,) = (node for node in session.document.nodes.values() if isinstance(node, kind))
    return node


def test_tab_opens_it_with_the_keys_in_the_field(hand, search):
    hand.key(Qt.Key.Key_Tab)
    assert search.isVisible()
    assert search.field.hasFocus()


def test_a_double_click_on_the_canvas_opens_it_there(hand, session, search, type_in):
    hand.double_click((300, 200))
    assert search.isVisible()
    type_in("dense")
    node = only(session, Call)
    assert abs(node.x - 300) <= 12 and abs(node.y - 200) <= 36


def test_letters_and_enter_add_a_layer_and_select_it(hand, view, session, type_in):
    hand.key(Qt.Key.Key_Tab)
    type_in("conc")
    node = only(session, Call)
    assert session.document.layer_of(node).class_name == "Concatenate"
    assert view.selected() == (node.id,)
    assert session.history.undo_label == "Add Concatenate"
    assert view.hasFocus()


@pytest.mark.parametrize(
    ("text", "kind"), [("input", Input), ("outp", Output), ("note", Note), ("frame", Frame)]
)
def test_it_adds_what_is_not_a_layer_too(hand, session, type_in, text, kind):
    hand.key(Qt.Key.Key_Tab)
    type_in(text)
    assert only(session, kind)


def test_values_may_follow_a_name(hand, session, type_in):
    hand.key(Qt.Key.Key_Tab)
    type_in("conv2d 32 3")
    layer = session.document.layer_of(only(session, Call))
    assert dict(layer.parameters) == {"filters": 32, "kernel_size": 3}


def test_an_input_takes_its_shape_from_what_is_typed(hand, session, type_in):
    hand.key(Qt.Key.Key_Tab)
    type_in("input 28 28 1")
    assert only(session, Input).shape == (28, 28, 1)


def test_one_size_is_a_shape_too(hand, session, type_in):
    hand.key(Qt.Key.Key_Tab)
    type_in("input 8")
    assert only(session, Input).shape == (8,)


def test_a_number_in_a_name_is_no_value(hand, session, type_in):
    hand.key(Qt.Key.Key_Tab)
    type_in("conv 1d")
    assert session.document.layer_of(only(session, Call)).class_name == "Conv1D"


def test_down_chooses_the_next_one(hand, session, search, type_in):
    hand.key(Qt.Key.Key_Tab)
    QTest.keyClicks(search.field, "conv2d")
    second = search.titles()[1]
    QTest.keyClick(search.field, Qt.Key.Key_Down)
    QTest.keyClick(search.field, Qt.Key.Key_Return)
    assert session.document.layer_of(only(session, Call)).class_name == second


def test_escape_closes_it_and_adds_nothing(hand, view, session, search, type_in):
    hand.key(Qt.Key.Key_Tab)
    type_in("dense", key=Qt.Key.Key_Escape)
    assert not search.isVisible()
    assert view.hasFocus()
    assert not session.document.nodes


def test_a_click_elsewhere_closes_it(hand, view, search):
    hand.key(Qt.Key.Key_Tab)
    view.setFocus()
    assert not search.isVisible()


def test_a_click_on_a_line_adds_it(hand, session, search):
    hand.key(Qt.Key.Key_Tab)
    QTest.keyClicks(search.field, "dense")
    rect = search.list.visualRect(search.list.model().index(0, 0))
    QTest.mouseClick(search.list.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    assert session.document.layer_of(only(session, Call)).class_name == "Dense"


def test_what_is_not_found_adds_nothing(hand, session, search, type_in):
    hand.key(Qt.Key.Key_Tab)
    type_in("nothing is called so")
    assert not session.document.nodes
    assert search.isVisible()


def test_with_a_node_selected_the_new_one_goes_behind_it_and_is_wired(
    hand, view, session, design, type_in
):
    source = design.input(0, 0, shape=(4,))
    view.select([source])
    hand.key(Qt.Key.Key_Tab)
    type_in("dense 3")
    dense = only(session, Call)
    assert design.sources(dense.id) == [source]
    assert dense.x > view.scene().nodes[source].card().right()
    session.undo()
    assert set(session.document.nodes) == {source}


def test_where_wires_run_down_the_new_one_goes_below(hand, view, session, design, type_in):
    source = design.input(0, 0, shape=(4,))
    session.apply("Turn", edits.set_flow, DOWN)
    view.select([source])
    hand.key(Qt.Key.Key_Tab)
    type_in("dense 3")
    assert only(session, Call).y > view.scene().nodes[source].card().bottom()
    assert only(session, Call).x == 0


def test_where_wires_run_down_a_wire_ends_at_the_new_ones_top(
    hand, scene, session, design, type_in
):
    source = design.input(0, 0, shape=(4,))
    session.apply("Turn", edits.set_flow, DOWN)
    hand.drag(hand.output(source), (300, 300))
    type_in("dense 3")
    card = scene.nodes[only(session, Call).id].card()
    assert abs(card.center().x() - 300) <= 24
    assert abs(card.top() - 300) <= 12


def test_a_whole_chain_can_be_typed(hand, session, design, type_in):
    for text in ("input 8", "dense 4", "dropout 0.5", "output"):
        hand.key(Qt.Key.Key_Tab)
        type_in(text)
    assert [len(node.inputs) for node in session.document.nodes.values()].count(1) == 3


def test_shift_enter_adds_without_a_wire(hand, view, session, design, type_in):
    source = design.input(0, 0, shape=(4,))
    view.select([source])
    hand.key(Qt.Key.Key_Tab)
    type_in("dense", keys=SHIFT)
    assert not only(session, Call).inputs


def test_a_second_input_after_the_first_is_not_wired(hand, session, type_in):
    for _ in range(2):
        hand.key(Qt.Key.Key_Tab)
        type_in("input")
    assert len(session.document.inputs) == 2


def test_a_wire_dropped_on_nothing_offers_what_takes_it(hand, session, design, search, type_in):
    source = design.input(0, 0, shape=(4,))
    hand.drag(hand.output(source), (500, 300))
    assert search.isVisible()
    assert "Input" not in search.titles()
    type_in("dense")
    assert design.sources(only(session, Call).id) == [source]


def test_a_wire_drawn_backwards_offers_what_feeds_it(hand, session, design, search, type_in):
    dense = design.layer("Dense", 400, 100)
    hand.drag(hand.input(dense), (200, 300))
    assert "Output" not in search.titles()
    type_in("input")
    assert design.sources(dense) == [only(session, Input).id]


def test_the_likeliest_comes_first(hand, design, search):
    image = design.input(0, 0, shape=(28, 28, 3))
    hand.drag(hand.output(image), (500, 300))
    assert search.titles()[0] == "Conv2D"
    QTest.keyClicks(search.field, "conv")
    assert search.titles()[0] == "Conv2D"
    QTest.keyClick(search.field, Qt.Key.Key_Escape)
    tokens = design.input(0, 200, shape=(100,), dtype="int32")
    hand.drag(hand.output(tokens), (500, 300))
    assert search.titles()[0] == "Embedding"


def test_what_is_inserted_on_a_wire_has_room(hand, view, scene, session, design, type_in):
    source, dense = design.input(0, 0, shape=(4,)), design.layer("Dense", 250, 0, units=2)
    wire = design.wire(source, dense)
    view.quick_add((hand.output(source) + hand.input(dense)) / 2, wire=wire)
    type_in("dropout 0.5")
    (added,) = set(session.document.nodes) - {source, dense}
    assert (design.sources(added), design.sources(dense)) == ([source], [added])
    assert not scene.nodes[added].card().intersects(scene.nodes[dense].card())


def test_only_what_takes_the_tensor_is_offered(hand, design, search):
    image = design.input(0, 0, shape=(28, 28, 3))
    hand.drag(hand.output(image), (500, 300))
    offered = set(search.titles())
    assert {"Conv2D", "MaxPooling2D", "Flatten", "Output"} <= offered
    assert offered.isdisjoint({"Conv1D", "Conv3D", "LSTM", "RepeatVector", "StringLookup"})


def test_what_comes_before_tells_what_is_likely(hand, view, design, search):
    image = design.input(0, 0, shape=(28, 28, 3))
    flatten = design.layer("Flatten", 300, 0)
    design.wire(image, flatten)
    design.judge(**{flatten: design.fine(2352)})
    view.select([image])
    hand.key(Qt.Key.Key_Tab)
    assert search.titles()[:2] == ["Conv2D", "Rescaling"]
    hand.key(Qt.Key.Key_Escape, widget=search.field)
    view.select([flatten])
    hand.key(Qt.Key.Key_Tab)
    assert search.titles()[:2] == ["Dense", "Dropout"]
    assert len(search.titles()) == len(set(search.titles()))


def test_it_is_as_high_as_what_it_lists(hand, search):
    hand.double_click((300, 200))
    highest = search.height()
    QTest.keyClicks(search.field, "concat")
    assert search.height() < highest
    assert search.list.height() >= search.list.model().rowCount() * 28
    QTest.keyClick(search.field, Qt.Key.Key_Escape)
    hand.double_click((300, 200))
    assert search.height() == highest


def test_numbers_are_not_offered_what_reads_text(hand, view, design, search):
    words = design.input(0, 0, shape=(), dtype="string")
    view.select([words])
    hand.key(Qt.Key.Key_Tab)
    assert search.titles()[0] == "TextVectorization"
    assert "Dense" not in search.titles()
    assert {"Input", "Output", "Note"} <= set(search.titles())


def test_the_rest_is_shown_on_demand_and_says_what_it_takes(hand, session, design, search):
    image = design.input(0, 0, shape=(28, 28, 3))
    hand.drag(hand.output(image), (500, 300))
    fitting = len(search.titles())
    last = search.list.model().rowCount() - 1
    assert last == fitting
    assert search.list.model().index(last, 0).data() == (
        f"Show {search.left_out} more layers that cannot take this"
    )
    QTest.keyClicks(search.field, "gru")
    assert search.titles() == []
    QTest.keyClick(search.field, Qt.Key.Key_Return)
    assert search.isVisible() and "GRU" in search.titles()
    said = search.list.model().index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert said == "GRU, takes 2 axes"
    QTest.keyClick(search.field, Qt.Key.Key_Return)
    assert design.sources(only(session, Call).id) == [image]


def test_showing_the_rest_is_for_once(hand, design, search):
    image = design.input(0, 0, shape=(28, 28, 3))
    hand.drag(hand.output(image), (500, 300))
    QTest.keyClicks(search.field, "gru")
    QTest.keyClick(search.field, Qt.Key.Key_Return)
    QTest.keyClick(search.field, Qt.Key.Key_Escape)
    hand.drag(hand.output(image), (500, 300))
    assert search.left_out > 20


def test_without_a_tensor_at_hand_everything_is_offered(hand, search):
    hand.double_click((300, 200))
    assert {"LSTM", "Conv1D", "Conv3D", "StringLookup"} <= set(search.titles())
    assert search.left_out == 0


def test_what_replaces_a_layer_takes_what_came_into_it(hand, view, design, search):
    image, flatten = design.input(0, 0, shape=(28, 28, 3)), design.layer("Flatten", 300, 0)
    design.wire(image, flatten)
    view.select([flatten])
    view.act("replace_with")
    assert "GlobalAveragePooling2D" in search.titles()
    assert "GlobalAveragePooling1D" not in search.titles()


def test_a_layer_that_is_there_can_be_used_again(hand, session, design, search, type_in):
    first = design.layer("Dense", 0, 0, name="encoder")
    hand.double_click((300, 400))
    type_in("encoder again")
    nodes = [node for node in session.document.nodes.values() if node.id != first]
    assert nodes[0].layer == session.document.nodes[first].layer


def test_the_field_stays_inside_the_view(hand, view, search):
    hand.double_click(view.camera.seen().bottomRight() - QPointF(3, 3))
    assert view.viewport().rect().contains(search.geometry())


@pytest.mark.parametrize("about", ["replaced", "anchor", "wire"])
def test_it_closes_when_that_goes_which_it_was_about(view, search, session, design, about):
    source, node = design.input(0, 0, shape=(8,)), design.layer("Dense", 300, 0, units=4)
    wire = design.wire(source, node)
    view.select({node})
    if about == "replaced":
        view.act("replace_with")
    else:
        view.quick_add(*((QPointF(200, 20),) if about == "wire" else ()), wire=wire)
    assert search.isVisible()
    session.apply("Move", edits.move, {source: (0, 96)})
    assert search.isVisible()
    session.apply("Delete", edits.delete, (node,))
    assert not search.isVisible()
