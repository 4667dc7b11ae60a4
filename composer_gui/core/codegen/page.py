"""The page that a script is written on: its lines, and which of them are about which node."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from composer_gui.core.codegen.calls import Statement
from composer_gui.core.codegen.surroundings import Surroundings

Paragraph = list[Statement]

_LAYER = re.compile(r"\blayers\.[A-Z]")


@dataclass(frozen=True)
class Script:
    """Generated source. `lines` maps node ids to the lines that are about them, counted from 1.

    `recursion` is the limit that the source sets, 0 where Python's usual one will do. `side_files`
    holds the texts of files that the source wants beside it, by name.
    """

    text: str
    lines: Mapping[str, tuple[int, ...]]
    recursion: int = 0
    side_files: Mapping[str, str] = field(default_factory=dict)

    def node_at(self, line: int) -> str | None:
        """Return the node that a line is about, None for a line about the whole."""
        return self._nodes.get(line)

    @cached_property
    def _nodes(self) -> dict[int, str]:
        # a line about several nodes is above all about that with the fewest lines of its own
        found: dict[int, str] = {}
        for node_id in sorted(self.lines, key=lambda n: len(self.lines[n])):
            for line in self.lines[node_id]:
                found.setdefault(line, node_id)
        return found


@dataclass
class Definition:
    """A function: its head, what it sets first, and its paragraphs.

    `about` are the nodes that all of it is about, None where its statements tell.
    """

    head: list[str]
    paragraphs: list[Paragraph]
    preparations: Sequence[str] = ()
    about: Sequence[str] | None = None


@dataclass
class Page:
    """The lines so far, and which of them are about which node."""

    lines: list[str] = field(default_factory=list)
    about: dict[str, list[int]] = field(default_factory=dict)

    def write(self, *lines: str, about: Sequence[str] = ()) -> None:
        """Add lines that are about these nodes."""
        first = len(self.lines) + 1
        self.lines += lines
        for node_id in about:
            self.about.setdefault(node_id, []).extend(range(first, first + len(lines)))

    def define(self, definition: Definition) -> None:
        """Add a function."""
        about = definition.about
        self.write("", "", *definition.head, about=about or ())
        if definition.preparations:
            self.write(*definition.preparations, "")
        for number, paragraph in enumerate(definition.paragraphs):
            if number:
                self.write("")
            for statement in paragraph:
                nodes = statement.nodes if about is None else about
                self.write(*statement.lines, about=nodes)
        if not any(_code(definition.paragraphs)):
            self.write("    ...")

    def script(self) -> Script:
        """Return what was written."""
        text = "\n".join(self.lines) + "\n"
        return Script(text, {node_id: tuple(lines) for node_id, lines in self.about.items()})


def imports(
    around: Surroundings, paragraphs: list[Paragraph], *, deep: bool, paths: bool
) -> Iterator[str]:
    """Yield the imports of what is used."""
    standard = ["import sys"] if deep else []
    standard += ["from fnmatch import fnmatchcase"] if "freeze" in around.used else []
    standard += ["from pathlib import Path"] if paths else []
    yield from [*standard, ""] if standard else []
    others = ["import keras", *around.imports]
    if around.classes or any(_LAYER.search(line) for line in _code(paragraphs)):
        others.append("from keras import layers")
    # as `ruff` sorts them: modules before names that come from one
    yield from sorted(others, key=lambda line: (line.startswith("from"), line.lower()))


def _code(paragraphs: list[Paragraph]) -> Iterator[str]:
    """Yield the lines that are no comments."""
    lines = (line for paragraph in paragraphs for s in paragraph for line in s.lines)
    return (line for line in lines if not line.lstrip().startswith("#"))
