"""The window: puts bars, gallery and workspace together and hands menu entries to who does them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow, QMenu, QStackedWidget, QVBoxLayout, QWidget

from composer_gui.core.errors import ComposerError
from composer_gui.session import later as session_later
from composer_gui.session.settings import Settings
from composer_gui.ui import actions, keymap, later, theme
from composer_gui.ui.designs import Designs, OpenDesign
from composer_gui.ui.example_flow import ExampleFlow
from composer_gui.ui.file_flow import FileFlow
from composer_gui.ui.gallery_page import GalleryPage
from composer_gui.ui.notices import NoticeBar
from composer_gui.ui.status_bar import StatusBar
from composer_gui.ui.top_bar import TopBar
from composer_gui.ui.window_commands import WindowCommands

if TYPE_CHECKING:
    from composer_gui.session.gallery import Gallery
    from composer_gui.session.session import Session
    from composer_gui.ui.canvas.view import CanvasView
    from composer_gui.ui.desk import Desk
    from composer_gui.ui.workspace import Workspace

GEOMETRY_KEY = "window/geometry"
FIRST_SIZE = (1440, 900)
IDLE = 300
"""Milliseconds after which the workspace is made while the gallery is looked at."""


class MainWindow(QMainWindow):
    """One window: the gallery, and the designs that are open, each in a tab.

    `session`, `workspace` and `canvas` are those of the design that is shown. `session` as it is
    given is that of the first design; of one engine, there are as many as designs. It and `gallery`
    may also be functions that make them, which are called once they are wanted.

    Signals: `new_window_requested()`, `closed(MainWindow)`.
    """

    new_window_requested = Signal()
    closed = Signal(object)

    def __init__(
        self,
        session: Session | Callable[[], Session],
        gallery: Gallery | Callable[[], Gallery] | None = None,
        settings: Settings | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.settings = settings
        self._desk: Desk | None = None
        self._ready: Workspace | None = None
        self._watched: Session | None = None
        self._dropped: list[Path] = []
        self.top = TopBar()
        self.notices = NoticeBar()
        self.gallery_page = GalleryPage(session_later.catalog)
        self.status = StatusBar()
        self.designs = Designs(session, settings, self.top.tabs, self)
        self.files = FileFlow(self.designs, settings, self.notices, self.status.work, self)
        self.examples = ExampleFlow(gallery, self.gallery_page, self.files, self.notices, self)
        self.commands = WindowCommands(self)
        self.actions_by_id = actions.build(self, self.commands.handlers())
        keymap.current().use(settings)
        keymap.Shortcuts(self, self.actions_by_id)
        self._steps = self._preparation()
        self._idle = QTimer(self, singleShot=True, interval=IDLE)
        self._counting = QTimer(self, singleShot=True, interval=0)
        self._lay_out()
        self._connect()
        self._restore()
        self.show_gallery()

    # Building ------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self.pages = QStackedWidget()
        self.pages.addWidget(self.gallery_page)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.notices)
        column.addWidget(self.pages, 1)
        self.setMenuWidget(self.top)
        self.setCentralWidget(middle)
        self.setStatusBar(self.status)
        self.menus: dict[str, QMenu] = actions.fill(self.top.menus, self.actions_by_id)
        # An action works by its keys only as long as it belongs to a widget that is on the screen
        self.addActions(list(self.actions_by_id.values()))
        self.top.join(self.actions_by_id["add_layer"], self.actions_by_id["export"])
        self.setAcceptDrops(True)

    def _connect(self) -> None:
        self.designs.begun.connect(self._watch)
        self.designs.shown.connect(self._show)
        self.designs.left.connect(self._leave)
        self.designs.named.connect(self._follow_name)
        self.designs.failed.connect(self._tell)
        self.designs.task_changed.connect(self._show_task)
        self.top.tabs.close_wanted.connect(self.close_design)
        self.top.tabs.others_unwanted.connect(self.close_others)
        self._idle.timeout.connect(self._prepare)
        self._counting.timeout.connect(self._count)
        self.status.problems_pressed.connect(self.commands.show_problems)
        self.files.opened.connect(self._open)
        self.files.models_wanted.connect(self.add_models)
        page = self.gallery_page
        page.new_wanted.connect(self.files.new)
        page.open_wanted.connect(self.files.ask_and_open)
        page.recent_chosen.connect(self.files.open_path)
        self.menus["File/Open Recent"].aboutToShow.connect(self.commands.fill_recent)

    def _watch(self, session: Session) -> None:
        """Follow the session that is shown, and no other."""
        if session is self._watched:
            return
        if self._watched is not None:
            for signal, slot in self._heard(self._watched):
                signal.disconnect(slot)
        for signal, slot in self._heard(session):
            signal.connect(slot)
        self._watched = session
        self.status.show_engine(session.engine_state, "")

    def _heard(self, session: Session) -> tuple[tuple[Any, Callable[..., None]], ...]:
        return (
            (session.changed, self._enable),
            (session.noticed, self.status.say),
            (session.engine_state_changed, self.status.show_engine),
        )

    def _restore(self) -> None:
        self.resize(*FIRST_SIZE)
        kept = self.settings.value(GEOMETRY_KEY) if self.settings else None
        if kept is not None:
            self.restoreGeometry(kept)
        self.commands.tick_theme(theme.watch().name)

    # What is shown -------------------------------------------------------------------------------

    @property
    def session(self) -> Session:
        """The session of the design that is shown, or was last."""
        return self.designs.session

    @property
    def desk(self) -> Desk:
        """The canvas with the docks around; made when it is first wanted."""
        if self._desk is None:
            self._desk = later.desk()(self.settings)
            self._desk.docks_changed.connect(self._enable)
            self.pages.addWidget(self._desk)
            self._desk.lay_out(self.pages.size())
        return self._desk

    @property
    def workspace(self) -> Workspace:
        """Canvas and panels of the design that is shown; made when they are first wanted."""
        design, session = self.designs.current, self.session
        if design is not None and design.workspace is not None:
            return design.workspace
        is_ready = self._ready is not None and self._ready.session is session
        made = self._ready if is_ready else self._made(session)
        if design is None:
            self._ready = made
        else:
            design.workspace = made
            self._ready = None if is_ready else self._ready
        return made

    def _made(self, session: Session) -> Workspace:
        made = later.workspace()(session, self.settings, self)
        made.design_dropped.connect(self.files.open_path)
        made.code_dropped.connect(self.files.name_code)
        made.canvas.selection_changed.connect(self._enable)
        made.problems.counted.connect(self._count)
        self.desk.take_in(made)
        return made

    @property
    def canvas(self) -> CanvasView:
        """The canvas of the design that is shown."""
        return self.workspace.canvas

    @property
    def is_working(self) -> bool:
        """Whether a design is shown, and not the gallery."""
        return self._desk is not None and self.pages.currentWidget() is self._desk

    def showEvent(self, event) -> None:
        super().showEvent(event)
        self._idle.start(IDLE)

    def _prepare(self) -> None:
        """Make the workspace before it is wanted, so that the first design opens at once.

        It is done in turns of the event loop, so that the gallery is never away for long.
        """
        if self._desk is None and next(self._steps, self) is not self:
            self._idle.start(0)
        else:
            assert self.workspace is not None

    def _preparation(self) -> Iterator[object]:
        yield from later.pieces()
        yield self.session
        yield self.desk

    def show_gallery(self) -> None:
        """Show the examples."""
        self.designs.show_gallery()

    def show_workspace(self) -> None:
        """Show the design that is open, or was last; where there is none, an empty one."""
        self._open(self.session)

    def _open(self, session: Session) -> None:
        self.designs.show(session)
        self.workspace.fit_soon()

    def _show(self, design: OpenDesign | None) -> None:
        """Show a design, or the gallery for None."""
        if self.designs.has_session:
            self._watch(self.session)
        if design is None:
            self.gallery_page.show_recent(self.files.recent())
            self.pages.setCurrentWidget(self.gallery_page)
            self.gallery_page.setFocus()
        else:
            self.desk.show_workspace(self.workspace)
            self.pages.setCurrentWidget(self.desk)
            if not self.top.tabs.hasFocus():  # whoever goes along the tabs by key goes on
                self.canvas.setFocus()
        self.top.set_working(self.is_working)
        self._follow_name()
        self._counting.start()  # once the design is on the screen
        self._enable()

    # Closing a tab -------------------------------------------------------------------------------

    def close_design(self, design: OpenDesign | None) -> bool:
        """Close a design's tab, or the gallery's for None; ask about what is not saved."""
        if design is not None and not self.files.may_leave([design]):
            return False
        self.designs.close(design)
        return True

    def close_tab(self) -> None:
        """Close the tab in front; the window where there is none."""
        if self.top.tabs.count():
            self.close_design(self.top.tabs.at(self.top.tabs.currentIndex()))
        else:
            self.close()

    def close_others(self, kept: OpenDesign | None) -> None:
        """Close every tab but one, after one question about all that is not saved."""
        others = [design for design in self.designs if design is not kept]
        if self.files.may_leave(others):
            for design in others:
                self.designs.close(design)
            if kept is not None:
                self.designs.close(None)

    def next_design(self) -> None:
        """Bring the next tab to the front."""
        self.top.tabs.step(1)

    def previous_design(self) -> None:
        """Bring the tab before to the front."""
        self.top.tabs.step(-1)

    def _leave(self, design: OpenDesign) -> None:
        """Let go of what showed a design that was closed."""
        if design.session is self._watched:
            self._watched = None
        if design.workspace is not None:
            self.desk.forget(design.workspace)
            design.workspace = None

    # Following the session -----------------------------------------------------------------------

    def _follow_name(self, *_: object) -> None:
        if not self.is_working:
            self.setWindowModified(False)
            self.setWindowTitle("Composer")
            return
        # Qt takes "[*]" in a title for the mark of unsaved changes
        title = self.session.title.replace("[*]", "[*][*]")
        self.setWindowTitle(f"{title}[*] - Composer")
        self.setWindowModified(not self.session.is_clean)
        self._enable()

    def _count(self, *_: object) -> None:
        """Say how large the design is and what is wrong; called when the problems are known."""
        if not self.is_working:
            self.status.clear_design()
            return
        self.status.show_totals(self.workspace.totals.now(), self.workspace.problems.problems)

    def _enable(self, *_: object) -> None:
        self.commands.enable()

    def _show_task(self, session: Session) -> None:
        """Say what a thread does to a design, and let it be given up."""
        if session.task:
            self.status.work.begin(session, session.task, session.give_up)
        else:
            self.status.work.end(session)

    def _tell(self, error: ComposerError) -> None:
        self.notices.tell_problem(error)

    # Opening -------------------------------------------------------------------------------------

    def open_path(self, path: Path) -> bool:
        """Open a design file; return whether it was opened."""
        return self.files.open_path(path)

    def add_models(self, paths: list[Path]) -> None:
        """Put saved models on the canvas; from the gallery they begin a design."""
        if not self.is_working:
            self.show_workspace()
        self.workspace.add_models([Path(path) for path in paths])

    def open_example(self, name: str) -> None:
        """Open an example of the gallery, once its models are made."""
        self.examples.open(name)

    # Drops and closing ---------------------------------------------------------------------------

    def dragEnterEvent(self, event) -> None:
        if _files(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event) -> None:
        event.acceptProposedAction()
        self._dropped = _files(event.mimeData())
        # Once the drop is over: a question asked during it would hold up the file manager
        QTimer.singleShot(0, self, self._take_dropped)

    def _take_dropped(self) -> None:
        self.files.open_paths(self._dropped)

    def show_bug(self, sentence: str) -> None:
        """Say that Composer itself went wrong, with a report to copy."""
        copy = (("Copy report", partial(QGuiApplication.clipboard().setText, sentence)),)
        self.notices.tell(
            "Something in Composer itself went wrong.",
            f"{sentence} Your design is as it was; saving it under another name is wise.",
            tone="wrong",
            choices=copy,
        )

    def closeEvent(self, event) -> None:
        if not self.files.may_leave(self.designs):
            event.ignore()
            return
        self.examples.cancel()
        if self.settings:
            self.settings.remember(GEOMETRY_KEY, self.saveGeometry())
            if self._desk is not None:
                self._desk.remember()
        event.accept()
        self.closed.emit(self)

    def let_go(self) -> None:
        """Let every session go; the window is not used afterwards."""
        self.designs.close_all()


def _files(data) -> list[Path]:
    """Return the local files that are dragged."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
