"""Reads the description in a saved model's file as data, for the engine, within bounds."""

from __future__ import annotations

import json
import os
import stat
import zipfile
import zlib
from typing import Any

from composer_gui.core.kinds_of_files import KINDS
from composer_gui.core.misfits import NODE
from composer_gui.core.problems import Problem
from composer_gui.engine.keras_specs import CannotCall

MAX_CONFIG = 64 << 20
MAX_RATIO = 200
MAX_DEPTH = 200
CONFIG = "config.json"


def read_config(path: str) -> dict[str, Any]:
    """Return the description in an archive as plain data; raises CannotCall."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise CannotCall(_unreadable("it is a folder, a device or a pipe"), lasting=False)
        with zipfile.ZipFile(path) as archive:
            info = archive.getinfo(CONFIG)
            too_dense = info.file_size > (1 << 20) + MAX_RATIO * info.compress_size
            if info.file_size > MAX_CONFIG or too_dense:
                raise CannotCall(_unreadable("its description is too large"), lasting=False)
            with archive.open(info) as member:
                text = member.read(MAX_CONFIG + 1)
    except (OSError, KeyError, ValueError, RuntimeError) as error:
        raise CannotCall(_unreadable(_short(error)), lasting=False) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise CannotCall(_unreadable("it is damaged"), lasting=False) from error
    return parsed(text)


def parsed(text: str | bytes) -> dict[str, Any]:
    """Return a description from its JSON; raises CannotCall for what describes no model."""
    try:
        config = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CannotCall(_unreadable(_short(error)), lasting=False) from error
    if not isinstance(config, dict) or _depth_exceeds(config, MAX_DEPTH):
        raise CannotCall(_unreadable("its description is none of a model"), lasting=False)
    return config


def stamp(path: str) -> tuple[int, int]:
    """Return time of change and size of a file; raises CannotCall where it is not there."""
    try:
        found = os.stat(path)
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            problem = KINDS["file_absent"].problem(words={"node": NODE, "path": path})
        else:
            problem = _unreadable(f"the system does not open {path}")
        raise CannotCall(problem, lasting=False) from error
    return found.st_mtime_ns, found.st_size


def drop_compilation(config: Any) -> None:
    """Take out, at every level, how models were compiled: losses and optimizers are not wanted."""
    waiting = [config]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if "class_name" in value:
                value.pop("compile_config", None)
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)


def _depth_exceeds(config: Any, limit: int) -> bool:
    """Return whether lists and objects are nested deeper than `limit`, without recursion."""
    level = [config]
    for _ in range(limit):
        level = [
            item
            for value in level
            for item in (value.values() if isinstance(value, dict) else value)
            if isinstance(item, dict | list)
        ]
        if not level:
            return False
    return True


def _unreadable(reason: str) -> Problem:
    words = {"node": NODE, "reason": reason.rstrip(".")}
    return KINDS["file_unreadable"].problem(words=words)


def _short(error: Exception) -> str:
    text = str(error) or type(error).__name__
    return text if len(text) <= 120 else f"{text[:119]}…"
