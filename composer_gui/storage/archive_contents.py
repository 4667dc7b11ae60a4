"""Counts the weights of each layer of a saved model, and reads the words that its layers know.

Keras names neither by the layer's name: a layer's group is made from its class and, among the
layers of its model, from how many of that class come before it. Of the weights only the headers
are read, never a number; a stranger's HDF5 is not followed out of the file.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from composer_gui.core.inside import LAYER, MODEL, Inside

WEIGHTS = "model.weights.h5"
ASSETS = "assets"
VOCABULARY = "vocabulary.txt"

MOST_OBJECTS = 500_000
"""Groups and arrays of weights that are looked at, at most; a layer has some ten."""
DEEPEST = 100
MAX_VOCABULARY = 32 << 20
"""Bytes of one vocabulary, and twice that of all of them, that are read."""

_ARRAYS = "vars"
_NOT_COUNTED = "seed_generator"
_OWN_CLASS_NAMES = {"GroupQueryAttention": "GroupedQueryAttention"}
"""Layers that Keras shows under another name than their class has."""


def groups(inside: Inside, path: str = "", group: str = "") -> Iterator[tuple[str, str]]:
    """Yield the path of every layer at every depth, and the group that its weights are in."""
    numbers: dict[str, int] = {}
    for part in inside.parts:
        if part.kind not in (LAYER, MODEL):
            continue
        stem = _snake(_OWN_CLASS_NAMES.get(part.class_name, part.class_name))
        number = numbers.get(stem, 0)
        numbers[stem] = number + 1
        own = f"{group}layers/{stem}_{number}" if number else f"{group}layers/{stem}"
        if part.inside is None:
            yield f"{path}{part.name}", own
        else:
            yield from groups(part.inside, f"{path}{part.name}/", f"{own}/")


def _snake(name: str) -> str:
    """Return a class name as Keras writes it into paths."""
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


# Counting -----------------------------------------------------------------------------------------


def counts(archive: zipfile.ZipFile, file: BinaryIO, inside: Inside) -> dict[str, int] | None:
    """Return how many elements the weights of each layer have, by its path.

    None where they cannot be counted: they are packed, in another format, or damaged.
    """
    window = _stored(archive, file)
    if window is None:
        return None
    import h5py

    paths = {group: path for path, group in groups(inside)}
    found = dict.fromkeys(paths.values(), 0)
    try:
        with h5py.File(window, "r") as weights:
            for group, elements in _arrays(weights):
                path = _owner(group, paths)
                if path is not None:
                    found[path] += elements
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, OverflowError):
        return None
    return found


def _owner(group: str, paths: Mapping[str, str]) -> str | None:
    """Return the path of the layer that has the arrays in a group, which may be further inside."""
    while group:
        if group in paths:
            return paths[group]
        group = group.rpartition("/")[0]
    return None


def _arrays(weights: Any) -> Iterator[tuple[str, int]]:
    """Yield the group of every array of weights and its number of elements."""
    import h5py
    from h5py import h5d, h5g, h5o

    seen: set[int] = set()
    waiting: list[tuple[str, Any, int]] = [("", weights.id, 0)]
    looked_at = 0
    while waiting:
        path, group, depth = waiting.pop()
        for name in group:
            looked_at += 1
            if looked_at > MOST_OBJECTS or depth > DEEPEST:
                raise ValueError("no model has so many weights")
            if group.links.get_info(name).type != h5py.h5l.TYPE_HARD:
                continue  # a link may lead into another file
            found = h5o.open(group, name)
            if isinstance(found, h5d.DatasetID):
                if path.endswith("/" + _ARRAYS) and _NOT_COUNTED not in path.split("/"):
                    yield path, found.get_space().get_simple_extent_npoints()
            elif isinstance(found, h5g.GroupID):
                address = h5o.get_info(found).addr
                if address not in seen:
                    seen.add(address)
                    inner = name.decode("utf-8", "replace")
                    waiting.append((f"{path}/{inner}" if path else inner, found, depth + 1))


def _stored(archive: zipfile.ZipFile, file: BinaryIO) -> io.BufferedReader | None:
    """Return the weights as a file of their own, None where they are packed or not there."""
    try:
        member = archive.getinfo(WEIGHTS)
    except KeyError:
        return None
    if member.compress_type != zipfile.ZIP_STORED or member.flag_bits & 1:
        return None
    file.seek(member.header_offset)
    header = file.read(30)
    if len(header) < 30 or header[:4] != b"PK\x03\x04":
        return None
    name, extra = struct.unpack_from("<HH", header, 26)
    start = member.header_offset + 30 + name + extra
    return io.BufferedReader(_Window(file, start, member.file_size), 1 << 16)


class _Window(io.RawIOBase):
    """A stretch of a file, as a file."""

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        self._file = file
        self._start = start
        self._size = size
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        wanted = min(len(buffer), max(0, self._size - self._at))
        self._file.seek(self._start + self._at)
        data = self._file.read(wanted)
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


# Words --------------------------------------------------------------------------------------------


def vocabularies(archive: zipfile.ZipFile, inside: Inside) -> dict[str, tuple[str, ...]]:
    """Return the words of the layers whose vocabulary is a text of its own, by their paths."""
    members = {info.filename: info for info in archive.infolist()}
    if not any(name.startswith(f"{ASSETS}/") for name in members):
        return {}
    found: dict[str, tuple[str, ...]] = {}
    left = 2 * MAX_VOCABULARY
    for path, group in groups(inside):
        names = (f"{ASSETS}/{group}/{VOCABULARY}", f"{ASSETS}/{group}/_lookup_layer/{VOCABULARY}")
        member = next((members[name] for name in names if name in members), None)
        if member is None or member.file_size > min(left, MAX_VOCABULARY):
            continue
        left -= member.file_size
        try:
            text = archive.read(member).decode("utf-8")
        except UnicodeDecodeError:
            continue
        found[path] = _lines(text)
    return found


def _lines(text: str) -> tuple[str, ...]:
    """Return the words of a vocabulary as Keras reads them: empty lines at the end are none."""
    lines = text.splitlines()
    while lines and not lines[-1]:
        lines.pop()
    return tuple(lines)
