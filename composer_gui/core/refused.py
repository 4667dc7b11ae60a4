"""A call that Keras refused, and what the rules are made of that put it into words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from composer_gui.core.document import EMPTY, Shape
from composer_gui.core.layer_kinds import KerasLayer, Layer, Operation
from composer_gui.core.shapes.tensor_spec import TensorSpec, show_shape
from composer_gui.core.wording import listed


@dataclass(frozen=True, slots=True)
class Arriving:
    """What comes on one wire: to which place of which port, from which node, and its spec."""

    port: str
    index: int
    name: str
    spec: TensorSpec

    @property
    def shape(self) -> Shape:
        """The shape, batch first; empty where it is not known."""
        return self.spec.shape or ()

    @property
    def rank(self) -> int:
        """Number of axes without the batch."""
        return len(self.shape) - 1


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
    def wires(self) -> list[Arriving]:
        """Every wire, port by port."""
        return [
            Arriving(port, index, name, spec)
            for port, specs in self.inputs.items()
            for index, (name, spec) in enumerate(zip(self.sources[port], specs, strict=True))
        ]

    @property
    def specs(self) -> list[TensorSpec]:
        """The specs that come in, wire by wire."""
        return [wire.spec for wire in self.wires]

    @property
    def class_name(self) -> str:
        """The class that was called; empty for a saved model."""
        return self.layer.class_name if isinstance(self.layer, KerasLayer) else ""

    @property
    def function(self) -> str:
        """The function of `keras.ops` that was called; empty for a layer."""
        return self.layer.function if isinstance(self.layer, Operation) else ""

    @property
    def given(self) -> str:
        """All shapes that come in, such as `10 and 64`."""
        return listed([show_shape(spec.shape) for spec in self.specs])

    @property
    def port(self) -> str | None:
        """The port, where only one has a wire."""
        return next(iter(self.inputs)) if len(self.inputs) == 1 else None

    def gives(self) -> str:
        """Return who sends what: `left gives 10 and right gives 64`."""
        return listed([f"{wire.name} gives {wire.spec.show()}" for wire in self.wires])

    def parameter(self, name: str, default: Any = None) -> Any:
        """Return the value of a parameter or keyword that was set, else `default`."""
        if isinstance(self.layer, Operation):
            return self.layer.keywords.get(name, default)
        if not isinstance(self.layer, KerasLayer):
            return default
        return self.layer.parameters.get(name, default)

    def wire_with(self, shape: Shape) -> Arriving | None:
        """Return the wire that carries this shape, if only one does."""
        found = [wire for wire in self.wires if wire.spec.shape == shape]
        return found[0] if len(found) == 1 else None


@dataclass(frozen=True, slots=True)
class Words:
    """What a rule has to say: a kind of problem, what fills its templates, a Problem's fields."""

    code: str
    words: Mapping[str, Any]
    fields: Mapping[str, Any]


def say(
    code: str,
    refused: Refused,
    words: Mapping[str, Any],
    wire: Arriving | None = None,
    **fields: Any,
) -> Words:
    """Return what a rule has to say of a call, or of one `wire` of it.

    A wire fills in {source} and {given}, and tells port, place and shape. `wanted` and `axes`
    among the fields are those of the shape, batch first.
    """
    known: dict[str, Any] = {"node": refused.label}
    about: dict[str, Any] = {}
    if wire is not None:
        known |= {"source": wire.name, "given": wire.spec.show()}
        about = {"port": wire.port, "index": wire.index, "given": wire.spec.shape}
        about["actual"] = wire.spec.show()
    return Words(code, known | dict(words), about | fields)


Rule = Callable[[Refused], Words | None]


def when(pattern: str) -> Callable[[Callable], Rule]:
    """Make a rule of a function of (match, refused), for texts in which `pattern` is found."""
    compiled = re.compile(pattern, re.DOTALL)

    def wrap(put: Callable[[re.Match, Refused], Words | None]) -> Rule:
        def rule(refused: Refused) -> Words | None:
            match = compiled.search(refused.text)
            return put(match, refused) if match else None

        rule.__name__, rule.__doc__ = put.__name__, put.__doc__
        return rule

    return wrap


_NOISE = tuple(
    (re.compile(pattern), put)
    for pattern, put in (
        (r"\x1b\[[0-9;]*m", ""),
        (r"(?s)\s*Arguments received by .*", ""),
        (r"Exception encountered when calling [^\n]*?\(\)\.?\s*", ""),
        (r"(?s)Could not automatically infer .*?Error encountered:\s*", ""),
        (r"Traceback \(most recent call last\):\n?(?:[ \t]+[^\n]*\n?)*", ""),
        (r"(?m)(?:in user code:\s*)?^\s*File \"[^\n]*\n(?:\s{4,}[^\n]*\n)*", ""),
        (r"(?: with)? name=?\s?(['\"])(?:None|)\1,?|,? for variable path='[^']*'", ""),
        (r" with name '[^']*'", ""),
        (r"\s*(?:of )?layer ['\"]this_layer['\"]", " of this layer"),
        (r"\bthis_layer\b", "this layer"),
        (r"(?:\s*\b(?:with|at) path)?\s*``", ""),
        (r"<(?:class )?'?(?:keras|tensorflow|composer_gui)[\w.]*\.(\w+)'?[^<>]*>", r"\1"),
        (r"\b(?:keras\.src|tensorflow\.python|composer_gui)(?:\.\w+)*\.(\w+)", r"\1"),
        (
            r"<(?:tf\.Tensor|KerasTensor)[^>]*?shape=(\([^)]*\))[^>]*>|"
            r"\bTensor\(\"[^\"]*\", shape=(\([^)]*\)), dtype=\w+\)",
            r"a tensor of shape \1\2",
        ),
        (r"\{\{function_node [^}]*\}\}\s*|\s*\[Op:\w+\]( name:)?", ""),
        (r"(?s) for '\{\{node .*", "."),
        (r"[ \t]+", " "),
        (r"\s*\n\s*", "\n"),
    )
)
"""What Keras's texts hold besides what they mean, and what is put in its place, in this order."""


def clean(text: str) -> str:
    """Return Keras's text without colours, tensor names, wrappings and the list of arguments.

    Nor are there names of modules, empty paths, or the way through the code: what is left is what
    Keras means.
    """
    for pattern, put in _NOISE:
        text = pattern.sub(put, text)
    return text.strip()


# Words ------------------------------------------------------------------------------------------


def shape_in(text: str) -> Shape:
    """Return the shape that Keras printed as `(None, 6, 6, 64)`."""
    return tuple(None if item == "None" else int(item) for item in re.findall(r"None|\d+", text))


def short(text: str) -> str:
    """Return at most the beginning of a long text."""
    return text if len(text) <= 240 else f"{text[:239]}…"


def first_line(refused: Refused) -> str:
    """Return what Keras says first, without the values that it received."""
    lines = refused.text.strip().splitlines() or ["it gave no reason."]
    said = re.split(r"\s+(?:Received|Full (?:input )?shapes?)\b", lines[0])[0]
    return short(said.replace("`", "").replace("None", "?"))
