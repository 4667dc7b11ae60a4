"""The saved models at hand: those of a folder that the user chose, and those of the design."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from composer_gui.core.change import Change
from composer_gui.core.document import Document
from composer_gui.core.layer_kinds import SavedInterface, SavedModel, Submodel
from composer_gui.core.saved_files import may_have_files, saved_files
from composer_gui.core.shapes.tensor_spec import show_shape
from composer_gui.session.model_folder import ModelFolder
from composer_gui.session.session import Session
from composer_gui.session.settings import Settings

FOLDER_KEY = "models/folder"


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One saved model to choose: its name, file, shapes in words, and what to know about it."""

    name: str
    path: Path
    shapes: str = ""
    tip: str = ""
    is_readable: bool = True


class ModelBrowser(QObject):
    """Lists saved models; `changed()` when the list is another. Remembers its folder."""

    changed = Signal()

    def __init__(self, session: Session, settings: Settings | None = None, parent=None) -> None:
        super().__init__(parent)
        self._session = session
        self._settings = settings
        self._folder = ModelFolder(self)
        self._of_design: tuple[ModelEntry, ...] = ()
        self._interfaces: dict[str, SavedInterface] = {}
        self._connect()
        self._look_at_design()

    def _connect(self) -> None:
        self._folder.changed.connect(self.changed)
        self._session.changed.connect(self._look_at_design)

    @property
    def folder(self) -> Path | None:
        """The folder whose models are listed, None while none was chosen."""
        return self._folder.folder

    def restore(self) -> None:
        """Look at the folder of the last time again."""
        kept = str(self._settings.value(FOLDER_KEY, "") or "") if self._settings else ""
        if kept:
            self._folder.set_folder(Path(kept))

    def choose(self, folder: Path | None) -> None:
        """List the models of `folder` from now on."""
        if self._settings:
            self._settings.remember(FOLDER_KEY, str(folder or ""))
        self._folder.set_folder(folder)

    def reload(self) -> None:
        """Read the folder again."""
        self._folder.reload()

    def entries(self) -> list[ModelEntry]:
        """Return the design's models, then the folder's, each file once."""
        found = {entry.path: entry for entry in self._of_design}
        for model in self._folder.models:
            if model.path not in found or not found[model.path].shapes:
                found[model.path] = _entry(model.path, model.interface, model.sentence)
        return list(found.values())

    def _look_at_design(self, change: Change | None = None) -> None:
        if change is not None and not self._may_concern(change):
            return
        root = self._session.root
        # What a file looks like stays known when its model is opened up
        self._interfaces.update((m.path, m.interface) for m in _whole_models(root))
        paths = dict.fromkeys(path for path, _ in saved_files(root))
        of_design = tuple(_entry(Path(p), self._interfaces.get(p), "") for p in paths)
        if of_design != self._of_design:
            self._of_design = of_design
            self.changed.emit()

    def _may_concern(self, change: Change) -> bool:
        """Return whether a change may be one of the files that the design is made of."""
        if self._of_design:
            return bool(change.layers)
        layers = self._session.document.layers
        return any(may_have_files(layers[i]) for i in change.layers if i in layers)


def _whole_models(document: Document) -> Iterator[SavedModel]:
    """Yield the saved models of a design, at whatever depth, that are no parts of others."""
    for layer in document.layers.values():
        if isinstance(layer, Submodel):
            yield from _whole_models(layer.design)
        elif isinstance(layer, SavedModel) and not layer.part:
            yield layer


def _entry(path: Path, interface: SavedInterface | None, sentence: str) -> ModelEntry:
    if interface is None:
        return ModelEntry(path.stem, path, tip=sentence or str(path), is_readable=not sentence)
    return ModelEntry(path.stem, path, shapes_in_words(interface), _tip(path, interface))


def shapes_in_words(interface: SavedInterface) -> str:
    """Return what goes in and comes out: `64×64×3 → 128`; several ports are separated by "+".

    Nothing is said of a model whose file holds no shapes.
    """
    if all(port.shape is None for port in (*interface.inputs, *interface.outputs)):
        return ""
    sides = [
        " + ".join(show_shape(port.shape) for port in ports) or "nothing"
        for ports in (interface.inputs, interface.outputs)
    ]
    return " → ".join(sides)


def _tip(path: Path, interface: SavedInterface) -> str:
    lines = [str(path), f"{interface.class_name}, {interface.layer_count} layers"]
    for word, ports in (("in", interface.inputs), ("out", interface.outputs)):
        lines += [f"{word}  {p.name}  {show_shape(p.shape)}  {p.dtype}" for p in ports]
    return "\n".join(lines)
