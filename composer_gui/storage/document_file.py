"""Reads and writes designs: `.composer` files, JSON that `git diff` shows well.

Every node and every wire has a line of its own, in an order that depends on nothing but the
design, so that opening and saving gives the same bytes. The file is a stranger's data: it is
bounded and checked, it names model files but none of them is opened, and nothing in it is run.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from composer_gui.core import connections
from composer_gui.core.document import Document, number_of, wires_into
from composer_gui.core.errors import FileProblem
from composer_gui.core.plain import (
    NotPlain,
    document_from_plain,
    head_to_plain,
    layer_from_plain,
    layer_to_plain,
    node_from_plain,
    node_to_plain,
)
from composer_gui.core.saved_files import saved_files, with_paths
from composer_gui.storage import json_text, resources
from composer_gui.storage.files import read_bytes, shown, write_atomically

FORMAT = 1
MAX_SIZE = 64 << 20
"""Bytes of the largest design that is read; 5,000 nodes take some 2 MB."""

UPGRADES: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""For each older format, the function that makes the next newer one of a whole file's content."""

_KEYS = {"format", "name", "seed", "inputs", "outputs", "code", "flow", "nodes", "wires", "layers"}
_LINE = 100


class _Wrong(ValueError):
    """What is wrong in a design's JSON, and where."""


def read(path: str | os.PathLike) -> Document:
    """Return the design in a file, its model files by absolute path; raises FileProblem.

    Wires that lead nowhere are left out, as `connections.check` says.
    """
    path = Path(os.path.abspath(path))
    return from_bytes(read_bytes(path, MAX_SIZE), path.parent, name=shown(path))


def write(path: str | os.PathLike, document: Document) -> None:
    """Put a design in the place of a file, model files by relative path; raises FileProblem."""
    path = Path(os.path.abspath(path))
    write_atomically(path, to_bytes(document, path.parent))


# Writing ----------------------------------------------------------------------------------------


def to_bytes(document: Document, folder: Path) -> bytes:
    """Return the content of the file that `document` has in `folder`, which need not exist."""
    document = with_paths(document, lambda path: relative_path(path, folder))
    nodes, layers = sorted(document.nodes, key=number_of), sorted(document.layers, key=number_of)
    head = [f'"format": {FORMAT}', *_items(head_to_plain(document), sort=False)]
    blocks = [
        _block("nodes", "{}", [f'"{i}": {_line(_node(document.nodes[i]))}' for i in nodes]),
        _block("wires", "[]", [_line(wire) for wire in _wires(document, nodes)]),
        _block("layers", "{}", [_layer(document.layers[i]) for i in layers]),
    ]
    text = "{\n" + ",\n".join(f" {part}" for part in [*head, *blocks]) + "\n}\n"
    return text.encode("utf-8")


def _node(node: Any) -> dict[str, Any]:
    return {key: value for key, value in node_to_plain(node).items() if key != "inputs"}


def _wires(document: Document, nodes: list[str]) -> Iterator[list[str]]:
    """Yield start and end of each wire; those into one port stand in their order."""
    for node_id in nodes:
        for wire in wires_into(document.nodes[node_id]):
            yield [wire.source.node, wire.source.port, wire.node, wire.port]


def _layer(layer: Any) -> str:
    return _pretty(f'"{layer.id}": ', layer_to_plain(layer), 2)


def relative_path(path: str, folder: Path) -> str:
    """Return a path as a file in `folder` writes it, with slashes on every system."""
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # on another drive of Windows
        return Path(path).as_posix()


def _block(key: str, brackets: str, lines: list[str]) -> str:
    body = ",\n".join(f"  {line}" for line in lines)
    return f'"{key}": {brackets[0]}\n{body}\n {brackets[1]}' if lines else f'"{key}": {brackets}'


def _line(value: Any) -> str:
    """Return a value on one line, keys sorted; what UTF-8 has not is written as an escape."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, allow_nan=False)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(value, sort_keys=True, allow_nan=False)
    return text


def _items(plain: dict[str, Any], *, sort: bool = True) -> list[str]:
    keys = sorted(plain) if sort else list(plain)
    return [f"{_line(key)}: {_line(plain[key])}" for key in keys]


def _pretty(start: str, value: Any, depth: int) -> str:
    """Return a value on one line where it fits on it, else one entry a line, keys sorted."""
    line = start + _line(value)
    if depth + len(line) <= _LINE or not value or not isinstance(value, dict | list):
        return line
    if isinstance(value, dict):
        entries = [_pretty(f"{_line(k)}: ", value[k], depth + 1) for k in sorted(value)]
    else:
        entries = [_pretty("", item, depth + 1) for item in value]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    pad = " " * (depth + 1)
    body = ",\n".join(pad + entry for entry in entries)
    return f"{start}{opening}\n{body}\n{' ' * depth}{closing}"


# Reading ----------------------------------------------------------------------------------------


def from_bytes(data: bytes, folder: Path, *, name: str = "The design") -> Document:
    """Return the design that a file in `folder` holds; raises FileProblem.

    `name` is what the sentences call the file. No file is opened here.
    """
    if data.startswith((b"PK\x03\x04", b"\x89HDF")):
        raise FileProblem(
            "not_a_design",
            f"{name} is not a design but looks like a saved model.",
            "Open a design, or a new one, and add the model to it.",
        )
    try:
        plain = _upgraded(_object(json_text.parse(data, strict=True)), name)
        document = _with_files(_document(_with_wires(plain)), folder)
        return connections.check(document, resources.catalog()).settled()
    except json_text.TooMuch as error:
        raise _problem("too_deep", f"{name} is not an honest design: {error}.") from error
    except json_text.NotJson as error:
        raise _problem("bad_json", f"{name} is damaged or not a design: {error}.") from error
    except (_Wrong, NotPlain) as error:
        raise _problem("not_a_design", f"{name} is not a sound design: {error}.") from error
    except (TypeError, AttributeError, LookupError, OverflowError, RecursionError) as error:
        # whatever a reader took for granted, the file was not made by Composer
        raise _problem("not_a_design", f"{name} is not a sound design.") from error


def _problem(code: str, sentence: str) -> FileProblem:
    sentence = " ".join("".join(c if c.isprintable() else " " for c in sentence).split())
    sentence = sentence if len(sentence) <= 300 else f"{sentence[:300]}…"
    return FileProblem(code, sentence, "Open an earlier copy of it, or make the design anew.")


def _object(plain: Any) -> dict[str, Any]:
    if not isinstance(plain, dict) or "format" not in plain:
        raise _Wrong("it has no format")
    return plain


def _upgraded(plain: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the content of a file in today's format; raises FileProblem for a later one."""
    version = plain["format"]
    if type(version) is not int or version < 1:
        raise _Wrong(f"{version!r} is not a format")
    if version > FORMAT:
        raise FileProblem(
            "newer",
            f"{name} was saved by a newer Composer, in format {version}; "
            f"this one reads formats up to {FORMAT}.",
            "Install the newer Composer to open it.",
        )
    while version < FORMAT:
        plain = UPGRADES[version](plain)
        version += 1
    unknown = set(plain) - _KEYS
    if unknown:
        raise _Wrong(f"{min(unknown)!r} is nothing that a design has")
    return plain


def _document(plain: dict[str, Any]) -> Document:
    """Return the document of a file's content; raises _Wrong with the node or layer it is about."""
    if type(plain.get("seed")) is not int or not 0 <= plain["seed"] < 2**32:
        raise _Wrong(f"{plain.get('seed')!r} is not a seed")
    try:
        return document_from_plain(plain)
    except NotPlain as error:
        for key, reader in (("nodes", node_from_plain), ("layers", layer_from_plain)):
            for item_id, item in plain[key].items():
                try:
                    reader(item_id, item)
                except NotPlain as inner:
                    raise _Wrong(f"in {item_id}, {inner}") from error
        raise


def _with_wires(plain: dict[str, Any]) -> dict[str, Any]:
    """Return the content with every wire handed to the node where it ends, as the core has it."""
    nodes, inputs = plain.get("nodes"), {}
    wires = plain.get("wires", [])
    if not isinstance(nodes, dict) or not isinstance(wires, list):
        raise _Wrong("its nodes or wires are missing")
    if not isinstance(plain.get("layers"), dict):
        raise _Wrong("its layers are missing")
    for wire in wires:
        if not (isinstance(wire, list) and len(wire) == 4 and all(type(p) is str for p in wire)):
            raise _Wrong(f"{wire!r} is not a wire")
        start, port_out, end, port_in = wire
        if end in nodes:
            inputs.setdefault(end, {}).setdefault(port_in, []).append([start, port_out])
    return plain | {
        "nodes": {node_id: _wired(node, inputs.get(node_id)) for node_id, node in nodes.items()}
    }


def _wired(node: Any, inputs: Any) -> Any:
    if not isinstance(node, dict) or "inputs" in node:
        raise _Wrong(f"{node!r} is not a node")
    return node | {"inputs": inputs} if inputs else node


def _with_files(document: Document, folder: Path) -> Document:
    """Return a design that was read in `folder` with absolute paths; raises _Wrong."""
    for files, suffix in ((saved_files(document), ".keras"), (_code(document), ".py")):
        for path, sha256 in files:
            if "\0" in path or not path.endswith(suffix):
                raise _Wrong(f"{path!r} is not the path of a {suffix} file")
            if not re.fullmatch(r"([0-9a-f]{64})?", sha256):
                raise _Wrong(f"{sha256!r} is not the SHA-256 of {path}")
    start = os.path.abspath(folder)
    return with_paths(document, lambda path: os.path.normpath(os.path.join(start, path)))


def _code(document: Document) -> list[tuple[str, str]]:
    return [(file.path, file.sha256) for file in document.code]
