"""Ports come from the catalog, from archives, and for unknown classes from the wires."""

from immutables import Map

from composer_gui.core import edits
from composer_gui.core.document import Call, Document, Input, Source, put
from composer_gui.core.layer_kinds import KerasLayer, Operation, Slot
from composer_gui.core.ports import (
    design_ports,
    input_port,
    input_ports,
    model_ports,
    output_ports,
    wired_ports,
)


def names(document, catalog, node):
    return [port.name for port in input_ports(document, catalog, node)]


def test_an_input_has_one_output_port(sketch, catalog):
    drawn = sketch(photo="Input")
    assert names(drawn.document, catalog, drawn.node("photo")) == []
    assert output_ports(drawn.document, catalog, drawn.node("photo")) == ("output",)


def test_an_output_has_one_input_port(sketch, catalog):
    drawn = sketch(out="Output")
    assert names(drawn.document, catalog, drawn.node("out")) == ["input"]
    assert output_ports(drawn.document, catalog, drawn.node("out")) == ()


def test_frames_and_notes_have_none(sketch, catalog):
    drawn = sketch(frame="Frame", note="Note")
    for name in ("frame", "note"):
        assert input_ports(drawn.document, catalog, drawn.node(name)) == ()
        assert output_ports(drawn.document, catalog, drawn.node(name)) == ()


def test_a_layer_has_the_ports_of_its_class(sketch, catalog):
    drawn = sketch(attention="MultiHeadAttention")
    assert names(drawn.document, catalog, drawn.node("attention"))[:3] == ["query", "value", "key"]


def test_parameters_and_arguments_decide_on_outputs(sketch, catalog):
    drawn = sketch(lstm="LSTM", attention="MultiHeadAttention")
    document = edits.set_parameter(
        drawn.document, catalog, drawn.layer("lstm").id, "return_state", True
    )
    document = edits.set_argument(
        document, catalog, drawn["attention"], "return_attention_scores", True
    )
    assert output_ports(document, catalog, drawn.node("lstm")) == ("output", "state_h", "state_c")
    attention = document.nodes[drawn["attention"]]
    assert output_ports(document, catalog, attention) == ("output", "attention_scores")


def test_a_saved_model_has_the_ports_of_its_archive(sketch, catalog, interface):
    document = sketch().document
    ports = interface(("a", "b"), ("c", "d", "e"))
    document = edits.add_saved_model(document, "/m.keras", "0", ports, 0, 0)
    node = document.nodes["n2"]
    assert names(document, catalog, node) == ["a", "b"]
    assert all(port.required for port in input_ports(document, catalog, node))
    assert output_ports(document, catalog, node) == ("c", "d", "e")


def test_an_unknown_class_has_the_ports_that_its_wires_name(sketch, catalog):
    drawn = sketch(photo="Input", out="Output")
    wires = Map({"left": (Source("n1"),), "right": (Source("n1"), Source("n1"))})
    document = put(
        drawn.document,
        KerasLayer("l9", "odd", "FromTheFuture"),
        Call("n9", "l9", inputs=wires),
        Call("n10", "l9", inputs=Map({"inputs": (Source("n9", "extra"),)})),
    )
    node = document.nodes["n9"]
    assert names(document, catalog, node) == ["left", "right"]
    assert input_port(document, catalog, node, "right").many
    assert not input_port(document, catalog, node, "left").many
    assert output_ports(document, catalog, node) == ("output", "extra")


def test_a_port_that_does_not_exist_is_none(sketch, catalog):
    drawn = sketch(dense="Dense")
    assert input_port(drawn.document, catalog, drawn.node("dense"), "other") is None


def test_a_submodel_has_the_ports_of_its_design(sketch, catalog):
    drawn = sketch(photo="Input", text="Input", sum="Add photo text", out="Output sum")
    document = edits.group(drawn.document, catalog, [drawn["sum"]], "block")
    (node,) = (n for n in document.nodes.values() if isinstance(n, Call))
    assert names(document, catalog, node) == ["photo", "text"]
    assert output_ports(document, catalog, node) == ("sum",)
    (layer,) = document.layers.values()
    assert [(port.name, port.shape) for port in model_ports(layer)] == [
        ("photo", (None, 8)),
        ("text", (None, 8)),
    ]


def test_ports_of_a_design_are_told_apart(sketch):
    design = sketch(a="Input", b="Input", c="Input", d="Input").document
    for node_id in design.inputs:
        design = edits.rename(design, node_id, "x")
    design = edits.rename(design, design.inputs[2], "x_2")
    assert design_ports(design, design.inputs) == ("x", "x_2", "x_2_2", "x_3")


def test_ten_thousand_ports_of_one_name_are_told_apart_in_a_moment():
    """A file may hold as many, and nobody should wait for them."""
    ids = tuple(f"n{number}" for number in range(10_000))
    design = put(Document(), *(Input(node_id, "x") for node_id in ids))
    found = design_ports(design, ids)
    assert len(set(found)) == 10_000 and found[-1] == "x_10000"


def test_an_operation_has_a_port_for_each_tensor_and_each_result(catalog):
    call, split = Call("n1", "l1"), Operation("l1", "split", "split", (Slot(0), 2), Map(), 2)
    document = put(Document(), call, split)
    assert names(document, catalog, call) == ["x"]
    assert output_ports(document, catalog, call) == ("output_1", "output_2")
    document = put(document, Operation("l1", "stack", "stack", ((Slot(0), Slot(1)),)))
    assert names(document, catalog, call) == ["x_1", "x_2"]
    assert output_ports(document, catalog, call) == ("output",)


def test_ports_with_wires_come_in_the_order_of_the_layers_ports(sketch, catalog):
    drawn = sketch(a="Input", b="Input", x="LSTM sequences=a initial_state=b mask=a")
    node = drawn.node("x")
    found = wired_ports(drawn.document, catalog, node)
    assert found == ["sequences", "initial_state", "mask"]
    assert wired_ports(drawn.document, catalog, drawn.node("a")) == []
