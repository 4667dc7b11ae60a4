"""What a saved model is made of, read from configurations that honest and other people wrote."""

import copy
import time

import pytest

from composer_gui.core import inside_reader
from composer_gui.core.inside import (
    INPUT,
    LAYER,
    MODEL,
    NotOpenable,
    address_of,
    path_of,
    steps_of,
)
from tests.saved_configs import functional, input_layer, layer, tensor


def chain(name="model", calls=()):
    layers = [input_layer("x"), layer("a", [tensor("x")]), layer("b", [tensor("a")])]
    return functional(layers, ["x", 0, 0], ["b", 0, 0], name, calls)


def sequential(layers, **config):
    plain = {"name": "row", "layers": layers, **config}
    return {"module": "keras", "class_name": "Sequential", "config": plain}


# Honest ones --------------------------------------------------------------------------------------


def test_a_graph_tells_its_parts_calls_and_specs():
    inside = inside_reader.read(chain())
    assert [(part.name, part.kind) for part in inside.parts] == [
        ("x", INPUT),
        ("a", LAYER),
        ("b", LAYER),
    ]
    assert [(call.part, call.number, call.arguments[0].address) for call in inside.calls] == [
        ("a", 0, "x"),
        ("b", 0, "a"),
    ]
    assert inside.specs["a", 0, 0] == ((None, 4), "float32")
    assert (inside.outputs[0].address, inside.outputs[0].shape) == ("b", (None, 4))


def test_calls_come_behind_what_they_take_from_whatever_the_order_of_the_file():
    model = chain()
    model["config"]["layers"].reverse()
    assert [call.part for call in inside_reader.read(model).calls] == ["a", "b"]


def test_outputs_count_the_calls_of_a_nested_graph_from_one_and_calls_from_zero():
    layers = [
        input_layer("in"),
        chain("inner", [[tensor("in")], [tensor("inner", 0)]]),
    ]
    inside = inside_reader.read(functional(layers, ["in", 0, 0], [["inner", 2, 0]]))
    assert [call.arguments[0].address for call in inside.calls] == ["in", "inner"]
    assert [output.address for output in inside.outputs] == ["inner#1"]
    assert inside.output_structure == (0,)
    assert inside.part("inner").kind == MODEL
    assert inside.part("inner/a").class_name == "Dense"
    assert [path for path, _ in inside.leaves()] == ["inner/a", "inner/b"]


def test_a_row_of_layers_has_an_input_whether_the_file_states_one_or_not():
    stated = inside_reader.read(sequential([input_layer("given"), layer("a"), layer("b")]))
    assert [call.arguments[0].address for call in stated.calls] == ["given", "a"]
    loose = inside_reader.read(sequential([layer("input"), layer("b")]))
    assert [tensor.part for tensor in loose.inputs] == ["input_"]
    assert loose.inputs[0].shape is None
    built = inside_reader.read(sequential([layer("a")], build_input_shape=[None, 7]))
    assert built.inputs[0].shape == (None, 7)
    empty = inside_reader.read(sequential([]))
    assert empty.outputs == empty.inputs


def test_calls_as_keras_wrote_them_before_version_3_are_understood():
    model = chain()
    for entry, source in zip(model["config"]["layers"][1:], ("x", "a"), strict=True):
        entry["inbound_nodes"] = [[[source, 0, 0, {}]]]
    inside = inside_reader.read(model)
    assert [call.arguments[0].address for call in inside.calls] == ["x", "a"]


def test_counts_and_words_go_to_the_layers_at_their_paths():
    layers = [input_layer("in"), chain("inner", [[tensor("in")]])]
    model = functional(layers, ["in", 0, 0], ["inner", 1, 0])
    counts, words = {"inner/a": 20, "inner/b": 3}, {"inner/b": ("cat",)}
    inside = inside_reader.read(model, counts=counts, vocabularies=words)
    assert inside.part("inner").parameters == 23
    assert inside.part("inner/a").parameters == 20
    assert inside.part("inner/b").vocabulary == ("cat",)
    assert inside_reader.read(model).part("inner/a").parameters is None


def test_a_class_that_is_not_kerass_is_foreign_and_stays_a_layer():
    model = chain()
    model["config"]["layers"][1] |= {"module": "mine", "registered_name": "mine>Dense"}
    inside = inside_reader.read(model)
    assert inside.part("a").foreign and not inside.part("b").foreign
    own = chain("inner", [[tensor("x")]]) | {"module": "mine", "class_name": "Mine"}
    model = functional([input_layer("x"), own], ["x", 0, 0], ["inner", 1, 0])
    assert inside_reader.read(model).part("inner").kind == LAYER


# Others -------------------------------------------------------------------------------------------


def test_a_model_that_only_its_code_knows_says_so():
    subclassed = {"module": "mine", "class_name": "Mine", "config": {}, "registered_name": "Mine"}
    with pytest.raises(NotOpenable, match="known to the code of Mine only") as caught:
        inside_reader.read(subclassed)
    assert caught.value.next_step == "It can be used as a whole."


def broken():
    """Yield configurations that no Keras writes, each with what is done to an honest one."""

    def spoiled(change):
        model = copy.deepcopy(chain())
        change(model["config"])
        return model

    yield from (None, [], 3, "model", {}, {"class_name": "Functional"})
    yield {"class_name": 3, "config": {}}
    yield spoiled(lambda c: c.update(layers=None))
    yield spoiled(lambda c: c.update(layers=[None]))
    yield spoiled(lambda c: c.update(input_layers=3))
    yield spoiled(lambda c: c.update(output_layers=["b", 7, 0]))
    yield spoiled(lambda c: c.update(output_layers=["b", -1, 0]))
    yield spoiled(lambda c: c.update(output_layers=["b", True, 0]))
    yield spoiled(lambda c: c.update(output_layers=["nobody", 0, 0]))
    yield spoiled(lambda c: c.update(input_layers=["a", 0, 0]))
    yield spoiled(lambda c: c["layers"].append(c["layers"][1]))
    for name in ("", "a/b", "a#1", "a:1", 5, None, "n" * 600):
        yield spoiled(lambda c, name=name: c["layers"][1].update(name=name, config={"name": name}))
    for history in (["x"], ["x", 0], [["x"], 0, 0], ["b", 0, 0], ["x", 1, 0], ["x", 0, -1]):
        node = {"args": [tensor(*history)] if len(history) == 3 else [], "kwargs": {}}
        if len(history) != 3:
            node["args"] = [
                {"class_name": "__keras_tensor__", "config": {"keras_history": history}}
            ]
        yield spoiled(lambda c, node=node: c["layers"][1].update(inbound_nodes=[node]))
    for shape in (None, "x", [-1], [1.5], [None] * 100):
        wrong = tensor("x")
        wrong["config"]["shape"] = shape
        node = {"args": [wrong], "kwargs": {}}
        yield spoiled(lambda c, node=node: c["layers"][1].update(inbound_nodes=[node]))
    for nodes in (None, {}, [3], [{"args": 3, "kwargs": {}}], [{"args": [], "kwargs": []}], [[]]):
        yield spoiled(lambda c, nodes=nodes: c["layers"][1].update(inbound_nodes=nodes))


@pytest.mark.parametrize("config", list(broken()))
def test_what_keras_does_not_write_is_refused_with_a_sentence(config):
    with pytest.raises(NotOpenable) as caught:
        inside_reader.read(config)
    assert str(caught.value).endswith(".") and len(caught.value.whole) < 400


def test_models_within_models_without_end_are_refused():
    model = chain("m")
    for _ in range(60):
        nested = {**model, "inbound_nodes": [{"args": [tensor("x")], "kwargs": {}}]}
        model = functional([input_layer("x"), nested], ["x", 0, 0], ["m", 1, 0], "m")
    with pytest.raises(NotOpenable, match="Models lie within models"):
        inside_reader.read(model)


def test_reading_takes_time_in_proportion_to_the_file():
    layers = [input_layer("l0")]
    layers += [layer(f"l{n}", [tensor(f"l{n - 1}")]) for n in range(1, 20_000)]
    model = functional(layers, ["l0", 0, 0], ["l19999", 0, 0])
    begun = time.process_time()
    assert len(inside_reader.read(model).calls) == 19_999
    assert time.process_time() - begun < 5


# Addresses ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("steps", "output", "address"),
    [
        ([("a", 0)], 0, "a"),
        ([("a", 2)], 0, "a#2"),
        ([("a", 0), ("b", 1)], 3, "a/b#1:3"),
        ([("a.b-c>d", 0)], 1, "a.b-c>d:1"),
    ],
)
def test_an_address_is_read_as_it_was_written(steps, output, address):
    assert address_of(*steps, output=output) == address
    assert steps_of(address) == (tuple(steps), output)
    assert path_of(address) == "/".join(name for name, _ in steps)
