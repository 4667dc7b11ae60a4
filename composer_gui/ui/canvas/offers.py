"""What the quick search offers: layers, inputs, outputs, notes and layers to use again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from immutables import Map

from composer_gui.core import edits
from composer_gui.core.change import between
from composer_gui.core.connections import refusal
from composer_gui.core.document import EMPTY, Document, Source, Wire, in_order
from composer_gui.core.layer_kinds import KerasLayer
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.layers.layer_spec import LayerSpec
from composer_gui.core.layers.parameters import parse
from composer_gui.core.ports import input_ports, output_ports
from composer_gui.core.shapes.tensor_spec import TensorSpec
from composer_gui.ui.canvas.interactions.draw_wire import Anchor
from composer_gui.ui.canvas.offer_takes import why_not

TYPICAL = (190.0, 96.0)
"""Width and height in pixels of a node that is still to be drawn."""

Adding = Callable[[Document, float, float], Document]


@dataclass(frozen=True, slots=True)
class Offer:
    """One line of the quick search: what it says, and the edit that puts the node at (x, y).

    `takes` and `gives` tell whether wires may lead into and out of the node. `misfit` says in a few
    words what it takes in place of the tensor at hand, and is empty where it takes it.
    """

    title: str
    detail: str
    category: str
    add: Adding
    takes: bool = True
    gives: bool = True
    misfit: str = ""


LIKELY: dict[str, tuple[str, ...]] = {
    "any": ("Dense", "Conv2D", "Concatenate", "Add", "Dropout", "Flatten", "Embedding", "LSTM"),
    "integers": ("Embedding", "Rescaling", "CategoryEncoding", "Flatten"),
    "text": ("TextVectorization", "StringLookup", "Hashing"),
    "rank 1": ("Dense", "Dropout", "Concatenate", "Add", "BatchNormalization", "Activation"),
    "rank 2": (
        "LSTM", "GRU", "Conv1D", "MultiHeadAttention", "GlobalAveragePooling1D", "Dense",
        "LayerNormalization", "Dropout",
    ),
    "rank 3": (
        "Conv2D", "MaxPooling2D", "BatchNormalization", "GlobalAveragePooling2D", "Flatten",
        "Dropout", "Add", "Concatenate",
    ),
    "rank 4": ("Conv3D", "MaxPooling3D", "BatchNormalization", "GlobalAveragePooling3D", "Flatten"),
}  # fmt: skip
"""What people put behind a tensor, the commonest first. An Output is always among them."""

NEXT: dict[str, tuple[str, ...]] = {
    "Input": ("Rescaling", "Normalization"),
    "BatchNormalization": ("Activation", "ReLU"),
    "Flatten": ("Dense", "Dropout"),
    "GlobalAveragePooling1D": ("Dense", "Dropout"),
    "GlobalAveragePooling2D": ("Dense", "Dropout"),
    "GlobalAveragePooling3D": ("Dense", "Dropout"),
    "Add": ("LayerNormalization", "ReLU", "Activation"),
    "MultiHeadAttention": ("Add", "Dropout", "LayerNormalization"),
    "TextVectorization": ("Embedding",),
    "StringLookup": ("Embedding", "CategoryEncoding"),
    "IntegerLookup": ("Embedding", "CategoryEncoding"),
    "RandomFlip": ("RandomRotation", "RandomZoom", "Rescaling"),
}
"""What is likely behind a class besides: behind an Input second, behind a layer first."""


def offers(
    document: Document,
    catalog: Catalog,
    text: str,
    *,
    spec: TensorSpec | None = None,
    after: str = "",
    takes: bool = False,
    gives: bool = False,
) -> list[Offer]:
    """Return what `text` may mean, the likeliest first, at most a screen or two of it.

    Words after a class name are values of its required parameters: "dense 10", "conv2d 32 3".
    `spec` is the tensor that would flow in: of what does not take it, `misfit` says why. It comes
    out of a layer of the class `after`, or of an "Input". With
    `takes` and `gives` only what has an input or an output is offered.
    """
    shaped = re.fullmatch(r"in(?:p(?:ut?)?)?\s+([\d ,x×?]+)", text.lower())
    if shaped:
        found = iter((_shaped_input(shaped[1]),))
    else:
        found = _matching(document, catalog, *_parted(text, catalog), spec, after)
    return [o for o in found if (o.takes or not takes) and (o.gives or not gives)]


def _matching(document, catalog, words, values, spec, after) -> Iterator[Offer]:
    wanted = "".join(words.lower().split())
    simple = list(_simple_offers())
    again = list(_again_offers(document, spec))
    if not wanted:
        yield from _likeliest(catalog, simple, again, spec, after)
        return
    begins = [offer for offer in simple if _plain(offer.title).startswith(wanted)]
    twins = [offer for offer in again if _plain(offer.title).startswith(wanted)]
    layers = [
        _layer_offer(layer, _values(layer, values, catalog), spec)
        for layer in _ranked(catalog.search(words), wanted, spec)
    ]
    # Who writes a class, or values for it, wants a new layer and not the weights of another
    named = bool(values) or any(offer.title.lower() == wanted for offer in layers)
    yield from begins
    yield from (*layers[:1], *twins, *layers[1:]) if named else (*twins, *layers)
    for offer in (*simple, *again):
        known = offer in begins or offer in twins
        if wanted in _plain(offer.title + offer.detail) and not known:
            yield offer


def _ranked(layers: list[LayerSpec], wanted: str, spec: TensorSpec | None) -> list[LayerSpec]:
    """Put in front, among the layers that a search found, what fits the tensor and is common."""
    rank = spec.rank if spec else None

    def key(layer: LayerSpec):
        begins = layer.class_name.lower().startswith(wanted)
        common = layer.class_name in LIKELY["any"]
        return not begins, not _fits_rank(layer.class_name, rank), not (begins and common)

    return sorted(layers, key=key)


def _likeliest(catalog, simple, again, spec, after) -> Iterator[Offer]:
    names = _likely_names(spec, after)
    yield from simple[:1] if spec is None else ()
    for name in names:
        if name in catalog.layers:
            yield _layer_offer(catalog.layer(name), EMPTY, spec)
    yield from simple[1:] if spec is None else (simple[1], simple[0], *simple[2:])
    yield from again
    for layer in catalog.search(""):
        if layer.class_name not in names:
            yield _layer_offer(layer, EMPTY, spec)


def _likely_names(spec: TensorSpec | None, after: str) -> list[str]:
    """Return the likely classes, the likeliest first, each once."""
    usual, besides = LIKELY[_kind_of(spec)], NEXT.get(after, ())
    first = 1 if after == "Input" else 0
    return list(dict.fromkeys((*usual[:first], *besides, *usual[first:])))


def _kind_of(spec: TensorSpec | None) -> str:
    if spec is None or spec.rank is None:
        return "any"
    if spec.dtype == "string":
        return "text"
    if "int" in spec.dtype and spec.rank <= 2:
        return "integers"
    return f"rank {min(max(spec.rank, 1), 4)}"


def _plain(text: str) -> str:
    return "".join(text.lower().split())


def _fits_rank(class_name: str, rank: int | None) -> bool:
    """Return whether a class named for one, two or three dimensions fits a tensor's rank."""
    named = re.search(r"([123])D", class_name)
    return rank is None or named is None or int(named[1]) + 1 == rank


# The kinds ----------------------------------------------------------------------------------------


def _simple_offers() -> Iterator[Offer]:
    yield Offer("Input", "what the model takes", "input", edits.add_input, takes=False)
    yield Offer("Output", "what the model gives", "output", edits.add_output, gives=False)
    yield Offer("Note", "free text", "note", edits.add_note, takes=False, gives=False)
    yield Offer("Frame", "a box around nodes", "frame", _add_frame, takes=False, gives=False)
    yield Offer("Reroute dot", "leads wires around", "dot", edits.add_dot)


def _shaped_input(text: str) -> Offer:
    """Offer an Input whose shape was typed: "input 28 28 1", "input 100"."""
    sizes = re.findall(r"\d+|\?", text)
    shape = tuple(None if size == "?" else int(size) for size in sizes)
    shown = "×".join(sizes)
    return Offer("Input", shown, "input", partial(_add_input, shape), takes=False)


def _add_input(shape: tuple, document: Document, x: float, y: float) -> Document:
    return edits.add_input(document, x, y, shape=shape)


def _add_frame(document: Document, x: float, y: float) -> Document:
    return edits.add_frame(document, x, y, 480, 288, label="frame")


def _again_offers(document: Document, spec: TensorSpec | None) -> Iterator[Offer]:
    for layer in in_order(document.layers):
        known = isinstance(layer, KerasLayer)
        detail = f"{layer.class_name}, shares its weights" if known else "shares its weights"
        yield Offer(
            f"{layer.name} again",
            detail,
            "saved model" if not known else "core",
            partial(_add_call, layer.id),
            misfit=why_not(layer.class_name, spec) if known else "",
        )


def _add_call(layer_id: str, document: Document, x: float, y: float) -> Document:
    return edits.add_call(document, layer_id, x, y)


def _layer_offer(layer: LayerSpec, values: Map, spec: TensorSpec | None = None) -> Offer:
    shown = ", ".join(f"{name} {_short(value)}" for name, value in values.items())
    return Offer(
        layer.class_name,
        shown or layer.category,
        layer.category,
        partial(_add_layer, layer, values),
        misfit=why_not(layer.class_name, spec),
    )


def _short(value: object) -> str:
    return "×".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _add_layer(spec: LayerSpec, values: Map, document: Document, x: float, y: float) -> Document:
    return edits.add_keras_layer(document, spec.class_name, x, y, parameters=values)


# Values typed behind the name ---------------------------------------------------------------------


def _parted(text: str, catalog: Catalog) -> tuple[str, list[str]]:
    """Part "conv2d 32 3" into the name and the values; "conv 1d" has no values."""
    words = text.split()
    for count in range(1, len(words)):
        values = words[count:]
        if re.match(r"[-+.\d]", values[0]) and any(
            _values(layer, values, catalog) for layer in catalog.search(" ".join(words[:count]))[:8]
        ):
            return " ".join(words[:count]), values
    return text, []


def _values(spec: LayerSpec, texts: list[str], catalog: Catalog) -> Map:
    """Return the texts as values of the required parameters, in order; none if one is no value."""
    required = [parameter for parameter in spec.parameters if parameter.required]
    if not texts or len(texts) > len(required):
        return EMPTY
    found = {}
    for parameter, text in zip(required, texts, strict=False):
        try:
            found[parameter.name] = parse(parameter, text, catalog)
        except ValueError:
            return EMPTY
    return Map(found)


# Adding with a wire -------------------------------------------------------------------------------


def add_wired(
    document: Document, catalog: Catalog, offer: Offer, x: float, y: float, anchor: Anchor | None
) -> Document:
    """Put the offered node at (x, y) and wire it to `anchor` where that is possible: one edit."""
    after = offer.add(document, x, y)
    (added,) = between(document, after).added
    wire = wire_to(after, catalog, added, anchor) if anchor is not None else None
    return edits.connect(after, catalog, wire) if wire is not None else after


def add_on_wire(
    document: Document,
    catalog: Catalog,
    offer: Offer,
    x: float,
    y: float,
    wire: Wire,
    sizes: Mapping[str, tuple[float, float]],
) -> Document:
    """Put the offered node at (x, y) and lead `wire` through it: one edit.

    `sizes` are those of what is seen, in pixels, which makes room for it.
    """
    after = offer.add(document, x, y)
    (added,) = between(document, after).added
    return put_on_wire(after, added, catalog, wire, sizes)


def put_on_wire(
    document: Document,
    node_id: str,
    catalog: Catalog,
    wire: Wire,
    sizes: Mapping[str, tuple[float, float]],
) -> Document:
    """Lead `wire` through a node that is still to be drawn; what is seen makes room."""
    return edits.insert_with_room(document, catalog, wire, node_id, {**sizes, node_id: TYPICAL})


def wire_to(document: Document, catalog: Catalog, node_id: str, anchor: Anchor) -> Wire | None:
    """Return the first wire between `anchor` and the node that may be drawn, or None."""
    node = document.nodes[node_id]
    if anchor.side == "out":
        ports = sorted(input_ports(document, catalog, node), key=lambda port: not port.required)
        source = Source(anchor.node, anchor.port)
        tried = [Wire(source, node_id, p.name, len(node.inputs.get(p.name, ()))) for p in ports]
    else:
        names = output_ports(document, catalog, node)
        tried = [Wire(Source(node_id, p), anchor.node, anchor.port, anchor.index) for p in names]
    return next((wire for wire in tried if refusal(document, catalog, wire) is None), None)


def anchor_of(document: Document, catalog: Catalog, node_id: str) -> Anchor | None:
    """Return the first output of a node as the end a new node could be wired to, or None."""
    node = document.nodes.get(node_id)
    ports = output_ports(document, catalog, node) if node is not None else ()
    return Anchor("out", node_id, ports[0]) if ports else None


def offer_for(catalog: Catalog, what: str, class_name: str = "") -> Offer:
    """Return the offer that the palette drags: a layer, or one of the simple kinds.

    Raises KeyError for a class or kind that is not known.
    """
    if what == "layer":
        return _layer_offer(catalog.layer(class_name), EMPTY)
    known = {offer.category: offer for offer in _simple_offers()}
    return known[what]
