"""The one state: what is open now, its history, its verdicts; the only writer of the document."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from composer_gui.core import edits, fixes, fragment, structure
from composer_gui.core.change import Change, between
from composer_gui.core.codegen import keras_script
from composer_gui.core.codegen.keras_script import Script
from composer_gui.core.document import Document, SavedModel, in_order, number_of
from composer_gui.core.errors import ComposerError, EditRefused
from composer_gui.core.fixes import Fix
from composer_gui.core.graph import Graph
from composer_gui.core.history import History
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.problems import Problem
from composer_gui.core.verdicts import UNKNOWN, Verdict
from composer_gui.engine.client import EngineClient
from composer_gui.session import model_files
from composer_gui.session.model_files import FileState, ModelFile
from composer_gui.session.verdict_book import VerdictBook
from composer_gui.storage import document_file

MODEL_STEP = 144.0
"""Vertical distance in pixels between saved models that are added together."""

_design_numbers = itertools.count(1)


class Session(QObject):
    """One open design. Every way it can change goes through `apply`, `undo`, `redo`, `replace`.

    Signals: `changed(Change)` after any change, opening a file included; `analyzed(frozenset)`
    the nodes whose verdict is now another; `settled()` when the engine has answered for the
    newest revision; `path_changed()`; `clean_changed(bool)`; `noticed(str)` a sentence for the
    status bar; `failed(ComposerError)` for work that went on in the background;
    `engine_state_changed(str, str)`, the state and a sentence.
    """

    changed = Signal(object)
    analyzed = Signal(object)
    settled = Signal()
    path_changed = Signal()
    clean_changed = Signal(bool)
    noticed = Signal(str)
    failed = Signal(object)
    engine_state_changed = Signal(str, str)

    def __init__(self, engine: EngineClient, catalog: Catalog, parent: QObject | None = None):
        super().__init__(parent)
        self.engine = engine
        self.catalog = catalog
        self.design = next(_design_numbers)
        self.history = History(Document())
        self.graph = Graph(Document())
        self.path: Path | None = None
        self.engine_state = engine.state
        self.revision = 0
        self._answered_revision = 0
        self._book = VerdictBook(catalog)
        self._script: tuple[Document, Path | None, Script] | None = None
        self._opening = 0
        self._readings = 0
        self._connect()

    def _connect(self) -> None:
        self.engine.analyzed.connect(self._take_answer)
        self.engine.analyzed_part.connect(self._take_part)
        self.engine.state_changed.connect(self._take_engine_state)

    # What is open --------------------------------------------------------------------------------

    @property
    def document(self) -> Document:
        """The design as it is now."""
        return self.history.document

    @property
    def verdicts(self) -> dict[str, Verdict]:
        """The verdicts by node id."""
        return self._book.shown

    @property
    def is_clean(self) -> bool:
        """Whether the design is as it was opened or saved."""
        return self.history.is_clean

    @property
    def is_settled(self) -> bool:
        """Whether the engine has answered for the newest revision and no file is being read."""
        return self._answered_revision == self.revision and not self._readings

    @property
    def title(self) -> str:
        """The design's name for a window's title."""
        return self.path.name if self.path else self.document.name

    def verdict(self, node_id: str) -> Verdict:
        """Return what is known about a node now."""
        return self._book.shown.get(node_id, UNKNOWN)

    def problems(self) -> list[Problem]:
        """Return all that is wrong, the design's own problems first, then in order of making."""
        found = list(structure.design_problems(self.document))
        for node_id in sorted(self._book.shown, key=number_of):
            found.extend(self._book.shown[node_id].problems)
        return found

    def fixes(self, problem: Problem) -> tuple[Fix, ...]:
        """Return the repairs offered for a problem."""
        return fixes.fixes_for(self.document, self.catalog, self.verdicts, problem)

    def script(self) -> Script:
        """Return the Python source of the design, without the parts that are not ready."""
        known = self._script
        if known is None or known[0] is not self.document or known[1] != self.path:
            paths = self.model_paths(self.path.parent if self.path else None)
            text = keras_script.generate(self.document, self.catalog, paths, partial=True)
            self._script = known = (self.document, self.path, text)
        return known[2]

    def model_paths(self, folder: Path | None) -> dict[str, str]:
        """Return each saved model's path as seen from `folder`, or from a folder of their own."""
        models = [layer for layer in in_order(self.document.layers) if _is_model(layer)]
        if folder is None:
            return {layer.id: f"models/{Path(layer.path).name}" for layer in models}
        return {layer.id: document_file.relative_path(layer.path, folder) for layer in models}

    # Changing it ---------------------------------------------------------------------------------

    def apply(
        self,
        label: str,
        edit: Callable[..., Document],
        /,
        *args: Any,
        merge: object = None,
        **kwargs: Any,
    ) -> Change:
        """Change the design by `edit(document, *args, **kwargs)` and return what differs.

        `label` is what undo will call it. Edits in a row with the same `merge` key become one
        undo step. Raises EditRefused; the design is then as it was.
        """
        before = self.document
        after = edit(before, *args, **kwargs)
        change = between(before, after)
        if change.is_empty:
            return change
        was_clean = self.is_clean
        self.history.push(label, after.settled(), change, merge=merge)
        self._follow(change, was_clean)
        return change

    def try_apply(
        self, label: str, edit: Callable[..., Document], /, *args: Any, **kwargs: Any
    ) -> Change | None:
        """Do as `apply`, but say a refusal in the status bar and return None."""
        try:
            return self.apply(label, edit, *args, **kwargs)
        except EditRefused as refusal:
            self.noticed.emit(refusal.whole)
            return None

    def undo(self) -> None:
        """Go back one step."""
        self._step(self.history.undo)

    def redo(self) -> None:
        """Go forward one step."""
        self._step(self.history.redo)

    def _step(self, move: Callable[[], tuple[Document, Change] | None]) -> None:
        was_clean = self.is_clean
        moved = move()
        if moved is not None:
            self._follow(moved[1], was_clean)

    def paste(
        self, copied: Document, dx: float, dy: float, *, shared: bool = False
    ) -> Change | None:
        """Paste a fragment, moved by (dx, dy) pixels; return the Change, None where refused."""
        return self.try_apply("Paste", fragment.paste, copied, dx, dy, shared=shared)

    def add_models(self, paths: Sequence[str | Path], x: float, y: float) -> None:
        """Put saved models on the canvas at (x, y), one below the other, as one undo step.

        The files are read in a thread; those that cannot be read are told by `failed`.
        """
        names, opening = [Path(path) for path in paths], self._opening

        def read() -> tuple[int, float, float, list[ModelFile | ComposerError]]:
            return opening, x, y, model_files.read_models(names)

        self._readings += 1
        model_files.in_thread(read, self._take_models)

    def _take_models(self, answer: tuple[int, float, float, list]) -> None:
        opening, x, y, found = answer
        if opening != self._opening:
            return
        self._readings -= 1
        models = [item for item in found if isinstance(item, ModelFile)]
        if models:
            label = "Add saved model" if len(models) == 1 else f"Add {len(models)} saved models"
            self.apply(label, _add_models, self.catalog, models, x, y)
        for item in found:
            if isinstance(item, ComposerError):
                self.failed.emit(item)

    def relocate_model(self, layer_id: str, path: Path) -> None:
        """Use the file at `path` for a saved model from now on; `failed` tells if it cannot be."""
        opening = self._opening

        def read() -> tuple[int, str, list[ModelFile | ComposerError]]:
            return opening, layer_id, model_files.read_models([path])

        self._readings += 1
        model_files.in_thread(read, self._take_relocated)

    def _take_relocated(self, answer: tuple[int, str, list]) -> None:
        opening, layer_id, (found,) = answer
        if opening != self._opening:
            return
        self._readings -= 1
        if isinstance(found, ComposerError):
            self.failed.emit(found)
        elif layer_id in self.document.layers:
            model = (found.path, found.sha256, found.interface)
            self.try_apply("Choose model file", edits.relocate_model, layer_id, *model)

    # Files ---------------------------------------------------------------------------------------

    def new(self) -> None:
        """Begin an empty design; what was open is gone."""
        self.replace(Document(), None)

    def open(self, path: Path) -> None:
        """Open a design file; raises FileProblem, and then what was open stays."""
        path = Path(path).absolute()
        self.replace(document_file.read(path), path)

    def replace(self, document: Document, path: Path | None) -> None:
        """Open `document` as what was read from `path`, or as an untitled design."""
        was_clean = self.is_clean
        change = between(self.document, document)
        self.history = History(document.settled())
        self.path = path
        # What is being read in a thread was meant for the design that was open until now
        self._opening, self._readings = self._opening + 1, 0
        self._book.forget(change.nodes)
        self._follow(change, was_clean)
        self.path_changed.emit()
        self._check_models()

    def save(self, path: Path | None = None) -> None:
        """Write the design to `path`, or to where it came from; raises FileProblem."""
        target = Path(path).absolute() if path is not None else self.path
        if target is None:
            raise ValueError("a design that was never saved needs a path")
        document_file.write(target, self.document)
        self.history.mark_clean()
        self.path = target
        self.path_changed.emit()
        self.clean_changed.emit(True)

    def _check_models(self) -> None:
        """Compare, in a thread, the saved models' files with what the design remembers of them."""
        layers = [layer for layer in in_order(self.document.layers) if _is_model(layer)]
        known, opening = [(layer.path, layer.sha256) for layer in layers], self._opening
        self._book.files_changed(self.document, frozenset())
        if known:
            model_files.in_thread(
                lambda: (opening, model_files.changed_files(known)), self._take_changed_files
            )

    def _take_changed_files(self, answer: tuple[int, frozenset[FileState]]) -> None:
        opening, files = answer
        if opening != self._opening:
            return
        nodes = self._book.files_changed(self.document, files)
        if nodes:
            self.analyzed.emit(frozenset(nodes))

    # The engine ----------------------------------------------------------------------------------

    def close(self) -> None:
        """Let go of the engine; the session is not used afterwards."""
        self.engine.forget(self.design)

    def _follow(self, change: Change, was_clean: bool) -> None:
        """Bring everything that depends on the document in step with it."""
        self.revision += 1
        self.graph.follow(change, self.document)
        self._book.follow(self.document, change, self.graph)
        self.changed.emit(change)
        if self.is_clean != was_clean:
            self.clean_changed.emit(self.is_clean)
        self.engine.analyze(self.design, self.revision, self.document, change)

    def _take_answer(self, design: int, revision: int, verdicts: dict[str, Verdict]) -> None:
        if design != self.design:
            return
        newest = revision == self.revision
        differing = self._book.take(self.document, verdicts, newest=newest)
        if newest:
            self._answered_revision = revision
        if differing:
            self.analyzed.emit(frozenset(differing))
        if newest:
            self.settled.emit()

    def _take_part(self, design: int, revision: int, verdicts: dict[str, Verdict]) -> None:
        """Show the first verdicts of a long answer ahead of the rest."""
        if design == self.design and revision == self.revision:
            differing = self._book.take_part(self.document, verdicts)
            if differing:
                self.analyzed.emit(frozenset(differing))

    def _take_engine_state(self, state: str, sentence: str) -> None:
        self.engine_state = state
        self.engine_state_changed.emit(state, sentence)


def _is_model(layer: object) -> bool:
    return isinstance(layer, SavedModel)


def _add_models(
    document: Document, catalog: Catalog, models: Sequence[ModelFile], x: float, y: float
) -> Document:
    """Add saved models one below the other; the first of a design brings its Inputs along."""
    is_first = not document.nodes
    for index, model in enumerate(models):
        at = x, y + index * MODEL_STEP
        before = document
        document = edits.add_saved_model(before, model.path, model.sha256, model.interface, *at)
        if is_first and index == 0:
            (node,) = set(document.nodes) - set(before.nodes)
            document = fixes.add_inputs(document, catalog, node)
    return document
