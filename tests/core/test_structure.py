"""What our own rules say about a design, in the user's words."""

from dataclasses import replace

import pytest
from immutables import Map

from composer_gui.core import edits, structure
from composer_gui.core.document import Call, Document, Input, Source, put
from composer_gui.core.layer_kinds import Operation, Slot


def found(drawn, catalog, name, document=None):
    return structure.problems(document or drawn.document, catalog, drawn[name])


def told(drawn, catalog, name, document=None):
    return [(p.code, p.port, p.message) for p in found(drawn, catalog, name, document)]


def test_a_design_needs_an_input_and_an_output(sketch):
    both = structure.design_problems(Document())
    assert [(p.code, p.node) for p in both] == [("no_input", None), ("no_output", None)]
    assert structure.design_problems(sketch(a="Input", b="Output a").document) == ()


def test_what_is_complete_has_no_problems(sketch, catalog):
    drawn = sketch(a="Input", b="Dense a", c="Add a b", out="Output c", frame="Frame", note="Note")
    assert [found(drawn, catalog, name) for name in drawn.ids] == [()] * 6


def test_an_output_wants_a_wire(sketch, catalog):
    drawn = sketch(score="Output")
    words = "score puts nothing out yet. Wire it to the node whose result is wanted."
    assert told(drawn, catalog, "score") == [("output_without_wire", None, words)]


@pytest.mark.parametrize(
    ("line", "port", "words"),
    [
        ("Dense", "inputs", "x wants 1 wire; it has none."),
        ("Add", "inputs", "x wants at least 2 wires; it has none."),
        ("Add a", "inputs", "x wants at least 2 wires; it has 1."),
        ("Concatenate", "inputs", "x wants at least 1 wire; it has none."),
        ("Subtract a", "inputs", "x wants 2 wires; it has 1."),
        ("MultiHeadAttention a", "value", "x wants 1 wire at value; it has none."),
        ("Saved", "inputs", "x wants 1 wire; it has none."),
    ],
)
def test_missing_wires_are_counted(sketch, catalog, line, port, words):
    drawn = sketch(a="Input", x=line)
    assert told(drawn, catalog, "x") == [("missing_wire", port, words)]


@pytest.mark.parametrize(("class_name", "parameter"), sorted(structure.NEEDED.items()))
def test_what_keras_would_learn_from_data_has_to_be_set(sketch, catalog, class_name, parameter):
    """Such a layer can be built and called symbolically, but the model does not run."""
    drawn = sketch(a="Input", x=f"{class_name} a")
    layer = drawn.document.layers[drawn.document.nodes[drawn["x"]].layer]
    document = edits.reset_parameter(drawn.document, catalog, layer.id, parameter)
    words = f"x needs {parameter}, which is not set yet. Set it in the inspector."
    assert told(drawn, catalog, "x", document) == [("missing_parameter", None, words)]


def test_every_open_port_of_a_saved_model_is_named(sketch, catalog, interface):
    document = edits.add_saved_model(Document(), "/m.keras", "0", interface(("a", "b")), 0, 0)
    problems = structure.problems(document, catalog, "n2")
    assert [(p.port, p.expected, p.actual) for p in problems] == [
        ("a", "1 wire", "0"),
        ("b", "1 wire", "0"),
    ]
    assert problems[0].message == "m wants 1 wire at a; it has none."


def test_a_parameter_without_a_default_has_to_be_set(sketch, catalog):
    drawn = sketch(a="Input", x="Dense a")
    document = edits.reset_parameter(drawn.document, catalog, drawn.layer("x").id, "units")
    assert told(drawn, catalog, "x", document) == [
        ("missing_parameter", None, "x needs units, which is not set yet. Set it in the inspector.")
    ]


def test_a_value_from_a_file_that_will_not_do_is_told(sketch, catalog):
    drawn = sketch(a="Input", x="Dense a")
    odd = Map(units=-3, activation="rleu", color="red")
    document = put(drawn.document, replace(drawn.layer("x"), parameters=odd))
    problems = found(drawn, catalog, "x", document)
    assert {p.code for p in problems} == {"bad_parameter"}
    assert problems[0].message.startswith("x: units wants a whole number")
    assert problems[1].message.startswith("x: activation wants")
    assert problems[2].message.startswith("x: Dense has no parameter color.")


def test_call_arguments_are_judged_too(sketch, catalog):
    drawn = sketch(a="Input", x="MultiHeadAttention a value=a")
    odd = Map(use_causal_mask=3, colour=1)
    document = put(drawn.document, replace(drawn.node("x"), arguments=odd))
    messages = [p.message for p in found(drawn, catalog, "x", document)]
    assert messages[0].startswith("x: use_causal_mask wants")
    assert messages[1].startswith("x: MultiHeadAttention has no parameter colour.")


def test_an_unknown_class_is_all_that_is_said(sketch, catalog):
    drawn = sketch(x="FromTheFuture")
    ((code, _, words),) = told(drawn, catalog, "x")
    assert code == "unknown_class"
    assert words.startswith(f"x is a FromTheFuture, which Keras {catalog.keras_version} does not")


def test_a_dtype_that_keras_does_not_have_is_told(sketch, catalog):
    drawn = sketch(a="Input")
    document = edits.set_input(drawn.document, drawn["a"], dtype="float33")
    ((code, _, words),) = told(drawn, catalog, "a", document)
    assert code == "bad_parameter"
    assert words == "a: Keras has no dtype 'float33'. Choose one of the list, such as float32."


def test_labels_with_braces_are_only_text(sketch, catalog):
    drawn = sketch(a="Input", x="Add a")
    document = edits.rename(drawn.document, drawn["x"], "{count} {0}")
    ((_, _, words),) = told(drawn, catalog, "x", document)
    assert words == "{count} {0} wants at least 2 wires; it has 1."


def test_titles_name_the_node(sketch, catalog):
    drawn = sketch(a="Input", x="Add a", out="Output")
    assert found(drawn, catalog, "x")[0].title == "x lacks a wire"
    assert found(drawn, catalog, "out")[0].title == "out has no wire"


def test_a_submodel_needs_ports(sketch, catalog):
    drawn = sketch(photo="Input", one="Dense photo")
    document = edits.group(drawn.document, catalog, [drawn["one"]])
    (layer,) = document.layers.values()
    (call,) = (node.id for node in document.nodes.values() if isinstance(node, Call))
    assert structure.problems(document, catalog, call) == ()
    empty = edits.delete(layer.design, (*layer.design.inputs, *layer.design.outputs))
    document = edits.with_design(document, layer.id, empty)
    problems = structure.problems(document, catalog, call)
    assert [problem.code for problem in problems] == [
        "submodel_without_input",
        "submodel_without_output",
    ]
    assert problems[1].message == "Nothing comes out of submodel. Enter it and add an Output."


@pytest.mark.parametrize(
    ("function", "known"),
    [("add", True), ("image.resize", True), ("_add", False), ("os.system", False)],
)
def test_an_operation_is_a_function_of_keras_ops(catalog, function, known):
    operation = Operation("l1", "op", function, (Slot(0),))
    wired = Call("n2", "l1", inputs=Map(x=(Source("n3"),)))
    document = put(Document(), operation, wired, Input("n3", "photo"))
    problems = structure.problems(document, catalog, "n2")
    assert [problem.code for problem in problems] == ([] if known else ["unknown_operation"])


def test_nothing_is_wrong_with_what_only_hands_a_tensor_on(sketch, catalog):
    drawn = sketch(wrong="Nobody", dense="Dense")
    document = edits.set_bypassed(drawn.document, [drawn["wrong"], drawn["dense"]], True)
    document = edits.add_dot(document, 0, 0)
    for node_id in document.nodes:
        assert structure.problems(document, catalog, node_id) == ()
