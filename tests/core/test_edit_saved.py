"""How a saved model is used: taps, cuts, other inputs, freezing, and where its file is."""

from dataclasses import replace

import pytest

from composer_gui.core import edits
from composer_gui.core.document import Source, put
from composer_gui.core.errors import EditRefused
from composer_gui.core.layer_kinds import Cut, SavedPort, SavedWeights
from composer_gui.core.saved_files import saved_files

CONV = SavedPort("conv", (None, 4), address="conv")
DEEP = SavedPort("conv", (None, 4), address="encoder/conv")
OUTPUT = SavedPort("output", (None, 4), address="other/output")


@pytest.fixture
def drawn(sketch):
    return sketch(photo="Input", model="Saved photo", head="Dense model", out="Output head")


def tapped(drawn, *taps):
    """Return the design and the layer with these taps."""
    layer_id = drawn.layer("model").id
    document = edits.set_taps(drawn.document, layer_id, taps)
    return document, document.layers[layer_id]


def wired_to(drawn, document, port, catalog):
    """Return the design with one more Output behind a port of the model, and that Output."""
    document = edits.add_output(document, 0, 0, label="tapped")
    end = document.outputs[-1]
    wire = type(drawn.wire("photo", "head"))(Source(drawn["model"], port), end, "input")
    return edits.connect(document, catalog, wire).settled(), end


# Taps and cuts ----------------------------------------------------------------------------------


def test_taps_come_out_behind_the_outputs(drawn):
    document, layer = tapped(drawn, CONV)
    assert [port.name for port in layer.outputs] == ["output", "conv"]
    assert document.nodes == drawn.document.nodes


def test_taps_of_one_name_are_told_apart(drawn):
    _, layer = tapped(drawn, CONV, DEEP, OUTPUT, CONV)
    assert [port.name for port in layer.outputs] == ["output", "conv", "conv_2", "output_2"]
    assert [tap.address for tap in layer.taps] == ["conv", "encoder/conv", "other/output"]


def test_a_tap_keeps_its_name_and_wires_whatever_comes_before_it(drawn, catalog):
    document, layer = tapped(drawn, CONV)
    document, end = wired_to(drawn, document, "conv", catalog)
    after = edits.set_taps(document, layer.id, (DEEP, CONV))
    assert [tap.name for tap in after.layers[layer.id].taps] == ["conv_2", "conv"]
    assert after.nodes[end].inputs["input"] == (Source(drawn["model"], "conv"),)


def test_wires_of_a_tap_go_with_it(drawn, catalog):
    document, layer = tapped(drawn, CONV)
    document, end = wired_to(drawn, document, "conv", catalog)
    after = edits.set_taps(document, layer.id, ())
    assert not after.nodes[end].inputs
    assert after.nodes[drawn["head"]] is drawn.node("head")


def test_the_same_taps_change_nothing(drawn):
    document, layer = tapped(drawn, CONV)
    assert edits.set_taps(document, layer.id, (CONV,)) is document


def test_only_saved_models_are_tapped(drawn):
    with pytest.raises(EditRefused, match="head is not a saved model"):
        edits.set_taps(drawn.document, drawn.layer("head").id, (CONV,))


def test_a_cut_has_ports_of_its_own_and_goes_again(drawn):
    layer_id = drawn.layer("model").id
    cut = Cut((SavedPort("inputs", (None, 8), address="inputs"),), (CONV,))
    document = edits.set_cut(drawn.document, layer_id, cut)
    layer = document.layers[layer_id]
    assert (layer.inputs, layer.outputs) == (cut.inputs, cut.outputs)
    assert document.nodes[drawn["model"]].inputs["inputs"] == (Source(drawn["photo"]),)
    assert not document.nodes[drawn["head"]].inputs
    whole = edits.set_cut(document, layer_id, None)
    assert whole.layers[layer_id] == drawn.layer("model")
    assert whole.nodes[drawn["model"]] == drawn.node("model")


def test_a_wire_stays_with_the_tensor_that_it_carried(drawn, catalog):
    """What was a tap is an output of the cut, under another name."""
    document, layer = tapped(drawn, CONV)
    document, end = wired_to(drawn, document, "conv", catalog)
    cut = Cut(layer.inputs, (replace(CONV, name="features"),))
    after = edits.set_cut(document, layer.id, cut)
    assert after.nodes[end].inputs["input"] == (Source(drawn["model"], "features"),)
    assert after.layers[layer.id].taps == ()


def test_a_cut_takes_other_shapes_of_inputs_that_are_gone_along(drawn):
    layer = drawn.layer("model")
    document = edits.set_reinput(drawn.document, layer.id, (SavedPort("inputs", (None, 9)),))
    after = edits.set_cut(document, layer.id, Cut((CONV,), (DEEP,)))
    assert after.layers[layer.id].inputs == (CONV,)


def test_ports_of_a_cut_are_told_apart(drawn):
    layer_id = drawn.layer("model").id
    document = edits.set_cut(drawn.document, layer_id, Cut((CONV, DEEP), (CONV, DEEP)))
    cut = document.layers[layer_id].cut
    names = ["conv", "conv_2"]
    assert [port.name for port in cut.inputs] == [port.name for port in cut.outputs] == names


def test_a_cut_without_an_end_is_refused(drawn):
    with pytest.raises(EditRefused, match="beginning and an end"):
        edits.set_cut(drawn.document, drawn.layer("model").id, Cut((CONV,), ()))


# Inputs and freezing ----------------------------------------------------------------------------


def test_inputs_get_other_shapes_and_their_own_again(drawn):
    layer = drawn.layer("model")
    wider = (SavedPort("inputs", (None, 9), "float16"),)
    document = edits.set_reinput(drawn.document, layer.id, wider)
    assert document.layers[layer.id].inputs == wider
    assert edits.set_reinput(document, layer.id, ()).layers[layer.id] == layer
    assert edits.set_reinput(document, layer.id, layer.inputs).layers[layer.id] == layer
    assert edits.set_reinput(drawn.document, layer.id, layer.inputs) is drawn.document


def test_inputs_that_the_model_has_not_are_refused(drawn):
    with pytest.raises(EditRefused, match="have changed"):
        edits.set_reinput(drawn.document, drawn.layer("model").id, (CONV,))


def test_patterns_are_kept_tidy(drawn):
    layer_id = drawn.layer("model").id
    document = edits.set_frozen(drawn.document, layer_id, [" block*", "", "!block3", "block*", "!"])
    assert document.layers[layer_id].frozen == ("block*", "!block3")
    assert edits.set_frozen(document, layer_id, ["block*", "!block3"]) is document


def test_models_and_submodels_are_for_inference_only(drawn, catalog):
    layer_id = drawn.layer("model").id
    document = edits.set_inference(drawn.document, layer_id, True)
    assert document.layers[layer_id].inference
    assert edits.set_inference(document, layer_id, True) is document
    grouped = edits.group(drawn.document, catalog, [drawn["model"], drawn["head"]])
    (submodel,) = grouped.layers
    assert edits.set_inference(grouped, submodel, True).layers[submodel].inference
    with pytest.raises(EditRefused, match="head is no model"):
        edits.set_inference(drawn.document, drawn.layer("head").id, True)


# Where a saved model is -------------------------------------------------------------------------


def relocated(sketch, catalog, interface, before, after):
    """Return a design around a saved model that moved, and what is wired to it then."""
    drawn = sketch(a="Input", b="Input", x="Output", y="Output")
    document = edits.add_saved_model(drawn.document, "/m.keras", "0", interface(*before), 0, 0)
    (model,) = set(document.nodes) - set(drawn.document.nodes)
    (layer_id,) = document.layers
    make = type(drawn.wire("a", "x"))
    for start, port in zip(("a", "b"), before[0], strict=True):
        document = edits.connect(document, catalog, make(Source(drawn[start]), model, port))
    for end, port in zip(("x", "y"), before[1], strict=True):
        document = edits.connect(document, catalog, make(Source(model, port), drawn[end], "input"))
    moved = edits.relocate_model(document, layer_id, "/n.keras", "1", interface(*after))
    entries = {p: s[0].node for p, s in moved.nodes[model].inputs.items()}
    exits = {
        name: sources[0].port
        for name in ("x", "y")
        for sources in moved.nodes[drawn[name]].inputs.values()
    }
    return drawn, moved.layers[layer_id], entries, exits


def test_wires_stay_with_ports_of_the_same_name(sketch, catalog, interface):
    before, after = (("p", "q"), ("u", "v")), (("q", "r", "p"), ("v", "w", "u"))
    drawn, layer, entries, exits = relocated(sketch, catalog, interface, before, after)
    assert (layer.path, layer.sha256) == ("/n.keras", "1")
    assert entries == {"p": drawn["a"], "q": drawn["b"]}
    assert exits == {"x": "u", "y": "v"}


def test_wires_stay_with_the_place_where_only_the_name_is_another(sketch, catalog, interface):
    before, after = (("p", "q"), ("u", "v")), (("p", "z"), ("z", "v"))
    drawn, _, entries, exits = relocated(sketch, catalog, interface, before, after)
    assert entries == {"p": drawn["a"], "z": drawn["b"]}
    assert exits == {"x": "z", "y": "v"}


def test_wires_of_ports_that_are_gone_go(sketch, catalog, interface):
    before, after = (("p", "q"), ("u", "v")), (("p",), ("v",))
    drawn, _, entries, exits = relocated(sketch, catalog, interface, before, after)
    assert entries == {"p": drawn["a"]}
    assert exits == {"y": "v"}


def test_only_saved_models_are_relocated(sketch, interface):
    drawn = sketch(dense="Dense")
    with pytest.raises(EditRefused, match="dense is not a saved model"):
        edits.relocate_model(drawn.document, drawn.layer("dense").id, "/n", "1", interface())


def test_a_part_of_a_saved_model_keeps_its_own_ports(drawn, interface):
    layer = put(drawn.document, replace(drawn.layer("model"), part="encoder"))
    moved = edits.relocate_model(layer, drawn.layer("model").id, "/n", "1", interface(("z",)))
    assert moved.layers[drawn.layer("model").id].inputs == drawn.layer("model").inputs
    assert moved.nodes == drawn.document.nodes


def test_a_file_is_relocated_at_every_depth(drawn, catalog):
    weights = SavedWeights("/models/model.keras", "0" * 64, "conv", "Dense")
    kept = replace(drawn.layer("head"), weights=weights)
    document = put(drawn.document, kept)
    document = edits.group(document, catalog, [drawn["head"], drawn["model"]]).settled()
    moved = edits.relocate_file(document, "/models/model.keras", "/n.keras", "1" * 64)
    assert saved_files(moved) == (("/n.keras", "1" * 64),)
    assert edits.relocate_file(moved, "/models/model.keras", "/o.keras", "2") is moved
