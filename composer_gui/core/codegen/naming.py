"""Names for Keras and for Python, made from the free labels that the user types."""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache

from composer_gui.core.codegen.restored import RestoredLayer, RestoredModel
from composer_gui.core.document import Call, Document, Input, Node, Output, Source, in_order
from composer_gui.core.labels import default_label
from composer_gui.core.layer_kinds import KerasLayer, Layer, Operation, SavedModel, Submodel

LONGEST_NAME = 64
LONGEST_VARIABLE = 40

CACHED = 10_000
"""Labels whose names are remembered: a preview is written anew after every edit."""

RUNNING = ("x", "y")
"""The variables that are used again and again: in a chain, and in a branch beside it."""

RESERVED = frozenset(
    {*keyword.kwlist, *keyword.softkwlist, *dir(builtins)}
    | {"keras", "layers", "build_model", "l", "sys", *RUNNING}
)
"""What no variable of a script may be called, as l, which reads like 1; they are lower case."""

_LETTERS = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th"}
_LETTERS |= {letter.upper(): text.capitalize() for letter, text in _LETTERS.items()} | {"ı": "i"}
_GREEK = re.compile(r"GREEK (SMALL|CAPITAL) LETTER (?:FINAL )?(\w+)")

_IN_FILES = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.>-]*")
"""Names that Keras takes for layers inside a model; longer ones than ours may come in files."""

_NUMBERED = re.compile(r"(.*?)(_\d+)?")

_GENERIC = re.compile(r"(output(s|_?\d+)?)?", re.IGNORECASE)
"""Labels of Output nodes that say nothing of what comes out."""

_RESULTS = {
    "encoder": "encoded",
    "decoder": "decoded",
    "extractor": "features",
    "backbone": "features",
    "base": "features",
    "classifier": "prediction",
    "head": "prediction",
}
"""What comes out of a layer whose name ends so."""


# For Keras --------------------------------------------------------------------------------------


def keras_names(document: Document) -> dict[str, str]:
    """Return the Keras name of every layer and Input node, and the key of every Output node.

    Layers and Inputs are siblings in the model, Outputs are among themselves. A label that is
    legal as typed keeps its spelling, and so does the name that a layer had in its saved model;
    the others follow in the order in which they were made. Operations cannot be given a name:
    Keras counts them, `add`, `add_1`, and no layer beside them is called so.
    """
    nodes, layers = in_order(document.nodes), in_order(document.layers)
    operations = [layer for layer in layers if isinstance(layer, Operation)]
    counted = frozenset(map(_counted_as, operations))
    siblings = [(node.id, node.label, "input", "") for node in nodes if isinstance(node, Input)]
    siblings += [
        (layer.id, layer.name, _kind(layer), saved_name(layer))
        for layer in layers
        if not isinstance(layer, Operation)
    ]
    outputs = [(node.id, node.label, "output", "") for node in nodes if isinstance(node, Output)]
    unnamed = {layer.id: legal_name(layer.name, "result") for layer in operations}
    return _distinct(siblings, counted) | _distinct(outputs) | unnamed


def saved_name(layer: Layer) -> str:
    """Return the name that Keras knows a part of a saved model by, "" for what is none."""
    if isinstance(layer, RestoredLayer | RestoredModel):
        return layer.known_as
    if isinstance(layer, SavedModel):
        return layer.part.rpartition("/")[2]
    if isinstance(layer, KerasLayer) and layer.weights is not None:
        return layer.weights.part.rpartition("/")[2]
    return ""


def _counted_as(operation: Operation) -> str:
    """Return the stem of the names that Keras gives to an operation: `get_item` for brackets."""
    function = operation.function.rpartition(".")[2]
    return "get_item" if function == "getitem" else function


def model_name(document: Document) -> str:
    """Return the name of the whole model for Keras."""
    return legal_name(document.name, "model")


@lru_cache(CACHED)
def legal_name(label: str, fallback: str) -> str:
    """Return `label` reduced to letters, digits and underscores, beginning with a letter.

    `fallback` stands where nothing is left, and before a leading digit.
    """
    text = re.sub(r"[^a-zA-Z0-9_]+", "_", _ascii_of(label[: 4 * LONGEST_NAME])).strip("_")
    if text[:1].isdigit():
        text = f"{fallback}_{text}"
    return text[:LONGEST_NAME].rstrip("_") or fallback


def _ascii_of(text: str) -> str:
    """Return `text` with accents taken off and Greek letters spelled out; what is left stays."""
    return "".join(map(_ascii_letter, unicodedata.normalize("NFKD", text)))


def _ascii_letter(letter: str) -> str:
    if letter.isascii():
        return letter
    if unicodedata.combining(letter):
        return ""
    greek = _GREEK.match(unicodedata.name(letter, ""))
    if greek:
        return greek[2].lower() if greek[1] == "SMALL" else greek[2].capitalize()
    return _LETTERS.get(letter, " ")


@lru_cache(CACHED)
def snake_case(name: str) -> str:
    """Return `ImageEncoder` as `image_encoder`, and `Conv2DTranspose` as `conv2d_transpose`."""
    return re.sub(r"_+", "_", default_label(name))


def _kind(layer: Layer) -> str:
    return snake_case(layer.class_name) if isinstance(layer, KerasLayer) else "model"


def _distinct(
    wanted: list[tuple[str, str, str, str]], counted: frozenset[str] = frozenset()
) -> dict[str, str]:
    """Return an own legal name for each (id, label, fallback, name that it has in a file).

    None is a number behind one of the words that are `counted`.
    """
    taken = _Taken(LONGEST_NAME)
    names: dict[str, str] = {}
    legal: dict[str, str] = {}
    for item, label, fallback, saved in wanted:
        kept = label == saved and _IN_FILES.fullmatch(label) is not None
        found = label if kept else legal_name(label, fallback)
        stem, number = _NUMBERED.fullmatch(found).groups("")
        legal[item] = f"{stem}_layer{number}" if stem in counted else found
    for item, label, _, _ in wanted:
        if legal[item] == label and label not in taken:
            names[item] = taken.claim(label)
    return {item: names.get(item) or taken.claim(legal[item]) for item, *_ in wanted}


class _Taken:
    """Names in use, told apart without regard to case; none is longer than `longest`."""

    def __init__(self, longest: int, names: Iterable[str] = ()) -> None:
        self._longest = longest
        self._names = {name.lower() for name in names}
        self._next: dict[str, int] = {}

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._names

    def claim(self, name: str) -> str:
        """Take and return `name`, else the first of `name_1`, `name_2` … that is free."""
        found, number = name, self._next.get(name, 0)
        while found in self:
            number += 1
            suffix = f"_{number}"
            found = name[: self._longest - len(suffix)] + suffix
        self._next[name] = number
        self._names.add(found.lower())
        return found


# For Python -------------------------------------------------------------------------------------


class Functions:
    """The names of the functions of one script; `fixed` are those that every script has."""

    def __init__(self, fixed: Iterable[str] = ()) -> None:
        self.fixed = frozenset(fixed)
        self._taken = _Taken(LONGEST_VARIABLE, RESERVED | self.fixed)

    def __contains__(self, name: str) -> bool:
        return name in self._taken

    def claim(self, name: str) -> str:
        """Take and return `name`, else the first of `name_1`, `name_2` … that is free."""
        return self._taken.claim(name)


class Variables:
    """The variables of one script: an own one for each node, each held layer, and what is claimed.

    `held` are the layers that stand in a variable of their own.
    """

    def __init__(
        self,
        document: Document,
        names: Mapping[str, str],
        held: Iterable[str],
        functions: Functions | None = None,
    ) -> None:
        self._functions = functions or Functions()
        self._taken = _Taken(LONGEST_VARIABLE, RESERVED | self._functions.fixed)
        self.nodes: dict[str, str] = {}
        self.layers: dict[str, str] = {}
        self._name(document, names, set(held))

    def claim(self, *wanted: str) -> str:
        """Return a new variable: the first of `wanted` that is free, else the last, numbered."""
        names = [identifier(name) for name in wanted]
        free = (name for name in names if name not in self._taken)
        return self._taken.claim(next(free, names[-1]))

    def claim_function(self, *wanted: str) -> str:
        """Return a name for a function that neither a variable nor another function has."""
        names = [identifier(name) for name in wanted]
        free = (name for name in names if name not in self._taken and name not in self._functions)
        name = self._functions.claim(next(free, names[-1]))
        while name in self._taken:
            name = self._functions.claim(names[-1])
        return self._taken.claim(name)

    def _name(self, document: Document, names: Mapping[str, str], held: set[str]) -> None:
        nodes = in_order(document.nodes)
        calls = [node for node in nodes if isinstance(node, Call)]
        for node in nodes:
            if isinstance(node, Input):
                self.nodes[node.id] = self.claim(names[node.id])
        for layer in in_order(document.layers):
            if layer.id in held:
                self.layers[layer.id] = self.claim(names[layer.id])
        outputs = telling_outputs(document)
        for node in calls:
            speaks = node.layer not in held and has_telling_name(document, names, node.id)
            if node.id in outputs and not speaks:
                name = names[outputs[node.id]]
                kind = _result_kind(document.layers[node.layer], name)
                self.nodes[node.id] = self.claim(name, f"{name}_{kind}")
        callers = Counter(node.layer for node in calls)
        for node in calls:
            if node.id not in self.nodes:
                shared = callers[node.layer] > 1
                self.nodes[node.id] = self.claim(*self._wanted(node, names, shared=shared))

    def _wanted(self, node: Call, names: Mapping[str, str], *, shared: bool) -> list[str]:
        """Return what the result of a call may be called, the best first."""
        if node.layer not in self.layers:
            return [node.label or names[node.layer]]
        layer = self.layers[node.layer]
        result = _result_word(layer) or f"{layer}_output"
        sources = list(_sources(node))
        before = self.nodes.get(sources[0].node) if len(sources) == 1 else None
        longer = [f"{result}_{before}"] if before else []
        plain = [*longer, result] if shared else [result, *longer]
        return [node.label, *plain] if node.label else plain


def identifier(label: str) -> str:
    """Return `label` as a variable in snake case, changed where Python or the script has it."""
    name = snake_case(legal_name(label, "layer"))[:LONGEST_VARIABLE].rstrip("_")
    if name == "input":
        return "inputs"
    if name in RUNNING:
        return f"{name}_tensor"
    return f"{name}_" if name in RESERVED else name


def has_telling_name(document: Document, names: Mapping[str, str], node_id: str) -> bool:
    """Return whether a call's name says what comes out of it, and not only its class."""
    node = document.nodes[node_id]
    layer = document.layers[node.layer]
    if node.label:
        return True
    if not isinstance(layer, KerasLayer):
        return _result_word(layer.name) is not None
    stem = re.escape(default_label(layer.class_name))
    return re.fullmatch(rf"{stem}(_\d+)?", names[layer.id]) is None


def _result_word(name: str) -> str | None:
    """Return what to call the result of a layer of this name: an encoder's is "encoded"."""
    return next((word for end, word in _RESULTS.items() if name.lower().endswith(end)), None)


def _result_kind(layer: Layer, name: str) -> str:
    """Return what to add to the name of an Output which something else has: `good_likeness`."""
    if isinstance(layer, Submodel) and len(layer.design.outputs) == 1:
        label = layer.design.nodes[layer.design.outputs[0]].label
        if not _GENERIC.fullmatch(label) and identifier(label) != identifier(name):
            return label
    return "output"


def telling_outputs(document: Document) -> dict[str, str]:
    """Return the Output that a call alone feeds, where that has a name of its own, by node id.

    Calls of which several results are used are not among them.
    """
    outputs: dict[str, list[str]] = {}
    ports: dict[str, set[str]] = {}
    for node in document.nodes.values():
        for source in _sources(node):
            ports.setdefault(source.node, set()).add(source.port)
            if isinstance(node, Output):
                outputs.setdefault(source.node, []).append(node.id)
    return {
        node_id: found[0]
        for node_id, found in outputs.items()
        if len(found) == len(ports[node_id]) == 1
        and not _GENERIC.fullmatch(document.nodes[found[0]].label)
    }


def _sources(node: Node) -> Iterable[Source]:
    return (source for port in node.inputs.values() for source in port)
