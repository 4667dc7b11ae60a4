"""The one translation of a design to Keras: Python source that builds the model.

What is exported, verified and shown is this source. Every name in it comes from the catalog or
was made by `naming`, every value went through `literals`: a design is data and injects nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import PureWindowsPath

from composer_gui.core.codegen import naming, prose, reading
from composer_gui.core.codegen.body import Body, Paragraph
from composer_gui.core.codegen.literals import draws_random_numbers
from composer_gui.core.codegen.locations import Locations, locate
from composer_gui.core.codegen.reading import Reading
from composer_gui.core.document import EMPTY, Document, KerasLayer, Layer, SavedModel
from composer_gui.core.errors import CannotGenerate
from composer_gui.core.inside import Inside
from composer_gui.core.layers.catalog import Catalog

_LAYER = re.compile(r"\blayers\.[A-Z]")

SAVED, SCRATCH = "saved", "scratch"
"""Styles: out of the saved models with their weights, or out of layers alone."""

SEED_LIMIT = 2**32
"""Seeds are below this number, as NumPy wants them."""


DEEP = 500
"""Calls behind one another from which Python's usual limit of recursion may not do for Keras."""

DEEPEST = 50_000
"""Up to here the limit is raised; a design file may say anything of its saved models."""


@dataclass(frozen=True)
class Script:
    """Generated source. `lines` maps node ids to the lines that are about them, counted from 1.

    `recursion` is the limit that the source sets, 0 where Python's usual one will do.
    """

    text: str
    lines: Mapping[str, tuple[int, ...]]
    recursion: int = 0

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


def generate(
    document: Document,
    catalog: Catalog,
    model_paths: Mapping[str, str],
    *,
    partial: bool = False,
    insides: Mapping[str, Inside] = EMPTY,
    anew: frozenset[str] = frozenset(),
    style: str = SAVED,
) -> Script:
    """Return the source whose `build_model()` makes the design's model.

    `model_paths` holds the posix paths of the saved models' files as seen from the script, and
    `insides` what these models are made of, both by the file's path in the design. `anew` are the
    layers whose saved weights do not fit any more. The `style` is SAVED or SCRATCH.
    Nodes that lead to no Output are left out. Raises CannotGenerate where something is missing;
    a `partial` script says so in a comment, leaves out what is behind it, and shows the nodes
    without an Output too.
    """
    names = naming.keras_names(document)
    read = reading.read(document, catalog, names, partial=partial)
    if not partial:
        _require_complete(document, read)
    layers = _layers(document, read)
    models = [layer for layer in layers if isinstance(layer, SavedModel)]
    located = locate({m.path: _path(m, model_paths, partial=partial) for m in models})
    body = Body(names, read, located.expressions)
    paragraphs = body.paragraphs()
    deep = max([read.depth(), *(model.interface.layer_count for model in models)])
    recursion = 20 * min(deep, DEEPEST) if deep > DEEP else 0
    preparations = list(_preparations(document, catalog, layers, recursion))

    page = _Page()
    page.write(*prose.docstring(document, models, located.beside), "")
    functions = [function.statements for function in body.functions]
    _write_imports(page, located, [*functions, *paragraphs], deep=recursion > 0)
    for statements in functions:
        page.write("", "")
        for statement in statements:
            page.write(*statement.lines, about=statement.nodes)
    page.write("", "", "def build_model() -> keras.Model:")
    page.write(*preparations, *([""] if preparations else []))
    _write_paragraphs(page, paragraphs)
    page.write("", "", 'if __name__ == "__main__":', "    build_model().summary()")
    return replace(page.script(), recursion=recursion)


def _preparations(
    document: Document, catalog: Catalog, layers: list[Layer], recursion: int
) -> Iterator[str]:
    """Yield what has to be set before anything is made: the limit of recursion, and the seed."""
    if recursion:
        yield f"    sys.setrecursionlimit({recursion})  # Keras walks deep models by recursion"
    if any(isinstance(x, KerasLayer) and draws_random_numbers(x, catalog) for x in layers):
        seed = document.seed % SEED_LIMIT
        words = "# new layers start with the same weights every time"
        yield f"    keras.utils.set_random_seed({seed})  {words}"


def _require_complete(document: Document, read: Reading) -> None:
    """Raise CannotGenerate for the first thing that keeps the design from becoming a model."""
    if not document.inputs:
        raise CannotGenerate("The design has no Input yet.", "Add one: it says what comes in.")
    if not document.outputs:
        raise CannotGenerate(
            "The design has no Output yet.", "Add one behind the node whose result is wanted."
        )
    for node_id, reason in read.waiting.items():
        raise CannotGenerate(reason, node=node_id)
    known = {*document.inputs, *read.calls}
    for node_id in document.outputs:
        reason = reading.reason_to_wait(read.wiring, node_id)
        sources = read.wiring.sources(node_id)
        if reason is None and not all(source.node in known for source in sources):
            reason = f"{document.label(node_id)} is wired to something that is not there."
        if reason is not None:
            raise CannotGenerate(reason, node=node_id)


def _layers(document: Document, read: Reading) -> list[Layer]:
    """Return the layers that are called, each once, in reading order."""
    ready = (document.nodes[node_id] for node_id in read.ready)
    return list({node.layer: document.layers[node.layer] for node in ready}.values())


def _path(model: SavedModel, paths: Mapping[str, str], *, partial: bool) -> str:
    if model.path not in paths and not partial:
        raise CannotGenerate(f"It is not said where the file of {model.name} is.")
    return paths.get(model.path) or f"models/{PureWindowsPath(model.path).name}"


# The page ---------------------------------------------------------------------------------------


@dataclass
class _Page:
    """The lines so far, and which of them are about which node."""

    lines: list[str] = field(default_factory=list)
    about: dict[str, list[int]] = field(default_factory=dict)

    def write(self, *lines: str, about: list[str] | tuple[str, ...] = ()) -> None:
        """Add lines that are about these nodes."""
        first = len(self.lines) + 1
        self.lines += lines
        for node_id in about:
            self.about.setdefault(node_id, []).extend(range(first, first + len(lines)))

    def script(self) -> Script:
        """Return what was written."""
        text = "\n".join(self.lines) + "\n"
        return Script(text, {node_id: tuple(lines) for node_id, lines in self.about.items()})


def _write_imports(
    page: _Page, located: Locations, paragraphs: list[Paragraph], *, deep: bool
) -> None:
    """Write the imports of what is used, and where the saved models are."""
    standard = ["import sys"] if deep else []
    standard += ["from pathlib import Path"] if located.expressions else []
    page.write(*standard, *([""] if standard else []))
    page.write("import keras")
    if any(_LAYER.search(line) for line in _code(paragraphs)):
        page.write("from keras import layers")
    if located.constant:
        page.write("", *located.constant)


def _write_paragraphs(page: _Page, paragraphs: list[Paragraph]) -> None:
    for number, paragraph in enumerate(paragraphs):
        if number:
            page.write("")
        for statement in paragraph:
            page.write(*statement.lines, about=statement.nodes)
    if not any(_code(paragraphs)):
        page.write("    ...")


def _code(paragraphs: list[Paragraph]) -> Iterator[str]:
    """Yield the lines that are no comments."""
    lines = (line for paragraph in paragraphs for s in paragraph for line in s.lines)
    return (line for line in lines if not line.lstrip().startswith("#"))
