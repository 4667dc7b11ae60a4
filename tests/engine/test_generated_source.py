"""What generated source builds is the design: compared with the design called node by node."""

import random

import numpy
import pytest
from immutables import Map

from composer_gui.core.codegen import reading
from composer_gui.core.codegen.calls import Calls, Wording
from composer_gui.core.codegen.expressions import flat
from composer_gui.core.codegen.literals import construction, literal
from composer_gui.core.codegen.naming import Variables, keras_names
from composer_gui.core.document import Call
from composer_gui.core.layer_kinds import Construct, SavedModel
from composer_gui.core.ports import output_ports
from composer_gui.engine import keras_facts
from composer_gui.storage import keras_archive, resources
from tests.drawing import Drawing

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

WIDTH = 8
MERGES = ("Add", "Multiply", "Average", "Maximum", "Concatenate")
PLAIN = {
    "Dense": {"units": WIDTH, "activation": "tanh"},
    "LayerNormalization": {},
    "Activation": {"activation": "sigmoid"},
    "Dropout": {"rate": 0.5},
    "BatchNormalization": {},
}
LSTM = Construct("layer", "LSTM", Map({"units": WIDTH, "return_state": True}))
LABELS = ("", "", "", "x", "y", "dense", "Dense", "écho", "class", "input", "my layer", "写真")


@pytest.fixture(scope="module")
def saved_models(tmp_path_factory):
    """Return the paths of saved models that take and give tensors in every structure."""
    folder = tmp_path_factory.mktemp("models")
    dense = keras.layers.Dense
    one, two = keras.Input((WIDTH,), name="one"), keras.Input((WIDTH,), name="two")
    first, second = dense(WIDTH, name="p")(one), dense(WIDTH, name="q")(one)
    both = dense(WIDTH)(keras.layers.Add()([one, two]))
    nested = {"a": [first, second], "b": (dense(WIDTH)(second),)}
    models = {
        "plain": keras.Model(one, first),
        "list_of_one": keras.Model([one], [first]),
        "pair": keras.Model([one, two], [both, first]),
        "dictionary": keras.Model({"two": two, "one": one}, {"z": both, "a": second}),
        "nested": keras.Model(one, nested),
        "sequential": keras.Sequential([keras.Input((WIDTH,)), dense(WIDTH)]),
    }
    for name, model in models.items():
        model.save(folder / f"{name}.keras")
    return {name: str(folder / f"{name}.keras") for name in models}


class RandomDesign:
    """A drawing of some twenty nodes, in which every tensor has `WIDTH` features."""

    def __init__(self, seed, saved_models):
        self.chance = random.Random(seed)
        self.models = saved_models
        self.narrowing = set()
        self.drawing = Drawing(f"random {seed}")
        self.tensors = [
            self.drawing.input(self.label() or "input", WIDTH) for _ in range(1 + seed % 3)
        ]
        steps = [self.plain, self.plain, self.merge, self.model, self.again, self.recurrent]
        for _ in range(18):
            self.tensors += self.chance.choice(steps)()
        self.drawing.output("blocks", self.drawing.layer("Add", "", *self.blocks()))
        for _ in range(1 + seed % 3):
            self.drawing.output(self.label() or "output", self.chance.choice(self.tensors[-9:]))

    def label(self):
        """Return what a user might type."""
        return self.chance.choice(LABELS)

    def some(self, count):
        """Return sources, the latest likelier than others."""
        return [
            self.chance.choice(self.tensors[-self.chance.choice([3, 99]) :]) for _ in range(count)
        ]

    def ends(self, node_id):
        """Return every output of a node."""
        drawing = self.drawing
        ports = output_ports(drawing.document, drawing.catalog, drawing.document.nodes[node_id])
        return [(node_id, port) for port in ports]

    def plain(self):
        """Add a layer of one input, frozen now and then."""
        name = self.chance.choice(list(PLAIN))
        node = self.drawing.layer(name, self.label(), *self.some(1), **PLAIN[name])
        if self.chance.random() < 0.2:
            self.drawing.freeze(node)
        return [node]

    def merge(self):
        """Add a merge of two to four wires, narrowed again where they were joined."""
        name = self.chance.choice(MERGES)
        node = self.drawing.layer(name, self.label(), *self.some(self.chance.randint(2, 4)))
        if name == "Concatenate":
            node = self.drawing.layer("Dense", self.label(), node, units=WIDTH)
            self.narrowing.add(node)
        return [node]

    def model(self):
        """Add a saved model."""
        name = self.chance.choice(list(self.models))
        path = self.models[name]
        interface = keras_archive.read(path)
        sources = self.some(len(interface.inputs))
        return self.ends(self.drawing.model(self.label() or name, interface, *sources, path=path))

    def again(self):
        """Call a layer that is there once more."""
        nodes = self.drawing.document.nodes
        calls = [n for n in nodes if isinstance(nodes[n], Call) and n not in self.narrowing]
        single = [n for n in sorted(calls) if len(nodes[n].inputs) == 1 and self.is_wide(n)]
        if not single:
            return self.plain()
        return self.ends(self.drawing.again(self.chance.choice(single), *self.some(1)))

    def is_wide(self, node_id):
        """Return whether a node takes one tensor of `WIDTH` features."""
        document = self.drawing.document
        (sources,) = document.nodes[node_id].inputs.values()
        layer = document.layers[document.nodes[node_id].layer]
        return len(sources) == 1 and getattr(layer, "class_name", "Dense") in PLAIN

    def blocks(self):
        """Add a stretch of layers several times over, one behind or beside the other."""
        kinds = [
            self.chance.choice([*PLAIN, "Add", "Add"]) for _ in range(self.chance.randint(4, 7))
        ]
        picks = [[self.chance.randint(0, 3) for _ in range(2)] for _ in kinds]
        is_prefix, in_line = self.chance.random() < 0.5, self.chance.random() < 0.7
        begin, ends = self.some(1)[0], []
        for place in range(self.chance.randint(2, 4)):
            made = [ends[-1] if ends and in_line else begin]
            for number, (kind, pick) in enumerate(zip(kinds, picks, strict=True)):
                stem = f"{kind.lower()}{number}"
                name = f"place{place}_{stem}" if is_prefix else stem + (f"_{place}" * bool(place))
                sources = [made[-1 - min(p, len(made) - 1)] for p in pick] if kind == "Add" else []
                given = dict(PLAIN.get(kind, {}))
                if kind == "Dropout":
                    given["rate"] = 0.1 * (1 + place)
                made.append(self.drawing.layer(kind, name, *(sources or made[-1:]), **given))
            ends.append(made[-1])
        return ends

    def recurrent(self):
        """Add a recurrent layer with several outputs, and sometimes a state to begin with."""
        source, *states = self.some(3)
        steps = self.drawing.layer("RepeatVector", self.label(), source, n=3)
        wires = {"initial_state": states} if self.chance.random() < 0.5 else {}
        given = {"units": WIDTH, "return_state": True}
        if self.chance.random() < 0.3:
            node = self.drawing.layer("Bidirectional", "", steps, layer=LSTM, merge_mode="sum")
        else:
            node = self.drawing.layer("LSTM", self.label(), steps, wires=wires, **given)
        return self.ends(node)


def called_node_by_node(document, catalog):
    """Return the design's model, made without any source: the oracle."""
    tensors, layers = {}, {}

    def value(given):
        if isinstance(given, Construct):
            made = {k: value(v) for k, v in given.parameters.items()}
            return getattr(keras.layers, given.class_name)(**made)
        return given

    def layer_of(layer):
        if layer.id not in layers:
            if isinstance(layer, SavedModel):
                made = keras.models.load_model(layer.path, compile=False)
                made.name = f"model_{layer.id}"
            else:
                parameters = {k: value(v) for k, v in layer.parameters.items()}
                made = getattr(keras.layers, layer.class_name)(**parameters, name=layer.id)
            made.trainable = layer.trainable
            layers[layer.id] = made
        return layers[layer.id]

    def fill(structure, wired):
        if isinstance(structure, Map):
            return {k: fill(v, wired) for k, v in structure.items()}
        if isinstance(structure, tuple):
            return [fill(item, wired) for item in structure]
        return wired[structure]

    def tensor(source):
        if source.node not in tensors:
            call(document.nodes[source.node])
        return tensors[source.node][source.port]

    def call(node):
        layer = document.layers[node.layer]
        wired = {port: [tensor(s) for s in sources] for port, sources in node.inputs.items()}
        made = layer_of(layer)
        if isinstance(layer, SavedModel):
            ports = [wired[port.name][0] for port in layer.interface.inputs]
            result = made(fill(layer.interface.input_structure, ports))
        else:
            first = catalog.layer(layer.class_name).inputs[0]
            given = wired.pop(first.name)
            result = made(given if first.many else given[0], **wired)
        names = output_ports(document, catalog, node)
        tensors[node.id] = dict(zip(names, keras.tree.flatten(result), strict=True))

    for node_id in document.inputs:
        node = document.nodes[node_id]
        tensors[node_id] = {"output": keras.Input(node.shape, name=node_id)}
    inputs = [tensors[n]["output"] for n in document.inputs]
    outputs = [tensor(document.nodes[n].inputs["input"][0]) for n in document.outputs]
    return keras.Model(inputs, outputs), layers


@pytest.mark.parametrize("seed", range(10))
def test_the_source_of_a_random_design_builds_what_was_drawn(seed, saved_models):
    drawing = RandomDesign(seed, saved_models).drawing
    paths = {x.name: x.path for x in drawing.document.layers.values() if isinstance(x, SavedModel)}
    text = drawing.script(paths).text
    model = keras_facts.built(text, "script.py")
    assert len(model.inputs) == len(drawing.document.inputs)
    expected, layers = called_node_by_node(drawing.document, drawing.catalog)
    names = keras_names(drawing.document)
    for layer_id, layer in layers.items():
        layer.set_weights(model.get_layer(names[layer_id]).get_weights())
    arrays = keras_facts.sample_input(model, 8)
    found = keras_facts.outputs_of(model, arrays)
    if isinstance(model.output, dict):
        by_name = dict(zip(sorted(model.output), found, strict=True))
        found = [by_name[names[node_id]] for node_id in drawing.document.outputs]
    wanted = keras_facts.outputs_of(expected, arrays)
    for one, other in zip(found, wanted, strict=True):
        numpy.testing.assert_array_equal(one, other)
    facts, oracle = keras_facts.facts(model), keras_facts.facts(expected)
    assert (facts["total"], facts["trainable"]) == (oracle["total"], oracle["trainable"])


def test_random_designs_hold_blocks_that_are_written_once(saved_models):
    drawings = [RandomDesign(seed, saved_models).drawing for seed in range(8)]
    texts = [drawing.script(saved_models).text for drawing in drawings]
    assert sum("(x, " in text.split("def build_model")[0] for text in texts) >= 3


def test_the_same_source_gives_the_same_weights_twice(saved_models):
    drawing = RandomDesign(3, saved_models).drawing
    paths = {x.name: x.path for x in drawing.document.layers.values() if isinstance(x, SavedModel)}
    text = drawing.script(paths).text
    keras.utils.set_random_seed(123)  # what was drawn before makes no difference
    first = keras_facts.facts(keras_facts.built(text, "script.py"), with_config=True)
    keras.layers.Dense(3)(keras.Input((2,)))
    assert keras_facts.facts(keras_facts.built(text, "script.py"), with_config=True) == first


# Every class --------------------------------------------------------------------------------------


@pytest.mark.parametrize("frozen", [False, True])
def test_every_layer_of_the_catalog_is_constructed_with_name_and_freezing(frozen):
    catalog = resources.catalog()
    drawing = Drawing("all")
    for spec in catalog.layers.values():
        if spec.class_name != "InputLayer":
            node = drawing.layer(spec.class_name, f"a_{spec.class_name}", **dict(spec.sample))
            if frozen:
                drawing.freeze(node)
    names = keras_names(drawing.document)
    read = reading.read(drawing.document, catalog, names, partial=True)
    wording = Wording({layer_id: literal(name) for layer_id, name in names.items()})
    calls = Calls(read, wording, Variables(drawing.document, names, read.held))
    for layer in drawing.document.layers.values():
        source = flat(calls.constructor(layer))
        made = eval(source, {"keras": keras, "layers": keras.layers})
        assert type(made) is getattr(keras.layers, layer.class_name)
        assert made.name == f"a_{layer.class_name}"
        if frozen and catalog.layer(layer.class_name).category != "preprocessing":
            # those of preprocessing take the argument and do not mind it: they train nothing
            later = reading.TAKE_NO_TRAINABLE | reading.FROZEN_WHEN_BUILT
            assert not made.trainable or layer.class_name in later


def test_every_initializer_regularizer_and_constraint_is_constructed():
    catalog = resources.catalog()
    for kind in ("initializer", "regularizer", "constraint"):
        for spec in catalog.objects(kind):
            source = flat(construction(spec, spec.sample, catalog))
            assert type(eval(source, {"keras": keras})).__name__ == spec.class_name


def test_layers_with_odd_calls_are_called_as_keras_wants_them(tmp_path):
    """Lists, optional tensors, states within lists, call arguments: all in one model, reloaded."""
    drawing = Drawing("odd calls")
    steps, other = drawing.input("steps", 5, 4), drawing.input("other", 5, 4)
    mask, flat_one = drawing.input("mask", 5, dtype="bool"), drawing.input("flat", 4)
    words, word = (drawing.input(f"words{n}", n, dtype="int64") for n in (3, 1))
    weights = drawing.input("weights", 3)
    scores = {"return_attention_scores": True, "use_causal_mask": True}
    attended = drawing.layer(
        "Attention",
        "attention",
        wires={"query": [steps], "value": [other], "key": [steps], "mask": [mask, mask]},
        arguments=scores,
    )
    heads = {"num_heads": 2, "key_dim": 3}
    many = drawing.layer(
        "MultiHeadAttention",
        "heads",
        wires={"query": [steps], "value": [other], "key_mask": [mask]},
        **heads,
    )
    grouped = {"head_dim": 2, "num_query_heads": 4, "num_key_value_heads": 2}
    group = drawing.layer("GroupQueryAttention", "group", steps, other, other, **grouped)
    counted = drawing.layer(
        "CategoryEncoding",
        "counted",
        wires={"inputs": [words], "count_weights": [weights]},
        num_tokens=4,
        output_mode="count",
    )
    cell = drawing.layer(
        "LSTMCell",
        "cell",
        wires={"inputs": [flat_one], "states": [flat_one, flat_one]},
        units=4,
    )
    lstm = Construct("layer", "LSTM", Map({"units": 4, "return_state": True}))
    both = drawing.layer(
        "Bidirectional",
        "both",
        wires={"sequences": [steps], "initial_state": [flat_one] * 4, "mask": [mask]},
        layer=lstm,
        merge_mode=None,
    )
    table = drawing.layer("ReversibleEmbedding", "table", words, input_dim=9, output_dim=4)
    crossed = drawing.layer("HashedCrossing", "crossed", word, word, num_bins=5)
    ends = [attended, (attended, "attention_scores"), many, group, counted, crossed, table]
    ends += [(cell, "state_h"), (cell, "output"), both, (both, "backward_state_c")]
    for end in ends:
        drawing.output("result", end)
    text = drawing.script().text
    model = keras_facts.built(text, "script.py")
    arrays, results = keras_facts.try_out(model)
    assert len(results) == len(ends)
    model.save(tmp_path / "odd.keras")
    loaded = keras.models.load_model(tmp_path / "odd.keras")
    for one, two in zip(results, keras_facts.outputs_of(loaded, arrays), strict=True):
        numpy.testing.assert_array_equal(one, two)
