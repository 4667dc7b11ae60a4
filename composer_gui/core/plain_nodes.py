"""Nodes read from plain JSON values, which a stranger may have written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from immutables import Map

from composer_gui.core.document import (
    EMPTY,
    FARTHEST,
    Call,
    Dot,
    Frame,
    Input,
    Node,
    Note,
    Output,
    Source,
)
from composer_gui.core.plain_values import (
    NotPlain,
    id_of,
    member,
    named_values,
    shape_from_plain,
)


def node_from_plain(node_id: str, plain: Any) -> Node:
    """Return a node from JSON; raises NotPlain."""
    kind = member(plain, "kind", str)
    x, y = _pair(plain, "at")
    reader = _NODE_READERS.get(kind)
    if reader is None:
        raise NotPlain(f"{kind!r} is not a kind of node")
    return reader(node_id, plain, x, y)


def _input_from_plain(node_id: str, plain: dict, x: float, y: float) -> Input:
    batch_size = plain.get("batch_size")
    if batch_size is not None and (type(batch_size) is not int or batch_size < 1):
        raise NotPlain(f"{batch_size!r} is not a batch size")
    shape = shape_from_plain(member(plain, "shape", list))
    label, dtype = member(plain, "label", str), member(plain, "dtype", str)
    pinned = _mark(plain, "pinned")
    return Input(node_id, label, shape, dtype, batch_size, x, y, _silenced(plain), pinned)


def _call_from_plain(node_id: str, plain: dict, x: float, y: float) -> Call:
    label = plain.get("label", "")
    if not isinstance(label, str):
        raise NotPlain(f"{label!r} is not a label")
    arguments = named_values(plain.get("arguments", {}))
    layer, wires = member(plain, "layer", str), _wires(plain)
    marks = _silenced(plain), _mark(plain, "pinned"), _mark(plain, "bypassed")
    return Call(node_id, layer, label, wires, arguments, x, y, *marks)


def _output_from_plain(node_id: str, plain: dict, x: float, y: float) -> Output:
    label, pinned = member(plain, "label", str), _mark(plain, "pinned")
    return Output(node_id, label, _wires(plain), x, y, _silenced(plain), pinned)


def _dot_from_plain(node_id: str, plain: dict, x: float, y: float) -> Dot:
    return Dot(node_id, _wires(plain), x, y, _mark(plain, "pinned"))


def _frame_from_plain(node_id: str, plain: dict, x: float, y: float) -> Frame:
    width, height = _pair(plain, "size")
    label, color = member(plain, "label", str), member(plain, "color", str)
    folded = plain.get("folded", [])
    if not isinstance(folded, list):
        raise NotPlain(f"the folded nodes are {folded!r}")
    ids = dict.fromkeys(id_of(key if type(key) is str else "", "n") for key in folded)
    return Frame(node_id, label, width, height, color, x, y, tuple(ids))


def _note_from_plain(node_id: str, plain: dict, x: float, y: float) -> Note:
    width, height = _pair(plain, "size")
    return Note(node_id, member(plain, "text", str), width, height, x, y)


_NODE_READERS: dict[str, Callable[..., Node]] = {
    "input": _input_from_plain,
    "call": _call_from_plain,
    "output": _output_from_plain,
    "dot": _dot_from_plain,
    "frame": _frame_from_plain,
    "note": _note_from_plain,
}


def _pair(plain: dict, key: str) -> tuple[float, float]:
    value = member(plain, key, list)
    good = len(value) == 2 and all(type(number) in (int, float) for number in value)
    if not good or not all(-FARTHEST <= number <= FARTHEST for number in value):
        raise NotPlain(f"{key!r} is {value!r}")
    return float(value[0]), float(value[1])


def _mark(plain: dict, key: str) -> bool:
    value = plain.get(key, False)
    if type(value) is not bool:
        raise NotPlain(f"{key!r} is {value!r}")
    return value


def _silenced(plain: dict) -> tuple[str, ...]:
    """Return the codes of warnings, in order; also those that only a later Composer knows."""
    codes = plain.get("silenced", [])
    if not isinstance(codes, list) or not all(type(code) is str for code in codes):
        raise NotPlain(f"the silenced warnings are {codes!r}")
    return tuple(sorted(set(codes)))


def _wires(plain: dict) -> Map:
    ports = {}
    for port, sources in (plain.get("inputs") or {}).items():
        if not isinstance(sources, list) or not sources:
            raise NotPlain(f"the wires into {port!r} are {sources!r}")
        ports[port] = tuple(_source(source) for source in sources)
    return Map(ports) if ports else EMPTY


def _source(plain: Any) -> Source:
    if not (isinstance(plain, list) and len(plain) == 2 and all(type(p) is str for p in plain)):
        raise NotPlain(f"{plain!r} is not the start of a wire")
    return Source(*plain)
