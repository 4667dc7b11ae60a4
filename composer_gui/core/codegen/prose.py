"""What a generated script says in words: its docstring and its comments."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence

from composer_gui.core.codegen.expressions import WIDTH
from composer_gui.core.document import Document, SavedModel, SavedPort, label_of

KERAS_NEEDED = "3.14"
"""The oldest Keras that a generated script is known to run with, as in pyproject.toml."""

LONGEST_TITLE = 60
MANY = 3
"""Names that are still listed one by one."""

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_SAYS_NOTHING = re.compile(r"(input|output)s?[_ ]?\d*", re.IGNORECASE)


def docstring(document: Document, models: Sequence[SavedModel], beside: str) -> list[str]:
    """Return the lines of the docstring: what the model is, what it needs, what running it does.

    `models` are the saved models it loads and `beside` says where they are.
    """
    title = plain_words(document.name, LONGEST_TITLE) or "untitled"
    summary = _summary(title, document, models)
    needs = f"Needs keras >= {KERAS_NEEDED}"
    if models:
        counted = "model" if len(models) == 1 else f"{number_word(len(models))} models"
        needs += f" and the {counted} {beside}"
    text = f"Composed with Composer. {needs}. Run it for a summary."
    return [f'"""{summary}', "", *textwrap.wrap(text, WIDTH), '"""']


def _summary(title: str, document: Document, models: Sequence[SavedModel]) -> str:
    """Return the first line: results, inputs and models by name, as many as have room."""
    inputs = _listed([document.nodes[n].label for n in document.inputs], "input")
    outputs = _listed([_result_label(document, n) for n in document.outputs], "output")
    flow = outputs or "a model"
    if inputs:
        flow += f" from {inputs}" if outputs else f" on {inputs}"
    made = f", with {_listed([m.name for m in models], 'saved model')}" if models else ""
    lines = [f"{title}: {flow}{made}.", f"{title}: {flow}.", f"{title}: a model{made}."]
    return next((line for line in lines if len(line) + 3 <= WIDTH), f"{title}: a model.")


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
    words = [plain_words(label, 30) for label in labels]
    if len(words) > MANY:
        return f"{number_word(len(words))} {noun}s"
    if not all(words) or (len(words) == 1 and _SAYS_NOTHING.fullmatch(words[0])):
        return ""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def number_word(count: int) -> str:
    """Return a count in words up to ten, in digits above."""
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)


def plain_words(text: str, longest: int) -> str:
    """Return `text` in one line and without what could end a docstring or deceive a reader."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    safe = printable.replace("\\", "/").replace('"', "'")
    return textwrap.shorten(safe, longest, placeholder="…") if safe.strip() else ""


# Comments ---------------------------------------------------------------------------------------


def model_comment(model: SavedModel) -> str:
    """Return what a saved model does to shapes, such as `# 64x64x3 -> 128; frozen`."""
    flow = f"{_shapes(model.inputs)} -> {_shapes(model.outputs)}"
    return comment(flow if model.trainable else f"{flow}; frozen")


def _shapes(ports: Sequence[SavedPort]) -> str:
    if len(ports) > MANY:
        return f"{number_word(len(ports))} tensors"
    return ", ".join(map(_shape, ports))


def _shape(port: SavedPort) -> str:
    if port.shape is None:
        axes = "?"
    else:
        axes = "x".join("?" if size is None else str(size) for size in port.shape[1:]) or "scalar"
    return axes if port.dtype == "float32" else f"{axes} {plain_words(port.dtype, 20)}"


def comment(text: str) -> str:
    """Return a comment in one line that fits into the body of a function."""
    return f"# {plain_words(text, WIDTH - 6)}"


def waiting_comment(label: str, reason: str) -> str:
    """Return what stands in the place of a call that is not ready yet."""
    words = plain_words(label, 40)
    return comment(reason if reason.startswith(words) else f"{words}: {reason}")
