"""The table that puts Keras's refusals into words: each rule knows one kind of text.

A rule takes a `Refused` and returns `Words`, or None where it has nothing to say. The first that
has something wins, so what is more particular stands further up; the last always has something.
"""

from __future__ import annotations

import re

from composer_gui.core import (
    merge_rules,
    parameter_rules,
    preparation_rules,
    rank_rules,
    size_rules,
)
from composer_gui.core.differences import differing, where
from composer_gui.core.layers.families import AXIS_PARAMETERS
from composer_gui.core.misfits import sent
from composer_gui.core.refused import Arriving, Refused, Rule, Words, first_line, say, when
from composer_gui.core.shapes.tensor_spec import show_shape
from composer_gui.core.wording import listed

# Shared layers ----------------------------------------------------------------------------------


def _shared(refused: Refused) -> Words | None:
    """A layer whose weights another call made for another shape."""
    if refused.first is None or refused.built_on is None or not refused.class_name:
        return None
    for wire in refused.wires:
        made_for = refused.built_on.get(wire.port, ())[wire.index : wire.index + 1]
        if made_for and differing(made_for[0].shape, wire.shape):
            return _made_for(refused, wire, made_for[0].shape)
    return None


def _made_for(refused: Refused, wire: Arriving, wanted: tuple) -> Words:
    axes = differing(wanted, wire.shape)
    words = {
        "first": refused.first if refused.first != refused.label else "another call of it",
        "wanted": show_shape(wanted),
        "where": f" ({where(wanted, wire.shape)})",
    }
    expected = show_shape(wanted)
    fields = {"expected": expected, "wanted": wanted, "axes": axes}
    return say("shared_shape", refused, words, wire, **fields)


# Axes by number ---------------------------------------------------------------------------------


@when(r"index out of range|out of bounds|out of range|[Ii]nvalid (?:value for )?.?axis|\baxis\b")
def _axis_out_of_range(match: re.Match, refused: Refused) -> Words | None:
    """A parameter that names an axis which is not there."""
    name = next((name for name in AXIS_PARAMETERS if refused.parameter(name) is not None), None)
    if name is None or not refused.wires:
        return None
    value = refused.parameter(name)
    wire = min(refused.wires, key=lambda wire: wire.rank)
    last = wire.rank
    asked = value if isinstance(value, tuple) else (value,)
    odd = [axis for axis in asked if isinstance(axis, int) and not -last - 1 <= axis <= last]
    if not odd:
        return None
    alike = len({one.rank for one in refused.wires}) == 1
    whose = "its" if len(refused.wires) == 1 else "their" if alike else f"{wire.name}’s"
    words = {"axis": odd[0], "gives": refused.gives(), "whose": whose, "last": last}
    fields = {"expected": f"an axis from {-last - 1} to {last}", "actual": str(odd[0])}
    return say("axis", refused, words, wire, **fields, parameter=name)


# Several inputs ---------------------------------------------------------------------------------


def _states(refused: Refused) -> Words | None:
    """States to start from that are not those of the recurrent layer."""
    states = [wire for wire in refused.wires if wire.port == "initial_state"]
    if not states:
        return None
    if "enters the loop with shape" in refused.text:
        return merge_rules.batches(refused)
    count, units = _states_of(refused)
    number = {None: "the states of its cells", 1: "1 state"}.get(count, f"{count} states")
    expected = number if units is None or count is None else f"{number} of {units}"
    if isinstance(units, int):
        for wire in states:
            wanted = (None, units)
            if differing(wanted, wire.shape):
                words = {"wanted": expected, "where": f": {where(wanted, wire.shape)}"}
                axes = differing(wanted, wire.shape)
                fields = {"expected": expected, "wanted": wanted, "axes": axes}
                return say("states", refused, words, wire, **fields)
    actual = listed([wire.spec.show() for wire in states])
    fields = {"expected": expected, "actual": actual, "port": "initial_state"}
    return say("state_count", refused, {"wanted": expected, "given": actual}, **fields)


_STATES = {"GRU": 1, "LSTM": 2, "SimpleRNN": 1}


def _states_of(refused: Refused) -> tuple[int | None, int | None]:
    """Return how many states a recurrent layer has, and of which width; None where unknown."""
    layer, times = refused.layer, 1
    if refused.class_name == "Bidirectional":
        layer, times = refused.parameter("layer"), 2
    elif refused.class_name == "RNN":
        layer = refused.parameter("cell")
    count = _STATES.get(getattr(layer, "class_name", "").removesuffix("Cell"))
    units = layer.parameters.get("units") if count else None
    return (count * times, units) if isinstance(units, int) else (None, None)


@when(r"missing (?:a required|\d+ required positional) argument")
def _missing(match: re.Match, refused: Refused) -> Words | None:
    """An input that Keras cannot do without."""
    name = re.search(r"arguments?: '(\w+)'", refused.text)
    if name is None:
        return None
    fields = {"expected": name[1], "actual": "nothing", "port": name[1]}
    return say("missing_input", refused, {"port": name[1]}, **fields)


@when(r"OOM when allocating|Unable to allocate|[Rr]esource ?[Ee]xhausted|failed to allocate memory")
def _memory(match: re.Match, refused: Refused) -> Words:
    """More than fits into memory."""
    return say("memory", refused, {})


# Dtypes -----------------------------------------------------------------------------------------


@when(
    r"has DataType (\w+) not in list of allowed values|is not a valid dtype for Keras type|"
    r"Cast string to \w+ is not supported|that does not match type|Expected string, but got"
)
def _dtype(match: re.Match, refused: Refused) -> Words | None:
    """Whole numbers or text where the layer computes with fractions."""
    odd = [wire for wire in refused.wires if "float" not in wire.spec.dtype]
    if not odd:
        return None
    wanted = "numbers" if odd[0].spec.dtype == "string" else "floating-point numbers"
    return _of_dtype(refused, odd[0], wanted)


@when(r"should have an integer or string dtype")
def _no_fractions(match: re.Match, refused: Refused) -> Words | None:
    """Fractions where the layer tells values apart."""
    fine = ("int", "string")
    odd = [wire for wire in refused.wires if not any(kind in wire.spec.dtype for kind in fine)]
    return _of_dtype(refused, odd[0], "text or whole numbers") if odd else None


def _of_dtype(refused: Refused, wire: Arriving, wanted: str) -> Words:
    words = {"wanted": wanted, "given": sent(wire.spec)}
    return say("dtype", refused, words, wire, expected=wanted, actual=words["given"])


# Whatever is left -------------------------------------------------------------------------------


def _generic(refused: Refused) -> Words:
    """Keras's own first line."""
    given = f" with {refused.given}" if refused.specs else ""
    words = {"given": given, "said": first_line(refused)}
    return say("keras", refused, words, actual=refused.given or None)


RULES: tuple[Rule, ...] = (
    _memory,
    _shared,
    rank_rules.wrapped_rank,
    rank_rules.rank,
    rank_rules.convolution_rank,
    rank_rules.pooling_rank,
    rank_rules.transposed_rank,
    rank_rules.time_distributed_rank,
    rank_rules.image_rank,
    size_rules.text_alone,
    size_rules.colours,
    size_rules.model_shape,
    size_rules.model_rank,
    size_rules.axis_size,
    preparation_rules.sparse,
    size_rules.unknown_size,
    preparation_rules.open_width,
    size_rules.nothing_left,
    size_rules.cropped_away,
    size_rules.reshape,
    size_rules.channel_groups,
    parameter_rules.strides_and_dilation,
    _axis_out_of_range,
    rank_rules.factor_rank,
    preparation_rules.crossed_shapes,
    preparation_rules.windowed,
    preparation_rules.normalized,
    merge_rules.concatenate,
    merge_rules.batch_sizes,
    merge_rules.merge,
    _states,
    merge_rules.inner,
    merge_rules.together,
    merge_rules.crossing,
    _missing,
    parameter_rules.bad_value,
    _no_fractions,
    _dtype,
    rank_rules.sequence_rank,
    parameter_rules.equation,
    parameter_rules.unused_weights,
    parameter_rules.named_parameter,
    _generic,
)
