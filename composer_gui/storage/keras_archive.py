"""Reads a `.keras` file as data, without Keras: what can be wired to its model, what is in it.

Nothing in the file is trusted and no weight is read. What is no sound saved model is told apart by
the first few bytes and the list of members, each kind in its own words.
"""

from __future__ import annotations

import hashlib
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, BinaryIO

from composer_gui.core import inside_reader, safety
from composer_gui.core.errors import FileProblem
from composer_gui.core.inside import Inside
from composer_gui.core.inside_ports import FOREIGN_SHOWN
from composer_gui.core.layer_kinds import SavedInterface
from composer_gui.storage import archive_contents, json_text, resources
from composer_gui.storage.archive_interface import NotUnderstood, interface_of
from composer_gui.storage.archive_limits import (
    directory_size,
    refuse_large_directory,
    refuse_unsafe,
)
from composer_gui.storage.files import cannot_read, open_to_read, shown

Path = str | os.PathLike

MAX_CONFIG = 64 << 20

_CONFIG, _METADATA = "config.json", "metadata.json"
_WEIGHTS = ("model.weights.h5", "model.weights.npz")
_MAX_METADATA = 1 << 20

_DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError),
    *(NotImplementedError, ValueError, OverflowError),
)
"""What `zipfile` raises, besides OSError, over bytes that are not what they should be."""

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_HDF5 = b"\x89HDF\r\n\x1a\n"
_AGAIN = "Save it from Keras once more, or copy it again from where it came."


def read(path: Path, *, keras_version: str = "") -> SavedInterface:
    """Return the ports of the model in a `.keras` file; raises FileProblem.

    `keras_version` is that of the Keras which will load it, by default the catalog's. A file saved
    by a later major version is refused; by a later minor one, only if it cannot be understood.
    """
    keras_version = keras_version or resources.catalog().keras_version
    with _opened(path) as (archive, _):
        saved_by = _saved_by(archive)
        _refuse_later(path, saved_by, keras_version)
        config = _config(path, archive)
    _refuse_other_names(path)
    try:
        foreign = tuple(safety.refused_names(config)[:FOREIGN_SHOWN])
        return replace(interface_of(config), foreign=foreign)
    except NotUnderstood as error:
        if _version(saved_by) > _version(keras_version):
            raise _newer(path, saved_by, keras_version) from error
        raise FileProblem(
            "not_a_model",
            f"{shown(path)} does not describe a Keras model: its config.json is unusual.",
            f"{_AGAIN} What is odd: {_short(error)}.",
        ) from error


def read_config(path: Path) -> dict[str, Any]:
    """Return what `config.json` in a `.keras` file says, as plain data; raises FileProblem."""
    with _opened(path) as (archive, _):
        return _config(path, archive)


def contents(path: Path) -> Inside:
    """Return what the model in a `.keras` file is made of, its weights counted.

    Raises FileProblem for a file that is no sound saved model, and NotOpenable for a model of
    which only its code knows what is inside. May take most of a second: give it to a thread.
    """
    with _opened(path) as (archive, file):
        config = _config(path, archive)
        inside = inside_reader.read(config)
        words = archive_contents.vocabularies(archive, inside)
        counts = archive_contents.counts(archive, file, inside)
    return inside_reader.read(config, counts=counts, vocabularies=words)


def fingerprint(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal; raises FileProblem.

    Reads in pieces and lets other threads work meanwhile, so a large file may be given to one.
    """
    with open_to_read(path) as file:
        try:
            return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise cannot_read(path, error) from error


# Opening ----------------------------------------------------------------------------------------


@contextmanager
def _opened(path: Path) -> Iterator[tuple[zipfile.ZipFile, BinaryIO]]:
    """Open an archive whose list of members is that of a safe saved model, and its file."""
    name = shown(path)
    with open_to_read(path) as file:
        try:
            start = file.read(512)
            if directory_size(file) is None:
                raise _no_archive(path, start)
            refuse_large_directory(file, name)
            with zipfile.ZipFile(file) as archive:
                refuse_unsafe(archive, name, file.seek(0, 2))
                yield archive, file
        except _DAMAGE as error:
            raise FileProblem(
                "truncated",
                f"{name} is damaged: part of its archive cannot be unpacked.",
                _AGAIN,
            ) from error
        except OSError as error:
            raise cannot_read(path, error) from error


def _config(path: Path, archive: zipfile.ZipFile) -> dict[str, Any]:
    """Return the parsed `config.json` of an archive that holds weights as well."""
    names = set(archive.namelist())
    if _CONFIG not in names:
        raise _no_config(path, names)
    if not names & {*_WEIGHTS}:
        raise FileProblem(
            "no_weights",
            f"{shown(path)} describes a model but holds no weights (there is no "
            f"{_WEIGHTS[0]} in it).",
            'Save the whole model in Keras with model.save("….keras").',
        )
    size = archive.getinfo(_CONFIG).file_size
    if size > MAX_CONFIG:
        raise FileProblem(
            "too_large",
            f"The description of the model in {shown(path)} has {size >> 20:,} MB; "
            f"Composer reads {MAX_CONFIG >> 20}.",
            "No ordinary model needs that much; ask where the file comes from.",
        )
    return _parsed(path, archive.read(_CONFIG))


def _parsed(path: Path, data: bytes) -> dict[str, Any]:
    try:
        config = json_text.parse(data)
    except json_text.NotJson as error:
        raise FileProblem(
            "bad_json",
            f"The description of the model in {shown(path)} is not valid JSON.",
            f"{_AGAIN} It breaks off at {_CONFIG}, {_short(error)}.",
        ) from error
    except json_text.TooMuch as error:
        raise FileProblem(
            "too_deep",
            f"The description of the model in {shown(path)} is no honest one: {error}.",
            "Saving a model in Keras does not make such a file; ask where it comes from.",
        ) from error
    if not isinstance(config, dict) or "class_name" not in config or "config" not in config:
        raise FileProblem(
            "not_a_model",
            f"{shown(path)} has a config.json, but it does not describe a Keras model.",
            'Save the whole model in Keras with model.save("….keras").',
        )
    return config


def _refuse_other_names(path: Path) -> None:
    """Raise FileProblem for a sound archive that Keras would not look into, for its name's sake."""
    if not os.fspath(path).endswith(".keras"):
        raise FileProblem(
            "misnamed",
            f"{shown(path)} holds a saved Keras model, but its name does not end in .keras.",
            "Rename it, so that Keras will load it.",
        )


# The version that saved it ------------------------------------------------------------------------


def _saved_by(archive: zipfile.ZipFile) -> str:
    """Return the version of Keras that saved the file, empty where the file does not say."""
    if _METADATA not in archive.namelist():
        return ""
    if archive.getinfo(_METADATA).file_size > _MAX_METADATA:
        return ""
    try:
        version = json_text.parse(archive.read(_METADATA))["keras_version"]
    except (ValueError, LookupError, TypeError):
        return ""
    return version if isinstance(version, str) and len(version) < 40 else ""


def _version(text: str) -> tuple[int, int]:
    """Return major and minor number of a version, (0, 0) where there are none."""
    found = re.match(r"(\d{1,6})(?:\.(\d{1,6}))?", text)
    return (int(found[1]), int(found[2] or 0)) if found else (0, 0)


def _refuse_later(path: Path, saved_by: str, keras_version: str) -> None:
    if _version(saved_by)[0] > _version(keras_version)[0]:
        raise _newer(path, saved_by, keras_version)


def _newer(path: Path, saved_by: str, keras_version: str) -> FileProblem:
    saved_by = "".join(c if c.isprintable() else "?" for c in saved_by)
    return FileProblem(
        "newer",
        f"{shown(path)} was made with Keras {saved_by}; Composer works with {keras_version}.",
        "Install a newer Keras for Composer, or save the model with the older one.",
    )


# What it is instead -------------------------------------------------------------------------------


def _no_archive(path: Path, start: bytes) -> FileProblem:
    """Return what to say of a file that is no zip archive, from its first bytes."""
    name = shown(path)
    if start.startswith(_ZIP):
        return FileProblem("truncated", f"{name} is cut short: its end is missing.", _AGAIN)
    if start.startswith(_HDF5):
        return _hdf5(path)
    if not any(start):
        return FileProblem("not_zip", f"{name} holds nothing but zeros.", _AGAIN)
    text = _as_text(start)
    if text is not None:
        return _text(name, text)
    return FileProblem(
        "not_zip",
        f"{name} is not a saved Keras model: a .keras file is a zip archive, and this is none.",
        'Save the model in Keras with model.save("….keras").',
    )


def _hdf5(path: Path) -> FileProblem:
    name = shown(path)
    if name.lower().endswith(".weights.h5"):
        return FileProblem(
            "hdf5",
            f"{name} holds only the weights of a model, without its layers.",
            "Build the model in Python, load these weights, and save it as .keras.",
        )
    convert = 'keras.models.load_model("….h5").save("….keras")'
    if name.lower().endswith((".h5", ".hdf5")):
        return FileProblem(
            "hdf5",
            f"{name} is a model in the older HDF5 format, which Composer does not open.",
            f"Convert it in Python: {convert}.",
        )
    return FileProblem(
        "hdf5",
        f"{name} is an HDF5 file under a false name: the older format of Keras, not a .keras file.",
        f"Rename it to .h5 and convert it in Python: {convert}.",
    )


def _as_text(start: bytes) -> str | None:
    """Return the beginning of a file as text, None if it is not one."""
    try:
        text = start.decode("utf-8", "strict" if len(start) < 512 else "ignore")
    except UnicodeDecodeError:
        return None
    printable = sum(c.isprintable() or c in "\r\n\t\f" for c in text)
    whole = len(text.encode()) >= len(start) - 3  # a character may be cut at the end
    return text if whole and printable == len(text) else None


def _text(name: str, text: str) -> FileProblem:
    lowered = text.lstrip("\ufeff \r\n\t").lower()
    if lowered.startswith("version https://git-lfs"):
        return FileProblem(
            "text",
            f"{name} is only a pointer of Git LFS to the model, not the model.",
            "Fetch it with: git lfs pull.",
        )
    if lowered.startswith(("<!doctype", "<html", "<?xml")):
        return FileProblem(
            "text",
            f"{name} is a web page, not a saved Keras model.",
            "The download may have needed a login; download the file itself.",
        )
    if lowered.startswith("{"):
        return FileProblem(
            "text",
            f"{name} is a JSON text, not a saved Keras model.",
            'If it came from model.to_json(), it has no weights: save with model.save("….keras").',
        )
    return FileProblem(
        "text",
        f"{name} is a text file, not a saved Keras model.",
        'Save the model in Keras with model.save("….keras").',
    )


def _no_config(path: Path, names: set[str]) -> FileProblem:
    """Return what to say of an archive that is no saved model, from the names in it."""
    name, step = shown(path), 'Save the model in Keras with model.save("….keras").'
    if not names:
        sentence = f"{name} is an archive with nothing in it."
    elif any(member.endswith("/" + _CONFIG) for member in names):
        sentence = f"{name} holds the model in a folder within the archive, where Keras won't look."
        step = "Zip the three files without the folder around them."
    elif any(member.endswith("saved_model.pb") for member in names):
        sentence = f"{name} is a zipped TensorFlow SavedModel, not a .keras file."
        step = 'Load it in Python and save it with model.save("….keras").'
    elif any(member.endswith("data.pkl") for member in names):
        sentence = f"{name} is a PyTorch file, not a saved Keras model."
    else:
        sentence = f"{name} is a zip archive, but no saved Keras model: it has no {_CONFIG}."
    return FileProblem("no_config", sentence, step)


def _short(error: Exception) -> str:
    """Return the gist of an exception as one short line."""
    text = " ".join(str(error).split())
    text = "".join(c if c.isprintable() else "?" for c in text)
    return text if len(text) <= 120 else f"{text[:120]}…"
