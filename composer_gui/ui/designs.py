"""The designs that are open in one window: a session and a tab each, on one engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from composer_gui.session import later
from composer_gui.session.settings import Settings
from composer_gui.ui.design_tabs import DesignTabs

if TYPE_CHECKING:
    from composer_gui.core.layers.catalog import Catalog
    from composer_gui.session.session import Session
    from composer_gui.ui.export_dialog import ExportDialog
    from composer_gui.ui.workspace import Workspace


class OpenDesign(QObject):
    """A design in a tab: its session, canvas and panels once they were wanted, and the dialog that
    exports it while there is one.

    `named(OpenDesign)` when its title, its file or whether it is saved is another.
    """

    named = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.workspace: Workspace | None = None
        self.exporting: ExportDialog | None = None
        session.path_changed.connect(self._tell)
        session.clean_changed.connect(self._tell)
        session.changed.connect(self._follow)

    @property
    def title(self) -> str:
        """What its tab is called."""
        return self.session.title

    @property
    def path(self) -> Path | None:
        """The file it was opened from or saved to."""
        return self.session.path

    @property
    def is_clean(self) -> bool:
        """Whether nothing would be lost."""
        return self.session.is_clean

    @property
    def is_untouched(self) -> bool:
        """Whether it is an empty design to which nothing was done, not even undone."""
        session = self.session
        done = session.history.undo_label or session.history.redo_label
        return session.path is None and not done and not session.root.nodes

    def end_export(self, *_: object) -> None:
        """Note that the dialog of the export is closed."""
        self.exporting = None

    def cancel_export(self) -> None:
        """End an export that is on its way: nothing is written then."""
        if self.exporting is not None:
            self.exporting.reject()

    def _follow(self, change: object) -> None:
        if getattr(change, "head", False):
            self.named.emit(self)

    def _tell(self, *_: object) -> None:
        self.named.emit(self)


class Designs(QObject):
    """Knows which designs are open and which is shown; the tabs hold their order.

    Where no design is open, `session` is one that waits for the first. What is given is that one,
    or what makes sessions, which is asked once one is wanted.

    Signals: `begun(Session)` when one that waits was made, and it is what `session` is now;
    `shown(OpenDesign)` when another is to be shown, None for the gallery;
    `left(OpenDesign)` when one was closed, before it goes; `named()` when titles or marks are
    others; `failed(ComposerError)` of any of them; `task_changed(Session)` when something else
    goes on in the background of one.
    """

    begun = Signal(object)
    shown = Signal(object)
    left = Signal(object)
    named = Signal()
    failed = Signal(object)
    task_changed = Signal(object)

    def __init__(
        self,
        session: Session | Callable[[], Session],
        settings: Settings | None,
        tabs: DesignTabs,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.tabs = tabs
        self.current: OpenDesign | None = None
        self._waiting: Session | None = None
        if callable(session):
            self._begin = session
        else:
            self._begin = partial(_another, session.engine, session.catalog, settings)
            self._waiting = session
            self._hear(session)
        tabs.turned.connect(self._turn)

    def __iter__(self) -> Iterator[OpenDesign]:
        return iter(self.tabs)

    @property
    def session(self) -> Session:
        """The session of the design that is shown, or was last; else the one that waits."""
        return self.current.session if self.current is not None else self.blank()

    @property
    def has_session(self) -> bool:
        """Whether there is a session already; `session` makes one where there is none."""
        return self.current is not None or self._waiting is not None

    @property
    def unsaved(self) -> list[OpenDesign]:
        """The designs of which something would be lost."""
        return [design for design in self if not design.is_clean]

    def at(self, path: Path) -> OpenDesign | None:
        """Return the design that was opened from a file."""
        wanted = Path(path).absolute()
        return next((design for design in self if design.path == wanted), None)

    def _hear(self, session: Session) -> None:
        session.failed.connect(self.failed)
        session.task_changed.connect(self._tell_task)

    def _tell_task(self) -> None:
        self.task_changed.emit(self.sender())

    # Opening -------------------------------------------------------------------------------------

    def blank(self) -> Session:
        """Return a session that has no tab, made where there is none."""
        if self._waiting is None:
            self._waiting = self._begin()
            self._waiting.setParent(self.parent())
            self._hear(self._waiting)
            if self.current is None:
                self.begun.emit(self._waiting)
        return self._waiting

    def room(self) -> Session:
        """Return the session to open something with: that of a design nothing was done to."""
        is_free = self.current is not None and self.current.is_untouched
        return self.current.session if is_free else self.blank()

    def show(self, session: Session) -> None:
        """Bring the tab of a session to the front; it gets one where it has none."""
        design = next((design for design in self if design.session is session), None)
        if design is None:
            design = OpenDesign(session, self)
            design.named.connect(self._name)
            if session is self._waiting:
                self._waiting = None
        self.tabs.add(design)
        self.tabs.remove(None)  # one begins from the gallery, and has begun

    def show_gallery(self) -> None:
        """Show the gallery; it gets a tab where designs have some."""
        if self.tabs.count():
            self.tabs.add(None)
        else:
            self.shown.emit(None)

    def _turn(self, design: OpenDesign | None) -> None:
        if design is not None:
            self.current = design
        self.shown.emit(design)

    def _name(self, _: OpenDesign) -> None:
        self.tabs.name_all()
        self.named.emit()

    # Closing -------------------------------------------------------------------------------------

    def close(self, design: OpenDesign | None) -> None:
        """Take a design's tab away and let it go, unsaved changes and all; None is the gallery."""
        if design is None:
            self.tabs.remove(None)
        else:
            self._let_go(design)
        if not self.tabs.count():
            self.current = None
            self.shown.emit(None)
        elif self.current is None:
            self.current = next(iter(self), None)

    def _let_go(self, design: OpenDesign) -> None:
        design.cancel_export()
        if self.current is design:
            self.current = None
        self.tabs.remove(design)  # which turns to another
        self.left.emit(design)
        design.session.close()
        design.session.deleteLater()
        design.deleteLater()

    def close_all(self) -> None:
        """Let go of every session, as the window does; nothing is shown in their place."""
        self.tabs.blockSignals(True)
        for design in list(self):
            design.cancel_export()
            design.session.close()
        if self._waiting is not None:
            self._waiting.close()


def _another(engine: Any, catalog: Catalog, settings: Settings | None) -> Session:
    return later.session()(engine, catalog, settings=settings)
