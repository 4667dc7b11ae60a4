"""What of a design fits a few words: labels, classes, kinds, parameters, and layers inside models.

A word may stand anywhere in what is known of a node; with several, each has to be there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from composer_gui.core.document import Call, Document, Dot, Frame, Input, Node, Note, Output
from composer_gui.core.inside import Inside
from composer_gui.core.layer_kinds import KerasLayer, Layer, Operation, SavedModel, Submodel
from composer_gui.core.layers.parameter_words import show

if TYPE_CHECKING:
    from composer_gui.session.session import Session

DEEPEST = 12
"""Models in models that are looked into."""


@dataclass(frozen=True, slots=True)
class Match:
    """A node that fits. `inside` is the layer in it that was meant, where only that one fits."""

    node: str
    inside: str = ""


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a node, in small letters: of itself, and of each layer inside it."""

    node: Node
    layer: Layer | None
    reading: int
    text: str
    inside: tuple[tuple[str, str], ...] = ()


LEARNED = 400
"""So many nodes are looked at in one turn."""


class Finding:
    """Finds nodes of the level that is shown; remembers what is known of those that stay."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[str, _Known] = {}
        self._reading = 0

    def forget_insides(self) -> None:
        """More is known now of what is inside saved models."""
        self._reading += 1

    def learn(self) -> Iterator[None]:
        """Look at all nodes before anything is to be found, some with every step."""
        document = self._session.document
        for number, node in enumerate(list(document.nodes.values()), 1):
            if self._session.document is not document:
                return
            self._of(document, node)
            if number % LEARNED == 0:
                yield

    def matches(self, text: str) -> list[Match]:
        """Return what fits, in the order in which one reads the canvas."""
        words = text.lower().split()
        document = self._session.document
        if not words:
            return []
        found = {}
        for node in document.nodes.values():
            match = self._match(document, node, words)
            if match is not None:
                found[node.id] = match
        nodes = document.nodes
        return [found[i] for i in sorted(found, key=lambda i: (nodes[i].x, nodes[i].y, i))]

    def _match(self, document: Document, node: Node, words: list[str]) -> Match | None:
        known = self._of(document, node)
        if all(word in known.text for word in words):
            return Match(node.id)
        for name, text in known.inside:
            if all(word in text or word in known.text for word in words):
                return Match(node.id, name)
        return None

    def _of(self, document: Document, node: Node) -> _Known:
        layer = document.layers[node.layer] if isinstance(node, Call) else None
        known = self._known.get(node.id)
        is_read = known is not None and known.reading == self._reading
        if known is not None and is_read and known.node is node and known.layer is layer:
            return known
        text = " ".join((document.label(node.id), *_words(node, layer))).lower()
        inside = tuple((name, text.lower()) for name, text in self._inside(layer))
        known = _Known(node, layer, self._reading, text, inside)
        if not isinstance(node, Dot):  # what a dot is called lies with another node
            self._known[node.id] = known
        return known

    def _inside(self, layer: Layer | None) -> Iterator[tuple[str, str]]:
        if isinstance(layer, SavedModel):
            inside = self._session.inside(layer)
            if inside is not None:
                yield from _in_saved(inside, "", 0)
        elif isinstance(layer, Submodel):
            yield from _in_design(layer.design, "", 0)


def _words(node: Node, layer: Layer | None) -> Iterator[str]:
    """Yield what is known of a node besides its label."""
    if isinstance(node, Input):
        yield from ("input", node.dtype, show(node.shape))
    elif isinstance(node, Output):
        yield "output"
    elif isinstance(node, Frame):
        yield "frame"
    elif isinstance(node, Note):
        yield from ("note", node.text)
    elif isinstance(node, Dot):
        yield "reroute dot"
    elif node.bypassed:
        yield "bypassed"
    if layer is not None:
        yield from _layer_words(layer)


def _layer_words(layer: Layer) -> Iterator[str]:
    yield layer.name
    if not layer.trainable:
        yield "frozen"
    if isinstance(layer, KerasLayer):
        yield layer.class_name
        for name, value in layer.parameters.items():
            yield f"{name}={show(value)}"
    elif isinstance(layer, SavedModel):
        yield from ("saved model", PurePath(layer.path).name, layer.interface.class_name)
    elif isinstance(layer, Operation):
        yield from ("operation", layer.function)
    else:
        yield "submodel"


def _in_saved(inside: Inside, way: str, depth: int) -> Iterator[tuple[str, str]]:
    for part in inside.parts:
        yield f"{way}{part.name}", f"{part.name} {part.class_name}"
        if part.inside is not None and depth < DEEPEST:
            yield from _in_saved(part.inside, f"{way}{part.name}/", depth + 1)


def _in_design(design: Document, way: str, depth: int) -> Iterator[tuple[str, str]]:
    for node in design.nodes.values():
        layer = design.layers[node.layer] if isinstance(node, Call) else None
        label = design.label(node.id)
        yield f"{way}{label}", " ".join((label, *_words(node, layer)))
        if isinstance(layer, Submodel) and depth < DEEPEST:
            yield from _in_design(layer.design, f"{way}{label}/", depth + 1)
