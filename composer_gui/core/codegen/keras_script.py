"""The one translation of a design to Keras: Python source that builds the model.

What is exported, verified and shown is this source. Every name in it comes from the catalog or
was made by `naming`, every value went through `literals`: a design is data and injects nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PureWindowsPath

from composer_gui.core.codegen import chapters, prose
from composer_gui.core.codegen.body import Body
from composer_gui.core.codegen.chapters import Chapter, Material
from composer_gui.core.codegen.expressions import Atom, call, wrapped
from composer_gui.core.codegen.literals import draws_random_numbers
from composer_gui.core.codegen.loads import file_of
from composer_gui.core.codegen.locations import locate
from composer_gui.core.codegen.page import Definition, Page, Paragraph, Script, imports
from composer_gui.core.codegen.scratch import Scratch, from_scratch
from composer_gui.core.codegen.side_files import READ_WORDS
from composer_gui.core.codegen.supplies import Supplies
from composer_gui.core.codegen.surroundings import SMALL_FUNCTIONS, Surroundings
from composer_gui.core.codegen.written_out import SOURCES
from composer_gui.core.document import EMPTY, Call, Document, number_of
from composer_gui.core.errors import CannotGenerate
from composer_gui.core.inside import Inside
from composer_gui.core.layer_kinds import KerasLayer, SavedModel, Submodel
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.reach import upstream
from composer_gui.core.resolved import gap, resolved
from composer_gui.core.safety import RUNS_CODE

SAVED, SCRATCH = "saved", "scratch"
"""Styles: out of the saved models with their weights, or out of layers alone."""

SEED_LIMIT = 2**32
"""Seeds are below this number, as NumPy wants them."""

DEEP = 500
"""Calls behind one another from which Python's usual limit of recursion may not do for Keras."""

DEEPEST = 50_000
"""Up to here the limit is raised; a design file may say anything of its saved models."""


def generate(
    document: Document,
    catalog: Catalog,
    model_paths: Mapping[str, str],
    *,
    partial: bool = False,
    insides: Mapping[str, Inside] = EMPTY,
    anew: frozenset[str] = frozenset(),
    style: str = SAVED,
    weights: str = "",
) -> Script:
    """Return the source whose `build_model()` makes the design's model.

    `model_paths` holds the posix paths of the saved models' files as seen from the script, and
    `insides` what these models are made of, both by the file's path in the design. `anew` are the
    layers whose saved weights do not fit any more: their ids, behind those of the submodels that
    they are in, as in "l3/l7". The `style` is SAVED or SCRATCH.
    `weights` names a file beside the script that the model takes its weights from in the end.
    Nodes that lead to no Output are left out, and reroute dots and bypassed calls. Raises
    CannotGenerate where something is missing; a `partial` script says so in a comment, leaves out
    what is behind it, and shows the nodes without an Output too.
    """
    if not partial:
        _require_no_gap(document, catalog)
    document = resolved(document, catalog)
    made = Scratch(document, catalog)
    if style == SCRATCH:
        made = from_scratch(document, catalog, insides, partial=partial)
        document, catalog = made.document, made.catalog
        anew = frozenset()  # no layer keeps weights that another could be told from
    whole = chapters.chapter(document, Material(catalog, insides), partial=partial, anew=anew)
    if not partial:
        _require_complete(whole)
    files = _files(whole)
    located = locate({x: _path(x, name, model_paths, partial) for x, name in files.items()})
    around = Surroundings(
        catalog,
        located.expressions,
        insides,
        _foreign(whole, insides),
        made.classes,
        document.code,
        weights=weights,
    )
    functions = _Functions(around, Supplies(whole))
    _, paragraphs = functions.body(whole)
    definitions = functions.definitions
    recursion = _recursion(whole, insides)
    preparations = list(_preparations(whole, catalog, recursion))

    page = Page()
    page.write(*prose.docstring(whole.document, _made_of(whole), len(files), located.beside), "")
    code = [*(p for d in definitions for p in d.paragraphs), *paragraphs]
    paths = bool(files or made.side_files or weights)
    page.write(*imports(around, code, deep=recursion > 0, paths=paths))
    for constant in filter(None, (located.constant, around.constants)):
        page.write("", *constant)
    for name in sorted(around.used):
        page.write("", "", *SMALL_FUNCTIONS[name].splitlines())
    if made.side_files:
        page.write("", "", *READ_WORDS.splitlines())
    for class_name in made.classes:
        page.write("", "", *SOURCES[class_name].splitlines())
    for definition in definitions:
        page.define(definition)
    page.define(Definition(["def build_model() -> keras.Model:"], paragraphs, preparations))
    page.write("", "", 'if __name__ == "__main__":', "    build_model().summary()")
    return replace(page.script(), recursion=recursion, side_files=made.side_files)


@dataclass
class _Functions:
    """Writes the functions of a script: those that others call come before them."""

    around: Surroundings
    supplies: Supplies
    definitions: list[Definition] = field(default_factory=list)

    def body(
        self, chapter: Chapter, name: str = "", about: list[str] | None = None
    ) -> tuple[Body, list[Paragraph]]:
        """Return the paragraphs of one design, and what wrote them.

        `about` are the nodes of the whole design that all of it is about, None for the whole.
        """
        body = Body(chapter, self.around, self.supplies, name)
        paragraphs = body.paragraphs()
        for layer_id, maker in body.makers.items():
            nodes = about or [
                node_id
                for node_id in chapter.read.ready
                if chapter.document.nodes[node_id].layer == layer_id
            ]
            self._define(maker, chapter.parts[layer_id], chapter.names[layer_id], nodes)
        for function in body.functions:
            self.definitions.append(Definition([], [function.statements], about=about))
        return body, paragraphs

    def _define(self, maker: str, chapter: Chapter, name: str, about: list[str]) -> None:
        """Add the function that makes a submodel out of the saved models that it is handed."""
        body, paragraphs = self.body(chapter, name, about)
        parameters = (Atom(f"{variable}: keras.Model") for variable in body.handed)
        head = list(wrapped(call(maker, *parameters), 0, "def ", " -> keras.Model:"))
        said = prose.submodel_docstring(chapter.document, name, chapter.origin)
        head.append(f'    """{said}"""')
        self.definitions.append(Definition(head, paragraphs, about=about))


def _preparations(whole: Chapter, catalog: Catalog, recursion: int) -> Iterator[str]:
    """Yield what has to be set before anything is made: the limit of recursion, and the seed."""
    if recursion:
        yield f"    sys.setrecursionlimit({recursion})  # Keras walks deep models by recursion"
    new = (x for part in whole.all() for x in part.layers if not part.read.is_fetched(x))
    if any(isinstance(x, KerasLayer) and draws_random_numbers(x, catalog) for x in new):
        seed = whole.document.seed % SEED_LIMIT
        words = "# new layers start with the same weights every time"
        yield f"    keras.utils.set_random_seed({seed})  {words}"


def _recursion(whole: Chapter, insides: Mapping[str, Inside]) -> int:
    """Return the limit of recursion that the design and its files want, 0 for Python's own."""
    models = (x for part in whole.all() for x in part.layers if isinstance(x, SavedModel))
    counts = [model.interface.layer_count for model in models]
    counts += [len(insides[path].parts) for path in _files(whole) if path in insides]
    deep = max([whole.depth(), *counts])
    return 20 * min(deep, DEEPEST) if deep > DEEP else 0


def _require_no_gap(document: Document, catalog: Catalog) -> None:
    """Raise CannotGenerate where a wire is led past a node into which nothing comes."""
    next_step = "Wire it, or take it out."
    node = gap(document, catalog)
    if node is not None:
        sentence = f"Nothing is wired to {document.label(node)}, which hands on what it gets."
        raise CannotGenerate(sentence, next_step, node=node)
    for node_id in sorted(upstream(document, document.outputs), key=number_of):
        node = document.nodes[node_id]
        layer = document.layers[node.layer] if isinstance(node, Call) else None
        if isinstance(layer, Submodel) and not node.bypassed:
            try:
                _require_no_gap(layer.design, catalog)
            except CannotGenerate as inner:
                sentence = f"{layer.name} is not ready inside. {inner}"
                raise CannotGenerate(sentence, next_step, node=node_id) from None


def _require_complete(whole: Chapter) -> None:
    """Raise CannotGenerate for the first thing that keeps the design from becoming a model."""
    found = chapters.missing(whole)
    if found is not None:
        sentence, next_step, node = found
        raise CannotGenerate(sentence, next_step, node=node)


# Files ------------------------------------------------------------------------------------------


def _files(whole: Chapter) -> dict[str, str]:
    """Return the files that are loaded, and the name of a layer that comes out of each."""
    found: dict[str, str] = {}
    for part in whole.all():
        for layer in part.layers:
            if part.read.takes_weights(layer):
                found.setdefault(file_of(layer).path, layer.name)
    return found


def _made_of(whole: Chapter) -> list[str]:
    """Return what the summary says the design is made with: its saved models, by name."""
    models = {layer.id: layer for layer in whole.layers if isinstance(layer, SavedModel)}
    models |= {key: part.origin for key, part in whole.parts.items() if part.origin}
    used = [models[layer.id] for layer in whole.layers if layer.id in models]
    names = [model.name for model in used if not model.part]
    said = {model.path for model in used if not model.part}
    return names + [PureWindowsPath(path).stem for path in _files(whole) if path not in said]


def _foreign(whole: Chapter, insides: Mapping[str, Inside]) -> dict[str, list[str]]:
    """Return, by file, the classes in it that are not Keras's."""
    found: dict[str, set[str]] = {path: set() for path in _files(whole)}
    for part in whole.all():
        for layer in part.layers:
            if isinstance(layer, SavedModel):
                found[layer.path].update(layer.interface.foreign)
    for path, names in found.items():
        if path in insides:
            leaves = insides[path].leaves()
            names.update(leaf.class_name for _, leaf in leaves if leaf.foreign)
    return {path: sorted(names - RUNS_CODE) for path, names in found.items()}


def _path(path: str, name: str, paths: Mapping[str, str], partial: bool) -> str:
    if path not in paths and not partial:
        raise CannotGenerate(f"It is not said where the file of {name} is.")
    return paths.get(path) or f"models/{PureWindowsPath(path).name}"
