"""A call that Keras refused, and what the rules are made of that put it into words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from composer_gui.core.document import EMPTY, Shape
from composer_gui.core.layer_kinds import KerasLayer, Layer
from composer_gui.core.shapes.tensor_spec import TensorSpec, show_shape


@dataclass(frozen=True, slots=True)
class Refused:
    """Who was called, with what, and Keras's cleaned text.

    `sources` names, wire by wire, the nodes that the `inputs` come from. For a shared layer that
    another call built, `first` is the label of that call and `built_on` what it was given.
    """

    label: str
    layer: Layer
    text: str
    inputs: Mapping[str, tuple[TensorSpec, ...]]
    sources: Mapping[str, tuple[str, ...]]
    arguments: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    first: str | None = None
    built_on: Mapping[str, tuple[TensorSpec, ...]] | None = None

    @property
    def wires(self) -> list[tuple[str, str, TensorSpec]]:
        """Every wire as (port, node it comes from, spec)."""
        return [
            (port, name, spec)
            for port, specs in self.inputs.items()
            for name, spec in zip(self.sources[port], specs, strict=True)
        ]

    @property
    def specs(self) -> list[TensorSpec]:
        """The specs that come in, wire by wire."""
        return [spec for _, _, spec in self.wires]

    @property
    def class_name(self) -> str:
        """The class that was called; empty for a saved model."""
        return self.layer.class_name if isinstance(self.layer, KerasLayer) else ""

    @property
    def given(self) -> str:
        """All shapes that come in, such as `10 and 64`."""
        return listed([show_shape(spec.shape) for spec in self.specs])

    @property
    def port(self) -> str | None:
        """The port, where only one has a wire."""
        return next(iter(self.inputs)) if len(self.inputs) == 1 else None

    def gives(self, *, dtype: bool = False) -> str:
        """Return who sends what: `left gives 10 and right gives 64`."""
        return listed([f"{name} gives {spec.show(dtype=dtype)}" for _, name, spec in self.wires])

    def parameter(self, name: str, default: Any = None) -> Any:
        """Return the value of a parameter that was set, else `default`."""
        if not isinstance(self.layer, KerasLayer):
            return default
        return self.layer.parameters.get(name, default)

    def wire_with(self, shape: Shape) -> tuple[str, str, TensorSpec] | None:
        """Return the wire that carries this shape, if only one does."""
        found = [wire for wire in self.wires if wire[2].shape == shape]
        return found[0] if len(found) == 1 else None


@dataclass(frozen=True, slots=True)
class Words:
    """What a rule has to say: the fields of a Problem that it knows."""

    code: str
    title: str
    message: str
    expected: str | None = None
    actual: str | None = None
    port: str | None = None


Rule = Callable[[Refused], Words | None]


def when(pattern: str) -> Callable[[Callable], Rule]:
    """Make a rule of a function of (match, refused), for texts in which `pattern` is found."""
    compiled = re.compile(pattern, re.DOTALL)

    def wrap(say: Callable[[re.Match, Refused], Words | None]) -> Rule:
        def rule(refused: Refused) -> Words | None:
            match = compiled.search(refused.text)
            return say(match, refused) if match else None

        rule.__name__, rule.__doc__ = say.__name__, say.__doc__
        return rule

    return wrap


def clean(text: str) -> str:
    """Return Keras's text without colours, tensor names, wrappings and the list of arguments."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", text)
    text = re.sub(r"\s*Arguments received by .*", "", text, flags=re.DOTALL)
    text = re.sub(r"Exception encountered when calling [^\n]*?\(\)\.?\s*", "", text)
    text = re.sub(r"Could not automatically infer .*?Error encountered:\s*", "", text, flags=re.S)
    text = re.sub(r" with name '[^']*'| for variable path='[^']*'", "", text)
    text = re.sub(r"""\s*(?:of )?layer ['"]this_layer['"]""", " of this layer", text)
    text = re.sub(r"\{\{function_node [^}]*\}\}\s*|\s*\[Op:\w+\]( name:)?", "", text)
    text = re.sub(r" for '\{\{node .*", ".", text, flags=re.DOTALL)
    return re.sub(r"[ \t]+", " ", text).replace("\n\n", "\n").strip()


# Words ------------------------------------------------------------------------------------------


def shape_in(text: str) -> Shape:
    """Return the shape that Keras printed as `(None, 6, 6, 64)`."""
    return tuple(None if item == "None" else int(item) for item in re.findall(r"None|\d+", text))


def listed(words: Sequence[str]) -> str:
    """Return `a`, `a and b`, `a, b and c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def axes(count: int) -> str:
    """Return a number of axes in words, those of one sample."""
    return {0: "no axis", 1: "1 axis"}.get(count, f"{count} axes")


def axis_name(axis: int) -> str:
    """Return how an axis is called in a sentence; Keras counts the batch as axis 0."""
    return {-1: "the last axis", 0: "the batch"}.get(axis, f"axis {axis}")


def short(text: str) -> str:
    """Return at most the beginning of a long text."""
    return text if len(text) <= 240 else f"{text[:239]}…"
