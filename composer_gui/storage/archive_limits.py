"""Refuses a zip archive that is no honest saved model, before any member of it is unpacked."""

from __future__ import annotations

import stat
import struct
import zipfile
from typing import BinaryIO

from composer_gui.core.errors import FileProblem

MAX_MEMBERS = 10_000
MAX_DIRECTORY = 4 << 20
"""Bytes of the list of members: `zipfile` reads it whole, whatever number of them is declared."""
MAX_RATIO = 100
RATIO_MATTERS = 1 << 20
"""Bytes below which no member is a bomb, however well it is packed."""
MAX_NAME = 1_000

_KNOWN_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
_END, _END64, _LOCATOR64 = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_LONGEST_COMMENT = 1 << 16


def refuse_large_directory(file: BinaryIO, name: str) -> None:
    """Raise FileProblem for a list of members too long to be read."""
    size, count = directory_size(file) or (0, 0)
    if size > MAX_DIRECTORY or count > MAX_MEMBERS:
        raise FileProblem(
            "too_large",
            f"{name} lists more files than a saved model has (Composer reads {MAX_MEMBERS:,}).",
            "Do not open it unless you know where it comes from.",
        )


def directory_size(file: BinaryIO) -> tuple[int, int] | None:
    """Return the bytes and entries of a zip's list of members, None where there is no end record.

    Follows the zip specification (APPNOTE 4.3.14 to 4.3.16) in the order in which `zipfile` does.
    """
    length = file.seek(0, 2)
    start = file.seek(max(0, length - 22 - _LONGEST_COMMENT))
    tail = file.read()
    at = len(tail) - 22
    if at < 0 or tail[at : at + 4] != _END or tail[-2:] != b"\0\0":
        at = tail.rfind(_END)
    if at < 0 or at + 22 > len(tail):
        return None
    count, size = struct.unpack_from("<HL", tail, at + 10)
    return _directory_size64(file, start + at) or (size, count)


def _directory_size64(file: BinaryIO, end: int) -> tuple[int, int] | None:
    """Return what the 64-bit end record says, if it is where `zipfile` looks for one."""
    at = end - 20 - 56
    if at < 0:
        return None
    file.seek(at)
    record = file.read(76)
    if len(record) < 76 or record[56:60] != _LOCATOR64 or record[:4] != _END64:
        return None
    count, size = struct.unpack_from("<QQ", record, 32)
    return size, count


def refuse_unsafe(archive: zipfile.ZipFile, name: str, size: int) -> None:
    """Raise FileProblem for members that no saved model has; `size` is the whole file's, in bytes.

    Names must stay inside the archive and occur once; nothing may be encrypted, a link, packed in
    an unusual way, or many times larger than what it is packed in.
    """
    members = archive.infolist()
    seen: set[str] = set()
    for member in members:
        reason = _reason_to_refuse(member) or ("occurs twice" if member.filename in seen else "")
        if reason:
            raise _unsafe(name, member, reason)
        seen.add(member.filename)
    refuse_bomb(members, name, size)


def refuse_bomb(members: list[zipfile.ZipInfo], name: str, size: int) -> None:
    """Raise FileProblem where a small archive would become a large one, or claims to be larger."""
    for member in members:
        if member.file_size > max(RATIO_MATTERS, MAX_RATIO * member.compress_size):
            raise _bomb(name, f"{_printable(member.filename)} in it", member.file_size)
    total = sum(member.file_size for member in members)
    if total > max(RATIO_MATTERS, MAX_RATIO * size):
        raise _bomb(name, "it", total)
    if sum(member.compress_size for member in members) > size:
        raise FileProblem(
            "unsafe",
            f"{name} is not put together like a saved model: its parts overlap.",
            "Do not open it unless you know where it comes from.",
        )


def _reason_to_refuse(member: zipfile.ZipInfo) -> str:
    # `filename` ends at a NUL and has the system's separators made plain; the original does not
    name = member.orig_filename
    parts = name.split("/")
    if not name or len(name) > MAX_NAME or not name.isprintable():
        return "has a name that no saved model uses"
    if name.startswith("/") or "\\" in name or ":" in parts[0] or ".." in parts:
        return "has a name that points outside the archive"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "is a link to another file"
    if member.flag_bits & _ENCRYPTED:
        return "is encrypted"
    if member.compress_type not in _KNOWN_METHODS:
        return "is packed in a way that saved models are not"
    return ""


def _unsafe(name: str, member: zipfile.ZipInfo, reason: str) -> FileProblem:
    return FileProblem(
        "unsafe",
        f"{name} is not safe to open: {_printable(member.orig_filename)!r} in it {reason}.",
        "Saving the model in Keras does not make such a file; ask where it comes from.",
    )


def _bomb(name: str, what: str, size: int) -> FileProblem:
    return FileProblem(
        "too_large",
        f"{name} is not safe to open: {what} would unpack to {max(1, size >> 20):,} MB, "
        f"more than {MAX_RATIO} times what it takes in the file.",
        "Saving the model in Keras does not make such a file; ask where it comes from.",
    )


def _printable(text: str) -> str:
    text = "".join(c if c.isprintable() else "?" for c in text)
    return text if len(text) <= 80 else f"{text[:80]}…"
