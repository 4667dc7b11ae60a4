"""What Keras says when it refuses a call, in the user's words: a table of rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from composer_gui.core.document import EMPTY, KerasLayer, Layer, SavedModel
from composer_gui.core.problems import Problem
from composer_gui.core.shapes.tensor_spec import TensorSpec, show_shape

REFUSED = "refused"
"""The code of a Problem whose `detail` is Keras's text and that has not been put into words yet."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A call that Keras refused: who was called, with what, and Keras's cleaned text.

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
    def specs(self) -> list[TensorSpec]:
        """All specs that come in, port by port."""
        return [spec for specs in self.inputs.values() for spec in specs]

    @property
    def names(self) -> list[str]:
        """The nodes that `specs` come from."""
        return [name for names in self.sources.values() for name in names]

    @property
    def class_name(self) -> str:
        """The class that was called; "saved model" for one."""
        return self.layer.class_name if isinstance(self.layer, KerasLayer) else "saved model"

    @property
    def given(self) -> str:
        """All shapes that come in, such as `10 and 64`."""
        return _listed([show_shape(spec.shape) for spec in self.specs])

    def gives(self, verb: str = "gives") -> str:
        """Return who sends what: `left gives 10 and right gives 64`."""
        pairs = zip(self.names, self.specs, strict=True)
        return _listed([f"{name} {verb} {show_shape(spec.shape)}" for name, spec in pairs])


@dataclass(frozen=True, slots=True)
class Words:
    """What a rule has to say: the fields of a Problem that it knows."""

    code: str
    title: str
    message: str
    expected: str | None = None
    actual: str | None = None
    port: str | None = None


def explain(problem: Problem, refused: Refused) -> Problem:
    """Return `problem` in words: `{node}` is the node's label, `{source}` that of what is wired.

    Only a problem with the code REFUSED is looked up in the table; the first rule that has
    something to say wins, and the last one always has.
    """
    if problem.code != REFUSED:
        return replace(
            problem,
            message=_filled(problem.message, problem.port, refused),
            title=_filled(problem.title, problem.port, refused),
        )
    for rule in RULES:
        words = rule(refused)
        if words is not None:
            break
    return replace(
        problem,
        code=words.code,
        title=words.title,
        message=words.message,
        expected=words.expected,
        actual=words.actual,
        port=words.port,
    )


def _filled(template: str, port: str | None, refused: Refused) -> str:
    """Fill the labels into a template, in one pass, for a label may hold braces itself."""
    names = refused.sources.get(port, ()) if port is not None else ()
    labels = {"{node}": refused.label, "{source}": names[0] if names else "what is wired"}
    return re.sub(r"\{node\}|\{source\}", lambda match: labels[match[0]], template)


def clean(text: str) -> str:
    """Return Keras's text without colours, tensor names and the list of arguments at its end."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", text)
    text = re.sub(r"\s*Arguments received by .*", "", text, flags=re.DOTALL)
    text = re.sub(r"Exception encountered when calling [\w.]+\(\)\.?\s*", "", text)
    text = re.sub(r" with name '[^']*'", "", text)
    text = re.sub(r"""\s*(?:of )?layer ['"]this_layer['"]""", " of this layer", text)
    return re.sub(r"[ \t]+", " ", text).replace("\n\n", "\n").strip()


# The table --------------------------------------------------------------------------------------


def _rule(pattern: str) -> Callable[[Callable], Callable[[Refused], Words | None]]:
    """Make a rule of a function of (match, refused) for texts in which `pattern` is found."""
    compiled = re.compile(pattern, re.DOTALL)

    def wrap(say: Callable[[re.Match, Refused], Words | None]):
        def rule(refused: Refused) -> Words | None:
            match = compiled.search(refused.text)
            return say(match, refused) if match else None

        return rule

    return wrap


def _shared(refused: Refused) -> Words | None:
    """A layer that another call built on another shape."""
    if refused.first is None or refused.built_on is None:
        return None
    was = _listed([show_shape(s.shape) for specs in refused.built_on.values() for s in specs])
    message = (
        f"{refused.label} shares its weights with {refused.first}, which gets {was}. "
        f"Here {refused.gives()}, and the weights do not fit that."
    )
    return Words("shared_shape", "Shared weights do not fit", message, was, refused.given)


@_rule(r"expected shape=(\([^)]*\)), found shape=(\([^)]*\))")
def _model_shape(match: re.Match, refused: Refused) -> Words | None:
    """A saved model that was made for another shape."""
    wanted, found = _shape(match[1]), _shape(match[2])
    expected, actual = show_shape(wanted), show_shape(found)
    port, source = _port_with(refused, found)
    who = f"{source} gives {actual}" if source else f"it gets {actual}"
    message = f"{refused.label} wants {expected}. {_capital(who)}."
    return Words("shape", "The shapes do not fit", message, expected, actual, port)


@_rule(r"expected (min_|max_)?ndim=(\d+), found ndim=(\d+)")
def _rank(match: re.Match, refused: Refused) -> Words:
    """Too few or too many axes."""
    bound, wanted, found = match[1], int(match[2]), int(match[3])
    count = _axes(wanted - 1)
    expected = {"min_": f"at least {count}", "max_": f"at most {count}"}.get(bound or "", count)
    port, source, actual = _with_rank(refused, found)
    message = (
        f"{refused.label} wants {expected} besides the batch. {source} gives {actual}, which has "
        f"{_axes(found - 1)}."
    )
    few = found < wanted
    title = "Too few axes" if few else "Too many axes"
    return Words("rank", title, message, expected, actual, port)


@_rule(r"expected axis (-?\d+) of input shape to have value (\d+)")
def _axis_size(match: re.Match, refused: Refused) -> Words:
    """A size of one axis that the layer does not take."""
    message = f"{refused.label} wants {match[2]} on {_axis_name(int(match[1]))}. {refused.gives()}."
    return Words("axis_size", "The shapes do not fit", message, match[2], refused.given)


@_rule(r"matching shapes except for the concatenation axis")
def _concatenate(match: re.Match, refused: Refused) -> Words:
    message = (
        f"{refused.label} joins {refused.given} only if they agree on every axis but the one they "
        f"are joined on. {_capital(refused.gives())}."
    )
    expected = "equal sizes on the other axes"
    return Words("concatenate", "The shapes do not join", message, expected, refused.given)


@_rule(r"[Ii]nputs have incompatible shapes|Incompatible shapes|incompatible shapes")
def _merge(match: re.Match, refused: Refused) -> Words | None:
    """Shapes that an elementwise merge does not take."""
    if len(refused.specs) < 2:
        return None
    verb = _MERGE_VERBS.get(refused.class_name, "go together")
    message = f"{refused.given} do not {verb}. {_capital(refused.gives())}."
    title = f"The shapes do not {verb}"
    return Words("merge", title, message, "equal shapes", refused.given)


@_rule(r"output size would be zero or negative|zero or negative|[Nn]egative dimension size")
def _nothing_left(match: re.Match, refused: Refused) -> Words:
    """A window larger than what it slides over."""
    message = (
        f"Nothing would be left behind {refused.label}: its window is larger than the "
        f"{refused.given} that {_listed(refused.names)} gives."
    )
    return Words("nothing_left", "Nothing is left", message, "a larger input", refused.given)


@_rule(r"must be fully-defined|NoneType")
def _unknown_axis(match: re.Match, refused: Refused) -> Words | None:
    """A layer whose weights need a size that is free."""
    if all(None not in (spec.shape or ())[1:] for spec in refused.specs):
        return None
    message = (
        f"{refused.label} needs to know the sizes that its weights depend on. "
        f"{_capital(refused.gives())}, and ? is a free size. Fix it at the Input."
    )
    return Words("unknown_axis", "A size is not known", message, "a known size", refused.given)


@_rule(r"total size of the tensor must be unchanged")
def _reshape(match: re.Match, refused: Refused) -> Words:
    target = refused.layer.parameters.get("target_shape", ()) if _is_keras(refused) else ()
    shape = show_shape((None, *target)) if target else "its target"
    message = f"{refused.label} cannot make {shape} of {refused.given}: the counts differ."
    return Words("reshape", "The sizes do not match", message, shape, refused.given)


@_rule(r"missing (?:a required|\d+ required positional) argument")
def _missing(match: re.Match, refused: Refused) -> Words:
    name = re.search(r"arguments?: '(\w+)'", refused.text)
    what = name[1] if name else "an input"
    message = f"{refused.label} also wants {what}. Wire something to it."
    port = name[1] if name else None
    return Words("missing_input", "An input is missing", message, what, "nothing", port)


def _generic(refused: Refused) -> Words:
    """The last rule: Keras's own first sentence."""
    first = refused.text.strip().splitlines()[0] if refused.text.strip() else "it gave no reason"
    given = f" with {refused.given}" if refused.specs else ""
    message = f"{refused.label} cannot be called{given}. Keras says: {_short(first)}"
    return Words("keras", "Keras refuses this call", message, None, refused.given or None)


RULES: tuple[Callable[[Refused], Words | None], ...] = (
    _shared,
    _model_shape,
    _rank,
    _axis_size,
    _concatenate,
    _merge,
    _nothing_left,
    _unknown_axis,
    _reshape,
    _missing,
    _generic,
)

_MERGE_VERBS = {
    "Add": "add",
    "Subtract": "subtract",
    "Multiply": "multiply",
    "Average": "average",
    "Maximum": "compare",
    "Minimum": "compare",
}


# Words ------------------------------------------------------------------------------------------


def _shape(text: str) -> tuple[int | None, ...]:
    """Return the shape that Keras printed."""
    items = re.findall(r"None|\d+", text)
    return tuple(None if item == "None" else int(item) for item in items)


def _port_with(refused: Refused, shape: tuple[int | None, ...]) -> tuple[str | None, str | None]:
    """Return the port that gets this shape and the node it comes from, if only one does."""
    found = [
        (port, name)
        for port, specs in refused.inputs.items()
        for spec, name in zip(specs, refused.sources[port], strict=True)
        if spec.shape == shape
    ]
    return found[0] if len(found) == 1 else (None, None)


def _with_rank(refused: Refused, count: int) -> tuple[str | None, str, str]:
    """Return port, source and shape of the first input with `count` axes, batch included."""
    for port, specs in refused.inputs.items():
        for spec, name in zip(specs, refused.sources[port], strict=True):
            if spec.shape is not None and len(spec.shape) == count:
                return port, name, show_shape(spec.shape)
    return None, _listed(refused.names) or "The input", refused.given


def _axes(count: int) -> str:
    return f"{count} axis" if count == 1 else f"{count} axes"


def _axis_name(axis: int) -> str:
    return "the last axis" if axis == -1 else f"axis {axis}"


def _listed(words: list[str]) -> str:
    """Return `a`, `a and b`, `a, b and c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def _capital(text: str) -> str:
    return text  # labels begin sentences as they are written


def _short(text: str) -> str:
    return text if len(text) <= 240 else f"{text[:239]}…"


def _is_keras(refused: Refused) -> bool:
    return isinstance(refused.layer, KerasLayer)


def _is_model(refused: Refused) -> bool:
    return isinstance(refused.layer, SavedModel)
