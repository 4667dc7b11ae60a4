"""Every rule of the table is shown the text that Keras 3.15 raises, and what it makes of it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from immutables import Map

from composer_gui.core.document import EMPTY
from composer_gui.core.explanation_rules import RULES
from composer_gui.core.explanations import REFUSED, explain
from composer_gui.core.layer_kinds import (
    Construct,
    KerasLayer,
    Operation,
    SavedInterface,
    SavedModel,
)
from composer_gui.core.problem_table import KINDS
from composer_gui.core.problems import Problem
from composer_gui.core.refused import Refused, clean
from composer_gui.core.shapes.tensor_spec import TensorSpec, show_shape

MODEL = SavedModel("l1", "head", "/head.keras", "", SavedInterface("Functional", (), ()))


def refused(text, class_name, *shapes, dtypes=(), **parameters):
    layer = KerasLayer("l1", "it", class_name, Map(parameters)) if class_name else MODEL
    names = ("left", "right", "third")[: len(shapes)]
    specs = tuple(
        TensorSpec((None, *shape), dtypes[index] if dtypes else "float32")
        for index, shape in enumerate(shapes)
    )
    return Refused("it", layer, text, {"inputs": specs}, {"inputs": names})


def worded(call):
    return explain(Problem(REFUSED, "", "n1", detail=call.text), call)


RANK = "Input 0 of this layer is incompatible with the layer: expected min_ndim=4, found ndim=3."
JOIN = "`Concatenate` requires inputs with matching shapes except for the concatenation axis."
SPARSE = "unsupported operand type(s) for *: 'int' and 'NoneType'"
EQUAL = "Dimensions must be equal, but are 4 and 3"
TABLE = [
    (refused(RANK, "Conv2D", (28, 28)), "rank", "height×width×channels", "28×28"),
    (
        refused("expected ndim=2, found ndim=3. Full shape received", "RepeatVector", (4, 2)),
        "rank",
        "1 axis",
        "4×2",
    ),
    (refused("expected min_ndim=2, found ndim=1.", "Dense", ()), "rank", "1 axis", "one number"),
    (
        refused("Kernel shape must have the same length as input", "Conv2D", (2, 28, 28, 3)),
        "rank",
        "3 axes",
        "2×28×28×3",
    ),
    (
        refused("adaptive_max_pool supports 1D, 2D, or 3D", "AdaptiveMaxPooling2D", (5,)),
        "rank",
        "3 axes",
        "5",
    ),
    (
        refused(
            "`TimeDistributed` Layer should be passed an `input_shape`", "TimeDistributed", (3,)
        ),
        "rank",
        "2 axes",
        "3",
    ),
    (
        refused(
            "Shapes used to initialize variables must be fully-defined",
            "TimeDistributed",
            (6, 8),
            layer=Construct("layer", "LSTM", EMPTY),
        ),
        "rank",
        "3 axes",
        "6×8",
    ),
    (
        refused(
            "Kernel shape must have the same length as input",
            "SpectralNormalization",
            (8,),
            layer=Construct("layer", "Conv2D", EMPTY),
        ),
        "rank",
        "3 axes",
        "8",
    ),
    (
        refused("All inputs should have equal shape.", "HashedCrossing", (), (4,)),
        "together",
        "one number",
        "4",
    ),
    (
        refused("should have an integer or string dtype", "HashedCrossing", (), dtypes=("bool",)),
        "dtype",
        "text or whole numbers",
        "bool",
    ),
    (
        refused("symbolic `tf.Tensor` as a Python `bool` is", "StringLookup", (None,)),
        "free_size",
        "a fixed size",
        "?",
    ),
    (refused("tuple index out of range", "LSTM", (10,)), "rank", "steps×features", "10"),
    (
        refused("tuple index out of range", "Conv2DTranspose", (4, 8, 8, 3)),
        "rank",
        "height×width×channels",
        "4×8×8×3",
    ),
    (
        refused("expected shape=(None, 6, 6, 64), found shape=(None, 5, 5, 64)", "", (5, 5, 64)),
        "shape",
        "6×6×64",
        "5×5×64",
    ),
    (
        refused(
            "Invalid input shape for input Tensor. Expected shape (None, 8), but input has "
            "incompatible shape (None, 8, 3)",
            "",
            (8, 3),
        ),
        "shape",
        "8",
        "8×3",
    ),
    (
        refused("expected axis -1 of input shape to have value 4", "Dense", (5,)),
        "axis_size",
        "4",
        "5",
    ),
    (
        refused("Shapes used to initialize variables must be fully-defined", "Dense", (10, None)),
        "free_size",
        "a fixed size",
        "10×?",
    ),
    (
        refused("unsupported operand type(s) for %: 'NoneType' and 'int'", "Conv1D", (28, None)),
        "free_size",
        "a fixed size",
        "28×?",
    ),
    (
        refused(
            "Computed output size would be zero or negative.", "Conv2D", (3, 3, 1), kernel_size=5
        ),
        "nothing_left",
        "5×5×1",
        "3×3×1",
    ),
    (
        refused(
            "Values in `cropping` argument should be smaller than",
            "Cropping2D",
            (4, 4, 3),
            cropping=2,
        ),
        "nothing_left",
        "5×5×3",
        "4×4×3",
    ),
    (
        refused(
            "The total size of the tensor must be unchanged.", "Reshape", (4, 2), target_shape=(5,)
        ),
        "reshape",
        "5",
        "4×2",
    ),
    (
        refused("evenly divisible by the number of groups.", "Conv2D", (8, 8, 3), groups=2),
        "groups",
        "2",
        "3",
    ),
    (
        refused("tuple index out of range", "BatchNormalization", (4,), axis=3),
        "axis",
        "-2 to 1",
        "3",
    ),
    (refused(JOIN, "Concatenate", (4, 3), (5, 3)), "concatenate", "last axis", "4×3 and 5×3"),
    (refused(JOIN, "Concatenate", (4, 3), (4,)), "concatenate", "last axis", "4×3 and 4"),
    (
        refused("Inputs have incompatible shapes. Received shapes", "Add", (10,), (64,)),
        "merge",
        "equal",
        "10 and 64",
    ),
    (
        refused("Incompatible input shapes: axis values 4 (at axis 1) != 5", "Dot", (4,), (5,)),
        "merge",
        "equal",
        "4 and 5",
    ),
    (
        refused("Dimensions must be equal, but are 4 and 3.", "Attention", (5, 4), (6, 3)),
        "together",
        "4 and 3",
        "5×4 and 6×3",
    ),
    (
        refused("Expected the two input tensors to have identical shapes.", "HashedCrossing", (4,)),
        "together",
        "one value",
        "4",
    ),
    (
        refused("missing a required argument: 'value'", "MultiHeadAttention", (5, 4)),
        "missing_input",
        "value",
        "nothing",
    ),
    (
        refused(
            "'input' has DataType uint8 not in list of allowed values",
            "Conv2D",
            (8, 8, 3),
            dtypes=("uint8",),
        ),
        "dtype",
        "floating-point",
        "8×8×3 uint8",
    ),
    (
        refused(
            "dtype='string' is not a valid dtype for Keras type promotion.",
            "Dense",
            (4,),
            dtypes=("string",),
        ),
        "dtype",
        "numbers",
        "text",
    ),
    (
        refused("list index out of range", "EinsumDense", (4,), equation="ab,bc->ac"),
        "equation",
        "ab,bc->ac",
        "4",
    ),
]


@pytest.mark.parametrize(("call", "code", "expected", "actual"), TABLE)
def test_a_refusal_says_who_and_what_and_both_sides(call, code, expected, actual):
    problem = worded(call)
    assert problem.code == code
    assert expected in problem.expected
    assert actual in problem.actual
    assert re.search(r"\b(it|left)\b", problem.message)
    assert problem.title
    assert problem.detail == call.text
    assert problem.node == "n1"


@pytest.mark.parametrize(("call", "code", "expected", "actual"), TABLE)
def test_no_word_of_keras_is_left_in_a_sentence(call, code, expected, actual):
    problem = worded(call)
    for word in ("None", "ndim", "tensor", "`", "shape=", "this_layer"):
        assert word not in problem.message + problem.title


def test_what_no_rule_knows_is_given_in_keras_own_words():
    problem = worded(refused("The moon is in the wrong quarter.\nMore of it.", "ReLU", (3,)))
    assert problem.code == "keras"
    assert problem.message == (
        "it cannot be called with 3. Keras says: The moon is in the wrong quarter."
    )


def test_a_refusal_without_any_text_still_says_something():
    assert "no reason" in worded(refused("", "ReLU", (3,))).message


def test_a_long_text_is_cut_short_in_the_sentence_only():
    problem = worded(refused("long " * 200, "ReLU", (3,)))
    assert len(problem.message) < 350
    assert len(problem.detail) == 1000


def test_the_sum_of_ten_and_sixty_four_names_both_terms():
    problem = worded(refused("Inputs have incompatible shapes.", "Add", (10,), (64,)))
    assert problem.message == (
        "10 and 64 do not add, since the last axis is 64, not 10. "
        "left gives 10 and right gives 64 to it."
    )


def test_the_axis_on_which_shapes_do_not_join_is_named():
    assert "axis 1 is 4 and 5" in worded(refused(JOIN, "Concatenate", (4, 3), (5, 3))).message


def test_a_model_made_for_another_shape_names_the_wire():
    call = refused("expected shape=(None, 6, 6, 64), found shape=(None, 5, 5, 64)", "", (5, 5, 64))
    problem = worded(call)
    assert problem.message == (
        "it wants 6×6×64. left gives 5×5×64: axis 1 is 5, not 6, and axis 2 is 5, not 6."
    )
    assert problem.port == "inputs"


def test_a_shared_layer_names_the_call_that_made_its_weights():
    text = "expected axis -1 of input shape to have value 10"
    call = Refused(
        "second",
        KerasLayer("l1", "dense", "Dense", EMPTY),
        text,
        {"inputs": (TensorSpec((None, 20)),)},
        {"inputs": ("right",)},
        first="first",
        built_on={"inputs": (TensorSpec((None, 10)),)},
    )
    problem = worded(call)
    assert problem.code == "shared_shape"
    assert "shares its weights with first, which gets 10. Here right gives 20" in problem.message


def test_the_states_of_a_recurrent_layer_are_counted():
    call = Refused(
        "lstm",
        KerasLayer("l1", "lstm", "LSTM", Map({"units": 64})),
        "list index out of range",
        {"sequences": (TensorSpec((None, 10, 3)),), "initial_state": (TensorSpec((None, 64)),)},
        {"sequences": ("words",), "initial_state": ("state",)},
    )
    problem = worded(call)
    assert problem.message == "lstm starts from 2 states of 64. Its initial_state gets 64."
    assert problem.port == "initial_state"


@pytest.mark.parametrize(
    ("call", "name", "said"),
    [
        (
            refused("This requires the scipy module.", "STFTSpectrogram", (2000, 1)),
            "window",
            "window needs SciPy",
        ),
        (
            refused(SPARSE, "CategoryEncoding", (4,), sparse=True),
            "sparse",
            "sparse does not work here",
        ),
        (
            refused("Incompatible shapes: [1,3] vs. [1,9]", "Normalization", (9,), mean=(1, 2, 3)),
            "mean",
            "mean has 3 values, and ",
        ),
        (
            refused(
                "Input to reshape is a tensor with 9 values", "Normalization", (4, 3), axis=(2, 2)
            ),
            "axis",
            "axis names one axis twice",
        ),
    ],
)
def test_a_parameter_of_what_prepares_data_is_named_with_what_is_wrong(call, name, said):
    problem = worded(call)
    assert (problem.code, problem.parameter) == ("bad_parameter", name)
    assert said in problem.message


def test_states_of_a_fixed_batch_and_steps_of_any_are_told_as_batches():
    text = "Input tensor enters the loop with shape (1, 8), but has shape (None, 8) after one"
    layer = KerasLayer("l1", "it", "GRU", Map(units=8))
    steps, state = TensorSpec((None, 7, 4)), TensorSpec((1, 8))
    inputs = {"sequences": (steps,), "initial_state": (state,)}
    sources = {"sequences": ("target",), "initial_state": ("encoder",)}
    found = worded(Refused("it", layer, text, inputs, sources))
    assert (found.code, found.port, found.wanted) == ("batch_size", "sequences", (1, 7, 4))
    assert found.message.startswith("it gets batches of any size and 1. target gives 7×4 and ")


def test_a_product_over_a_free_axis_names_the_free_one():
    text = "Incompatible input shapes: axis values None (at axis 1) != 8 (at axis 1)."
    found = worded(refused(text, "Dot", (None,), (8,), axes=1))
    assert (found.index, found.wanted, found.axes) == (0, (None, 8), (1,))
    assert "the last axis of left may be of any size, and has to be 8" in found.message


def test_labels_with_braces_are_not_filled_in_twice():
    call = Refused(
        "{source}",
        KerasLayer("l1", "x", "ReLU", EMPTY),
        "",
        {"inputs": (TensorSpec((None, 3)),)},
        {"inputs": ("{node}",)},
    )
    problem = explain(Problem("dtype", "{node} gets {source}.", port="inputs"), call)
    assert problem.message == "{source} gets {node}."


@pytest.mark.parametrize(("call", "code", "expected", "actual"), TABLE)
def test_a_problem_of_shapes_says_which_wire_both_shapes_and_the_axes(call, code, expected, actual):
    problem = worded(call)
    if not KINDS[code].shapes:
        return
    given = call.inputs[problem.port][problem.index].shape
    assert problem.given == given
    assert show_shape(given) in problem.message
    assert problem.axes == tuple(sorted(problem.axes))
    assert all(axis < max(len(given), len(problem.wanted)) for axis in problem.axes)
    assert problem.axes


@pytest.mark.parametrize(
    ("call", "index", "wanted", "axes"),
    [
        (refused(RANK, "Conv2D", (28, 28)), 0, (None, None, None, None), (3,)),
        (refused(JOIN, "Concatenate", (4, 3), (5, 3)), 1, (None, 4, None), (1,)),
        (refused(JOIN, "Concatenate", (4, 3), (5, 3), (4, 3)), 1, (None, 4, None), (1,)),
        (refused("Inputs have incompatible shapes.", "Add", (10,), (64,)), 1, (None, 10), (1,)),
        (
            refused("Inputs have incompatible shapes.", "Add", (8, 64), (10,), (64,)),
            1,
            (None, 64),
            (1,),
        ),
        (
            refused("output size would be zero or negative", "Conv2D", (3, 9, 1), kernel_size=5),
            0,
            (None, 5, 9, 1),
            (1,),
        ),
        (
            refused("expected axis -1 of input shape to have value 4", "Dense", (7, 5)),
            0,
            (None, 7, 4),
            (2,),
        ),
        (refused("must be fully-defined", "Dense", (None, None)), 0, (None, None, None), (2,)),
    ],
)
def test_the_wire_at_fault_is_the_one_that_differs_from_the_others(call, index, wanted, axes):
    problem = worded(call)
    assert (problem.index, problem.wanted, problem.axes) == (index, wanted, axes)


@pytest.mark.parametrize(
    ("function", "text", "shapes", "code", "message"),
    [
        (
            "add",
            "Cannot broadcast shape, the failure dim has value 4",
            [(4, 3), (5, 3)],
            "merge",
            "4×3 and 5×3 do not add, since axis 1 is 5, not 4. "
            "left gives 4×3 and right gives 5×3 to it.",
        ),
        (
            "matmul",
            "Inner dimensions (`x1.shape[-1]` and `x2.shape[-2]`) must be equal",
            [(3, 4), (5, 6)],
            "together",
            "What it gets does not go together: axis 1 is 5, not 4, the last axis of left. "
            "left gives 3×4 and right gives 5×6.",
        ),
        (
            "stack",
            "Every value in `x` must have the same shape.",
            [(4,), (5,)],
            "together",
            "What it gets does not go together: the last axis is 5, not 4. "
            "left gives 4 and right gives 5.",
        ),
        (
            "mean",
            "axis 3 is out of bounds for an array with dimension 2.",
            [(4,)],
            "axis",
            "it works on axis 3. left gives 4: its axes are 0 (the batch) to 1.",
        ),
    ],
)
def test_a_function_is_explained_like_the_layer_that_does_the_same(
    function, text, shapes, code, message
):
    layer = Operation("l1", "it", function, keywords=Map({"axis": 3}))
    names = ("left", "right")[: len(shapes)]
    inputs = {
        name: (TensorSpec((None, *shape)),) for name, shape in zip(names, shapes, strict=True)
    }
    problem = worded(Refused("it", layer, text, inputs, {name: (name,) for name in names}))
    assert (problem.code, problem.message) == (code, message)


def test_what_tensorflow_cannot_allocate_is_too_large():
    """A test through the engine would wait: TensorFlow tries for ten seconds before it says so."""
    text = "OOM when allocating tensor with shape[1048576,1048576] and type float on /device:CPU:0"
    zeros = Operation("l1", "it", "zeros", ((1 << 20, 1 << 20),))
    problem = worded(Refused("it", zeros, text, {}, {}))
    assert (problem.code, "more memory" in problem.message) == ("memory", True)


def test_every_rule_but_the_last_may_have_nothing_to_say():
    call = refused("nothing that anybody knows", "ReLU", (3,))
    assert [rule(call) is None for rule in RULES] == [True] * (len(RULES) - 1) + [False]


# Cleaning ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        (
            "Shapes must be fully-defined. Received: (None, 8) for variable path='a/kernel'",
            "Shapes must be fully-defined. Received: (None, 8)",
        ),
        ("\x1b[1mDo not.\x1b[0m", "Do not."),
        (
            "Exception encountered when calling Dense.call().\n\nBad.\n\nArguments received by "
            "Dense.call():\n  • inputs=tf.Tensor",
            "Bad.",
        ),
        (
            "Input 0 with name 'None' of layer 'this_layer' is incompatible with the layer",
            "Input 0 of this layer is incompatible with the layer",
        ),
        (
            "Could not automatically infer the output shape / dtype of 'this_layer' (of type X). "
            "Error encountered:\n\nlist index out of range",
            "list index out of range",
        ),
        (
            "Input 0 with name 'None' of layer 'dense_2' is incompatible with the layer",
            "Input 0 of layer 'dense_2' is incompatible with the layer",
        ),
        (
            "Output with path `` is not connected to `inputs`",
            "Output is not connected to `inputs`",
        ),
        (
            "data.shape=(<tf.Tensor 'this_layer_3/strided:0' shape=() dtype=int32>, 5)",
            "data.shape=(a tensor of shape (), 5)",
        ),
        (
            'Received `w=Tensor("Placeholder_1:0", shape=(None, 5), dtype=float32)`.',
            "Received `w=a tensor of shape (None, 5)`.",
        ),
        (
            "Unknown <class 'keras.src.layers.core.dense.Dense'> of keras.src.layers.Dense.",
            "Unknown Dense of Dense.",
        ),
        (
            'Traceback (most recent call last):\n  File "a.py", line 3, in call\n    x = 1\n'
            "ValueError: Bad.",
            "ValueError: Bad.",
        ),
        (
            'in user code:\n\n    File "/x/keras/src/a.py", line 3, in call\n        y = x\n\nBad.',
            "Bad.",
        ),
        (
            EQUAL + " for '{{node a/MatMul}} = BatchMatMulV2[T=1]'",
            "Dimensions must be equal, but are 4 and 3.",
        ),
    ],
)
def test_cleaning_leaves_what_keras_means(raw, cleaned):
    assert clean(raw) == cleaned


MEANT = st.text(
    st.characters(categories=("L", "N", "Zs"), include_characters=".,()=-"), max_size=60
)
"""Something that Keras may mean, without a word of its noise."""

NOISY = st.sampled_from(
    [
        "\x1b[1m",
        "\x1b[0m",
        " with name 'None'",
        " with path ``.",
        "Exception encountered when calling Dense.call().\n\n",
        " for variable path='dense_3/kernel'",
        "<class 'keras.src.layers.core.dense.Dense'>",
        "keras.src.backend.Thing",
        "{{function_node __wrapped__Reshape}} ",
        " [Op:Reshape] name: ",
        "<tf.Tensor 'this_layer/x:0' shape=(2, 3) dtype=int32>",
        "layer 'this_layer'",
        "\n\nArguments received by Dense.call():\n  • inputs=<KerasTensor shape=(2,)>",
        'Traceback (most recent call last):\n  File "/x/composer_gui/a.py", line 1\n    f()\n',
    ]
)


@given(st.lists(st.one_of(MEANT, NOISY), max_size=8))
def test_nothing_of_the_noise_is_left_and_cleaning_twice_is_cleaning_once(parts):
    cleaned = clean("\n".join(parts))
    for noise in (
        "\x1b",
        "'None'",
        "``",
        "keras.src",
        "composer_gui",
        "this_layer",
        "function_node",
    ):
        assert noise not in cleaned
    for noise in ("Traceback", "Arguments received", "Exception encountered", "tf.Tensor"):
        assert noise not in cleaned
    assert clean(cleaned) == cleaned
