"""Edits of nodes and of the design as a whole: add, move, rename, silence, signature and more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import PurePath
from typing import Any

from immutables import Map

from composer_gui.core.document import (
    EMPTY,
    FARTHEST,
    Call,
    CodeFile,
    Document,
    Dot,
    Frame,
    Input,
    Note,
    Output,
    Shape,
    drop,
    head,
    new_id,
    put,
)
from composer_gui.core.edit_layers import callers, rename_layer
from composer_gui.core.edit_wires import existing, without_starts
from composer_gui.core.errors import EditRefused
from composer_gui.core.folding import frames_without
from composer_gui.core.labels import Labels, default_label, unique_label
from composer_gui.core.layer_kinds import KerasLayer, Layer, SavedInterface, SavedModel
from composer_gui.core.problem_table import KINDS
from composer_gui.core.problems import WARNING

KEEP: Any = object()
"""Stands for what `set_input` shall leave as it is."""

SMALLEST = 48.0
"""Least width and height of a frame or note, in pixels."""

LARGEST_SEED = 2**32 - 1

# Add --------------------------------------------------------------------------------------------


def add_input(
    document: Document,
    x: float,
    y: float,
    *,
    label: str = "input",
    shape: Shape = (),
    dtype: str = "float32",
) -> Document:
    """Add an Input at (x, y) pixels, last in the model's signature; `shape` has no batch axis."""
    document, node_id = new_id(document, "n")
    label = unique_label(document, _title(label))
    x, y = place(x, y)
    node = Input(node_id, label, _shape(shape), dtype, x=x, y=y)
    return head(put(document, node), inputs=(*document.inputs, node_id))


def add_output(document: Document, x: float, y: float, *, label: str = "output") -> Document:
    """Add an Output at (x, y) pixels, last in the model's signature."""
    document, node_id = new_id(document, "n")
    x, y = place(x, y)
    label = Labels.of_outputs(document).unique(_title(label))
    node = Output(node_id, label, x=x, y=y)
    return head(put(document, node), outputs=(*document.outputs, node_id))


def add_keras_layer(
    document: Document,
    class_name: str,
    x: float,
    y: float,
    *,
    name: str = "",
    parameters: Map = EMPTY,
) -> Document:
    """Add a new layer of a Keras class and a node at (x, y) pixels that calls it."""
    document, layer_id = new_id(document, "l")
    name = unique_label(document, name.strip() or default_label(class_name))
    return _add(document, KerasLayer(layer_id, name, class_name, parameters), x, y)


def add_saved_model(
    document: Document,
    path: str,
    sha256: str,
    interface: SavedInterface,
    x: float,
    y: float,
    *,
    name: str = "",
) -> Document:
    """Add a saved model and a node at (x, y) pixels that calls it; `path` is absolute."""
    document, layer_id = new_id(document, "l")
    name = unique_label(document, name.strip() or PurePath(path).stem)
    return _add(document, SavedModel(layer_id, name, path, sha256, interface), x, y)


def _add(document: Document, layer: Layer, x: float, y: float) -> Document:
    document, node_id = new_id(document, "n")
    x, y = place(x, y)
    return put(document, layer, Call(node_id, layer.id, x=x, y=y))


def add_call(document: Document, layer_id: str, x: float, y: float) -> Document:
    """Use a layer again: add a node at (x, y) pixels that calls it, sharing its weights."""
    if layer_id not in document.layers:
        raise EditRefused("This layer is no longer in the design.")
    document, node_id = new_id(document, "n")
    x, y = place(x, y)
    return put(document, Call(node_id, layer_id, x=x, y=y))


def use_again(document: Document, node_id: str, x: float, y: float) -> Document:
    """Use what a node calls once more: add a node at (x, y) pixels that shares its weights."""
    node = existing(document, node_id)
    if not isinstance(node, Call):
        raise EditRefused(f"{document.label(node_id)} calls no layer, so there is none to share.")
    return add_call(document, node.layer, x, y)


def add_frame(
    document: Document, x: float, y: float, width: float, height: float, *, label: str = ""
) -> Document:
    """Add a titled rectangle, in pixels; what lies in it stays as it is."""
    document, node_id = new_id(document, "n")
    x, y = place(x, y)
    width, height = _size(width, height)
    return put(document, Frame(node_id, _line(label), width, height, x=x, y=y))


def add_note(document: Document, x: float, y: float, *, text: str = "") -> Document:
    """Add free text at (x, y) pixels."""
    document, node_id = new_id(document, "n")
    x, y = place(x, y)
    return put(document, Note(node_id, text, x=x, y=y))


# Delete, move, size -----------------------------------------------------------------------------


def delete(document: Document, ids: Iterable[str]) -> Document:
    """Take nodes away with their wires, and the layers that nothing calls any more.

    A folded frame goes by itself: what it held shows again.
    """
    gone = {node_id for node_id in ids if node_id in document.nodes}
    if not gone:
        return document
    nodes = document.nodes
    layers = {nodes[node_id].layer for node_id in gone if isinstance(nodes[node_id], Call)}
    used = {node.layer for node in callers(document, layers) if node.id not in gone}
    altered = without_starts(document, lambda source: source.node in gone)
    frames = frames_without(document, gone)
    kept = (node for node in (*altered, *frames) if node.id not in gone)
    document = put(document, *kept)
    document = _without_ports(document, gone)
    return drop(document, *gone, *(layers - used))


def _without_ports(document: Document, gone: set[str]) -> Document:
    inputs = tuple(node_id for node_id in document.inputs if node_id not in gone)
    outputs = tuple(node_id for node_id in document.outputs if node_id not in gone)
    if (inputs, outputs) == (document.inputs, document.outputs):
        return document
    return head(document, inputs=inputs, outputs=outputs)


def move(document: Document, positions: Mapping[str, tuple[float, float]]) -> Document:
    """Put nodes at these places, in pixels."""
    moved = []
    for node_id, (x, y) in positions.items():
        node = existing(document, node_id)
        x, y = place(x, y)
        if (node.x, node.y) != (x, y):
            moved.append(replace(node, x=x, y=y))
    return put(document, *moved)


def resize(document: Document, node_id: str, width: float, height: float) -> Document:
    """Give a frame or note another size, in pixels."""
    node = existing(document, node_id)
    if not isinstance(node, Frame | Note):
        raise EditRefused("Only frames and notes have a size of their own.")
    width, height = _size(width, height)
    if (width, height) == (node.width, node.height):
        return document
    return put(document, replace(node, width=width, height=height))


def place(x: float, y: float) -> tuple[float, float]:
    """Return a place on the canvas, in pixels; raises EditRefused for one that is out of bounds."""
    if not (abs(x) <= FARTHEST and abs(y) <= FARTHEST):
        raise EditRefused("A node cannot be put that far away.")
    return float(x), float(y)


def _size(width: float, height: float) -> tuple[float, float]:
    width, height = place(width, height)
    return max(SMALLEST, width), max(SMALLEST, height)


# Names and text ---------------------------------------------------------------------------------


def rename(document: Document, node_id: str, label: str) -> Document:
    """Give a node another label.

    The only call of a layer hands the label on to the layer. A call that shares its layer gets a
    label of its own, or none where `label` is empty, and then shows the layer's name.
    """
    node = existing(document, node_id)
    if isinstance(node, Note):
        return set_text(document, node_id, label)
    if isinstance(node, Dot):
        raise EditRefused("A dot is called by what it hands on. Rename that instead.")
    if isinstance(node, Call) and len(callers(document, {node.layer})) == 1:
        document = put(document, replace(node, label="")) if node.label else document
        return rename_layer(document, node.layer, label)
    may_be_empty = isinstance(node, Call | Frame)
    label = _line(label) if may_be_empty else _title(label)
    return document if label == node.label else put(document, replace(node, label=label))


def set_text(document: Document, node_id: str, text: str) -> Document:
    """Write on a note."""
    node = existing(document, node_id)
    if not isinstance(node, Note):
        raise EditRefused("Only notes hold text.")
    return document if text == node.text else put(document, replace(node, text=text))


def set_name(document: Document, name: str) -> Document:
    """Give the design another name."""
    name = _title(name)
    return document if name == document.name else head(document, name=name)


def _line(text: str) -> str:
    return " ".join(text.split())


def _title(text: str) -> str:
    text = _line(text)
    if not text:
        raise EditRefused("A name needs at least one character.")
    return text


# Warnings ---------------------------------------------------------------------------------------


def silence(document: Document, node_id: str, code: str) -> Document:
    """Want no warning of the kind `code` at a node any more."""
    node = _warned(document, node_id)
    kind = KINDS.get(code)
    if kind is None or kind.severity != WARNING:
        raise EditRefused("Only warnings can be silenced.")
    if code in node.silenced:
        return document
    return put(document, replace(node, silenced=tuple(sorted((*node.silenced, code)))))


def unsilence(document: Document, node_id: str, code: str) -> Document:
    """Want warnings of the kind `code` at a node again."""
    node = _warned(document, node_id)
    if code not in node.silenced:
        return document
    return put(document, replace(node, silenced=tuple(c for c in node.silenced if c != code)))


def _warned(document: Document, node_id: str) -> Input | Call | Output:
    node = existing(document, node_id)
    if isinstance(node, Frame | Note | Dot):
        raise EditRefused("There are no warnings about frames, notes and dots to be silenced.")
    return node


# The model's signature --------------------------------------------------------------------------


def set_input(
    document: Document,
    node_id: str,
    *,
    shape: Shape = KEEP,
    dtype: str = KEEP,
    batch_size: int | None = KEEP,
) -> Document:
    """Change what an Input takes; `shape` has no batch axis, None is an axis of any size."""
    node = existing(document, node_id)
    if not isinstance(node, Input):
        raise EditRefused("Only an Input has a shape and dtype of its own.")
    if shape is not KEEP:
        node = replace(node, shape=_shape(shape))
    if dtype is not KEEP:
        node = replace(node, dtype=_line(dtype))
    if batch_size is not KEEP:
        node = replace(node, batch_size=_batch_size(batch_size))
    return document if node == document.nodes[node_id] else put(document, node)


def _shape(shape: Iterable[int | None]) -> Shape:
    shape = tuple(shape)
    for size in shape:
        if size is not None and (type(size) is not int or size < 1):
            raise EditRefused(f"{size} is no size of an axis. Sizes are whole numbers from 1 on.")
    return shape


def _batch_size(size: int | None) -> int | None:
    if size is not None and (type(size) is not int or size < 1):
        raise EditRefused(f"{size} is no batch size. It is a whole number from 1 on, or free.")
    return size


def reorder_inputs(document: Document, ids: Iterable[str]) -> Document:
    """Put the model's inputs in another order."""
    return _reorder(document, "inputs", tuple(ids))


def reorder_outputs(document: Document, ids: Iterable[str]) -> Document:
    """Put the model's outputs in another order."""
    return _reorder(document, "outputs", tuple(ids))


def _reorder(document: Document, side: str, ids: tuple[str, ...]) -> Document:
    before = getattr(document, side)
    if len(ids) != len(before) or set(ids) != set(before):
        raise EditRefused(f"The {side} have changed in the meantime. Order them again.")
    return document if ids == before else head(document, **{side: ids})


def set_seed(document: Document, seed: int) -> Document:
    """Set the number that makes new layers' weights repeatable."""
    if type(seed) is not int or not 0 <= seed <= LARGEST_SEED:
        raise EditRefused(f"A seed is a whole number from 0 to {LARGEST_SEED}.")
    return document if seed == document.seed else head(document, seed=seed)


def set_code(document: Document, files: Iterable[CodeFile]) -> Document:
    """Name the Python files that define the classes of saved models which are not Keras's.

    Each path counts once, with the SHA-256 that comes last.
    """
    files = tuple({file.path: file for file in files}.values())
    return document if files == document.code else head(document, code=files)
