"""The one state: what is open now, its history, its verdicts; the only writer of the document."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from composer_gui.core import fragment
from composer_gui.core.change import Change, between
from composer_gui.core.document import Call, CodeFile, Document
from composer_gui.core.errors import EditRefused
from composer_gui.core.history import History
from composer_gui.core.inside import Inside
from composer_gui.core.layer_kinds import SavedModel, Submodel
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.saved_files import saved_files
from composer_gui.core.trials import Offer
from composer_gui.engine.client import EngineClient
from composer_gui.session import levels
from composer_gui.session.arrivals import Arrivals
from composer_gui.session.settings import Settings
from composer_gui.session.shown import ShownDesign
from composer_gui.storage import document_file


class Session(ShownDesign):
    """One open design. Every way it can change goes through `apply`, `undo`, `redo`, `replace`.

    Signals: `changed(Change)` after any change, opening a file included; `analyzed(frozenset)`
    the nodes whose verdict is now another; `settled()` when the engine has answered for the
    newest revision; `confirmed()` when it has had its second look at it; `path_changed()`;
    `clean_changed(bool)`; `noticed(str)` a sentence for the status bar; `failed(ComposerError)` for
    work that went on in the background; `engine_state_changed(str, str)`, the state and a sentence;
    `level_changed()` after `changed` when another level is shown; `insides_changed()` when more is
    known of what is inside saved models; `opened(frozenset)`, the nodes that opening up or a
    `rework` put on the level shown; `task_changed()` when `task`, what goes on in the background,
    is another; `fixes_found(Problem)` when the repairs for a problem that
    somebody asked about have been tried.

    What it changes is the level shown, where nothing else is said. Undo goes where that was done
    which it takes back, or as near as there is something.
    """

    path_changed = Signal()
    noticed = Signal(str)
    failed = Signal(object)
    engine_state_changed = Signal(str, str)
    opened = Signal(object)
    task_changed = Signal()

    def __init__(
        self,
        engine: EngineClient,
        catalog: Catalog,
        parent: QObject | None = None,
        *,
        settings: Settings | None = None,
    ) -> None:
        super().__init__(engine, catalog, parent, settings=settings)
        self.history = History(Document())
        self.engine_state = engine.state
        self._arrivals = Arrivals(self, self._insides, self._consent)
        self.engine.state_changed.connect(self._take_engine_state)
        self._arrivals.ended.connect(self._reading_ended)
        self._arrivals.task_changed.connect(self.task_changed)

    @property
    def root(self) -> Document:
        """The whole design as it is now; what is saved, checked and exported."""
        return self.history.document

    @property
    def is_clean(self) -> bool:
        """Whether the design is as it was opened or saved."""
        return self.history.is_clean

    @property
    def is_settled(self) -> bool:
        """Whether the engine has answered for the newest revision and no file is being read."""
        return super().is_settled and self._arrivals.is_idle

    @property
    def is_confirmed(self) -> bool:
        """Whether nothing is left to be reconsidered and no file is being read."""
        return super().is_confirmed and self._arrivals.is_idle

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
        return self.apply_at(
            self._trail, label, lambda design: edit(design, *args, **kwargs), merge
        )

    def apply_at(
        self,
        trail: levels.Trail,
        label: str,
        edit: Callable[[Document], Document],
        merge: object = None,
        *,
        known: Change | None = None,
    ) -> Change:
        """Do as `apply` on the level at the end of `trail`, whichever is shown.

        `known` is what differs, where that was found out already.
        """
        root, shown, was_clean = self.root, self.document, self.is_clean
        before = levels.at(root, trail)
        after = edit(before)
        change = between(before, after) if known is None else known
        if change.is_empty:
            return change
        lifted = levels.lifted(root, trail, after)
        of_root = between(root, lifted) if trail else change
        self.history.push(label, lifted, of_root, merge=merge, place=trail)
        if trail == self._trail:
            self._follow(change, was_clean)
        else:
            self._show(shown, levels.nearest(self.root, self._trail), was_clean)
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

    def apply_offer(self, offer: Offer) -> Change | None:
        """Do what an offer says, as one undo step that bears its title; as `try_apply`."""
        return self.try_apply(offer.title, offer.edit)

    def rework(
        self, label: str, edit: Callable[..., Document], /, *args: Any, **kwargs: Any
    ) -> None:
        """Do as `try_apply` with an edit that takes long, in a thread; `opened` tells what came."""
        self._arrivals.rework(label, lambda design: edit(design, *args, **kwargs))

    def undo(self) -> None:
        """Go back one step."""
        self._step(self.history.undo, self.history.undo_place)

    def redo(self) -> None:
        """Go forward one step."""
        self._step(self.history.redo, self.history.redo_place)

    def go_to_step(self, number: int) -> None:
        """Go to a step of the history, as so many undos or redos would, but in one change.

        Raises IndexError for a step that is not there.
        """
        if number != self.history.present:
            towards = self.history.place_towards(number)
            self._step(partial(self.history.go_to, number), towards)

    def _step(
        self, move: Callable[[], tuple[Document, Change] | None], place: levels.Trail
    ) -> None:
        shown, was_clean = self.document, self.is_clean
        moved = move()
        if moved is None:
            return
        trail = levels.nearest(self.root, place)
        if trail or self._trail:
            self._show(shown, trail, was_clean)
        else:
            self._follow(moved[1], was_clean)

    # Levels --------------------------------------------------------------------------------------

    def enter(self, node_id: str) -> bool:
        """Show the inside of the submodel that a node calls; return whether it calls one."""
        node = self.document.nodes.get(node_id)
        layer = self.document.layers[node.layer] if isinstance(node, Call) else None
        if not isinstance(layer, Submodel):
            return False
        self._show(self.document, (*self._trail, layer.id), self.is_clean)
        return True

    def leave(self, count: int = 1) -> None:
        """Show the level so many levels further out; the whole design has none around it."""
        if self._trail and count > 0:
            self._show(self.document, self._trail[:-count], self.is_clean)

    # Files read in threads -----------------------------------------------------------------------

    def paste(
        self, copied: Document, dx: float, dy: float, *, shared: bool = False
    ) -> Change | None:
        """Paste a fragment, moved by (dx, dy) pixels; return the Change, None where refused."""
        return self.try_apply("Paste", fragment.paste, copied, dx, dy, shared=shared)

    def add_models(
        self,
        paths: Sequence[str | Path],
        x: float,
        y: float,
        *,
        then: Callable[[Document, str], Document] | None = None,
    ) -> None:
        """Put saved models on the canvas at (x, y), one below the other, as one undo step.

        The files are read in a thread; those that cannot be read are told by `failed`. With `then`
        the node of a single one is made part of the design in the same step, as by putting it on a
        wire; where that is refused it stands by itself.
        """
        self._arrivals.add_models([Path(path) for path in paths], x, y, then)

    def relocate_model(self, layer_id: str, path: Path) -> None:
        """Use the file at `path` for a saved model from now on; `failed` tells if it cannot be."""
        self._arrivals.relocate_model(layer_id, Path(path))

    def open_up(self, node_id: str) -> None:
        """Put the layers of the saved model that a node calls in its place, as one undo step.

        Its file is read and the layers are laid out in a thread; then `opened` tells the new nodes,
        or `failed` why there are none. Raises EditRefused for a node that calls no saved model.
        """
        self._arrivals.open_up(node_id)

    def inside(self, layer: SavedModel) -> Inside | None:
        """Return what is inside a saved model, or the part of one that `layer` is.

        None while a thread reads it (then `insides_changed` follows) and where it is sealed.
        """
        return self._insides.of(layer)

    def why_sealed(self, layer: SavedModel) -> str:
        """Return why the layers inside cannot be used, "" where they can or are being read."""
        return self._insides.why_sealed(layer)

    def allow_code(self, path: Path) -> None:
        """Let the engine run a Python file for the classes that it defines: the user agreed.

        The design knows the file from then on, and this machine that it may be run as it is now.
        """
        self._arrivals.allow_code(Path(path))

    def code_to_allow(self) -> tuple[CodeFile, ...]:
        """Return the Python files of the design that nobody has allowed on this machine."""
        allowed = self._consent.allowed
        return tuple(file for file in self.root.code if file.sha256 not in allowed)

    def ask_again(self) -> None:
        """Have the engine look at everything once more: it may do something else now."""
        self._follow(Change(head=True), self.is_clean, whole=True)

    @property
    def task(self) -> str:
        """What a thread is doing to this design, as "Reading encoder.keras"; "" for nothing."""
        return self._arrivals.task

    def give_up(self) -> None:
        """Do not wait for what goes on in the background; it changes nothing any more."""
        task = self.task
        self._arrivals.forget()
        if task:
            self.noticed.emit(f"{task} was given up, and nothing was changed.")
            self._reading_ended()

    def _reading_ended(self) -> None:
        if self.is_settled:
            self.settled.emit()
        if self.is_confirmed:
            self.confirmed.emit()

    # Files ---------------------------------------------------------------------------------------

    def new(self) -> None:
        """Begin an empty design; what was open is gone."""
        self.replace(Document(), None)

    def open(self, path: Path) -> None:
        """Open a design file; raises FileProblem, and then what was open stays."""
        path = Path(path).absolute()
        self.replace(self.read(path), path)

    @staticmethod
    def read(path: Path) -> Document:
        """Return the design in a file; raises FileProblem. May be called in a thread."""
        return document_file.read(path)

    def replace(self, document: Document, path: Path | None) -> None:
        """Open `document` as what was read from `path`, or as an untitled design."""
        shown, was_clean, was_inside = self.document, self.is_clean, bool(self._trail)
        self.history = History(document.settled())
        self._trail = ()
        self.path = path
        # What is being read in a thread was meant for the design that was open until now
        self._arrivals.forget()
        self._insides.forget()
        self._analysis.book.forget(shown.nodes)
        self._follow(levels.switched(shown, self.document), was_clean, whole=True)
        if was_inside:
            self.level_changed.emit()
        self.path_changed.emit()
        self._check_models()

    def save(self, path: Path | None = None) -> None:
        """Write the design to `path`, or to where it came from; raises FileProblem."""
        target = Path(path).absolute() if path is not None else self.path
        if target is None:
            raise ValueError("a design that was never saved needs a path")
        document_file.write(target, self.root)
        self.history.mark_clean()
        self.path = target
        self.path_changed.emit()
        self.clean_changed.emit(True)

    def _check_models(self) -> None:
        """Compare, in a thread, the saved models' files with what the design remembers of them."""
        self._analysis.files_changed(frozenset())
        known = saved_files(self.root)
        if known:
            self._arrivals.check_files(known, self._analysis.files_changed)

    # The engine ----------------------------------------------------------------------------------

    def close(self) -> None:
        """Let go of the engine and of what is being read; the session is not used afterwards."""
        self._arrivals.forget()
        self._analysis.close()

    def _take_engine_state(self, state: str, sentence: str) -> None:
        self.engine_state = state
        self.engine_state_changed.emit(state, sentence)
