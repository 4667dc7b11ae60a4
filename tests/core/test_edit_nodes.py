"""Nodes are added, deleted, moved, renamed; the model's signature follows."""

from dataclasses import replace

import pytest
from immutables import Map

from composer_gui.core import edits
from composer_gui.core.document import FARTHEST, Call, CodeFile, Document, Input, Source, in_order
from composer_gui.core.errors import EditRefused
from composer_gui.core.layer_kinds import KerasLayer
from composer_gui.core.problem_table import KINDS
from composer_gui.core.problems import ERROR


def test_an_input_joins_the_signature_at_its_end():
    document = edits.add_input(Document(), 1, 2, label="photo", shape=(8, None), dtype="int32")
    document = edits.add_input(document, 0, 0)
    assert document.nodes["n1"] == Input("n1", "photo", (8, None), "int32", None, 1.0, 2.0)
    assert document.inputs == ("n1", "n2")


def test_an_output_joins_the_signature_at_its_end():
    document = edits.add_output(edits.add_output(Document(), 0, 0), 0, 0)
    assert document.outputs == ("n1", "n2")
    assert [document.label(node_id) for node_id in document.outputs] == ["output", "output_1"]


def test_a_layer_is_named_after_its_class():
    document = edits.add_keras_layer(Document(), "Conv2D", 5, 6, parameters=Map(filters=3))
    assert document.layers["l1"] == KerasLayer("l1", "conv2d", "Conv2D", Map(filters=3))
    assert document.nodes["n2"] == Call("n2", "l1", x=5.0, y=6.0)


def test_a_saved_model_is_named_after_its_file(interface):
    document = Document()
    for _ in range(2):
        document = edits.add_saved_model(document, "/m/encoder.v2.keras", "0", interface(), 0, 0)
    assert [layer.name for layer in in_order(document.layers)] == ["encoder.v2", "encoder.v2_1"]


def test_a_layer_may_be_called_again(sketch):
    drawn = sketch(dense="Dense", again="Again dense")
    assert drawn.node("again").layer == drawn.node("dense").layer
    assert len(drawn.document.layers) == 1
    assert drawn.document.label(drawn["again"]) == "dense"
    with pytest.raises(EditRefused):
        edits.add_call(drawn.document, "l99", 0, 0)


@pytest.mark.parametrize("place", [(float("nan"), 0), (0, float("inf")), (2 * FARTHEST, 0)])
def test_nothing_is_put_where_it_could_not_be_saved(sketch, place):
    drawn = sketch(dense="Dense")
    with pytest.raises(EditRefused, match="that far away"):
        edits.move(drawn.document, {drawn["dense"]: place})
    with pytest.raises(EditRefused, match="that far away"):
        edits.add_note(drawn.document, *place)


# Delete -----------------------------------------------------------------------------------------


def test_a_deleted_node_takes_its_wires_along(sketch):
    drawn = sketch(a="Input", b="Input", c="Input", sum="Add a b c", out="Output sum")
    after = edits.delete(drawn.document, [drawn["b"]])
    assert after.nodes[drawn["sum"]].inputs["inputs"] == (Source(drawn["a"]), Source(drawn["c"]))
    assert after.inputs == (drawn["a"], drawn["c"])


def test_a_layer_goes_with_its_last_call(sketch):
    drawn = sketch(a="Input", first="Dense a", second="Again first a")
    once = edits.delete(drawn.document, [drawn["first"]])
    assert len(once.layers) == 1
    assert not edits.delete(once, [drawn["second"]]).layers
    assert not edits.delete(drawn.document, [drawn["second"], drawn["first"]]).layers


def test_outputs_leave_the_signature(sketch):
    drawn = sketch(a="Input", x="Output a", y="Output a")
    assert edits.delete(drawn.document, [drawn["x"]]).outputs == (drawn["y"],)


def test_what_lies_in_a_frame_stays(sketch):
    drawn = sketch(frame="Frame", dense="Dense")
    after = edits.delete(drawn.document, [drawn["frame"]])
    assert set(after.nodes) == {drawn["dense"]}


def test_deleting_nothing_changes_nothing(sketch):
    drawn = sketch(dense="Dense")
    assert edits.delete(drawn.document, []) is drawn.document
    assert edits.delete(drawn.document, ["n99"]) is drawn.document


# Move and size ----------------------------------------------------------------------------------


def test_nodes_are_moved_together(sketch):
    drawn = sketch(a="Input", b="Dense a")
    after = edits.move(drawn.document, {drawn["a"]: (3, 4), drawn["b"]: (0, 0)})
    moved = after.nodes[drawn["a"]]
    assert (moved.x, moved.y) == (3.0, 4.0) and after.touched == {drawn["a"]}


def test_moving_to_where_it_is_changes_nothing(sketch):
    drawn = sketch(a="Input")
    assert edits.move(drawn.document, {drawn["a"]: (0, 0)}) is drawn.document


def test_frames_and_notes_have_a_size_that_stays_visible(sketch):
    drawn = sketch(frame="Frame", dense="Dense")
    after = edits.resize(drawn.document, drawn["frame"], 300, 1)
    assert (after.nodes[drawn["frame"]].width, after.nodes[drawn["frame"]].height) == (300, 48)
    with pytest.raises(EditRefused, match="Only frames and notes"):
        edits.resize(drawn.document, drawn["dense"], 300, 300)


# Names ------------------------------------------------------------------------------------------


def test_renaming_the_only_call_renames_its_layer(sketch):
    drawn = sketch(dense="Dense")
    after = edits.rename(drawn.document, drawn["dense"], "  my  head ")
    assert after.label(drawn["dense"]) == "my head"
    assert after.layers[drawn.node("dense").layer].name == "my head"


def test_renaming_a_call_that_shares_its_layer_leaves_the_twin_alone(sketch):
    drawn = sketch(dense="Dense", again="Again dense")
    after = edits.rename(drawn.document, drawn["again"], "right")
    assert [after.label(drawn[name]) for name in ("dense", "again")] == ["dense", "right"]
    back = edits.rename(after, drawn["again"], "")
    assert back.label(drawn["again"]) == "dense"


def test_a_label_of_its_own_goes_when_the_layer_takes_it(sketch):
    drawn = sketch(dense="Dense", again="Again dense")
    alone = edits.delete(edits.rename(drawn.document, drawn["again"], "right"), [drawn["dense"]])
    after = edits.rename(alone, drawn["again"], "left")
    assert after.label(drawn["again"]) == "left"
    assert after.nodes[drawn["again"]].label == ""


def test_inputs_outputs_frames_and_notes_are_renamed(sketch):
    drawn = sketch(a="Input", out="Output", frame="Frame", note="Note")
    for name in drawn.ids:
        after = edits.rename(drawn.document, drawn[name], "new")
        assert after.label(drawn[name]) == "new"


@pytest.mark.parametrize("name", ["a", "out", "dense"])
def test_a_name_needs_a_character(sketch, name):
    drawn = sketch(a="Input", out="Output", dense="Dense")
    with pytest.raises(EditRefused, match="at least one character"):
        edits.rename(drawn.document, drawn[name], " \n ")


def test_a_design_needs_a_name():
    assert edits.set_name(Document(), " two  models ").name == "two models"
    with pytest.raises(EditRefused):
        edits.set_name(Document(), "")


@pytest.mark.parametrize(
    "edit",
    [
        lambda d: edits.rename(d, "n1", "a"),
        lambda d: edits.rename(d, "n3", "dense"),
        lambda d: edits.set_text(d, "n4", "note"),
        lambda d: edits.set_name(d, d.name),
        lambda d: edits.set_seed(d, d.seed),
        lambda d: edits.set_input(d, "n1", shape=[8]),
        lambda d: edits.reorder_inputs(d, ["n1"]),
        lambda d: edits.resize(d, "n4", 240, 96),
        lambda d: edits.set_trainable(d, "l2", True),
    ],
)
def test_an_edit_to_what_it_already_is_gives_the_very_document(sketch, edit):
    document = sketch(a="Input", dense="Dense", note="Note").document
    assert edit(document) is document


# The model's signature --------------------------------------------------------------------------


def test_an_input_takes_what_it_is_told(sketch):
    drawn = sketch(a="Input")
    after = edits.set_input(drawn.document, drawn["a"], shape=[None, 3], dtype="int32")
    after = edits.set_input(after, drawn["a"], batch_size=4)
    expected = replace(drawn.node("a"), shape=(None, 3), dtype="int32", batch_size=4)
    assert after.nodes[drawn["a"]] == expected
    free = edits.set_input(after, drawn["a"], batch_size=None)
    assert free.nodes[drawn["a"]] == replace(expected, batch_size=None)


@pytest.mark.parametrize(
    "fields",
    [
        {"shape": (0,)},
        {"shape": (2.0,)},
        {"shape": (True,)},
        {"shape": ("3",)},
        {"batch_size": 0},
        {"batch_size": True},
    ],
)
def test_sizes_are_whole_numbers_from_one_on(sketch, fields):
    drawn = sketch(a="Input")
    with pytest.raises(EditRefused, match="whole number"):
        edits.set_input(drawn.document, drawn["a"], **fields)


def test_only_inputs_have_a_shape(sketch):
    drawn = sketch(dense="Dense")
    with pytest.raises(EditRefused, match="Only an Input"):
        edits.set_input(drawn.document, drawn["dense"], shape=(3,))


def test_the_signature_is_put_in_another_order(sketch):
    drawn = sketch(a="Input", b="Input", x="Output", y="Output")
    after = edits.reorder_inputs(drawn.document, [drawn["b"], drawn["a"]])
    after = edits.reorder_outputs(after, [drawn["y"], drawn["x"]])
    assert after.inputs == (drawn["b"], drawn["a"])
    assert after.outputs == (drawn["y"], drawn["x"])
    for ids in ([drawn["a"]], [drawn["a"], drawn["a"]], [drawn["a"], drawn["x"]]):
        with pytest.raises(EditRefused, match="The inputs have changed"):
            edits.reorder_inputs(drawn.document, ids)


def test_a_seed_is_one_that_keras_takes():
    assert edits.set_seed(Document(), 2**32 - 1).seed == 2**32 - 1
    for seed in (-1, 2**32, 1.0, True):
        with pytest.raises(EditRefused, match="A seed is a whole number"):
            edits.set_seed(Document(), seed)


def test_the_python_files_of_a_design_are_named():
    one, newer = CodeFile("/a.py", "1"), CodeFile("/a.py", "2")
    document = edits.set_code(Document(), [one, CodeFile("/b.py", "3"), newer])
    assert document.code == (newer, CodeFile("/b.py", "3"))
    assert edits.set_code(document, document.code) is document


def test_a_node_is_used_again(sketch):
    drawn = sketch(photo="Input", dense="Dense photo")
    document = edits.use_again(drawn.document, drawn["dense"], 5, 6)
    (again,) = set(document.nodes) - set(drawn.document.nodes)
    assert document.nodes[again].layer == drawn.node("dense").layer
    with pytest.raises(EditRefused, match="photo calls no layer"):
        edits.use_again(drawn.document, drawn["photo"], 5, 6)


@pytest.mark.parametrize(
    "edit",
    [
        lambda d: edits.use_again(d, "n99", 0, 0),
        lambda d: edits.splice(d, "n99", d),
        lambda d: edits.ungroup(d, "n99"),
        lambda d: edits.set_taps(d, "l99", ()),
        lambda d: edits.with_design(d, "l99", d),
        lambda d: edits.move(d, {"n99": (0, 0)}),
        lambda d: edits.rename(d, "n99", "x"),
        lambda d: edits.set_text(d, "n99", "x"),
        lambda d: edits.silence(d, "n99", "loose_end"),
        lambda d: edits.unsilence(d, "n99", "loose_end"),
        lambda d: edits.resize(d, "n99", 100, 100),
        lambda d: edits.set_input(d, "n99", shape=()),
        lambda d: edits.make_independent(d, "n99"),
        lambda d: edits.set_trainable(d, "l99", False),
        lambda d: edits.rename_layer(d, "l99", "x"),
    ],
)
def test_what_is_gone_is_told_in_words(edit):
    with pytest.raises(EditRefused, match="no longer in the design"):
        edit(Document())


def test_a_warning_is_silenced_at_a_node_and_heard_again(sketch):
    drawn = sketch(photo="Input", dense="Dense photo", out="Output dense")
    for name in ("photo", "dense", "out"):
        node_id = drawn[name]
        once = edits.silence(drawn.document, node_id, "unused_input")
        both = edits.silence(once, node_id, "loose_end")
        assert both.nodes[node_id].silenced == ("loose_end", "unused_input")
        assert edits.silence(both, node_id, "loose_end") is both
        again = edits.unsilence(both, node_id, "unused_input")
        assert again.nodes[node_id].silenced == ("loose_end",)
        assert edits.unsilence(again, node_id, "unused_input") is again
        assert edits.unsilence(again, node_id, "loose_end") == drawn.document


def test_only_warnings_about_what_has_an_effect_are_silenced(sketch):
    drawn = sketch(dense="Dense", note="Note", frame="Frame")
    for code in ("no_such_code", *(k.code for k in KINDS.values() if k.severity == ERROR)):
        with pytest.raises(EditRefused, match="Only warnings"):
            edits.silence(drawn.document, drawn["dense"], code)
    for name in ("note", "frame"):
        with pytest.raises(EditRefused, match="no warning"):
            edits.silence(drawn.document, drawn[name], "loose_end")
