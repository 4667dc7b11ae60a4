"""What is written once, in functions and loops, is what would be written out in full."""

import random
import types

import pytest
from immutables import Map

from composer_gui.core.codegen import body, keras_script
from composer_gui.core.codegen.alignment import Piece, align
from composer_gui.core.codegen.stems import stems
from composer_gui.core.document import Call, Document, Input, Output, Source
from composer_gui.core.layer_kinds import KerasLayer
from composer_gui.storage import resources

CATALOG = resources.catalog()
NETWORKS = 240

STYLES = (
    lambda block, stem, _: f"block{block}_{stem}",
    lambda block, stem, _: f"stage_{block // 3}_block_{block % 3}_{stem}",
    lambda block, stem, _: f"{stem}_{block}",
    lambda block, stem, _: f"{stem}_{block}" if block else stem,
    lambda block, stem, count: f"{stem.split('_')[0]}_{count}",
    lambda block, stem, _: f"part{'abcdefghijkl'[block]}_{stem}",
)


class Network:
    """A design that grows call by call."""

    def __init__(self):
        self.nodes = [Input("n1", "given", (8, 4))]
        self.layers = []

    def call(self, class_name, name, *sources, **parameters):
        number = len(self.nodes) + 1
        self.layers.append(KerasLayer(f"l{number}", name, class_name, Map(parameters)))
        wires = Map({"inputs": tuple(Source(source) for source in sources)})
        self.nodes.append(Call(f"n{number}", f"l{number}", "", wires))
        return f"n{number}"

    def document(self, *ends):
        first = len(self.nodes) + 1
        for number, end in enumerate(ends):
            wire = Map({"input": (Source(end),)})
            self.nodes.append(Output(f"n{first + number}", f"output{number}", wire))
        outputs = tuple(f"n{first + number}" for number in range(len(ends)))
        nodes = Map({node.id: node for node in self.nodes})
        layers = Map({layer.id: layer for layer in self.layers})
        return Document("blocks", 7, nodes, layers, ("n1",), outputs)


STEPS = {
    "Conv1D": {"filters": 4, "kernel_size": 3, "padding": "same"},
    "Dense": {"units": 8},
    "BatchNormalization": {},
    "ReLU": {},
    "Dropout": {"rate": 0.25},
}
VARIED = {
    "filters": (4, 8, 16, 32),
    "units": (8, 16, 32, 64),
    "kernel_size": (1, 3),
    "padding": ("same", "valid"),
    "rate": (0.1, 0.2, 0.3),
}


def at_random(seed):
    """Return a network of blocks of the same few steps: some are left out here and there.

    Steps take what comes before them, or what the block begins from, or both.
    """
    draw = random.Random(seed)
    network, style = Network(), draw.choice(STYLES)
    varied = draw.choice([(), ("filters", "units"), tuple(VARIED)])
    plan = [
        (draw.choice([*STEPS, "Add", "Skip"]), draw.choice([0, 0, 0, 0.4]), draw.random())
        for _ in range(draw.randint(3, 7))
    ]
    x, ends = "n1", []
    for block in range(draw.randint(2, 8)):
        begin = skip = x
        sizes = {key: draw.choice(VARIED[key]) for key in varied}
        for number, (kind, left_out, turn) in enumerate(plan):
            if draw.random() < left_out:
                continue
            class_name = "Conv1D" if kind == "Skip" else kind
            name = style(block, f"{number}_{class_name.lower()}", len(network.nodes))
            given = STEPS.get(class_name, {})
            given = {key: sizes.get(key, value) for key, value in given.items()}
            if kind == "Skip":
                skip = network.call(class_name, name, begin, **given)
            elif kind == "Add":
                x = network.call("Add", name, *((skip, x) if turn < 0.5 else (x, begin)))
            else:
                x = network.call(class_name, name, x, **given)
        if draw.random() < 0.05:
            ends.append(x)
    x = network.call("GlobalAveragePooling1D", "pool", x)
    return network.document(x, *dict.fromkeys(end for end in ends if end != "n1"))


DEFAULTS = {"padding": "valid"}
"""What means the same as saying nothing, of what is VARIED."""


class Recorder:
    """Stands for `keras.layers`: what its layers give says how it came about."""

    def __getattr__(self, class_name):
        def make(*given, **named):
            said = {key: value for key, value in named.items() if value != DEFAULTS.get(key)}
            made = class_name, given, tuple(sorted(said.items()))
            return lambda taken: (made, tuple(taken) if isinstance(taken, list) else taken)

        return make


def built(script):
    """Return how the outputs of the model come about that a source builds."""
    keras = types.SimpleNamespace(
        Model=lambda inputs, outputs, name: outputs,
        Input=lambda shape, name: name,
        utils=types.SimpleNamespace(set_random_seed=lambda seed: None),
        layers=Recorder(),
    )
    text = script.text.replace("import keras\n", "").replace("from keras import layers\n", "")
    space = {"__name__": "built", "keras": keras, "layers": keras.layers}
    exec(compile(text.replace(" -> keras.Model", ""), "script", "exec"), space)
    return space["build_model"]()


def both(document, monkeypatch):
    """Return a design's source, and the one that has everything written out."""
    short = keras_script.generate(document, CATALOG, {})
    with monkeypatch.context() as patched:
        patched.setattr(body.repeats, "find", lambda *_: [])
        return short, keras_script.generate(document, CATALOG, {})


@pytest.mark.parametrize("share", range(8))
def test_functions_and_loops_say_what_is_written_out(share, monkeypatch):
    for seed in range(share * NETWORKS // 8, (share + 1) * NETWORKS // 8):
        short, long = both(at_random(seed), monkeypatch)
        assert built(short) == built(long), seed
        assert short.lines.keys() == long.lines.keys(), seed


def test_these_networks_hold_repeats_of_every_kind():
    texts = [keras_script.generate(at_random(n), CATALOG, {}).text for n in range(NETWORKS)]
    functions = [text.partition("def build_model")[0] for text in texts]
    assert sum("def " in text for text in functions) > NETWORKS / 3
    assert sum("\n    if " in text for text in functions) > NETWORKS / 40
    assert sum("\n    for " in text for text in texts) > NETWORKS / 40


# Blocks like those of known networks --------------------------------------------------------------


def residual(count, projected=(), **sizes):
    network = Network()
    x = "n1"
    for block in range(count):
        given = {key: values[block] for key, values in sizes.items()}
        skip, name = x, f"conv{block // 4}_block{block % 4}_"
        if block in projected:
            skip = network.call("Conv1D", f"{name}0_conv", x, filters=64, kernel_size=1)
            skip = network.call("BatchNormalization", f"{name}0_bn", skip)
        for step in (1, 2):
            wide = given | {"kernel_size": 3}
            x = network.call("Conv1D", f"{name}{step}_conv", x, **{"filters": 64} | wide)
            x = network.call("BatchNormalization", f"{name}{step}_bn", x)
        x = network.call("Add", f"{name}add", skip, x)
    return network.document(x)


def text_of(document):
    return keras_script.generate(document, CATALOG, {}).text


def test_a_step_that_some_places_leave_out_stands_behind_an_if():
    text = text_of(residual(8, projected=(0, 4)))
    assert "def residual_block(x, name, projection=False):" in text
    assert "    shortcut = x\n    if projection:\n        shortcut = layers.Conv1D(" in text
    assert 'x = residual_block(given, projection=True, name="conv0_block0")' in text


def test_places_that_are_numbered_become_a_loop():
    text = text_of(residual(8, projected=(0, 4)))
    loop = 'for block in range(1, 4):\n        x = residual_block(x, name=f"conv1_block{block}")'
    assert loop in text


def test_sizes_that_go_together_are_one_parameter():
    network = Network()
    x = "n1"
    for block, size in enumerate((8, 16, 32)):
        for step, times in enumerate((1, 1, 4)):
            x = network.call("Dense", f"block{block}_dense{step}", x, units=times * size)
            x = network.call("ReLU", f"block{block}_relu{step}", x)
    text = text_of(network.document(x))
    assert "def block(x, units, name):" in text
    assert 'layers.Dense(4 * units, name=f"{name}_dense2")' in text


def test_blocks_that_lie_apart_are_found():
    network = Network()
    x = "n1"
    for block in range(4):
        for stem in ("conv", "wide"):
            x = network.call("Dense", f"block{block}_{stem}", x, units=8)
            x = network.call("BatchNormalization", f"block{block}_{stem}_bn", x)
            x = network.call("ReLU", f"block{block}_{stem}_relu", x)
        x = network.call("Dropout", f"pause{'abcd'[block]}", x, rate=0.1 * block + 0.1)
    text = text_of(network.document(x))
    assert text.count("block(x, ") + text.count("block(given, ") == 5


# Names --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "texts", "values"),
    [
        (
            [["conv2_block1_0_bn", "conv2_block1_out"], ["conv3_block1_0_bn", "conv3_block1_out"]],
            ("{name}_0_bn", "{name}_out"),
            [("conv2_block1", "conv3_block1")],
        ),
        (
            [["conv2d", "bn"], ["conv2d_1", "bn_1"]],
            ("conv2d{suffix}", "bn{suffix}"),
            [("", "_1")],
        ),
        (
            [["conv2d_4", "conv2d_6", None], ["conv2d_9", "conv2d_11", None]],
            ("conv2d_{number}", "conv2d_{number + 2}", None),
            [(4, 9)],
        ),
        (
            [["conv2d_4", "block_1_add"], ["conv2d_6", "block_2_add"]],
            ("conv2d_{number}", "{name}_add"),
            [(4, 6), ("block_1", "block_2")],
        ),
    ],
)
def test_names_are_told_apart_by_labels(rows, texts, values):
    found = stems(rows)
    assert found.texts == texts
    assert [label.values for label in found.labels] == values


def test_names_without_anything_in_common_have_no_stems():
    assert stems([["one", "two"], ["three", "four"], ["conv{x}", "five"]]) is None


# Alignment ----------------------------------------------------------------------------------------


def pieces(*steps):
    return tuple(Piece(key, hash(key), takes) for key, takes in steps)


def test_a_step_may_be_left_out_where_another_tensor_takes_its_place():
    whole = pieces(("a", (-1,)), ("b", (0,)), ("c", (1,)))
    without = pieces(("a", (-1,)), ("c", (0,)))
    found = align([whole, without])
    assert found.keys == ("a", "b", "c")
    assert dict(found.instead) == {1: 0}
    assert found.orders == ((0, 1, 2), (0, None, 1))


def test_stretches_in_another_order_do_not_align():
    assert align([pieces(("a", (-1,)), ("b", (0,))), pieces(("b", (-1,)), ("a", (0,)))]) is None


def test_stretches_do_not_align_where_a_tensor_would_be_taken_for_another():
    whole = pieces(("a", (-1,)), ("b", (0,)), ("c", (1, 0)))
    without = pieces(("a", (-1,)), ("c", (0, -1)))
    assert align([whole, without]) is None
