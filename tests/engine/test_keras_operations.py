"""Functions of `keras.ops` give what Keras gives, and no other function can be named."""

import keras
import pytest
from immutables import Map

from composer_gui.core.document import EMPTY
from composer_gui.core.layer_kinds import Dots, Operation, Slice, Slot
from composer_gui.core.shapes.tensor_spec import TensorSpec
from composer_gui.engine import keras_operations
from composer_gui.engine.keras_shapes import KerasShapes
from composer_gui.engine.keras_specs import spec_of
from composer_gui.storage import resources

SHAPES = KerasShapes(resources.catalog(), operations=keras_operations.call)
ops = keras.ops


def outcome(function, *shapes, arguments=None, outputs=0, **keywords):
    """Return what comes of a function that gets tensors of these shapes first."""
    arguments = arguments or tuple(Slot(index) for index in range(len(shapes)))
    layer = Operation("l1", function, function, arguments, Map(keywords), outputs)
    names = [f"x_{index + 1}" for index in range(len(shapes))] if len(shapes) > 1 else ["x"]
    specs = {n: (TensorSpec(s),) for n, s in zip(names, shapes, strict=True)}
    return SHAPES.infer(layer, EMPTY, specs)


IMAGE = (None, 8, 6, 3)


@pytest.mark.parametrize(
    ("function", "shapes", "more", "real"),
    [
        ("add", [IMAGE, IMAGE], {}, lambda x, y: x + y),
        ("multiply", [IMAGE], {"arguments": (Slot(0), 2.0)}, lambda x: x * 2.0),
        ("mean", [IMAGE], {"axis": (1, 2), "keepdims": True}, lambda x: ops.mean(x, (1, 2), True)),
        (
            "getitem",
            [IMAGE],
            {"arguments": (Slot(0), (Slice(), Slice(1, None, 2), Dots(), 0))},
            lambda x: x[:, 1::2, ..., 0],
        ),
        (
            "concatenate",
            [IMAGE, IMAGE],
            {"arguments": ((Slot(0), Slot(1)),), "axis": -1},
            lambda x, y: ops.concatenate([x, y], axis=-1),
        ),
        ("image.resize", [IMAGE], {"size": (4, 4)}, lambda x: ops.image.resize(x, (4, 4))),
        ("nn.relu", [IMAGE], {}, ops.relu),
        ("cast", [IMAGE], {"dtype": "int32"}, lambda x: ops.cast(x, "int32")),
        (
            "reshape",
            [IMAGE],
            {"newshape": (-1, 48, 3)},
            lambda x: ops.reshape(x, (-1, 48, 3)),
        ),
    ],
)
def test_a_function_gives_what_keras_gives(function, shapes, more, real):
    found = outcome(function, *shapes, **more)
    assert found.problems == ()
    wanted = spec_of(real(*(keras.KerasTensor(shape) for shape in shapes)))
    assert found.outputs == (("output", wanted),)
    assert found.parameters == 0


def test_a_list_comes_out_by_numbers():
    found = outcome("split", IMAGE, arguments=(Slot(0), 3), outputs=3, axis=-1)
    assert [name for name, _ in found.outputs] == ["output_1", "output_2", "output_3"]
    assert {spec.shape for _, spec in found.outputs} == {(None, 8, 6, 1)}


def test_another_number_of_outputs_than_was_saved_is_refused():
    (problem,) = outcome("split", IMAGE, arguments=(Slot(0), 3), outputs=2, axis=-1).problems
    assert problem.message == "{node} gives 3 outputs here, and it gave 2 when it was saved."


def test_shapes_that_do_not_fit_are_refused():
    assert outcome("matmul", (None, 3, 4), (None, 5, 6)).is_error


@pytest.mark.parametrize(
    "name",
    [
        *("map", "vectorized_map", "convert_to_numpy", "nosuch", "image", "shape", "__class__"),
        *("nn.__loader__", "os.system", "numpy.add", "image.image", "linalg.jvp"),
    ],
)
def test_only_functions_of_tensors_can_be_named(name):
    (problem,) = outcome(name, IMAGE).problems
    assert problem.code == "unknown_operation"
