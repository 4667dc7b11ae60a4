"""Whatever is wired wrongly to a layer of the palette is put into words, none of them Keras's."""

import re

import pytest
from immutables import Map

from composer_gui.core.explanations import explain
from composer_gui.core.layer_kinds import Construct, KerasLayer
from composer_gui.core.layers.parameters import refusal
from composer_gui.core.problem_table import KINDS
from composer_gui.core.refused import Refused
from composer_gui.core.shapes.tensor_spec import TensorSpec, show_shape
from composer_gui.engine.keras_shapes import KerasShapes
from composer_gui.storage import resources
from tests.conformance.test_ghosts import NOT_CALLABLE, VOCABULARIES, inputs_for

CATALOG = resources.catalog()
NAMES = ("left", "right", "third", "fourth", "fifth", "sixth", "seventh", "eighth")

SPECS = [
    TensorSpec((None, *shape), dtype)
    for shape, dtype in (
        *(((5, 4, 3, 2, 2)[:rank], "float32") for rank in range(6)),
        *((shape, "float32") for shape in ((None,), (5, None), (None, None, 3), (8, 8, None))),
        *(((5,), "int32"), ((5, 4), "int32"), ((8, 8, 3), "uint8"), ((5, 4), "bool")),
        *(((), "string"), ((5,), "string"), ((5, 4), "string"), ((8, 8, 3), "float16")),
    )
]
"""What is wired to every port of every layer in turn."""

PAIRS = [
    ((5, 4), (5, 3)),
    ((5, 4), (6, 4)),
    ((5, 4), (4,)),
    ((8, 8, 3), (4, 4, 3)),
    ((5,), (7,)),
    ((5,), ()),
    ((None, 4), (None, 3)),
]
"""What is wired to layers that take several."""

CONV = {"filters": 4, "kernel_size": 3}
ODD = [
    ("Conv2D", CONV | {"kernel_size": 9}, (5, 5, 3)),
    ("Conv2D", CONV | {"groups": 2}, (5, 5, 3)),
    ("Conv2D", CONV | {"filters": 3, "groups": 2}, (5, 5, 4)),
    ("Conv2D", CONV | {"strides": 2, "dilation_rate": 2}, (9, 9, 3)),
    ("Conv2DTranspose", CONV | {"strides": 2, "output_padding": 2}, (5, 5, 3)),
    ("DepthwiseConv2D", {"kernel_size": 9}, (5, 5, 3)),
    ("MaxPooling2D", {"pool_size": 9}, (5, 5, 3)),
    ("ConvLSTM2D", CONV | {"kernel_size": 9}, (4, 5, 5, 3)),
    ("Cropping1D", {"cropping": (3, 3)}, (5, 4)),
    ("Cropping3D", {"cropping": ((3, 3), (0, 0), (0, 0))}, (5, 5, 5, 4)),
    ("Reshape", {"target_shape": (5,)}, (4, 2)),
    ("Reshape", {"target_shape": (3, -1)}, (4, 2)),
    ("Reshape", {"target_shape": (-1, -1)}, (4, 2)),
    ("Permute", {"dims": (2, 1)}, (4, 2, 3)),
    ("Permute", {"dims": (1, 3)}, (4, 2)),
    ("BatchNormalization", {"axis": 3}, (4,)),
    ("LayerNormalization", {"axis": (1, 5)}, (4,)),
    ("GroupNormalization", {"groups": 3}, (8, 8, 4)),
    ("Softmax", {"axis": 4}, (4,)),
    ("UnitNormalization", {"axis": 4}, (4,)),
    ("PReLU", {"shared_axes": (1, 5)}, (4, 4, 3)),
    ("EinsumDense", {"equation": "ab,bc->ac", "output_shape": (7,)}, (4, 3)),
    ("EinsumDense", {"equation": "abc", "output_shape": (7,)}, (4, 3)),
    ("Bidirectional", {"layer": Construct("layer", "GRU", Map({"units": 3}))}, (4,)),
    (
        "TimeDistributed",
        {"layer": Construct("layer", "Conv2D", Map(CONV))},
        (4, 4),
    ),
]
"""Layers whose parameters do not go with what comes."""

NOISE = (
    *("None", "``", "''", "\x1b", "keras.src", "composer_gui", "Traceback", "this_layer"),
    *("ndim", "tf.", "<class", "{node", "{source", "Placeholder"),
)
NOISE_IN_DETAIL = (
    *("name 'None'", "``", "\x1b", "keras.src", "composer_gui", "Traceback", "this_layer"),
    *("tensorflow.", "function_node", "object at 0x", "Arguments received"),
)


@pytest.fixture(scope="module")
def infer():
    return KerasShapes(CATALOG).infer


def told(infer, name, parameters, inputs):
    """Return what is said of a call, in words."""
    layer = KerasLayer("l1", "worker", name, Map(parameters))
    names = iter(NAMES)
    sources = {port: tuple(next(names) for _ in specs) for port, specs in inputs.items()}
    return [
        explain(problem, Refused("worker", layer, problem.detail, inputs, sources))
        for problem in infer(layer, Map(), inputs).problems
    ]


def wirings(spec):
    """Yield what may be wired to a layer's ports."""
    needed = [port for port in spec.inputs if port.required]
    counts = {port.name: max(1, port.minimum if port.many else 1) for port in needed}
    for one in SPECS:
        yield {name: (one,) * count for name, count in counts.items()}
    if sum(counts.values()) > 1 or any(port.many for port in needed):
        for first, second in PAIRS:
            one, other = TensorSpec((None, *first)), TensorSpec((None, *second))
            several = {name: (other,) * count for name, count in counts.items()}
            yield several | {needed[0].name: (one, other) if needed[0].many else (one,)}
    sound = {name: (TensorSpec((None, 5, 4)),) * count for name, count in counts.items()}
    for port in spec.inputs:
        for shape in ((5, 4), (3,), ()) if not port.required else ():
            least = max(1, port.minimum if port.many else 1)
            yield sound | {port.name: (TensorSpec((None, *shape)),) * least}


@pytest.mark.parametrize(
    "name", [name for name, spec in CATALOG.layers.items() if spec.palette and spec.inputs]
)
def test_what_does_not_fit_a_layer_is_told_in_words(infer, name):
    if name in NOT_CALLABLE:
        pytest.skip(f"it {NOT_CALLABLE[name]}")
    spec = CATALOG.layer(name)
    parameters = dict(spec.sample)
    if name in VOCABULARIES:
        parameters["vocabulary"] = VOCABULARIES[name]
    for inputs in wirings(spec):
        for problem in told(infer, name, parameters, inputs):
            is_well_told(problem)


@pytest.mark.parametrize(("name", "parameters", "shape"), ODD)
def test_what_does_not_fit_a_parameter_is_told_in_words(infer, name, parameters, shape):
    spec = CATALOG.layer(name)
    ports = [port for port in spec.inputs if port.required]
    inputs = {port.name: (TensorSpec((None, *shape)),) for port in ports}
    problems = told(infer, name, dict(spec.sample) | parameters, inputs)
    assert problems
    for problem in problems:
        is_well_told(problem)


VALUES = (
    *(0, 1, 2, 7, 50, -1, -2, 0.0, 0.5, 1.5, None, True, False),
    *("same", "causal", "softmax", "channels_first", "string", "one_hot", "tf_idf", "concat"),
    *((), (1,), (2, 2), (1, 2, 3), (0,), ((1, 1), (2, 2)), (5, 5, 5), ("a", "a")),
)
"""What every parameter is set to in turn, as far as the catalog lets it."""


@pytest.mark.parametrize(
    "name", [name for name, spec in CATALOG.layers.items() if spec.palette and spec.parameters]
)
def test_what_a_parameter_cannot_be_is_told_in_words(infer, name):
    if name in NOT_CALLABLE:
        pytest.skip(f"it {NOT_CALLABLE[name]}")
    spec = CATALOG.layer(name)
    sound = dict(spec.sample)
    if name in VOCABULARIES:
        sound["vocabulary"] = VOCABULARIES[name]
    inputs = {
        port: tuple(TensorSpec((None, *one.shape[1:]), one.dtype) for one in specs)
        for port, specs in inputs_for(name).items()
    }
    for parameter in spec.parameters:
        for value in VALUES:
            if refusal(parameter, value, CATALOG) is None:
                for problem in told(infer, name, sound | {parameter.name: value}, inputs):
                    is_well_told(problem)


def is_well_told(problem):
    """Assert that a problem of the node "worker" says all that it has to say."""
    assert problem.code in set(KINDS) - {"keras"}, problem
    assert re.search(r"\bworker\b", problem.message)
    for noise in NOISE:
        assert noise not in problem.message + problem.title, problem
    for noise in NOISE_IN_DETAIL:
        assert noise not in problem.detail, problem
    if not KINDS[problem.code].shapes:
        return
    assert problem.port is not None
    assert problem.index is not None
    assert problem.axes
    assert show_shape(problem.given) in problem.message
    longest = max(len(problem.given), len(problem.wanted))
    assert all(0 <= axis < longest for axis in problem.axes)
