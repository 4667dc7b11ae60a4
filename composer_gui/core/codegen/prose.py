"""What a generated script says in words: its docstring and its comments."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from pathlib import PureWindowsPath

from composer_gui.core.codegen.expressions import WIDTH
from composer_gui.core.codegen.literals import text_literal
from composer_gui.core.document import Document, label_of
from composer_gui.core.layer_kinds import Construct, KerasLayer, SavedModel, SavedPort
from composer_gui.core.layers.catalog import Catalog

KERAS_NEEDED = "3.14"
"""The oldest Keras that a generated script is known to run with, as in pyproject.toml."""

QUOTES = '"""'
AROUND_DOCSTRING = 10
"""Characters of a line that the docstring of a function does not have: indentation and quotes."""

LONGEST_TITLE = 60
MANY = 3
"""Names that are still listed one by one."""

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_SAYS_NOTHING = re.compile(r"(input|output)s?[_ ]?\d*", re.IGNORECASE)


def docstring(document: Document, models: Sequence[str], files: int, beside: str) -> list[str]:
    """Return the lines of the docstring: what the model is, what it needs, what running it does.

    `models` names the saved models it is made with, `files` counts those that it loads, and
    `beside` says where they are.
    """
    title = _plain_words(document.name, LONGEST_TITLE) or "untitled"
    summary = _summary(title, document, models, WIDTH - len(QUOTES))
    needs = f"Needs keras >= {KERAS_NEEDED}"
    if files:
        counted = "model" if files == 1 else f"{number_word(files)} models"
        needs += f" and the {counted} {beside}"
    text = f"Composed with Composer. {needs}. Run it for a summary."
    return [f'"""{summary}', "", *textwrap.wrap(text, WIDTH), '"""']


def submodel_docstring(document: Document, name: str, origin: SavedModel | None) -> str:
    """Return in one line what a function makes: a submodel, or a saved model that is spelled out.

    `origin` is the saved model.
    """
    if origin is None:
        return _summary(name, document, (), WIDTH - AROUND_DOCSTRING)
    if origin.cut:
        ends = _quoted([port.address for port in origin.cut.outputs])
        words = f"The stretch of {_file_name(origin.path)} that ends at {ends}, with its weights."
    elif origin.taps:
        taps = _quoted([port.address for port in origin.taps])
        words = f"The layers of {_file_name(origin.path)} with their weights, tapped at {taps}."
    elif origin.reinput:
        shapes = _shapes(origin.inputs)
        words = f"The layers of {_file_name(origin.path)} with their weights, on {shapes}."
    else:
        words = f"The layers of {_file_name(origin.path)} with their weights."
    return _plain_words(words, WIDTH - AROUND_DOCSTRING)


def _summary(title: str, document: Document, models: Sequence[str], room: int) -> str:
    """Return the first line: results, inputs and models by name, as many as have room."""
    inputs = _listed([document.nodes[n].label for n in document.inputs], "input")
    outputs = _listed([_result_label(document, n) for n in document.outputs], "output")
    flow = outputs or "a model"
    if inputs:
        flow += f" from {inputs}" if outputs else f" on {inputs}"
    made = f", with {_listed(list(models), 'saved model')}" if models else ""
    lines = [f"{title}: {flow}{made}.", f"{title}: {flow}.", f"{title}: a model{made}."]
    return next((line for line in lines if len(line) <= room), f"{title}: a model.")


def _result_label(document: Document, output_id: str) -> str:
    """Return an Output's label; where it only numbers that of the call before it, the latter."""
    label = document.nodes[output_id].label
    for sources in document.nodes[output_id].inputs.values():
        before = document.nodes.get(sources[0].node)
        name = label_of(document, before) if before is not None else label
        if re.fullmatch(rf"{re.escape(name)}_\d+", label):
            return name
    return label


def _listed(labels: list[str], noun: str) -> str:
    """Return names as a phrase, "5 inputs" for many, nothing where a single name says nothing."""
    words = [_plain_words(label, 30) for label in labels]
    if len(words) > MANY:
        return f"{number_word(len(words))} {noun}s"
    if not all(words) or (len(words) == 1 and _SAYS_NOTHING.fullmatch(words[0])):
        return ""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def number_word(count: int) -> str:
    """Return a count in words up to ten, in digits above."""
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)


def _plain_words(text: str, longest: int) -> str:
    """Return `text` in one line and without what could end a docstring or deceive a reader."""
    return _one_line(text.replace("\\", "/").replace('"', "'"), longest)


def _one_line(text: str, longest: int) -> str:
    """Return `text` in one line of printable letters, which is enough for a comment."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return textwrap.shorten(printable, longest, placeholder="…") if printable.strip() else ""


# Comments ---------------------------------------------------------------------------------------


def model_comment(model: SavedModel, outputs: Sequence[SavedPort] | None = None) -> str:
    """Return what a saved model does to shapes, such as `# 64x64x3 -> 128; frozen`.

    `outputs` are those of its outputs that are wanted, None for all.
    """
    given = model.outputs if outputs is None else outputs
    words = [f"{_shapes(model.inputs)} -> {_shapes(given)}"]
    if model.reinput:
        # on other inputs its outputs are not what the file says
        words = [f"{_shapes(model.inputs)}; saved for {_shapes(model.interface.inputs)}"]
    if model.cut:
        ends = [port.address for port in model.cut.outputs if port in given]
        words += [f"ends at {_quoted(ends)}"] if ends else []
    taps = [tap.address for tap in model.taps if tap in given]
    if taps:
        words.append(f"tapped at {_quoted(taps)}")
    if model.inference:
        words.append("neither trains nor drops anything")
    elif not model.trainable:
        words.append("frozen")
    elif model.frozen:
        words.append(f"frozen: {_quoted(model.frozen)}")
    return comment("; ".join(words))


def kept_comment(path: str, count: int) -> str:
    """Return what a saved model is loaded for of which layers are used one by one."""
    layers = "1 layer" if count == 1 else f"{count} layers"
    whose = "its" if count == 1 else "their"
    return comment(f"{layers} of {_file_name(path)}, with {whose} weights")


def changed_comment(layer: KerasLayer, catalog: Catalog, *, has_weights: bool) -> str:
    """Return what a layer was that is made here, with the weights of a saved one if it had any."""
    said = "; ".join(_changes(layer, catalog)) or "changed"
    if not has_weights:
        return comment(f"Replaces {_origin(layer)}: {said}")
    return comment(f"{_origin(layer)} with its weights: {said}")


def anew_comment(layer: KerasLayer, catalog: Catalog) -> str:
    """Return what a layer takes the place of, and why it has none of its weights."""
    changes = _changes(layer, catalog)
    begin = f"Replaces {_origin(layer)}: "
    texts = [
        f"{begin}{'; '.join(changes[:count])}, so its weights start anew"
        for count in range(len(changes), 0, -1)
    ]
    short = next((text for text in texts if len(text) <= WIDTH - 6), None)
    return comment(short or f"{begin}its weights start anew")


def _origin(layer: KerasLayer) -> str:
    weights = layer.weights
    return f'"{_one_line(weights.part, 60)}" of {_file_name(weights.path)}'


def _changes(layer: KerasLayer, catalog: Catalog) -> list[str]:
    """Return in words what is other than when the layer was saved, the first few things."""
    weights = layer.weights
    if weights.class_name != layer.class_name:
        return [f"{weights.class_name} became {layer.class_name}"]
    spec = catalog.layer(layer.class_name)
    changes = []
    for parameter in spec.parameters:
        name = parameter.name
        before = weights.parameters.get(name, parameter.default)
        after = layer.parameters.get(name, parameter.default)
        if before != after:
            changes.append(f"{name} {_value(before)} became {_value(after)}")
    return changes if len(changes) <= MANY else [*changes[:MANY], "and more"]


def _value(value: object) -> str:
    if isinstance(value, Construct):
        return value.class_name
    return _one_line(text_literal(value) if isinstance(value, str) else repr(value), 24)


def _file_name(path: str) -> str:
    return _plain_words(PureWindowsPath(path).name, 40) or "a saved model"


def _quoted(names: Sequence[str]) -> str:
    if len(names) > MANY:
        return f"{number_word(len(names))} places"
    return ", ".join(f'"{_one_line(name, 40)}"' for name in names)


def _shapes(ports: Sequence[SavedPort]) -> str:
    if len(ports) > MANY:
        return f"{number_word(len(ports))} tensors"
    return ", ".join(map(_shape, ports))


def _shape(port: SavedPort) -> str:
    if port.shape is None:
        axes = "?"
    else:
        axes = "x".join("?" if size is None else str(size) for size in port.shape[1:]) or "scalar"
    return axes if port.dtype == "float32" else f"{axes} {_plain_words(port.dtype, 20)}"


def comment(text: str) -> str:
    """Return a comment that is one line and fits into the body of a function."""
    return f"# {_one_line(text, WIDTH - 6)}"


def waiting_comment(label: str, reason: str) -> str:
    """Return what stands in the place of a call that is not ready yet."""
    words = _plain_words(label, 40)
    return comment(reason if reason.startswith(words) else f"{words}: {reason}")
