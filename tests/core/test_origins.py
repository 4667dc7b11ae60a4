"""The size that does not fit is followed to where it was set: an Input, a parameter, a model."""

import pytest
from immutables import Map

from composer_gui.core import edits
from composer_gui.core.document import Source, Wire, put, wires_into
from composer_gui.core.layer_kinds import Construct, SavedInterface, SavedPort
from composer_gui.core.origins import origin
from composer_gui.core.problems import Problem
from composer_gui.core.shapes.tensor_spec import TensorSpec
from composer_gui.core.verdicts import FINE, Verdict
from tests.drawing import Drawing

GRU = Construct("layer", "GRU", Map({"units": 7}))


class Known(Drawing):
    """A drawing whose shapes are told as it is drawn: `at(node, *shape)`."""

    def __init__(self):
        super().__init__()
        self.verdicts = {}

    def at(self, node_id, *shape, dtype="float32", port="output"):
        spec = TensorSpec((None, *shape), dtype)
        self.verdicts[node_id] = Verdict(FINE, ((port, spec),))
        return node_id

    def image(self, *shape, label="image", dtype="float32"):
        return self.at(self.input(label, *shape, dtype=dtype), *shape, dtype=dtype)

    def step(self, class_name, source, *shape, **parameters):
        sources = source if isinstance(source, tuple) else (source,)
        node_id = self.layer(class_name, class_name.lower(), *sources, **parameters)
        return self.at(node_id, *shape)

    def origin(self, source, axis=None, *, wanted=None, **fields):
        """Return where an axis of what `source` gives was set; None: its number of axes."""
        end = self.layer("Activation", "end", source)
        given = self.verdicts[source].outputs[0][1].shape
        if wanted is None:
            wanted = (None,) * (len(given) + (axis is None))
        axes = (len(given) if axis is None else axis % len(given),)
        fields = {"wanted": wanted, "given": given, "axes": axes} | fields
        problem = Problem("shape", "", end, "inputs", index=0, **fields)
        return origin(self.document, self.catalog, self.verdicts, problem)


@pytest.fixture
def draw():
    return Known()


def said(found):
    return found.parameter, found.sentence


def test_a_size_comes_from_the_shape_of_an_input(draw):
    image = draw.image(32, 32, 3)
    found = draw.origin(draw.step("ReLU", image, 32, 32, 3), -1)
    assert found.node == image
    assert said(found) == ("shape", "3 comes from image’s shape, set at the Input image")


def test_a_free_size_comes_from_there_too(draw):
    found = draw.origin(draw.image(None, 3), 1)
    assert said(found) == (
        "shape",
        "The free size comes from image’s shape, set at the Input image",
    )


@pytest.mark.parametrize(
    ("class_name", "parameters", "before", "after", "axis", "parameter", "sentence"),
    [
        ("Dense", {"units": 64}, (5,), (64,), -1, "units", "units of dense is 64"),
        ("Embedding", {"input_dim": 9}, (5,), (5, 4), -1, "output_dim", None),
        ("Conv2D", {"filters": 8}, (9, 9, 3), (7, 7, 8), 3, "filters", "filters of conv2d is 8"),
        (
            "Conv2D",
            {"filters": 8, "kernel_size": 3},
            (9, 9, 3),
            (7, 7, 8),
            1,
            "kernel_size",
            "conv2d makes 7 of 9 with kernel_size 3",
        ),
        (
            "Conv2D",
            {"filters": 8, "strides": 2, "padding": "same"},
            (9, 9, 3),
            (5, 5, 8),
            2,
            "strides",
            "conv2d makes 5 of 9 with strides 2",
        ),
        ("MaxPooling2D", {"pool_size": 4}, (9, 9, 3), (2, 2, 3), 1, "pool_size", None),
        ("ZeroPadding2D", {"padding": 2}, (9, 9, 3), (13, 13, 3), 1, "padding", None),
        ("Cropping2D", {"cropping": 2}, (9, 9, 3), (5, 5, 3), 2, "cropping", None),
        ("UpSampling2D", {"size": 2}, (9, 9, 3), (18, 18, 3), 2, "size", None),
        ("Resizing", {"height": 7, "width": 5}, (9, 9, 3), (7, 5, 3), 1, "height", None),
        ("Resizing", {"height": 7, "width": 5}, (9, 9, 3), (7, 5, 3), 2, "width", None),
        ("Reshape", {"target_shape": (4, -1)}, (8,), (4, 2), 2, "target_shape", None),
        ("RepeatVector", {"n": 6}, (8,), (6, 8), 1, "n", "n of repeatvector is 6"),
        ("LSTM", {"units": 6}, (5, 8), (6,), -1, "units", "units of lstm is 6"),
        ("Bidirectional", {"layer": GRU}, (5, 8), (14,), -1, "layer", None),
        ("Flatten", {}, (6, 6, 2), (72,), -1, "", "flatten makes 72 of 6×6×2"),
        ("CategoryEncoding", {"num_tokens": 9}, (4,), (9,), -1, "num_tokens", None),
    ],
)
def test_a_size_comes_from_a_parameter(
    draw, class_name, parameters, before, after, axis, parameter, sentence
):
    node = draw.step(class_name, draw.image(*before), *after, **parameters)
    found = draw.origin(node, axis)
    assert found.node == node
    assert found.parameter == parameter
    assert sentence in (None, found.sentence)
    assert class_name.lower() in found.sentence


@pytest.mark.parametrize(
    ("class_name", "parameters", "before", "after", "axis", "came"),
    [
        ("Dense", {"units": 64}, (5, 4), (5, 64), 1, 5),
        ("Conv2D", {"filters": 8, "padding": "same"}, (9, 7, 3), (9, 7, 8), 2, 7),
        ("DepthwiseConv2D", {}, (9, 7, 3), (7, 5, 3), 3, 3),
        ("GlobalAveragePooling2D", {}, (9, 7, 3), (3,), -1, 3),
        ("GlobalMaxPooling1D", {"data_format": "channels_first"}, (9, 7), (9,), -1, 9),
        ("Permute", {"dims": (2, 1)}, (5, 4), (4, 5), 1, 4),
        ("RepeatVector", {"n": 6}, (8,), (6, 8), 2, 8),
        ("LSTM", {"units": 6, "return_sequences": True}, (5, 8), (5, 6), 1, 5),
        ("Embedding", {"input_dim": 9}, (5,), (5, 4), 1, 5),
        ("BatchNormalization", {}, (5, 4), (5, 4), 2, 4),
    ],
)
def test_a_layer_passes_an_axis_on(draw, class_name, parameters, before, after, axis, came):
    image = draw.image(*before)
    found = draw.origin(draw.step(class_name, image, *after, **parameters), axis)
    assert found.node == image
    assert found.sentence.startswith(f"{came} comes from image’s shape")


def test_the_joined_axis_is_told_with_its_terms(draw):
    node = draw.step("Concatenate", (draw.image(4, 3), draw.image(4, 5)), 4, 8)
    assert said(draw.origin(node, -1)) == ("axis", "concatenate joins 3 and 5 to 8")
    assert draw.origin(node, 1).sentence.startswith("4 comes from image’s shape")


def test_a_sum_has_its_size_from_the_term_that_is_not_stretched(draw):
    one, other = draw.image(4, 1, label="one"), draw.image(4, 5, label="other")
    assert draw.origin(draw.step("Add", (one, other), 4, 5), -1).node == other


def test_a_saved_model_gives_what_it_was_saved_with(draw):
    ports = (SavedPort("x", (None, 8)),), (SavedPort("score", (None, 5)),)
    image = draw.image(8)
    node = draw.model("encoder", SavedInterface("Functional", *ports), image)
    draw.at(node, 5, port="score")
    assert said(draw.origin(node, -1)) == ("", "encoder was saved to give 5")


def test_a_model_that_takes_any_size_makes_it_of_what_it_gets(draw):
    shape = (None, None, None, 8)
    ports = (SavedPort("x", shape),), (SavedPort("maps", shape),)
    node = draw.model("encoder", SavedInterface("Functional", *ports), draw.image(9, 9, 3))
    draw.at(node, 7, 7, 8, port="maps")
    assert draw.origin(node, 1).sentence == "encoder makes 7 of what it gets"


def test_too_few_axes_come_from_a_recurrent_layer_that_gives_its_last_step(draw):
    node = draw.step("LSTM", draw.image(5, 8), 6, units=6)
    found = draw.origin(draw.step("ReLU", node, 6))
    assert found.node == node
    assert said(found) == (
        "return_sequences",
        "lstm gives its last step only, since return_sequences is not set",
    )


def test_too_few_axes_come_from_an_input(draw):
    found = draw.origin(draw.step("ReLU", draw.image(28, 28), 28, 28))
    assert said(found) == ("shape", "image’s shape is 28×28, set at the Input image")


def test_a_batch_size_is_set_at_an_input(draw):
    image = draw.image(5)
    draw.verdicts[image] = Verdict(FINE, (("output", TensorSpec((4, 5))),))
    found = draw.origin(image, 0, wanted=(8, 5))
    assert said(found) == ("batch_size", "4 is image’s batch size, set at the Input image")


def test_a_dtype_is_followed_to_its_input(draw):
    image = draw.image(9, 9, 3, dtype="uint8")
    node = draw.step("Reshape", image, 9, 27, target_shape=(9, 27))
    draw.at(node, 9, 27, dtype="uint8")
    end = draw.layer("Dense", "end", node, units=3)
    problem = Problem("dtype", "", end, "inputs", index=0, actual="9×27 uint8")
    found = origin(draw.document, draw.catalog, draw.verdicts, problem)
    assert said(found) == ("dtype", "uint8 is image’s dtype, set at the Input image")


def test_where_nothing_is_known_of_what_comes_it_is_what_the_model_was_saved_for(draw):
    ports = (SavedPort("x", (None, 8)),), (SavedPort("score", (None, 5)),)
    image = draw.image(9)
    node = draw.model("scorer", SavedInterface("Functional", *ports), image)
    fields = {"wanted": (None, 8), "given": (None, 9), "axes": (1,), "index": 0}
    problem = Problem("shape", "", node, "x", **fields)
    found = origin(draw.document, draw.catalog, {}, problem)
    assert (found.node, found.sentence) == (node, "scorer was saved for 8")


def test_an_axis_that_is_not_there_was_named_by_the_layer_itself(draw):
    norm = draw.layer("BatchNormalization", "norm", draw.image(4), axis=3)
    fields = {"index": 0, "given": (None, 4), "parameter": "axis"}
    problem = Problem("axis", "", norm, "inputs", **fields)
    found = origin(draw.document, draw.catalog, draw.verdicts, problem)
    assert (found.node, *said(found)) == (norm, "axis", "axis of norm is 3")


@pytest.mark.parametrize(
    ("parameters", "name", "sentence"),
    [
        ({"units": -2}, "units", "units of dense is -2"),
        ({}, "units", "units of dense is not set"),
        ({"colour": "r" * 60}, "colour", f"colour of dense is {'r' * 39}…"),
    ],
)
def test_a_parameter_at_fault_is_the_origin_itself(draw, parameters, name, sentence):
    dense = draw.layer("Dense", "dense", draw.image(4), **parameters)
    problem = Problem("bad_parameter", "", dense, parameter=name)
    found = origin(draw.document, draw.catalog, draw.verdicts, problem)
    assert (found.node, *said(found)) == (dense, name, sentence)


def test_a_dtype_that_does_not_exist_was_set_at_its_input(draw):
    image = draw.image(4, dtype="float99")
    problem = Problem("bad_parameter", "", image, parameter="dtype")
    found = origin(draw.document, draw.catalog, draw.verdicts, problem)
    assert (found.node, *said(found)) == (image, "dtype", "image’s dtype is float99")


def test_a_problem_without_a_wire_has_no_origin(draw):
    known = draw.document, draw.catalog, draw.verdicts
    assert origin(*known, Problem("no_input", "")) is None
    assert origin(*known, Problem("shape", "", "n99", "inputs")) is None


def test_a_loop_of_wires_is_not_followed_for_ever(draw):
    one = draw.step("ReLU", draw.image(5), 5)
    other = draw.step("ReLU", one, 5)
    node = draw.document.nodes[one]
    looped = type(node)(node.id, node.layer, inputs=Map({"inputs": (Source(other),)}))
    draw.document = put(draw.document, looped)
    assert draw.origin(other, -1) is None


# Dots and bypassed calls ------------------------------------------------------------------------


def led_past(draw, source, shape):
    """Return what hands a tensor on: a bypassed Dense behind a dot."""
    draw.document = edits.add_dot(draw.document, 0, 0)
    dot = f"n{draw.document.next_number - 1}"
    draw.document = edits.connect(draw.document, draw.catalog, Wire(Source(source), dot, "input"))
    idle = draw.step("Dense", draw.at(dot, *shape), *shape, units=99)
    draw.document = edits.set_bypassed(draw.document, [idle], True)
    return idle


def test_dots_and_bypassed_calls_are_followed_past(draw):
    image = draw.image(32, 32, 3)
    found = draw.origin(led_past(draw, draw.step("ReLU", image, 32, 32, 3), (32, 32, 3)), -1)
    assert found.node == image
    assert said(found) == ("shape", "3 comes from image’s shape, set at the Input image")


def test_a_dtype_is_followed_past_them_too(draw):
    text = draw.image(4, label="words", dtype="string")
    idle = led_past(draw, text, (4,))
    for node in (idle, *(w.source.node for w in wires_into(draw.document.nodes[idle]))):
        draw.at(node, 4, dtype="string")
    end = draw.layer("Dense", "end", idle, units=3)
    problem = Problem("text_given", "", end, "inputs", index=0)
    found = origin(draw.document, draw.catalog, draw.verdicts, problem)
    assert found.node == text
    assert found.parameter == "dtype"


def test_a_dot_into_which_nothing_comes_is_no_origin(draw):
    idle = led_past(draw, draw.image(8), (8,))
    (wire,) = wires_into(draw.document.nodes[idle])
    draw.document = edits.disconnect(draw.document, wire)
    assert draw.origin(idle, -1) is None
