"""A machine plays the user who takes saved models apart, groups, shares and replaces."""

from collections import Counter
from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule
from immutables import Map

from composer_gui.core import edits, fragment
from composer_gui.core.document import (
    Call,
    CodeFile,
    Document,
    Frame,
    Input,
    Output,
    Source,
    Wire,
    in_order,
    number_of,
)
from composer_gui.core.errors import EditRefused
from composer_gui.core.layer_kinds import Cut, SavedModel, SavedPort, Submodel
from tests.playing import (
    CATALOG,
    MOST,
    SETTINGS,
    interface,
    places,
    some,
    texts,
    written,
)
from tests.playing_dots import DottedTable

CLASSES = ["Dense", "Add", "LSTM", "MultiHeadAttention", "Dropout", "Conv2D", "Bidirectional"]

# What the first window begins with: a model used twice, one of more ports, a submodel used twice.
FIRST = [
    (edits.add_input, 0, 0),
    (edits.add_saved_model, "/models/one.keras", "1" * 64, interface("a", "y"), 300, 0),
    (edits.use_again, "n3", 600, 0),
    (edits.add_saved_model, "/models/two.keras", "2" * 64, interface("ab", "xyz"), 900, 0),
    (edits.add_keras_layer, "Dense", 300, 200),
    (edits.add_keras_layer, "Add", 600, 200),
    (edits.connect, CATALOG, Wire(Source("n1"), "n8", "inputs")),
    (edits.connect, CATALOG, Wire(Source("n8"), "n10", "inputs")),
    (edits.connect, CATALOG, Wire(Source("n1"), "n10", "inputs", 1)),
    (edits.group, CATALOG, ["n8", "n10"], "block"),
    (edits.use_again, "n12", 900, 400),
    (edits.add_output, 1200, 0),
    (edits.add_frame, 0, 0, 500, 500),
]

addresses = st.lists(st.sampled_from(["a", "enc/a", "enc/b", "y"]), max_size=3)


def ports_at(addresses):
    """Return ports of tensors inside a saved model, called after their layers."""
    return tuple(SavedPort(at.rpartition("/")[2], (None, 8), address=at) for at in addresses)


def opened(model):
    """Return a design with the ports of a saved model, in which one wire runs straight through."""
    design = Document()
    for port in model.inputs:
        design = edits.add_input(design, 0, 0, label=port.name)
    for number, port in enumerate(model.outputs):
        design = edits.add_output(design, 0, 0, label=port.name)
        output = design.outputs[-1]
        start = design.inputs[number % len(design.inputs)]
        if number:
            design = edits.add_keras_layer(design, "Dense", 300 * number, 0, name=port.name)
            dense = max(design.nodes, key=number_of)
            design = edits.connect(design, CATALOG, Wire(Source(start), dense, "inputs"))
            start = dense
        if number < 3:
            design = edits.connect(design, CATALOG, Wire(Source(start), output, "input"))
    return design


def without_places(document, members):
    """Return a document without the places of nodes, and the sizes of frames but the members.

    What was folded away over the border of a submodel shows afterwards, so that is left out too.
    """
    kept = {node.id for node in members}
    nodes = {}
    for node in document.nodes.values():
        size = {"width": 0.0, "height": 0.0} if isinstance(node, Frame) else {}
        size = {} if node.id in kept else size
        size |= {"folded": ()} if isinstance(node, Frame) else {}
        nodes[node.id] = replace(node, x=0.0, y=0.0, **size)
    return replace(document, nodes=Map(nodes))


def back(document, before, members):
    """Return `document`, in which `members` of `before` came out of a submodel, with their ids."""
    calls = [node for node in members if isinstance(node, Call)]
    numbers = {
        "n": [node.id for node in members],
        "l": sorted({node.layer for node in calls}, key=number_of),
    }
    new = sorted(
        {*document.nodes, *document.layers} - {*before.nodes, *before.layers}, key=number_of
    )
    ids = {key: key for key in (*document.nodes, *document.layers)}
    for letter, old in numbers.items():
        ids |= dict(zip((key for key in new if key[0] == letter), old, strict=True))
    names = Counter(layer.name for layer in before.layers.values())
    names.update(before.nodes[node_id].label for node_id in before.inputs)
    double = {name for name, count in names.items() if count > 1}
    nodes = {ids[n.id]: fragment.renumbered(n, ids) for n in document.nodes.values()}
    layers = {}
    for layer in document.layers.values():
        was = before.layers[ids[layer.id]]
        name = was.name if was.name in double else layer.name
        layers[was.id] = replace(layer, id=was.id, name=name)
    return replace(document, nodes=Map(nodes), layers=Map(layers))


class Opener(DottedTable):
    """A user to whom saved models are material."""

    @initialize(drawn=st.integers(0, 12))
    def begin(self, drawn):
        self.open(FIRST)
        for number in range(drawn):
            self.connect(0, [(number, number, number, 0)])

    @rule(which=some, x=places)
    def use_again(self, which, x):
        _, node = self.pick(which)
        if node is not None:
            self.add(which, edits.use_again, node.id, x, 0)

    @rule(which=some, number=some)
    def replace_class(self, which, number):
        window, node = self.pick(which, Call)
        if node is not None:
            name = CLASSES[number % len(CLASSES)]
            window.apply(edits.replace_class, CATALOG, node.id, name)

    @rule(which=some, again=st.booleans())
    def share(self, which, again):
        window, node = self.call_of(which, SavedModel | Submodel)
        if node is not None:
            others = [x.id for x in in_order(window.document.layers) if x.id != node.layer]
            window.apply(edits.make_independent, node.id)
            if again and others:
                window.apply(edits.share_layer, node.id, others[which % len(others)])

    @rule(which=some, name=texts)
    def rename(self, which, name):
        window, node = self.pick(which)
        if node is not None:
            window.apply(edits.rename, node.id, name)

    # Saved models -------------------------------------------------------------------------------

    def model(self, which, kinds=SavedModel):
        """Return a window and a saved model in it; None where there is none."""
        window = self.window(which)
        models = [x for x in in_order(window.document.layers) if isinstance(x, kinds)]
        return window, (models[which // 2 % len(models)] if models else None)

    @rule(which=some, addresses=addresses)
    def tap(self, which, addresses):
        window, layer = self.model(which)
        if layer is not None:
            window.apply(edits.set_taps, layer.id, ports_at(addresses))

    @rule(which=some, first=addresses, last=addresses, whole=st.booleans())
    def cut(self, which, first, last, whole):
        window, layer = self.model(which)
        if layer is not None:
            cut = None if whole else Cut(ports_at(first), ports_at(last))
            window.apply(edits.set_cut, layer.id, cut)

    @rule(which=some, size=st.sampled_from([8, 9, None]), own=st.booleans())
    def reinput(self, which, size, own):
        window, layer = self.model(which)
        if layer is not None:
            ports = [replace(port, shape=(None, size)) for port in layer.inputs]
            window.apply(edits.set_reinput, layer.id, ports if own else ())

    @rule(which=some, patterns=st.lists(st.sampled_from(["a*", "!b", " ", "Conv2D"])))
    def freeze(self, which, patterns):
        window, layer = self.model(which)
        if layer is not None:
            window.apply(edits.set_frozen, layer.id, patterns)

    @rule(which=some, inference=st.booleans())
    def set_inference(self, which, inference):
        window, layer = self.model(which, SavedModel | Submodel)
        if layer is not None:
            window.apply(edits.set_inference, layer.id, inference)

    def call_of(self, which, kinds):
        """Return a window and one of the calls of a saved model or submodel in it, or None."""
        window, layer = self.model(which, kinds)
        if layer is None:
            return window, None
        calls = sorted(window.graph.callers(layer.id), key=number_of)
        return window, window.document.nodes[calls[which // 3 % len(calls)]]

    @rule(which=some)
    def open_up(self, which):
        window, node = self.call_of(which, SavedModel)
        if node is not None and len(window.document.nodes) < MOST:
            layer = window.document.layers[node.layer]
            window.apply(edits.splice, node.id, opened(layer))

    @rule(which=some, name=st.sampled_from("ab"))
    def name_code(self, which, name):
        window = self.window(which)
        window.apply(edits.set_code, (*window.document.code, CodeFile(f"/{name}.py", "0" * 64)))

    # Submodels ----------------------------------------------------------------------------------

    @rule(which=some, numbers=st.lists(some, min_size=1, max_size=6), name=texts)
    def group(self, which, numbers, name):
        window, members = self.several(which, numbers)
        window.apply(edits.group, CATALOG, [node.id for node in members], name)

    @rule(which=some, number=some, back=st.booleans())
    def group_a_stretch(self, which, number, back):
        """Group a node with all that lies before it, or behind it: that is never a loop."""
        window, node = self.pick(which % 2 + 2 * number, Call)
        if node is not None:
            graph = window.graph
            near = graph.upstream([node.id]) if back else graph.downstream([node.id])
            window.apply(edits.group, CATALOG, near)

    @rule(which=some, numbers=st.lists(some, min_size=1, max_size=6))
    def group_then_ungroup(self, which, numbers):
        window, members = self.several(which, numbers)
        members = [node for node in members if not isinstance(node, Input | Output)]
        before = window.document
        try:
            grouped = edits.group(before, CATALOG, [node.id for node in members])
        except EditRefused:
            return
        (node_id,) = set(grouped.nodes) - set(before.nodes)
        after = back(edits.ungroup(grouped.settled(), node_id), before, members)
        one, other = (without_places(document, members) for document in (after, before))
        assert written(one) == written(other)
        assert all((after.nodes[n.id].x, after.nodes[n.id].y) == (n.x, n.y) for n in members)

    @rule(which=some)
    def ungroup(self, which):
        window, node = self.call_of(which, Submodel)
        if node is not None and len(window.document.nodes) < MOST:
            window.apply(edits.ungroup, node.id)

    @rule(which=some, label=texts, what=st.integers(0, 5))
    def edit_inside(self, which, label, what):
        window, layer = self.model(which, Submodel)
        if layer is None:
            return
        ports = layer.design.inputs + layer.design.outputs
        port = ports[which // 7 % len(ports)] if ports else "n0"
        changes = [
            (edits.rename, port, label),
            (edits.delete, [port]),
            (edits.add_input, 0, 0),
            (edits.add_output, 0, 0),
            (edits.reorder_inputs, layer.design.inputs[::-1]),
            (edits.set_code, [CodeFile("/inner.py", "1" * 64)]),
        ]
        edit, *args = changes[what]
        try:
            design = edit(layer.design, *args)
        except EditRefused:
            return
        window.apply(edits.with_design, layer.id, design)


Opener.TestCase.settings = SETTINGS
TestOpener = Opener.TestCase
