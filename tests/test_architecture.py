"""The walls of the house as tests: which room may import what, as ARCHITECTURE.md says it.

The modules are found by walking the package, so a new one is inside the walls from its first day.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import networkx
import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "composer_gui"


@dataclass(frozen=True)
class Import:
    """One import: by which module, of what, and where it stands."""

    importer: str
    target: str
    line: int
    in_function: bool
    for_types_only: bool

    def __str__(self):
        return f"{self.importer}:{self.line} imports {self.target}"


@dataclass(frozen=True)
class Room:
    """What the modules of one room may import: of ours, and from elsewhere."""

    ours: tuple[str, ...]
    others: tuple[str, ...] = ()


KERAS = ("keras", "tensorflow", "numpy")
CLI = ("cli_cost", "cli_engine", "cli_fix", "cli_problems")
"""The command line's modules, which are one room."""

ROOMS = {
    "core": Room(("core",), ("immutables", "networkx")),
    "storage": Room(("core", "storage"), ("immutables", "h5py")),
    "engine": Room(("core", "engine"), ("immutables", "h5py")),
    "engine.client": Room(
        (
            *("core", "engine.protocol", "engine.client_designs", "engine.client_jobs"),
            *("engine.client_process", "engine.client_trials"),
        ),
        ("PySide6.QtCore",),
    ),
    "engine.client_jobs": Room(("core", "engine.client_process"), ("PySide6.QtCore",)),
    "engine.client_process": Room(("core", "engine.protocol"), ("PySide6.QtCore",)),
    "session": Room(
        ("core", "storage", "engine.client", "session"), ("PySide6.QtCore", "platformdirs")
    ),
    "ui": Room(
        ("core", "session", "storage.resources", "storage.shipped", "ui"),
        ("PySide6", "shiboken6", "immutables"),
    ),
    "cli": Room(
        ("core", "session", "engine.client", "storage.resources", *CLI), ("PySide6.QtCore",)
    ),
    "app": Room(("core", "storage", "engine.client", "session", "ui"), ("PySide6",)),
    "picture_command": Room(("core", "session", "ui", "engine.client", "cli_engine"), ("PySide6",)),
    "__main__": Room(("app", "cli", "picture_command", "engine.worker")),
}
"""The table of ARCHITECTURE.md. A room goes by the longest name that fits."""

KERAS_MODULES = ("engine.keras_", "engine.proof", "engine.example_models")
"""Those of the worker's modules that may import Keras; the worker itself may when it starts."""

LATE = ("networkx", "numpy", "keras", "tensorflow", "h5py")
"""What may be imported inside a function, because importing it takes long."""

LOADERS = ("__main__", "ui.later", "session.later")
"""The modules that are there to import others inside functions."""

ABSENT_SOMEWHERE = ("resource", "msvcrt", "winreg")
"""Modules that not every system has may be imported where they are needed, too."""

FILES_AND_CLOCKS = {
    *("os", "io", "shutil", "tempfile", "glob", "mmap", "socket", "subprocess", "multiprocessing"),
    *("time", "datetime", "random", "secrets", "threading", "asyncio", "urllib", "http", "pickle"),
}

EMPTY_NAMES = {"utils", "util", "helpers", "helper", "misc", "common", "base", "manager"}


@cache
def modules() -> dict[str, Path]:
    """Return the file of every module, by its name without the package's: "core.edits"."""
    found = {}
    for path in sorted((ROOT / PACKAGE).rglob("*.py")):
        parts = path.relative_to(ROOT / PACKAGE).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def room_of(module: str) -> str:
    """Return the room that a module belongs to; raises KeyError for a module outside all rooms."""
    name = "cli" if module in CLI else module
    fitting = [room for room in ROOMS if name == room or name.startswith(f"{room}.")]
    if not fitting:
        raise KeyError(f"{module} is in no room of the house")
    return max(fitting, key=len)


@cache
def imports() -> tuple[Import, ...]:
    """Return every import of the package."""
    found: list[Import] = []
    for module, path in modules().items():
        found.extend(_imports_in(module, ast.parse(path.read_text(encoding="utf-8"))))
    return tuple(found)


def _imports_in(module: str, tree: ast.AST) -> Iterator[Import]:
    def walk(node: ast.AST, in_function: bool, for_types: bool) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            inside = in_function or isinstance(
                child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
            )
            types = for_types or (
                isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
            )
            for target in _targets(child):
                yield Import(module, target, child.lineno, in_function, for_types)
            yield from walk(child, inside, types)

    yield from walk(tree, False, False)


def _targets(node: ast.AST) -> list[str]:
    """Return the full names of the modules that a statement imports."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    assert node.level == 0, "imports are absolute"
    names = (f"{node.module}.{alias.name}" for alias in node.names)
    return [name if _is_module(name) else node.module for name in names]


def _is_module(name: str) -> bool:
    """Return whether `from package import name` imports a module, as far as walls care."""
    head, _, rest = name.partition(".")
    return rest in modules() if head == PACKAGE else head == "PySide6" and name.count(".") == 1


def ours(found: Import) -> str | None:
    """Return the name of the module of ours that is imported, or None."""
    head, _, rest = found.target.partition(".")
    return rest if head == PACKAGE else None


def within(name: str, allowed: tuple[str, ...]) -> bool:
    """Return whether a module is one of those allowed, or inside one."""
    return any(name == entry or name.startswith(f"{entry}.") for entry in allowed)


def is_standard(target: str) -> bool:
    return target.partition(".")[0] in sys.stdlib_module_names


def offenders(offends) -> list[str]:
    return [str(found) for found in imports() if offends(found)]


# The walk itself ----------------------------------------------------------------------------------


def test_the_walk_finds_the_rooms_and_their_imports():
    """A wall that looks at nothing would always stand."""
    assert {room_of(module) for module in modules() if module} == set(ROOMS)
    assert len(modules()) > 60 and len(imports()) > 400
    walked = list(
        _imports_in(
            "core.made_up",
            ast.parse(
                "import os, json\n"
                "from composer_gui.core import edits\n"
                "from composer_gui.core.edits import move\n"
                "from PySide6.QtCore import QObject\n"
                "if TYPE_CHECKING:\n    import keras\n"
                "class A:\n    def f(self):\n        import numpy.random\n"
            ),
        )
    )
    assert [(found.target, found.in_function, found.for_types_only) for found in walked] == [
        ("os", False, False),
        ("json", False, False),
        ("composer_gui.core.edits", False, False),
        ("composer_gui.core.edits", False, False),
        ("PySide6.QtCore", False, False),
        ("keras", False, True),
        ("numpy.random", True, False),
    ]


# The rooms ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_of_ours_only_what_the_table_says(room):
    def offends(found: Import) -> bool:
        if room_of(found.importer) != room or ours(found) is None:
            return False
        return not within(ours(found), ROOMS[room].ours)

    assert not offenders(offends)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_from_elsewhere_only_what_the_table_says(room):
    def offends(found: Import) -> bool:
        target = found.target
        if room_of(found.importer) != room or ours(found) is not None or is_standard(target):
            return False
        if target.partition(".")[0] in KERAS:
            return not may_import_keras(found)
        return not within(target, ROOMS[room].others)

    assert not offenders(offends)


def may_import_keras(found: Import) -> bool:
    if found.importer == "engine.worker":
        return found.in_function
    return found.importer.startswith(KERAS_MODULES)


def test_only_the_client_shows_the_engine_to_the_windows_process():
    """And the worker's side never imports the client, which is Qt."""

    def offends(found: Import) -> bool:
        client = ("engine.client", "engine.client_jobs", "engine.client_process")
        return room_of(found.importer) == "engine" and ours(found) in client

    assert not offenders(offends)


def test_the_core_knows_no_files_no_clock_and_no_chance():
    def offends(found: Import) -> bool:
        head = found.target.partition(".")[0]
        return room_of(found.importer) == "core" and head in FILES_AND_CLOCKS

    assert not offenders(offends)
    for module, path in modules().items():
        if module and room_of(module) == "core":
            tree = ast.parse(path.read_text(encoding="utf-8"))
            names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
            assert not names & {"open", "Path", "exec", "eval", "print", "input"}, module


def test_the_core_never_waits_for_networkx():
    """The window is painted before networkx is imported, so the core imports it when asked."""

    def offends(found: Import) -> bool:
        return found.target.partition(".")[0] == "networkx" and not found.in_function

    assert not offenders(offends)


def test_no_module_outside_the_engine_reaches_keras():
    """Neither directly nor through others: the process with the window stays free of it."""
    graph = networkx.DiGraph()
    for found in imports():
        if not found.for_types_only:
            graph.add_edge(found.importer, ours(found) or found.target.partition(".")[0])
    for start in ("app", "cli", "engine.client"):
        assert not networkx.descendants(graph, start) & set(KERAS)


def test_no_two_modules_import_each_other_in_a_circle():
    graph = networkx.DiGraph()
    for found in imports():
        if ours(found) is not None and not found.for_types_only and not found.in_function:
            graph.add_edge(found.importer, ours(found))
    assert list(networkx.simple_cycles(graph)) == []


def test_only_the_session_holds_a_history():
    """One writer: what is open changes in one place."""
    users = {found.importer for found in imports() if ours(found) == "core.history"}
    assert users == {"session.session"}


def test_the_page_on_the_architecture_names_every_module_and_no_other():
    """Those of `ui` and `core.codegen` go by their folders."""
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    tree = re.search(r"```\n(composer_gui/.*?)```", page, re.DOTALL)[1]
    told = set(re.findall(r"\w+\.py\b", tree))
    there = {path.name for path in (ROOT / PACKAGE).rglob("*.py")}
    by_folder = (ROOT / PACKAGE / "ui", ROOT / PACKAGE / "core" / "codegen")
    one_by_one = {
        path.name
        for path in modules().values()
        if path.name != "__init__.py" and not any(map(path.is_relative_to, by_folder))
    }
    assert one_by_one <= told
    assert told <= there | {"dev.py"}


# How modules are written --------------------------------------------------------------------------


def test_every_init_is_empty():
    for path in (ROOT / PACKAGE).rglob("__init__.py"):
        assert path.read_bytes() == b"", path


def test_every_folder_with_modules_has_an_init():
    folders = {path.parent for path in (ROOT / PACKAGE).rglob("*.py")}
    assert all((folder / "__init__.py").exists() for folder in folders)


def test_nothing_is_imported_inside_a_function_but_what_takes_long():
    """`__main__` chooses which process this is; the worker has modules of its own bring Keras;
    `ui.later` and `session.later` load what is needed only once the window is on the screen."""

    def offends(found: Import) -> bool:
        if not found.in_function or found.importer in LOADERS:
            return False
        brings_keras = (ours(found) or "").startswith(KERAS_MODULES)
        if brings_keras and room_of(found.importer) == "engine":
            return False
        return found.target.partition(".")[0] not in (*LATE, *ABSENT_SOMEWHERE)

    assert not offenders(offends)


def test_no_module_takes_what_another_keeps_to_itself():
    taken = []
    for module, path in modules().items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module.startswith(PACKAGE):
                names = [alias.name for alias in node.names if alias.name.startswith("_")]
                taken.extend(f"{module} takes {name}" for name in names)
    assert not taken


def test_no_room_has_a_name_that_says_nothing():
    named = {module: set(module.split(".")) & EMPTY_NAMES for module in modules()}
    assert not [module for module, empty in named.items() if empty]


def test_every_module_says_what_it_is_for():
    for module, path in modules().items():
        if path.name != "__init__.py":
            text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
            assert text and text.partition("\n")[0].rstrip().endswith((".", "?")), module
