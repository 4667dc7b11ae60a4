"""A machine plays the user: edits of all kinds in two windows, and what must be true throughout.

COMPOSER_PLAY=2000 plays so many games, each another one every time, instead of the few fixed ones.
"""

import json
import os
import re
from collections import Counter
from pathlib import Path

import networkx
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from immutables import Map

from composer_gui.core import edits, fragment
from composer_gui.core.change import between
from composer_gui.core.codegen.naming import keras_names
from composer_gui.core.connections import check, refusal
from composer_gui.core.document import (
    Call,
    Construct,
    Document,
    Frame,
    Input,
    KerasLayer,
    Note,
    Output,
    SavedInterface,
    SavedModel,
    SavedPort,
    Source,
    Wire,
    in_order,
    number_of,
    wires_into,
)
from composer_gui.core.errors import EditRefused
from composer_gui.core.graph import Graph
from composer_gui.core.history import History
from composer_gui.core.layout import arrange
from composer_gui.core.plain import document_from_plain, document_to_plain
from composer_gui.core.ports import input_ports, output_ports
from composer_gui.storage import document_file, resources

CATALOG = resources.catalog()
GAMES = int(os.environ.get("COMPOSER_PLAY", "0"))
FOLDER = Path("/designs")
MOST = 40
"""Nodes in a window at most, so that a game stays short."""

# The classes in whose ports something happens come up often, all others now and then.
TELLING = ["Dense", "Add", "Subtract", "Concatenate", "LSTM", "RNN", "MultiHeadAttention", "Nobody"]
VALUES = [None, True, False, 0, 1, 2, 1.0, -1, "relu", "sum", (1, 2), (), "\ud800", 10**30]
NESTED = [
    Construct("layer", "LSTM", Map(units=3, return_state=True)),
    Construct("layer", "LSTMCell", Map(units=3)),
    Construct("layer", "GRU", Map(units=3)),
    Construct("initializer", "Constant", Map(value=0.5)),
]
TELLING_PARAMETERS = ["return_state", "layer", "cell", "merge_mode"]


def interface(inputs, outputs):
    """Return the ports of a saved model; it has at least one on each side."""
    sides = [
        tuple(SavedPort(name, (None, 8)) for name in names or ["only"])
        for names in (inputs, outputs)
    ]
    return SavedInterface("Functional", *sides, *(tuple(range(len(side))) for side in sides))


# What the first window may begin with: nodes that have much to do with each other.
FIRST = [
    (edits.add_input, 0, 0),
    (edits.add_keras_layer, "LSTM", 0, 0),
    (edits.set_parameter, CATALOG, "l2", "return_state", True),
    (edits.add_keras_layer, "Add", 0, 0),
    (edits.add_call, "l2", 0, 0),
    (edits.add_saved_model, "/models/first.keras", "2" * 64, interface("ab", "xy"), 0, 0),
    (edits.add_keras_layer, "MultiHeadAttention", 0, 0),
    (edits.set_argument, CATALOG, "n10", "return_attention_scores", True),
    (edits.add_output, 0, 0),
    (edits.add_keras_layer, "Subtract", 0, 0),
]

some = st.integers(0, 10**6)
"""Which one of those that are there: taken modulo their number."""
draws = st.lists(st.tuples(some, some, some, st.integers(-1, 4)), min_size=1, max_size=4)
places = st.floats(-1e4, 1e4).map(lambda x: round(x, 2))
texts = st.text(max_size=8) | st.sampled_from(["input", "x", "1", "größe", "_", "a_1", "keras"])
shapes = st.lists(st.sampled_from([None, 1, 8, 224]), max_size=3).map(tuple)
port_names = st.lists(st.sampled_from(["a", "b", "photo", "inputs"]), unique=True, max_size=3)


def written(document):
    """Return a document as text, in which nothing is equal that is written otherwise."""
    return json.dumps(document_to_plain(document), sort_keys=True)


def _kind(layer):
    return getattr(layer, "class_name", "saved model")


class Window:
    """A history, as the session holds one, and beside it the texts that it must give back."""

    def __init__(self, document):
        self.open(document)

    def open(self, document):
        self.history = History(document)
        self.graph = Graph(document)
        self.texts = [written(document)]
        self.present = 0
        self.merge = None

    @property
    def document(self):
        return self.history.document

    def apply(self, edit, *args, merge=None, **kwargs):
        """Do as the session does; a refusal leaves everything as it is."""
        before = self.document
        try:
            after = edit(before, *args, **kwargs)
        except EditRefused as refused:
            assert str(refused)
            return
        change = between(before, after)
        assert change == between(before, after.settled()), "touched does not tell all"
        if change.is_empty:
            assert written(after) == self.texts[self.present], "something changed unseen"
            return
        self.history.push(edit.__name__, after, change, merge=merge)
        self.graph.follow(change, after)
        if merge is None or merge != self.merge:
            self.present += 1
        del self.texts[self.present :]
        self.texts.append(written(after))
        self.merge = merge

    def save(self):
        """Do as the session does after writing the file."""
        self.history.mark_clean()
        self.merge = None

    def step(self, back):
        """Undo or redo one step, if there is one."""
        before = self.document
        moved = self.history.undo() if back else self.history.redo()
        possible = self.present > 0 if back else self.present + 1 < len(self.texts)
        assert (moved is not None) == possible
        if moved is not None:
            document, change = moved
            self.present += -1 if back else 1
            self.merge = None
            assert change.nodes >= between(before, document).nodes
            self.graph.follow(change, document)
        assert written(self.document) == self.texts[self.present]
        return moved is not None


class Player(RuleBasedStateMachine):
    """Two windows, one clipboard, and a user who tries everything."""

    @initialize(lines=st.integers(0, len(FIRST)), drawn=st.integers(0, 12))
    def begin(self, lines, drawn):
        self.windows = [Window(Document()), Window(Document(name="other"))]
        self.clipboard = fragment.copy(Document(), [])
        self.last = 0
        for edit, *args in FIRST[:lines]:
            self.windows[0].apply(edit, *args)
        for number in range(drawn):
            self.connect(0, [(number, number, number, 0)])

    def window(self, which):
        self.last = which % 2
        return self.windows[which % 2]

    def pick(self, which, kind=object):
        """Return a window and one of its nodes of a kind; None where there is none."""
        window = self.window(which)
        nodes = [n for n in window.document.nodes.values() if isinstance(n, kind)]
        nodes.sort(key=lambda node: number_of(node.id))
        return window, (nodes[(which // 2) % len(nodes)] if nodes else None)

    def wire(self, which, number):
        """Return a window and one of the wires in it, or None."""
        window = self.window(which)
        nodes = sorted(window.document.nodes.values(), key=lambda node: number_of(node.id))
        wires = [wire for node in nodes for wire in wires_into(node)]
        return window, (wires[number % len(wires)] if wires else None)

    # Adding -------------------------------------------------------------------------------------

    @rule(which=some, x=places, y=places, label=texts, shape=shapes)
    def add_input(self, which, x, y, label, shape):
        self.add(which, edits.add_input, x, y, label=label, shape=shape)

    @rule(which=some, x=places, y=places, label=texts)
    def add_output(self, which, x, y, label):
        self.add(which, edits.add_output, x, y, label=label)

    @rule(which=some, names=st.lists(st.sampled_from(TELLING), min_size=1, max_size=4), label=texts)
    def add_telling_layers(self, which, names, label):
        for name in names:
            self.add(which, edits.add_keras_layer, name, 0, 0, name=label)

    @rule(which=some, number=some, sampled=st.booleans())
    def add_any_layer(self, which, number, sampled):
        spec = list(CATALOG.layers.values())[number % len(CATALOG.layers)]
        parameters = spec.sample if sampled else Map()
        self.add(which, edits.add_keras_layer, spec.class_name, 0, 0, parameters=parameters)

    @rule(which=some, name=texts, inputs=port_names, outputs=port_names)
    def add_saved_model(self, which, name, inputs, outputs):
        path = f"/models/model {len(name)}.keras"
        ports = interface(inputs, outputs)
        self.add(which, edits.add_saved_model, path, "0" * 64, ports, 0, 0, name=name)

    @rule(which=some, x=places)
    def add_call(self, which, x):
        _, node = self.pick(which, Call)
        if node is not None:
            self.add(which, edits.add_call, node.layer, x, 0)

    @rule(which=some, x=places, text=texts, frame=st.booleans())
    def add_decoration(self, which, x, text, frame):
        if frame:
            self.add(which, edits.add_frame, x, 0, 100, 100, label=text)
        else:
            self.add(which, edits.add_note, x, 0, text=text)

    def add(self, which, edit, *args, **kwargs):
        window = self.window(which)
        if len(window.document.nodes) < MOST:
            window.apply(edit, *args, **kwargs)

    # Wires --------------------------------------------------------------------------------------

    @rule(which=some, draws=draws)
    def connect(self, which, draws):
        for draw in draws:
            self.draw(edits.connect, which, *draw)

    @rule(which=some, draws=draws)
    def connect_in_vain(self, which, draws):
        """Try any wire, also those that are refused."""
        for draw in draws:
            self.draw(edits.connect, which, *draw, allowed=False)

    @rule(which=some, draws=draws)
    def replace_wires(self, which, draws):
        for draw in draws:
            self.draw(edits.replace_wire, which, *draw)

    def draw(self, edit, which, end, start, port, index, *, allowed=True):
        """Draw a wire that ends at some port; with `allowed`, one that may be drawn."""
        window, node = self.pick(which % 2 + 2 * end, Call | Output if allowed else object)
        document, replacing = window.document, edit is edits.replace_wire
        if node is None:
            return
        ports = [p.name for p in input_ports(document, CATALOG, node)] or ["inputs"]
        wires = []
        for begin in sorted(document.nodes.values(), key=lambda node: number_of(node.id)):
            for exit_port in output_ports(document, CATALOG, begin) or ("output",):
                source = Source(begin.id, exit_port)
                wire = Wire(source, node.id, ports[port % len(ports)], index)
                refused = refusal(document, CATALOG, wire, replacing=replacing)
                if refused is None or not allowed:
                    wires.append((wire, refused))
        if wires:
            wire, refused = wires[start % len(wires)]
            window.apply(edit, CATALOG, wire)
            assert (window.document is document) == (refused is not None)

    @rule(which=some, number=some)
    def disconnect(self, which, number):
        window, wire = self.wire(which, number)
        if wire is not None:
            window.apply(edits.disconnect, wire)

    @rule(which=some, number=some)
    def reorder(self, which, number):
        window, wire = self.wire(which, number)
        if wire is not None:
            count = len(window.document.nodes[wire.node].inputs[wire.port])
            order = tuple((index + number) % count for index in range(count))
            window.apply(edits.reorder, wire.node, wire.port, order)

    @rule(which=some, number=some)
    def insert_on_wire(self, which, number):
        _, node = self.pick(which)
        window, wire = self.wire(which, number)
        if wire is not None:
            window.apply(edits.insert_on_wire, CATALOG, wire, node.id)

    # Nodes --------------------------------------------------------------------------------------

    @rule(which=some, numbers=st.lists(some, min_size=1, max_size=3))
    def delete(self, which, numbers):
        picked = [self.pick(which % 2 + 2 * number) for number in numbers]
        ids = {node.id for _, node in picked if node is not None}
        picked[0][0].apply(edits.delete, ids)

    @rule(which=some, x=places, y=places)
    def move(self, which, x, y):
        window, node = self.pick(which)
        if node is not None:
            window.apply(edits.move, {node.id: (x, y)}, merge=("move", node.id))

    @rule(which=some, width=places, height=places)
    def resize(self, which, width, height):
        window, node = self.pick(which, Frame | Note)
        if node is not None:
            window.apply(edits.resize, node.id, width, height)

    @rule(which=some, label=texts)
    def rename(self, which, label):
        window, node = self.pick(which)
        if node is not None:
            window.apply(edits.rename, node.id, label, merge=("rename", node.id))

    @rule(which=some, name=texts, seed=st.integers(-1, 9))
    def set_head(self, which, name, seed):
        window = self.window(which)
        window.apply(edits.set_name, name)
        window.apply(edits.set_seed, seed)

    @rule(which=some, shape=shapes, dtype=st.sampled_from(CATALOG.dtypes), size=st.integers(0, 2))
    def set_input(self, which, shape, dtype, size):
        window, node = self.pick(which, Input)
        if node is not None:
            size = size or None
            window.apply(edits.set_input, node.id, shape=shape, dtype=dtype, batch_size=size)

    @rule(which=some, outputs=st.booleans())
    def turn_signature(self, which, outputs):
        window = self.window(which)
        if outputs:
            window.apply(edits.reorder_outputs, window.document.outputs[::-1])
        else:
            window.apply(edits.reorder_inputs, window.document.inputs[::-1])

    @rule(which=some)
    def arrange(self, which):
        window = self.window(which)
        sizes = dict.fromkeys(window.document.nodes, (192.0, 90.0))
        window.apply(edits.move, arrange(window.document, sizes, catalog=CATALOG))

    # Layers -------------------------------------------------------------------------------------

    @rule(which=some, number=some, value=st.sampled_from(VALUES + NESTED))
    def set_any_parameter(self, which, number, value):
        window, layer, spec = self.layer(which)
        if spec is not None and spec.parameters:
            name = spec.parameters[number % len(spec.parameters)].name
            merge = ("parameter", layer.id, name)
            window.apply(edits.set_parameter, CATALOG, layer.id, name, value, merge=merge)

    @rule(
        which=some,
        name=st.sampled_from(TELLING_PARAMETERS),
        value=st.sampled_from([None, True, False, *NESTED]),
    )
    def set_telling_parameter(self, which, name, value):
        window, layer, _ = self.layer(which)
        if layer is not None:
            window.apply(edits.set_parameter, CATALOG, layer.id, name, value)

    @rule(which=some, number=some)
    def reset_parameter(self, which, number):
        window, layer, _ = self.layer(which)
        if isinstance(layer, KerasLayer) and layer.parameters:
            names = sorted(layer.parameters)
            window.apply(edits.reset_parameter, CATALOG, layer.id, names[number % len(names)])

    @rule(which=some, value=st.booleans())
    def set_argument(self, which, value):
        window, node = self.pick(which, Call)
        if node is not None:
            name = "return_attention_scores"
            window.apply(edits.set_argument, CATALOG, node.id, name, value)

    @rule(which=some, trainable=st.booleans())
    def set_trainable(self, which, trainable):
        window, layer, _ = self.layer(which)
        if layer is not None:
            window.apply(edits.set_trainable, layer.id, trainable)

    @rule(which=some)
    def make_independent(self, which):
        window, node = self.pick(which, Call)
        if node is not None:
            window.apply(edits.make_independent, node.id)

    @rule(which=some, number=some, alike=st.booleans())
    def share_layer(self, which, number, alike):
        window, node = self.pick(which, Call)
        if node is None:
            return
        layers = window.document.layers
        own = layers[node.layer]
        others = [x for x in in_order(layers) if not alike or _kind(x) == _kind(own)]
        window.apply(edits.share_layer, node.id, others[number % len(others)].id)

    @rule(which=some, inputs=port_names, outputs=port_names)
    def relocate(self, which, inputs, outputs):
        window = self.window(which)
        models = [x for x in in_order(window.document.layers) if isinstance(x, SavedModel)]
        if models:
            layer = models[which // 2 % len(models)]
            ports = interface(inputs, outputs)
            window.apply(edits.relocate_model, layer.id, "/models/moved.keras", "1" * 64, ports)

    def layer(self, which):
        """Return a window, the layer of one of its calls, and what the catalog knows of it."""
        window, node = self.pick(which, Call)
        if node is None:
            return window, None, None
        layer = window.document.layers[node.layer]
        return window, layer, CATALOG.layers.get(getattr(layer, "class_name", ""))

    # Copy, paste, undo, files -------------------------------------------------------------------

    @rule(which=some, numbers=st.lists(some, max_size=5), cut=st.booleans())
    def copy(self, which, numbers, cut):
        picked = [self.pick(which % 2 + 2 * number) for number in numbers]
        ids = {node.id for _, node in picked if node is not None}
        self.clipboard = fragment.copy(self.window(which).document, ids)
        text = fragment.to_text(self.clipboard)
        assert written(fragment.from_text(text, CATALOG)) == written(self.clipboard)
        if cut:
            self.window(which).apply(edits.delete, ids)

    @rule(which=some, numbers=st.lists(some, min_size=1, max_size=5), shared=st.booleans())
    def copy_and_paste(self, which, numbers, shared):
        self.copy(which, numbers, cut=False)
        self.paste(which // 2, 10.0, shared)

    @rule(which=some, dx=places, shared=st.booleans())
    def paste(self, which, dx, shared):
        window = self.window(which)
        if len(window.document.nodes) + len(self.clipboard.nodes) <= MOST:
            window.apply(fragment.paste, self.clipboard, dx, 0, shared=shared)

    @rule(which=some, count=st.integers(1, 4), back=st.booleans())
    def step(self, which, count, back):
        for _ in range(count):
            self.window(which).step(back)

    @rule(which=some)
    def undo_all_then_redo_all(self, which):
        window = self.window(which)
        while window.step(back=True):
            pass
        while window.step(back=False):
            pass
        assert written(window.document) == window.texts[-1]

    @rule(which=some)
    def save_then_load(self, which):
        window = self.window(which)
        data = document_file.to_bytes(window.document, FOLDER)
        read = document_file.from_bytes(data, FOLDER)
        assert written(read) == written(window.document)
        assert read == window.document
        assert document_file.to_bytes(read, FOLDER) == data
        plain = document_to_plain(window.document)
        assert document_from_plain(json.loads(json.dumps(plain))) == window.document
        window.save()

    @rule(which=some)
    def reopen(self, which):
        window = self.window(which)
        data = document_file.to_bytes(window.document, FOLDER)
        window.open(document_file.from_bytes(data, FOLDER))
        assert window.history.is_clean

    # What must be true after each of them -------------------------------------------------------

    @invariant()
    def the_graph_is_sound(self):
        document = self.windows[self.last].document
        flow = networkx.DiGraph()
        for node in document.nodes.values():
            ports = {port.name: port for port in input_ports(document, CATALOG, node)}
            for name, sources in node.inputs.items():
                port = ports[name]
                most = port.maximum if port.many else 1
                assert sources and (most is None or len(sources) <= most)
                for source in sources:
                    flow.add_edge(source.node, node.id)
                    start = document.nodes[source.node]
                    assert source.port in output_ports(document, CATALOG, start)
        assert networkx.is_directed_acyclic_graph(flow)
        assert check(document, CATALOG) is document, "what is sound needs no mending"

    @invariant()
    def the_lists_and_layers_fit_the_nodes(self):
        document = self.windows[self.last].document
        kinds = Counter()
        for node in document.nodes.values():
            kinds[type(node), node.id] += 1
        assert Counter((Input, node_id) for node_id in document.inputs) == Counter(
            {key: count for key, count in kinds.items() if key[0] is Input}
        )
        assert Counter((Output, node_id) for node_id in document.outputs) == Counter(
            {key: count for key, count in kinds.items() if key[0] is Output}
        )
        called = {node.layer for node in document.nodes.values() if isinstance(node, Call)}
        assert called == set(document.layers)
        numbers = [number_of(key) for key in (*document.nodes, *document.layers)]
        assert len(set(numbers)) == len(numbers) and max(numbers, default=0) < document.next_number

    @invariant()
    def keras_names_are_legal_and_unique(self):
        document = self.windows[self.last].document
        names = keras_names(document)
        siblings = [names[key] for key in (*document.inputs, *document.layers)]
        keys = [names[key] for key in document.outputs]
        for group in (siblings, keys):
            assert len({name.lower() for name in group}) == len(group)
            assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) for name in group)

    @invariant()
    def the_graph_that_followed_is_the_graph(self):
        window = self.windows[self.last]
        fresh = Graph(window.document)
        assert vars(window.graph) == vars(fresh)

    def teardown(self):
        for window in getattr(self, "windows", ()):
            self.undo_all_then_redo_all(self.windows.index(window))


Player.TestCase.settings = settings(
    max_examples=GAMES or 150,
    stateful_step_count=50,
    derandomize=not GAMES,
    database=None,
    deadline=None,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
TestPlay = Player.TestCase
