"""The nodes of a design come in the place of a call: their wires, names, freezing and places."""

import time
from dataclasses import replace

import pytest
from immutables import Map

from composer_gui.core import edits
from composer_gui.core.connections import check
from composer_gui.core.document import (
    Call,
    CodeFile,
    Document,
    Input,
    Output,
    Source,
    in_order,
    put,
)
from composer_gui.core.edit_splice import silenced
from composer_gui.core.errors import EditRefused
from composer_gui.core.layer_kinds import (
    Construct,
    KerasLayer,
    Operation,
    SavedModel,
    Slot,
    Submodel,
)


@pytest.fixture
def drawn(sketch):
    """A saved model between two layers, each node in a column of its own."""
    sketched = sketch(photo="Input", model="Saved photo", head="Dense model", out="Output head")
    columns = {node_id: (300.0 * i, 0.0) for i, node_id in enumerate(sketched.ids.values())}
    sketched.document = edits.move(sketched.document, columns).settled()
    return sketched


def chain(length, inputs="inputs", output="output"):
    """Return a design of layers in a row, 300 pixels from one to the next."""
    nodes = {"n1": Input("n1", inputs, (8,))}
    layers = {}
    before = Source("n1")
    for number in range(2, 2 * length + 2, 2):
        layer_id, node_id = f"l{number}", f"n{number + 1}"
        layers[layer_id] = KerasLayer(layer_id, f"conv_{number // 2}", "Dense", Map(units=8))
        nodes[node_id] = Call(node_id, layer_id, inputs=Map(inputs=(before,)), x=300.0 * number / 2)
        before = Source(node_id)
    end = f"n{2 * length + 2}"
    nodes[end] = Output(end, output, Map(input=(before,)))
    return Document(
        "inner", 7, Map(nodes), Map(layers), ("n1",), (end,), (), next_number=2 * length + 3
    )


def spliced(drawn, catalog, design, name="model"):
    """Return the document in which the design stands, and the new nodes in order."""
    document = edits.splice(drawn.document, drawn[name], design)
    assert check(document, catalog) is document
    new = [node for node in in_order(document.nodes) if node.id not in drawn.document.nodes]
    return document, new


# Wires and names --------------------------------------------------------------------------------


def test_wires_lead_through_the_ports_of_the_design(drawn, catalog):
    document, (first, second) = spliced(drawn, catalog, chain(2))
    assert first.inputs == Map(inputs=(Source(drawn["photo"]),))
    assert second.inputs == Map(inputs=(Source(first.id),))
    assert document.nodes[drawn["head"]].inputs == Map(inputs=(Source(second.id),))
    assert drawn["model"] not in document.nodes
    assert drawn.layer("model").id not in document.layers


def test_a_wire_straight_from_input_to_output_passes_through(drawn, catalog):
    document, new = spliced(drawn, catalog, chain(0))
    assert new == []
    assert document.nodes[drawn["head"]].inputs == Map(inputs=(Source(drawn["photo"]),))


def test_what_nothing_feeds_stays_without_a_wire(sketch, catalog):
    drawn = sketch(model="Saved", head="Dense model")
    document, new = spliced(drawn, catalog, chain(1))
    assert new[0].inputs == Map()
    document, new = spliced(drawn, catalog, chain(0))
    assert document.nodes[drawn["head"]].inputs == Map()


def test_wires_to_a_port_that_the_design_has_not_go(drawn, catalog):
    document, new = spliced(drawn, catalog, chain(1, "others", "other"))
    assert new[0].inputs == Map()
    assert document.nodes[drawn["head"]].inputs == Map()


def test_calls_of_one_layer_come_out_sharing_the_new_ones(sketch, catalog):
    """The second call takes what the first gives, through a design that is a single wire too."""
    drawn = sketch(
        photo="Input", one="Saved photo", two="Again one one", sum="Add one two", out="Output sum"
    )
    document, (first, second) = spliced(drawn, catalog, chain(1), "one")
    assert first.layer == second.layer
    assert second.inputs == Map(inputs=(Source(first.id),))
    document, _ = spliced(drawn, catalog, chain(0), "two")
    photo = Source(drawn["photo"])
    assert document.nodes[drawn["sum"]].inputs == Map(inputs=(photo, photo))


def test_names_are_those_inside_as_far_as_they_are_free(drawn, catalog):
    drawn.document = edits.rename(drawn.document, drawn["head"], "conv_1")
    document, new = spliced(drawn, catalog, chain(2))
    assert [document.label(node.id) for node in new] == ["conv_3", "conv_2"]
    inner = put(chain(1), KerasLayer("l2", "model", "Dense"))
    document, new = spliced(drawn, catalog, inner)
    assert [document.label(node.id) for node in new] == ["model"]


def test_frames_and_notes_inside_come_out(drawn, catalog):
    design = edits.add_note(edits.add_frame(chain(1), 300, 0, 100, 100), 300, 50, text="see")
    _, new = spliced(drawn, catalog, design)
    assert [type(node).__name__ for node in new] == ["Call", "Frame", "Note"]
    assert (new[2].x, new[2].y) == (new[0].x, new[0].y + 50)


def test_python_files_come_out(drawn, catalog):
    file = CodeFile("/a.py", "1")
    from_inside = edits.set_code(chain(1), [file])
    assert spliced(drawn, catalog, from_inside)[0].code == (file,)


def test_only_a_call_gives_way_to_a_design(drawn):
    with pytest.raises(EditRefused, match="photo calls no layer"):
        edits.splice(drawn.document, drawn["photo"], chain(1))


# Freezing ---------------------------------------------------------------------------------------


def test_what_was_frozen_comes_out_frozen(drawn, catalog):
    drawn.document = edits.set_trainable(drawn.document, drawn.layer("model").id, False)
    document, new = spliced(drawn, catalog, chain(2))
    assert [document.layers[node.layer].trainable for node in new] == [False, False]


def test_what_was_for_inference_only_comes_out_silent(drawn, catalog):
    drawn.document = edits.set_inference(drawn.document, drawn.layer("model").id, True)
    noisy = put(chain(1), KerasLayer("l2", "drop", "Dropout", Map(rate=0.5)))
    document, (node,) = spliced(drawn, catalog, noisy)
    layer = document.layers[node.layer]
    assert layer.parameters == Map(rate=0.0) and not layer.trainable


def test_layers_of_every_kind_are_silenced(interface):
    lstm = Construct("layer", "LSTM", Map(units=3, dropout=0.1, recurrent_dropout=0.2))
    both = silenced(KerasLayer("l1", "both", "Bidirectional", Map(layer=lstm)))
    assert both.parameters["layer"].parameters == Map(units=3, dropout=0.0, recurrent_dropout=0.0)
    model = SavedModel("l1", "m", "/m", "0", interface())
    assert silenced(model) == replace(model, trainable=False, inference=True)
    block = Submodel("l1", "b", Document())
    assert silenced(block) == replace(block, trainable=False, inference=True)
    added = Operation("l1", "a", "add", (Slot(0), 1.0))
    assert silenced(added) == replace(added, trainable=False)


# Places -----------------------------------------------------------------------------------------


def places(document, drawn, *names):
    return [(document.nodes[drawn[name]].x, document.nodes[drawn[name]].y) for name in names]


def test_what_comes_stands_around_the_place_of_the_call(drawn, catalog):
    document, new = spliced(drawn, catalog, chain(3))
    assert [node.x for node in new] == [0.0, 300.0, 600.0]
    assert places(document, drawn, "photo", "head", "out") == [(-300, 0), (900, 0), (1200, 0)]


def test_nodes_on_the_raster_stay_on_it(drawn, catalog):
    design = edits.move(chain(2), {"n3": (0, 0), "n5": (300, 12)})
    document, new = spliced(drawn, catalog, design)
    assert all(node.x % 12 == node.y % 12 == 0 for node in (*new, *document.nodes.values()))
    assert new[1].x - new[0].x == 300 and new[1].y - new[0].y == 12


def test_nobody_moves_where_there_is_room(drawn, catalog):
    before = places(drawn.document, drawn, "photo", "head", "out")
    document, _ = spliced(drawn, catalog, chain(1))
    assert places(document, drawn, "photo", "head", "out") == before


def test_only_the_crowded_side_moves(drawn, catalog):
    document = edits.move(drawn.document, {drawn["head"]: (3000, 0), drawn["out"]: (3300, 0)})
    drawn.document = document.settled()
    document, _ = spliced(drawn, catalog, chain(3))
    assert places(document, drawn, "photo", "head", "out") == [(-300, 0), (3000, 0), (3300, 0)]


def test_what_stands_above_and_below_moves_up_and_down(drawn, catalog):
    document = edits.move(drawn.document, {drawn["photo"]: (300, -144), drawn["head"]: (300, 144)})
    drawn.document = document.settled()
    tower = chain(3)
    tower = edits.move(tower, {f"n{2 * row + 1}": (0, 144 * row) for row in (1, 2, 3)})
    document, new = spliced(drawn, catalog, tower)
    assert [node.y for node in new] == [-144, 0, 144]
    assert places(document, drawn, "photo", "head", "out") == [(300, -288), (300, 288), (900, 0)]


def test_a_frame_around_the_call_grows_and_others_move_along(drawn, catalog):
    document = edits.add_frame(drawn.document, 250, -50, 300, 200, label="around")
    drawn.document = edits.add_frame(document, 850, -50, 300, 200, label="beside").settled()
    around, beside = sorted(set(drawn.document.nodes) - set(drawn.ids.values()))
    document, new = spliced(drawn, catalog, chain(3))
    frame = document.nodes[around]
    assert frame.x <= new[0].x and frame.x + frame.width >= new[2].x + 240
    assert document.nodes[beside].x == 850 + 300


def test_opening_up_costs_no_more_than_what_comes(drawn):
    """Eight times the nodes in no more than sixteen times the time, and 1,100 in a moment."""

    def seconds(length):
        design = chain(length)
        best = 1e9
        for _ in range(5):
            start = time.process_time()
            edits.splice(drawn.document, drawn["model"], design)
            best = min(best, time.process_time() - start)
        return best

    few, many, most = seconds(275), seconds(1100), seconds(2200)
    assert many < 0.25
    assert most < 16 * few
