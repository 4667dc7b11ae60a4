"""What threads bring to the open design: saved models that are added or moved, changed files.

What was read for a design that is no longer open is dropped, and so is what was meant for a level
or a layer that is no longer there.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from composer_gui.core import edits
from composer_gui.core.change import Change, between
from composer_gui.core.document import Call, CodeFile, Document
from composer_gui.core.errors import ComposerError, EditRefused
from composer_gui.core.inside import Inside
from composer_gui.core.layer_kinds import SavedModel
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.saved_files import files_of
from composer_gui.session import code_files, conversion, later, levels, model_files
from composer_gui.session.code_files import Consent
from composer_gui.session.conversion import Conversion
from composer_gui.session.insides import Insides
from composer_gui.session.model_files import FileState, ModelFile

if TYPE_CHECKING:
    from composer_gui.session.session import Session

MODEL_STEP = 144.0
"""Vertical distance in pixels between saved models that are added together."""


Then = Callable[[Document, str], Document]
"""An edit that makes a node that came, by its id, part of what is there."""


class Arrivals(QObject):
    """The work that threads do for a session's design.

    Signals: `ended()` when a piece of it is over; `task_changed()` when `task` is another.
    """

    ended = Signal()
    task_changed = Signal()

    def __init__(self, session: Session, insides: Insides, consent: Consent) -> None:
        super().__init__(session)
        self._consent = consent
        self._session = session
        self._insides = insides
        self._opening = 0
        self._under_way = 0
        self._task = ""
        self._conversions: list[Conversion] = []

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being read that changes the design."""
        return not self._under_way

    @property
    def task(self) -> str:
        """What is being done, as "Reading encoder.keras"; "" while nothing is."""
        return self._task if self._under_way else ""

    def forget(self) -> None:
        """Drop what is still being read: another design is open now, or nobody wants it."""
        for converting in self._conversions:
            converting.cancel()
        self._conversions = []
        self._opening += 1
        self._count(-self._under_way)

    def read(self, task: str, function: Callable[[], Any], receive: Callable[[Any], None]) -> None:
        """Call `receive` with what `function`, run in a thread, returns, unless it comes too late.

        `task` says meanwhile what is done. A ComposerError that it raises is told by the session's
        `failed`; any other error is raised here again.
        """
        self._task = task
        self._count(1)
        self._in_thread(function, partial(self._received, receive))

    def _count(self, more: int) -> None:
        before = self.task
        self._under_way += more
        if before or self.task:
            self.task_changed.emit()

    def check_files(
        self, known: Sequence[FileState], receive: Callable[[frozenset[FileState]], None]
    ) -> None:
        """Call `receive` with those of these files that hold something else by now."""
        self._in_thread(partial(model_files.changed_files, known), receive)

    def _in_thread(self, function: Callable[[], Any], receive: Callable[[Any], None]) -> None:
        opening = self._opening

        def work() -> tuple[int, Callable[[Any], None], Any]:
            try:
                return opening, receive, function()
            except Exception as error:
                return opening, receive, error

        model_files.in_thread(work, self._take)

    def _take(self, answer: tuple[int, Callable[[Any], None], Any]) -> None:
        opening, receive, result = answer
        if opening == self._opening:
            receive(result)

    def _received(self, receive: Callable[[Any], None], result: Any) -> None:
        self._count(-1)
        try:
            if isinstance(result, ComposerError):
                self._session.failed.emit(result)
            elif isinstance(result, Exception):
                raise result
            else:
                receive(result)
        finally:
            self.ended.emit()

    # Saved models --------------------------------------------------------------------------------

    def add_models(
        self, paths: Sequence[Path], x: float, y: float, then: Then | None = None
    ) -> None:
        """Put saved models on the level shown now, as `Session.add_models` says."""
        take = partial(self._take_models, self._session.place, x, y, then)
        if not any(map(conversion.is_older, paths)):
            self.read(_reading(paths), partial(model_files.read_models, paths), take)
            return
        self._task = _reading(paths)
        self._count(1)
        code = self._session.allowed_code()
        converting = Conversion(self._session.engine, paths, code, self)
        converting.told.connect(self._session.noticed)
        converting.ended.connect(partial(self._take_converted, converting, take))
        self._conversions.append(converting)
        converting.start()

    def _take_converted(
        self,
        converting: Conversion,
        take: Callable[[Any], None],
        found: list[Path | ComposerError],
    ) -> None:
        self._conversions.remove(converting)
        self.read(self._task, partial(model_files.read_models, found), take)
        self._count(-1)

    def _take_models(
        self,
        place: levels.Trail,
        x: float,
        y: float,
        then: Then | None,
        found: list[ModelFile | ComposerError],
    ) -> None:
        models = [item for item in found if isinstance(item, ModelFile)]
        if models and levels.at(self._session.root, place) is not None:
            label = "Add saved model" if len(models) == 1 else f"Add {len(models)} saved models"
            edit = partial(_add_models, catalog=self._session.catalog, models=models, x=x, y=y)
            try:
                more = then if len(models) == 1 else None
                self._session.apply_at(place, label, partial(_with_more, edit, more))
            except EditRefused:
                self._session.apply_at(place, label, edit)
        for item in found:
            if isinstance(item, ComposerError):
                self._session.failed.emit(item)

    def relocate_model(self, layer_id: str, path: Path) -> None:
        """Read the file at `path` and use it for a layer of the level shown now."""
        layer = self._session.document.layers.get(layer_id)
        paths = [known for known, _ in files_of(layer)] if layer is not None else []
        read = partial(_read_other, path, paths)
        self.read(
            _reading([path]), read, partial(self._take_relocated, self._session.place, layer_id)
        )

    def _take_relocated(
        self, place: levels.Trail, layer_id: str, answer: tuple[ModelFile | ComposerError, str]
    ) -> None:
        found, lost = answer
        if isinstance(found, ComposerError):
            self._session.failed.emit(found)
            return
        document = levels.at(self._session.root, place)
        if document is not None and layer_id in document.layers:
            # A file that is lost is lost to all that comes out of it, on every level
            where = () if lost else place
            edit = partial(_relocated, place=place[len(where) :], layer_id=layer_id)
            self._try(where, "Choose model file", partial(edit, found=found, lost=lost))

    def allow_code(self, path: Path) -> None:
        """Read a Python file that the user allowed, and take it into the design."""
        self.read(_reading([path]), partial(code_files.read, path), self._take_code)

    def _take_code(self, file: CodeFile) -> None:
        session = self._session
        self._consent.allow(file.sha256)
        if file not in session.root.code:
            edit = partial(code_files.with_file, file=file)
            session.apply_at((), "Name a Python file", edit)
        session.ask_again()

    # Opening up ----------------------------------------------------------------------------------

    def open_up(self, node_id: str) -> None:
        """Open up a saved model on the level shown now, as `Session.open_up` says."""
        session = self._session
        document = session.document
        node = document.nodes.get(node_id)
        layer = document.layers[node.layer] if isinstance(node, Call) else None
        if not isinstance(layer, SavedModel):
            raise EditRefused("Only saved models can be opened up.")
        known = self._insides.whole((layer.path, layer.sha256))
        work = partial(_opened, document, node_id, layer, known, session.catalog)
        take = partial(self._take_opened, session.place, node_id, layer)
        self.read(f"Opening up {layer.name}", work, take)

    def rework(self, label: str, edit: Callable[[Document], Document]) -> None:
        """Do an edit of the level shown in a thread, as `Session.rework` says."""
        session = self._session
        work = partial(_reworked, session.document, edit)
        self.read(label, work, partial(self._take_reworked, session.place, label, edit))

    def _take_reworked(
        self,
        place: levels.Trail,
        label: str,
        edit: Callable[[Document], Document],
        found: _Reworked | str,
    ) -> None:
        if isinstance(found, str):
            self._session.noticed.emit(found)
        elif levels.at(self._session.root, place) is not None:
            self._put(place, label, edit, found)

    def _take_opened(
        self, place: levels.Trail, node_id: str, layer: SavedModel, found: _Opened
    ) -> None:
        session = self._session
        self._insides.learn((layer.path, layer.sha256), found.inside)
        document = levels.at(session.root, place)
        node = document.nodes.get(node_id) if document is not None else None
        if not isinstance(node, Call) or document.layers[node.layer] != layer:
            return
        edit = partial(edits.splice, node_id=node_id, design=found.design)
        self._put(place, "Open up", edit, found.made)

    def _put(
        self,
        place: levels.Trail,
        label: str,
        edit: Callable[[Document], Document],
        made: _Reworked,
    ) -> None:
        """Take over what a thread made of a level, or edit it anew where it is another by now."""
        session = self._session
        if levels.at(session.root, place) is made.before:
            change = session.apply_at(place, label, lambda _: made.after, known=made.change)
        else:
            change = self._try(place, label, edit)
        if change is not None and place == session.place:
            session.opened.emit(change.added)

    def _try(
        self, place: levels.Trail, label: str, edit: Callable[[Document], Document]
    ) -> Change | None:
        """Apply an edit on a level; a refusal goes to the status bar, and None is returned."""
        try:
            return self._session.apply_at(place, label, edit)
        except EditRefused as refusal:
            self._session.noticed.emit(refusal.whole)
            return None


def _reading(paths: Sequence[Path]) -> str:
    """Return what one says while files are read."""
    more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
    return f"Reading {paths[0].name}{more}" if paths else ""


@dataclass(frozen=True, slots=True)
class _Reworked:
    """What a thread made of a level: `after` of `before`, and what differs."""

    before: Document
    after: Document
    change: Change


@dataclass(frozen=True, slots=True)
class _Opened:
    """What a thread found in a saved model, and the level with that design in its place."""

    inside: Inside
    design: Document
    made: _Reworked


def _reworked(before: Document, edit: Callable[[Document], Document]) -> _Reworked | str:
    """Return what an edit makes of a level, or the sentence that says why it does not."""
    try:
        after = edit(before)
    except EditRefused as refusal:
        return refusal.whole
    return _Reworked(before, after, between(before, after))


def _opened(
    before: Document, node_id: str, layer: SavedModel, known: Inside | None, catalog: Catalog
) -> _Opened:
    inside = known or model_files.read_inside(layer.path)
    design = later.opening().opened(inside, layer, catalog)
    after = edits.splice(before, node_id, design)
    return _Opened(inside, design, _Reworked(before, after, between(before, after)))


def _read_other(path: Path, known: Sequence[str]) -> tuple[ModelFile | ComposerError, str]:
    """Return what is in a file, and which of the known ones is not there any more, or ""."""
    (found,) = model_files.read_models([path])
    return found, next((path for path in known if not os.path.exists(path)), "")


def _relocated(
    document: Document, *, place: levels.Trail, layer_id: str, found: ModelFile, lost: str
) -> Document:
    """Use another file for a layer of the level at `place`, and for all that has lost `lost`."""
    level = levels.at(document, place)
    layer = level.layers[layer_id]
    old = lost or next((path for path, _ in files_of(layer)), "")
    if isinstance(layer, SavedModel):
        file = (found.path, found.sha256, found.interface)
        document = levels.lifted(document, place, edits.relocate_model(level, layer_id, *file))
    if lost or not isinstance(layer, SavedModel):
        document = edits.relocate_file(document, old, found.path, found.sha256)
    return document


def _with_more(edit: Callable[[Document], Document], then: Then | None, before: Document):
    """Add a saved model and make it part of what is there."""
    after = edit(before)
    added = [key for key in between(before, after).added if isinstance(after.nodes.get(key), Call)]
    return then(after, added[0]) if then is not None and len(added) == 1 else after


def _add_models(
    document: Document, *, catalog: Catalog, models: Sequence[ModelFile], x: float, y: float
) -> Document:
    """Add saved models one below the other; the first of a design brings its Inputs along."""
    is_first = not document.nodes
    for index, model in enumerate(models):
        at = x, y + index * MODEL_STEP
        before = document
        document = edits.add_saved_model(before, model.path, model.sha256, model.interface, *at)
        if is_first and index == 0:
            (node,) = set(document.nodes) - set(before.nodes)
            document = later.fix_inputs().add_inputs(document, catalog, node)
    return document
