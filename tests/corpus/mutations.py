"""Right designs, and the mistakes that people make in them: each breaks a design in one way.

A mistake takes a `Hand` (a random generator, a document, what is known of its shapes) and gives
another document, or None where there is nothing to do it to.
"""

import random
from dataclasses import dataclass, replace

from immutables import Map

from composer_gui.core import edits
from composer_gui.core.document import Call, Input, Output, Source, Wire, in_order, wires_into
from composer_gui.core.errors import EditRefused
from composer_gui.core.layer_kinds import Construct, KerasLayer, SavedModel, Submodel
from composer_gui.core.layers.parameters import refusal
from composer_gui.core.ports import input_ports, output_ports
from composer_gui.storage import resources

CATALOG = resources.catalog()

SIZES = (None, 1, 2, 3, 4, 5, 7, 8, 16, 28, 64)
DTYPES = ("float32", "float16", "float64", "int32", "int64", "uint8", "bool", "string")
LAYER_DTYPES = (*DTYPES, "mixed_float16", "bfloat16")
NUMBERS = (0, 0.0, 0.5, 1, 1.0, -1, 2, 1.5, 0.1, -0.5, 10.0)
WHOLE = (0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 32, 64, 100, -1, -2, -3)
TEXTS = ("", "a", "i,ij->j", "abc,cd->abd", "max", "sum", "channels_first")
NESTED = (
    Construct("layer", "Dense", Map(units=3)),
    Construct("layer", "LSTM", Map(units=3)),
    Construct("layer", "GRU", Map(units=4, return_sequences=True)),
    Construct("layer", "Conv1D", Map(filters=3, kernel_size=2)),
    Construct("layer", "Conv2D", Map(filters=3, kernel_size=3)),
    Construct("layer", "LSTMCell", Map(units=3)),
    Construct("layer", "Dropout", Map(rate=0.5)),
    Construct("layer", "RandomFlip"),
    Construct("layer", "Flatten"),
)
OBJECTS = {
    "initializer": ("zeros", "ones", "orthogonal", "identity", "he_normal"),
    "regularizer": ("l1", "l2", "orthogonal"),
    "constraint": ("non_neg", "unit_norm", "max_norm"),
}
ATTEMPTS = 20


@dataclass(frozen=True)
class Hand:
    """What a mistake is made with: chance, a document, and the verdicts of the document."""

    random: random.Random
    document: object
    verdicts: dict

    def any_of(self, items):
        """Return one of some things, None where there are none."""
        items = list(items)
        return self.random.choice(items) if items else None

    def calls(self, kind=object):
        """Return the calls of layers of a kind."""
        document = self.document
        found = (node for node in in_order(document.nodes) if isinstance(node, Call))
        return [node for node in found if isinstance(document.layers[node.layer], kind)]

    def wires(self):
        """Return all wires."""
        return [wire for node in in_order(self.document.nodes) for wire in wires_into(node)]

    def sources(self):
        """Return all places where a wire may begin."""
        document = self.document
        return [
            Source(node.id, port)
            for node in in_order(document.nodes)
            for port in output_ports(document, CATALOG, node)
        ]


def broken(document, verdicts, seed, mistakes=None):
    """Return a document with one to three mistakes in it, and what they are called."""
    chance = random.Random(seed)
    wanted = mistakes or chance.choice((1, 1, 1, 1, 2, 2, 3))
    made = []
    for _ in range(ATTEMPTS):
        mistake = chance.choices(list(MISTAKES), weights=list(MISTAKES.values()))[0]
        try:
            after = mistake(Hand(chance, document, verdicts))
        except EditRefused:
            continue
        if after is not None and after != document:
            document = after
            made.append(mistake.__name__)
        if len(made) == wanted:
            break
    return document, made


# Parameters ---------------------------------------------------------------------------------------


def change_parameter(hand):
    """Set a parameter of a layer to another value, mostly to one that the inspector takes."""
    node = hand.any_of(hand.calls(KerasLayer))
    if node is None:
        return None
    layer = hand.document.layers[node.layer]
    spec = CATALOG.layers[layer.class_name]
    telling = [p for p in spec.parameters if p.kind in TELLING or p.required]
    parameter = hand.any_of(telling if telling and hand.random.random() < 0.8 else spec.parameters)
    if parameter is None:
        return None
    now = layer.parameters.get(parameter.name, parameter.default)
    value = _value(hand, parameter, now)
    if refusal(parameter, value, CATALOG) and hand.random.random() < 0.9:
        return None
    return edits.set_parameter(hand.document, CATALOG, layer.id, parameter.name, value)


def reset_parameter(hand):
    """Take a parameter back, also one that has to be there."""
    node = hand.any_of(hand.calls(KerasLayer))
    layer = hand.document.layers[node.layer] if node else None
    name = hand.any_of(sorted(layer.parameters)) if layer else None
    return name and edits.reset_parameter(hand.document, CATALOG, layer.id, name)


def change_argument(hand):
    """Set an argument of a call."""
    node = hand.any_of(hand.calls(KerasLayer))
    spec = node and CATALOG.layers[hand.document.layers[node.layer].class_name]
    argument = spec and hand.any_of(spec.arguments)
    if not argument:
        return None
    return edits.set_argument(
        hand.document, CATALOG, node.id, argument.name, hand.random.random() < 0.7
    )


TELLING = {"integer", "integers", "shape", "axis", "choice", "boolean", "layer", "layers", "text"}


def _value(hand, parameter, now):
    kind, chance = parameter.kind, hand.random
    if kind == "boolean":
        return not now
    if kind == "choice":
        return hand.any_of(parameter.choices)
    if kind == "activation":
        return hand.any_of(CATALOG.activations)
    if kind == "dtype":
        return hand.any_of(LAYER_DTYPES)
    if kind in OBJECTS:
        return hand.any_of(OBJECTS[kind])
    if kind == "layer":
        return hand.any_of(NESTED)
    if kind == "layers":
        return tuple(chance.choices(NESTED, k=chance.randint(1, 2)))
    if kind == "text":
        return hand.any_of(TEXTS)
    if kind == "seed":
        return chance.randint(0, 9)
    if kind == "number":
        return hand.any_of(NUMBERS)
    if kind in ("integer", "axis") and chance.random() < 0.5 and isinstance(now, int):
        return hand.any_of((now + 1, now - 1, now * 2, -now, now * 10))
    if kind == "integer":
        return hand.any_of(WHOLE)
    if kind == "values":
        items = ("a", "b", "c") if parameter.items == "text" else NUMBERS
        many = chance.sample(items, k=chance.randint(1, 3))
        return many[0] if parameter.single and chance.random() < 0.5 else tuple(many)
    if isinstance(now, tuple) and now and chance.random() < 0.7:
        return _other_tuple(hand, now)
    whole = (*WHOLE, None) if kind == "shape" else WHOLE
    if parameter.single and chance.random() < 0.5:
        return hand.any_of(whole)
    length = hand.any_of(parameter.lengths or (1, 2, 3))
    return tuple(chance.choices(whole, k=length))


def _other_tuple(hand, items):
    items = list(items)
    at = hand.random.randrange(len(items))
    how = hand.random.random()
    if how < 0.4:
        items[at] = hand.any_of(WHOLE)
    elif how < 0.6:
        del items[at]
    elif how < 0.8:
        items.insert(at, hand.any_of(WHOLE))
    else:
        hand.random.shuffle(items)
    return tuple(items)


# Inputs -------------------------------------------------------------------------------------------


def change_input_size(hand):
    """Give one axis of an Input another size."""
    node = hand.any_of(n for n in _inputs(hand) if n.shape)
    if node is None:
        return None
    shape = list(node.shape)
    at = hand.random.randrange(len(shape))
    size = shape[at]
    near = (size + 1, size * 2, size - 1) if size and size > 1 else (4,)
    shape[at] = hand.any_of((*near, *SIZES))
    return edits.set_input(hand.document, node.id, shape=tuple(shape))


def change_input_rank(hand):
    """Give an Input one axis more or less, or put its axes in another order."""
    node = hand.any_of(_inputs(hand))
    if node is None:
        return None
    shape, how = list(node.shape), hand.random.random()
    if shape and how < 0.4:
        del shape[hand.random.randrange(len(shape))]
    elif how < 0.8:
        shape.insert(hand.random.randint(0, len(shape)), hand.any_of((1, 1, None, 3, 4)))
    else:
        hand.random.shuffle(shape)
    return edits.set_input(hand.document, node.id, shape=tuple(shape))


def change_input_dtype(hand):
    """Give an Input another dtype."""
    node = hand.any_of(_inputs(hand))
    return node and edits.set_input(hand.document, node.id, dtype=hand.any_of(DTYPES))


def change_batch_size(hand):
    """Give an Input a batch size, or none."""
    node = hand.any_of(_inputs(hand))
    return node and edits.set_input(hand.document, node.id, batch_size=hand.any_of((None, 1, 2, 5)))


def _inputs(hand):
    return [hand.document.nodes[node_id] for node_id in hand.document.inputs]


# Wires and nodes ----------------------------------------------------------------------------------


def take_wire_away(hand):
    """Take a wire away."""
    wire = hand.any_of(hand.wires())
    return wire and edits.disconnect(hand.document, wire)


def lead_from_elsewhere(hand):
    """Lead a wire from another node."""
    wire, source = hand.any_of(hand.wires()), hand.any_of(hand.sources())
    if not wire or wire.source == source:
        return None
    return edits.replace_wire(hand.document, CATALOG, replace(wire, source=source))


def draw_wire(hand):
    """Draw one more wire."""
    node = hand.any_of([*hand.calls(), *(hand.document.nodes[n] for n in hand.document.outputs)])
    port = node and hand.any_of(input_ports(hand.document, CATALOG, node))
    source = hand.any_of(hand.sources())
    if not port or not source:
        return None
    index = len(node.inputs.get(port.name, ())) if port.many else 0
    return edits.connect(hand.document, CATALOG, Wire(source, node.id, port.name, index))


def swap_wires(hand):
    """Let two wires begin where the other began."""
    wires = hand.wires()
    if len(wires) < 2:
        return None
    one, other = hand.random.sample(wires, 2)
    after = edits.replace_wire(hand.document, CATALOG, replace(one, source=other.source))
    return edits.replace_wire(after, CATALOG, replace(other, source=one.source))


def swap_inputs_of_a_node(hand):
    """Swap the wires at one node."""
    wires = hand.wires()
    several = [w for w in wires if sum(v.node == w.node for v in wires) > 1]
    one = hand.any_of(several)
    other = one and hand.any_of(w for w in several if w.node == one.node and w != one)
    if not one:
        return None
    after = edits.replace_wire(hand.document, CATALOG, replace(one, source=other.source))
    return edits.replace_wire(after, CATALOG, replace(other, source=one.source))


def replace_layer(hand):
    """Put a layer of another class in the place of one."""
    node = hand.any_of(hand.calls(KerasLayer))
    if node is None:
        return None
    spec = CATALOG.layers[hand.document.layers[node.layer].class_name]
    alike = [s for s in _placed() if s.category == spec.category and s is not spec]
    other = hand.any_of(alike if alike and hand.random.random() < 0.6 else _placed())
    after = edits.replace_class(hand.document, CATALOG, node.id, other.class_name)
    layer = after.layers[after.nodes[node.id].layer]
    if hand.random.random() < 0.9:
        for name, value in other.sample.items():
            if name not in layer.parameters:
                after = edits.set_parameter(after, CATALOG, layer.id, name, value)
    return after


def insert_layer(hand):
    """Put a layer on a wire, half of the time one with a certain effect on shapes."""
    often = ("Flatten", "Dense", "GlobalAveragePooling2D", "Reshape", "LSTM", "Embedding", "Conv2D")
    spec = hand.any_of(_placed())
    if hand.random.random() < 0.3:
        spec = CATALOG.layers[hand.any_of(often)]
    return _inserted(hand, spec.class_name, spec.sample)


def insert_masking(hand):
    """Put a layer on a wire that makes a mask."""
    return _inserted(hand, "Masking", Map())


def _inserted(hand, class_name, parameters):
    wire = hand.any_of(hand.wires())
    if wire is None:
        return None
    before = hand.document
    after = edits.add_keras_layer(before, class_name, 0, 0, parameters=Map(parameters))
    (node_id,) = set(after.nodes) - set(before.nodes)
    return edits.insert_on_wire(after, CATALOG, wire, node_id)


def _placed():
    return [spec for spec in CATALOG.layers.values() if spec.palette]


def delete_node(hand):
    """Delete a node, and close the gap or leave it."""
    node = hand.any_of(hand.calls()) if hand.random.random() < 0.8 else hand.any_of(_ends(hand))
    if node is None:
        return None
    if hand.random.random() < 0.5:
        return edits.delete_and_heal(hand.document, CATALOG, [node.id])
    return edits.delete(hand.document, [node.id])


def _ends(hand):
    return [n for n in in_order(hand.document.nodes) if isinstance(n, Input | Output)]


def share_elsewhere(hand):
    """Call a layer once more, on some wire."""
    node, wire = hand.any_of(hand.calls()), hand.any_of(hand.wires())
    if node is None or wire is None:
        return None
    after = edits.use_again(hand.document, node.id, 0, 0)
    (again,) = set(after.nodes) - set(hand.document.nodes)
    return edits.insert_on_wire(after, CATALOG, wire, again)


def into_a_submodel(hand):
    """Put some nodes that hang together into a submodel."""
    calls = hand.calls()
    first = hand.any_of(calls)
    if first is None:
        return None
    chosen = {first.id}
    for wire in hand.wires():
        if wire.source.node in chosen and hand.random.random() < 0.7:
            chosen.add(wire.node)
    ids = [node.id for node in calls if node.id in chosen]
    return edits.group(hand.document, CATALOG, ids, verdicts=hand.verdicts)


def break_a_submodel(hand):
    """Make a mistake inside a submodel."""
    node = hand.any_of(hand.calls(Submodel))
    if node is None:
        return None
    layer = hand.document.layers[node.layer]
    design, made = broken(layer.design, {}, hand.random.random(), 1)
    return edits.with_design(hand.document, layer.id, design) if made else None


# Training and saved models ------------------------------------------------------------------------


def freeze(hand):
    """Freeze some layers, or let them train."""
    after = hand.document
    for layer in in_order(after.layers):
        if hand.random.random() < 0.5:
            after = edits.set_trainable(after, layer.id, not layer.trainable)
    return after


def set_mask_zero(hand):
    """Let an Embedding say what is padding."""
    document = hand.document
    tables = [n for n in hand.calls(KerasLayer) if _class_of(document, n) == "Embedding"]
    node = hand.any_of(tables)
    return node and edits.set_parameter(document, CATALOG, node.layer, "mask_zero", True)


def _class_of(document, node):
    return document.layers[node.layer].class_name


def reinput_model(hand):
    """Let a saved model take another shape or dtype."""
    node = hand.any_of(hand.calls(SavedModel))
    if node is None:
        return None
    layer = hand.document.layers[node.layer]
    ports = list(layer.inputs)
    at = hand.random.randrange(len(ports))
    port = ports[at]
    if hand.random.random() < 0.2 or not port.shape or len(port.shape) < 2:
        ports[at] = replace(port, dtype=hand.any_of(DTYPES))
    else:
        shape = list(port.shape)
        shape[hand.random.randrange(1, len(shape))] = hand.any_of(SIZES)
        ports[at] = replace(port, shape=tuple(shape))
    edit = hand.any_of((edits.use_inputs, edits.set_reinput))
    return edit(hand.document, layer.id, tuple(ports))


def use_for_inference(hand):
    """Let a model be used for inference only."""
    node = hand.any_of(hand.calls(SavedModel | Submodel))
    return node and edits.set_inference(hand.document, node.layer, True)


def freeze_inside(hand):
    """Freeze layers inside a saved model by a pattern."""
    node = hand.any_of(hand.calls(SavedModel))
    patterns = hand.any_of((("*",), ("conv*",), ("*", "!score"), ("nothing",), ("d*",)))
    return node and edits.set_frozen(hand.document, node.layer, patterns)


MISTAKES = {
    change_parameter: 10,
    reset_parameter: 2,
    change_argument: 1,
    change_input_size: 6,
    change_input_rank: 5,
    change_input_dtype: 4,
    change_batch_size: 2,
    take_wire_away: 3,
    lead_from_elsewhere: 6,
    draw_wire: 2,
    swap_wires: 4,
    swap_inputs_of_a_node: 3,
    replace_layer: 7,
    insert_layer: 8,
    insert_masking: 1,
    delete_node: 4,
    share_elsewhere: 3,
    into_a_submodel: 2,
    break_a_submodel: 2,
    freeze: 2,
    set_mask_zero: 2,
    reinput_model: 2,
    use_for_inference: 1,
    freeze_inside: 1,
}
"""Each mistake, and how often it is made."""
