"""Designs become the Python that a good Keras user would write."""

import ast
import os
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from immutables import Map

from composer_gui.core import edits
from composer_gui.core.codegen.keras_script import generate
from composer_gui.core.document import Call, Document, Source, drop, head, put
from composer_gui.core.errors import CannotGenerate
from composer_gui.core.layer_kinds import (
    Construct,
    KerasLayer,
    SavedInterface,
    SavedModel,
    SavedPort,
)
from composer_gui.storage import document_file, resources

GOLDEN = Path(__file__).parents[2] / "golden"
EXAMPLES = sorted(path.stem for path in (resources.folder() / "examples").glob("*.composer"))
LSTM = Construct("layer", "LSTM", Map({"units": 16, "return_state": True}))


def script_of_example(name):
    document = document_file.read(resources.folder() / "examples" / f"{name}.composer")
    layers = document.layers.values()
    models = (layer for layer in layers if isinstance(layer, SavedModel))
    paths = {model.path: f"models/{Path(model.path).name}" for model in models}
    return generate(document, resources.catalog(), paths)


def residual_network(draw):
    drawing = draw("small-resnet")
    image = drawing.input("image", 32, 32, 3)
    trunk = drawing.layer("Conv2D", "stem", image, filters=16, kernel_size=3, padding="same")
    for filters in (16, 32):
        shape = {"filters": filters, "kernel_size": 3, "padding": "same", "use_bias": False}
        branch = drawing.layer("Conv2D", "", trunk, **shape)
        branch = drawing.layer("BatchNormalization", "", branch)
        branch = drawing.layer("ReLU", "", branch)
        branch = drawing.layer("Conv2D", "", branch, **shape)
        branch = drawing.layer("BatchNormalization", "", branch)
        if filters == 32:
            trunk = drawing.layer("Conv2D", "widen", trunk, filters=32, kernel_size=1)
        trunk = drawing.layer("Add", "", trunk, branch)
        trunk = drawing.layer("ReLU", "", trunk)
    pooled = drawing.layer("GlobalAveragePooling2D", "pool", trunk)
    label = drawing.layer("Dense", "label", pooled, units=10, activation="softmax")
    drawing.output("label", label)
    return drawing


def structures(draw, interface):
    """Return a design with lists, dictionaries, states, masks and several outputs."""
    drawing = draw("Structures, in long lines")
    drawing.document = edits.set_seed(drawing.document, 11)
    sound = drawing.input("sound", None, 16)
    words = drawing.input("words", 20, dtype="int64")
    parts = {"left": (None, 16), "right": (20, 8)}
    pair = interface(parts, {"mask": (4,), "kind": (3,)}, (0, 1), Map({"mask": 0, "kind": 1}))
    embedded = drawing.layer(
        "Embedding", "embedded", words, input_dim=500, output_dim=8, mask_zero=True
    )
    heads = drawing.model("two_heads", pair, sound, embedded, trainable=False)
    read = drawing.layer("Bidirectional", "reader", embedded, layer=LSTM, merge_mode="sum")
    attended = drawing.layer(
        "MultiHeadAttention",
        "attended",
        wires={"query": [sound], "value": [embedded], "attention_mask": []},
        arguments={"return_attention_scores": True, "use_causal_mask": False},
        num_heads=2,
        key_dim=8,
        kernel_initializer=Construct("initializer", "HeNormal", Map({"seed": 3})),
        bias_regularizer=Construct("regularizer", "L2", Map({"l2": 0.001})),
    )
    decoded = drawing.layer(
        "LSTM",
        "decoder",
        sound,
        wires={"initial_state": [(read, "forward_state_h"), (read, "forward_state_c")]},
        units=16,
    )
    shared = drawing.layer("Dense", "shared", decoded, units=4, activation="tanh")
    shared_again = drawing.again(shared, (read, "output"))
    drawing.freeze(shared)
    picked = drawing.model(
        "picker",
        interface({"a": (4,), "b": (4,)}, {"p": (2,), "q": (2,)}, Map({"a": 0, "b": 1}), (0, 1)),
        (heads, "mask"),
        shared,
    )
    all_of_it = [shared, shared_again, (heads, "mask"), (picked, "q")]
    joined = drawing.layer("Concatenate", "joined", *all_of_it)
    drawing.output("joined", joined)
    drawing.output("kind", (heads, "kind"))
    drawing.output("scores", (attended, "attention_scores"))
    return drawing


def named_blocks(draw, count=4, name="block{}_{}".format):
    """Return a network of residual blocks whose layers are named after them."""
    drawing = draw("small-resnet, blocks named")
    image = drawing.input("image", 32, 32, 3)
    trunk = drawing.layer("Conv2D", "stem", image, filters=16, kernel_size=3, padding="same")
    for block in range(1, count + 1):
        shape = {"filters": 16 if block < 3 else 32, "kernel_size": 3, "padding": "same"}
        branch = drawing.layer("Conv2D", name(block, "conv1"), trunk, **shape, use_bias=False)
        branch = drawing.layer("BatchNormalization", name(block, "bn1"), branch)
        branch = drawing.layer("ReLU", name(block, "relu1"), branch)
        branch = drawing.layer("Conv2D", name(block, "conv2"), branch, **shape, use_bias=False)
        branch = drawing.layer("BatchNormalization", name(block, "bn2"), branch)
        wide = drawing.layer("Conv2D", name(block, "skip"), trunk, **shape | {"kernel_size": 1})
        trunk = drawing.layer("Add", name(block, "add"), wide, branch)
        trunk = drawing.layer("ReLU", name(block, "out"), trunk)
    pooled = drawing.layer("GlobalAveragePooling2D", "pool", trunk)
    drawing.output("label", drawing.layer("Dense", "label", pooled, units=10))
    return drawing


DRAWN = {
    "residual-network": lambda draw, _: residual_network(draw),
    "named-blocks": lambda draw, _: named_blocks(draw),
    "structures": structures,
}


@pytest.mark.parametrize("name", [*EXAMPLES, *DRAWN])
def test_the_source_is_the_golden_one(name, draw, interface):
    """Set COMPOSER_WRITE_GOLDEN to write them anew; then read what git shows."""
    made = DRAWN[name](draw, interface).script() if name in DRAWN else script_of_example(name)
    path = GOLDEN / f"{name.replace('-', '_')}.py"
    if os.environ.get("COMPOSER_WRITE_GOLDEN"):
        path.write_text(made.text, encoding="utf-8")
    assert made.text == path.read_text(encoding="utf-8")


def test_ruff_has_nothing_to_say_about_the_golden_sources():
    ruff = [sys.executable, "-m", "ruff"]
    options = ["--isolated", "--line-length", "100"]
    for command in (["format", "--check"], ["check", "--select", "E,W,F,I"]):
        run = [*ruff, *command, *options, str(GOLDEN)]
        done = subprocess.run(run, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


# Single rules -----------------------------------------------------------------------------------


def test_a_chain_keeps_one_variable_and_its_end_a_name_of_its_own(draw):
    drawing = draw()
    x = drawing.input("photo", 8)
    for name in ("first", "second", "third"):
        x = drawing.layer("Dense", name, x, units=4)
    drawing.output("output", x)
    assert drawing.body()[2:] == [
        'x = layers.Dense(4, name="first")(photo)',
        'x = layers.Dense(4, name="second")(x)',
        'third = layers.Dense(4, name="third")(x)',
        'return keras.Model(photo, third, name="design")',
    ]


def test_a_running_variable_is_not_overwritten_while_it_is_wanted(draw):
    drawing = draw()
    x = drawing.input("photo", 8)
    trunk = drawing.layer("Dense", "", x, units=8)
    one = drawing.layer("Dense", "", trunk, units=8)
    two = drawing.layer("Dense", "", trunk, units=8)
    three = drawing.layer("Dense", "", trunk, units=8)
    drawing.output("o", drawing.layer("Add", "", trunk, one, two, three))
    assert drawing.body()[2:-1] == [
        'x = layers.Dense(8, name="dense")(photo)',
        'y = layers.Dense(8, name="dense_1")(x)',
        'dense_2 = layers.Dense(8, name="dense_2")(x)',
        'dense_3 = layers.Dense(8, name="dense_3")(x)',
        'o = layers.Add(name="add")([x, y, dense_2, dense_3])',
    ]


def test_branches_are_written_one_after_the_other(draw):
    drawing = draw()
    inputs = [drawing.input(label, 4) for label in ("a", "b")]
    ends = list(inputs)
    for step in range(2):
        for side in range(2):
            ends[side] = drawing.layer("Dense", f"{'ab'[side]}{step}", ends[side], units=4)
    drawing.output("o", drawing.layer("Add", "sum", *ends))
    names = [line.split(" = ")[0] for line in drawing.body()[1:-1]]
    assert names == ["a", "b", "a0", "a1", "b0", "b1", "sum_"]


def test_only_new_weights_want_a_seed(draw, interface):
    drawing = draw()
    x = drawing.model("encoder", interface((8,), (4,)), drawing.input("a", 8))
    drawing.output("o", drawing.layer("Flatten", "flat", x))
    assert "seed" not in drawing.script().text
    drawing.output("more", drawing.layer("Dropout", "drop", x, rate=0.5))
    assert "    keras.utils.set_random_seed(7)  #" in drawing.script().text


def test_models_in_several_folders_have_a_path_each(draw, interface):
    drawing = draw()
    x = drawing.input("a", 8)
    for name in ("one", "two"):
        x = drawing.model(name, interface((8,), (8,)), x, path=f"/{name}/model.keras")
    drawing.output("o", x)
    text = drawing.script({"one": "../one/model.keras", "two": "two/model.keras"}).text
    assert "HERE = Path(__file__).parent\n" in text
    assert 'load_model(HERE / "../one/model.keras", compile=False)' in text
    assert 'load_model(HERE / "two/model.keras", compile=False)' in text


@pytest.mark.parametrize(
    ("path", "constant"),
    [
        ("one.keras", "MODELS = Path(__file__).parent\n"),
        ("../base/one.keras", 'MODELS = Path(__file__).parent / "../base"\n'),
        ("/home/me/one.keras", 'MODELS = Path("/home/me")\n'),
        ("C:/models/one.keras", 'MODELS = Path("C:/models")\n'),
    ],
)
def test_models_are_found_wherever_they_lie(draw, interface, path, constant):
    drawing = draw()
    drawing.output("o", drawing.model("one", interface((8,), (8,)), drawing.input("a", 8)))
    assert constant in drawing.script({"one": path}).text


def test_two_copies_of_one_file_are_loaded_twice(draw, interface):
    drawing = draw()
    x = drawing.input("a", 8)
    one = drawing.model("encoder", interface((8,), (8,)), x, path="/m/e.keras")
    two = drawing.model("encoder", interface((8,), (8,)), x, path="/m/e.keras")
    drawing.output("o", drawing.layer("Add", "sum", one, two))
    text = drawing.script({"encoder": "e.keras", "encoder_1": "e.keras"}).text
    assert text.count('MODELS / "e.keras"') == 2
    assert '.name = "encoder_1"' in text


def test_what_leads_to_no_output_is_left_out(draw):
    drawing = draw()
    x = drawing.layer("Dense", "kept", drawing.input("a", 4), units=2)
    drawing.layer("Dense", "dropped", x, units=2)
    drawing.output("o", x)
    assert "dropped" not in drawing.script().text
    assert "dropped" in drawing.script(partial=True).text


def test_a_deep_model_raises_the_limit_of_recursion(draw):
    """Keras 3.15 fails on chains of some 990 layers; the source has to run in plain Python."""
    drawing = draw()
    x = drawing.input("a", 4)
    for number in range(600):
        x = drawing.layer("ReLU", f"r{number}", x)
    drawing.output("o", x)
    text = drawing.script().text
    assert "    sys.setrecursionlimit(12000)  #" in text and "\nimport sys\n" in text


@pytest.mark.parametrize(("count", "limit"), [(500, None), (1100, 22000), (10**40, 1000000)])
def test_a_saved_model_that_may_be_deep_raises_it_too(draw, count, limit):
    """How deep it is the design does not tell, but how many layers it has."""
    drawing = draw()
    port = SavedPort("a", (None, 4))
    interface = SavedInterface("Functional", (port,), (port,), layer_count=count)
    drawing.output("o", drawing.model("deep", interface, drawing.input("a", 4)))
    text = drawing.script().text
    assert f"sys.setrecursionlimit({limit})" in text if limit else "sys" not in text


def test_an_input_may_be_an_output_and_another_may_be_unused(draw):
    drawing = draw()
    x = drawing.input("a", 4)
    drawing.input("b", 4)
    drawing.output("o", x)
    assert drawing.body()[-1] == 'return keras.Model([a, b], a, name="design")'


def test_frozen_layers_say_so(draw):
    drawing = draw()
    x = drawing.input("a", 8, 4)
    dense = drawing.layer("Dense", "dense", x, units=2)
    rescale = Construct("layer", "Rescaling", Map({"scale": 2.0}))
    pipeline = drawing.layer("Pipeline", "steps", dense, layers=(rescale,))
    for node_id in (dense, pipeline):
        drawing.freeze(node_id)
    drawing.output("o", pipeline)
    text = drawing.script().text
    assert 'layers.Dense(2, trainable=False, name="dense")' in text
    assert "    steps.trainable = False\n" in text


# What is repeated -------------------------------------------------------------------------------


def test_repeated_blocks_are_written_once(draw):
    drawing = named_blocks(draw)
    script = drawing.script()
    assert script.text.count("BatchNormalization") == 2
    assert "\ndef residual_block(x, filters, name):\n" in script.text
    assert [line for line in drawing.body() if "residual_block" in line] == [
        'x = residual_block(stem, 16, name="block1")',
        'x = residual_block(x, 16, name="block2")',
        'x = residual_block(x, 32, name="block3")',
        'x = residual_block(x, 32, name="block4")',
    ]


def test_pasted_blocks_are_told_apart_by_the_ends_of_their_names(draw):
    drawing = named_blocks(draw, 3, lambda block, stem: stem + (f"_{block}" if block > 1 else ""))
    calls = [line for line in drawing.body() if "residual_block" in line]
    assert [line.split("suffix=")[1] for line in calls] == ['"")', '"_2")', '"_3")']


def test_a_block_that_is_tapped_or_wired_otherwise_is_written_out(draw):
    drawing = named_blocks(draw, 3)
    nodes = drawing.document.nodes
    by_label = {drawing.document.label(node_id): node_id for node_id in nodes}
    drawing.output("tapped", by_label["block2_relu1"])
    assert "def residual_block" not in drawing.script().text


def test_the_lines_of_a_function_lead_to_a_node_and_nodes_to_both_their_lines(draw):
    drawing = named_blocks(draw)
    script, document = drawing.script(), drawing.document
    node = next(n for n in document.nodes if document.label(n) == "block3_conv2")
    texts = [script.text.splitlines()[line - 1] for line in script.lines[node]]
    assert ["_conv2" in texts[0], "block3" in texts[1]] == [True, True] and len(texts) == 2
    inside = script.node_at(script.lines[node][0])
    assert document.label(inside).endswith("_conv2")
    assert document.label(script.node_at(script.lines[node][1])).startswith("block3_")


# Lines and nodes --------------------------------------------------------------------------------


def test_lines_lead_to_their_nodes_and_back(draw, interface):
    drawing = draw()
    photo = drawing.input("photo", 8)
    encoder = drawing.model("encoder", interface((8,), (4,)), photo)
    joined = drawing.layer("Concatenate", "joined", encoder, photo)
    output = drawing.output("o", joined)
    script = drawing.script()
    lines = script.text.splitlines()
    for node_id, words in [
        (photo, 'name="photo"'),
        (encoder, "load_model"),
        (encoder, "encoder(photo)"),
        (joined, "Concatenate"),
        (output, "return keras.Model"),
    ]:
        assert any(words in lines[line - 1] for line in script.lines[node_id])
    line = next(n for n, text in enumerate(lines, 1) if "Concatenate" in text)
    assert script.node_at(line) == joined
    assert script.node_at(1) is None


# What is not ready ------------------------------------------------------------------------------


def test_what_waits_is_named_and_what_is_behind_it_left_out(draw):
    drawing = draw()
    x = drawing.input("a", 4)
    waiting = drawing.layer("Dense", "head", units=2)
    drawing.output("o", drawing.layer("ReLU", "behind", waiting))
    drawing.layer("Dense", "ready", x, units=3)
    script = drawing.script(partial=True)
    assert "    # head wants 1 wire; it has none." in script.text.splitlines()
    assert "behind" not in script.text and 'name="ready"' in script.text
    assert script.node_at(script.lines[waiting][0]) == waiting
    with pytest.raises(CannotGenerate) as failure:
        drawing.script()
    assert failure.value.node == waiting


@pytest.mark.parametrize("partial", [True, False])
def test_a_design_without_inputs_or_outputs_is_no_model_yet(draw, partial):
    drawing = draw()
    for _ in range(2):
        if partial:
            ast.parse(drawing.script(partial=True).text)
        else:
            with pytest.raises(CannotGenerate):
                drawing.script()
        drawing.input("a", 4)


@pytest.mark.parametrize("seed", range(40))
def test_a_preview_comes_of_whatever_is_left_of_a_design(draw, interface, seed):
    """Nodes, wires and parameters are torn out at random, and more than edits ever would."""
    chance = random.Random(seed)
    drawing = structures(draw, interface) if seed % 2 else residual_network(draw)
    document = drawing.document
    for item in chance.sample(sorted(document.nodes), 2):
        node = document.nodes[item]
        if isinstance(node, Call):
            layer = document.layers[node.layer]
            if isinstance(layer, KerasLayer) and chance.random() < 0.5:
                broken = chance.choice([{"class_name": "Gone"}, {"parameters": Map({"zz": 1})}])
                document = put(document, replace(layer, **broken))
                continue
        if node.inputs and chance.random() < 0.5:
            document = put(document, replace(node, inputs=Map()))
        else:
            document = drop(document, item)
    document = head(
        document,
        inputs=tuple(n for n in document.inputs if n in document.nodes),
        outputs=tuple(n for n in document.outputs if n in document.nodes),
    )
    script = generate(document, drawing.catalog, {}, partial=True)
    assert_every_name_is_known(ast.parse(script.text))
    assert set(script.lines) <= set(document.nodes)


def assert_every_name_is_known(tree):
    """Check that a variable is read only after it was written."""
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    build = functions["build_model"]
    known = {"keras", "layers", "MODELS", "HERE", "Path", "sys", *functions}
    for statement in build.body:
        names = [node for node in ast.walk(statement) if isinstance(node, ast.Name)]
        assert {n.id for n in names if isinstance(n.ctx, ast.Load)} <= known
        known |= {n.id for n in names if isinstance(n.ctx, ast.Store)}


PORT = SavedPort("inputs", (None, 3))
INTERFACE = SavedInterface("Functional", (PORT,), (PORT,))
LETTERS = st.text(alphabet="\"'\\\n#{}()éß\u202e\0;_a1 ", max_size=30)
HOSTILE = LETTERS | st.just('"""\nimport os\n"""')


@settings(max_examples=60)
@given(HOSTILE, HOSTILE, HOSTILE, HOSTILE)
def test_no_label_path_or_value_becomes_code(one, two, three, four):
    """The tree of the source with hostile texts is that with harmless ones, but for the strings."""

    def source(name, label, word, path):
        document = edits.add_input(Document(name=name), 0, 0, label="a", shape=(3,), dtype="string")
        (input_id,) = document.nodes
        layer = KerasLayer("l90", label, "StringLookup", Map({"vocabulary": (word,)}))
        document = put(document, layer)
        document = edits.add_call(document, "l90", 0, 0)
        model = SavedModel("l91", label, path, "", INTERFACE)
        document = edits.add_call(put(document, model), "l91", 0, 0)
        for node in document.nodes.values():
            if node.id != input_id:
                wires = Map({"inputs": (Source(input_id),)})
                document = put(document, type(node)(node.id, node.layer, inputs=wires))
        return generate(document, resources.catalog(), {path: path}, partial=True).text

    hostile = ast.parse(source(one, two, three, "models/" + four))
    harmless = ast.parse(source("name", "label", "word", "models/path"))
    assert skeleton(hostile) == skeleton(harmless)


def skeleton(tree):
    """Return the kinds of the nodes of a tree."""
    return [type(node).__name__ for node in ast.walk(tree)]
