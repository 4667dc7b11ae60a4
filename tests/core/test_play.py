"""A machine plays the user: edits of all kinds in two windows, and what must be true throughout."""

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule
from immutables import Map

from composer_gui.core import edits
from composer_gui.core.document import Call, Frame, Input, Note, in_order
from composer_gui.core.layer_kinds import Construct, KerasLayer, SavedModel
from composer_gui.core.layout import arrange
from tests.playing import (
    CATALOG,
    SETTINGS,
    draws,
    interface,
    places,
    port_names,
    shapes,
    some,
    texts,
)
from tests.playing_dots import DottedTable

# The classes in whose ports something happens come up often, all others now and then.
TELLING = ["Dense", "Add", "Subtract", "Concatenate", "LSTM", "RNN", "MultiHeadAttention", "Nobody"]
VALUES = [None, True, False, 0, 1, 2, 1.0, -1, "relu", "sum", (1, 2), (), "\ud800", 10**30]
NESTED = [
    Construct("layer", "LSTM", Map(units=3, return_state=True)),
    Construct("layer", "LSTMCell", Map(units=3)),
    Construct("layer", "GRU", Map(units=3)),
    Construct("initializer", "Constant", Map(value=0.5)),
]
SILENT = ["loose_end", "no_effect", "unused_input", "no_input", "unheard_of"]
TELLING_PARAMETERS = ["return_state", "layer", "cell", "merge_mode"]


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


def kind(layer):
    return getattr(layer, "class_name", type(layer))


class Player(DottedTable):
    """Two windows, one clipboard, and a user who tries everything."""

    @initialize(lines=st.integers(0, len(FIRST)), drawn=st.integers(0, 12))
    def begin(self, lines, drawn):
        self.open(FIRST[:lines])
        for number in range(drawn):
            self.connect(0, [(number, number, number, 0)])

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

    # Wires --------------------------------------------------------------------------------------

    @rule(which=some, draws=draws)
    def connect_in_vain(self, which, draws):
        """Try any wire, also those that are refused."""
        for draw in draws:
            self.draw(edits.connect, which, *draw, allowed=False)

    @rule(which=some, draws=draws)
    def replace_wires(self, which, draws):
        for draw in draws:
            self.draw(edits.replace_wire, which, *draw)

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

    @rule(which=some, code=st.sampled_from(SILENT), again=st.booleans())
    def silence(self, which, code, again):
        window, node = self.pick(which)
        if node is not None:
            window.apply(edits.unsilence if again else edits.silence, node.id, code)

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
        others = [x for x in in_order(layers) if not alike or kind(x) == kind(own)]
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


Player.TestCase.settings = SETTINGS
TestPlay = Player.TestCase
