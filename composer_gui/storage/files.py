"""Opens files to read and replaces files whole, and says in one sentence why that failed."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from pathlib import Path
from typing import BinaryIO

from composer_gui.core.errors import FileProblem

# Reading ----------------------------------------------------------------------------------------


def shown(path: str | os.PathLike) -> str:
    """Return a file's name for a sentence: one line, and never the whole of a very long one."""
    name = Path(path).name or str(path)
    name = "".join(c if c.isprintable() else "?" for c in name)
    return name if len(name) <= 120 else f"{name[:80]}…{name[-30:]}"


def open_to_read(path: str | os.PathLike) -> BinaryIO:
    """Open an ordinary file that is not empty; raises FileProblem, each kind in its own words."""
    try:
        status = os.stat(path)
        _refuse_what_is_no_file(path, status)
        return open(path, "rb")
    except OSError as error:
        raise cannot_read(path, error) from error
    except ValueError as error:  # a name with a NUL in it
        raise FileProblem("absent", f"{shown(path)} cannot be the name of a file.") from error


def read_bytes(path: str | os.PathLike, limit: int) -> bytes:
    """Return the contents of a file of at most `limit` bytes; raises FileProblem."""
    with open_to_read(path) as file:
        try:
            data = file.read(limit + 1)
        except OSError as error:
            raise cannot_read(path, error) from error
    if len(data) > limit:
        raise FileProblem(
            "too_large",
            f"{shown(path)} is larger than the {limit >> 20} MB that Composer reads at once.",
            "Check that this is the file you meant.",
        )
    return data


def cannot_read(path: str | os.PathLike, error: OSError) -> FileProblem:
    """Return what to tell the user when the system refuses to read a file."""
    name = shown(path)
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return FileProblem(
            "absent",
            f"{name} is not in {_folder(path)}.",
            "It may have been moved, renamed or deleted.",
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return FileProblem(
            "no_permission",
            f"You have no permission to read {name}.",
            "Change the file's permissions, or ask its owner.",
        )
    return FileProblem(
        "unreadable", f"{name} could not be read: {_reason(error)}.", "Check the disk it is on."
    )


def _refuse_what_is_no_file(path: str | os.PathLike, status: os.stat_result) -> None:
    name = shown(path)
    if stat.S_ISDIR(status.st_mode):
        step = "Choose a file in it."
        if os.path.exists(os.path.join(path, "saved_model.pb")):
            step = (
                "It is a TensorFlow SavedModel; load it in Python and save it with "
                'model.save("….keras").'
            )
        raise FileProblem("folder", f"{name} is a folder, not a file.", step)
    if not stat.S_ISREG(status.st_mode):
        raise FileProblem("not_a_file", f"{name} is a device or a pipe, not a file.")
    if status.st_size == 0:
        raise FileProblem(
            "empty", f"{name} is empty: it holds no bytes at all.", "Save or copy it once more."
        )


# Writing ----------------------------------------------------------------------------------------


def write_atomically(path: str | os.PathLike, data: bytes) -> None:
    """Put `data` in the place of a file, so that at every instant the old or the new is there.

    The file keeps its mode, and a symbolic link keeps pointing at it. Raises FileProblem; then
    the earlier file is as it was and nothing is left beside it.
    """
    try:
        target = os.path.realpath(path)
        mode = _mode_to_keep(path, target)
        _replace(target, data, mode)
    except OSError as error:
        raise cannot_write(path, error) from error
    except ValueError as error:  # a name with a NUL in it
        raise FileProblem("unwritable", f"{shown(path)} cannot be the name of a file.") from error


def move_into_place(beside: str | os.PathLike, path: str | os.PathLike) -> None:
    """Put a finished file, on the same disk, in the place of another as `write_atomically` does.

    Raises FileProblem; then the earlier file is as it was, and the finished one where it was.
    """
    try:
        target = os.path.realpath(path)
        mode = _mode_to_keep(path, target)
        with open(beside, "rb+") as file:
            if mode is not None and hasattr(os, "fchmod"):
                os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        os.replace(beside, target)
        _flush_folder(os.path.dirname(target))
    except OSError as error:
        raise cannot_write(path, error) from error


def refuse_locked(path: str | os.PathLike) -> None:
    """Raise FileProblem for a folder, or a file that is marked as read-only; nothing is touched."""
    try:
        _mode_to_keep(path, os.path.realpath(path))
    except OSError as error:
        raise cannot_write(path, error) from error


def _replace(target: str, data: bytes, mode: int | None) -> None:
    """Write beside `target`, flush to the disk, rename into place, flush the folder."""
    folder, name = os.path.split(target)
    handle, beside = _open_beside(folder, name, mode)
    try:
        with open(handle, "wb") as file:
            file.write(data)
            file.flush()
            if mode is not None and hasattr(os, "fchmod"):
                os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        os.replace(beside, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(beside)
        raise
    _flush_folder(folder)


def _open_beside(folder: str, name: str, mode: int | None) -> tuple[int, str]:
    """Create a file of a fresh name; a new file's mode is what the user's umask makes of 0666."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    # file systems count bytes, and the name itself may be as long as they allow
    stem = name.encode(errors="surrogateescape")[:200].decode(errors="ignore")
    while True:
        beside = os.path.join(folder, f".~{stem}.{secrets.token_hex(4)}")
        with contextlib.suppress(FileExistsError):
            return os.open(beside, flags, 0o666 if mode is None else 0o600), beside


def _mode_to_keep(path: str | os.PathLike, target: str) -> int | None:
    """Return the mode of the file that is replaced, None for a new one; refuse what is locked."""
    try:
        status = os.stat(target)
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(status.st_mode):
        raise FileProblem(
            "unwritable", f"{shown(path)} is a folder.", "Choose another name for the file."
        )
    if not status.st_mode & 0o222:
        raise FileProblem(
            "no_permission",
            f"{shown(path)} is marked as read-only.",
            "Save under another name, or allow writing to it.",
        )
    return stat.S_IMODE(status.st_mode)


def _flush_folder(folder: str) -> None:
    """Make the rename itself last; some file systems and Windows cannot, and need not be asked."""
    if os.name == "nt":
        return
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def cannot_write(path: str | os.PathLike, error: OSError) -> FileProblem:
    """Return what to tell the user when the system refuses to write a file."""
    name, folder = shown(path), _folder(path)
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return FileProblem(
            "disk_full",
            f"There is no room left for {name} in {folder}.",
            "Free some space, or save it elsewhere.",
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return FileProblem(
            "no_permission",
            f"You have no permission to write {name} in {folder}.",
            "Save it in another folder.",
        )
    if error.errno == errno.EROFS:
        return FileProblem(
            "unwritable", f"{folder} can only be read.", f"Save {name} in another folder."
        )
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return FileProblem(
            "absent", f"The folder {folder} is not there.", "Save in a folder that exists."
        )
    if error.errno == errno.ENAMETOOLONG:
        return FileProblem("unwritable", f"The name {name} is too long.", "Choose a shorter one.")
    return FileProblem(
        "unwritable",
        f"{name} could not be written in {folder}: {_reason(error)}.",
        "Save it elsewhere, so that nothing is lost.",
    )


def _folder(path: str | os.PathLike) -> str:
    return str(Path(path).absolute().parent)


def _reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower().rstrip(".")
