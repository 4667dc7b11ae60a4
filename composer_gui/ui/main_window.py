"""The window: puts bars, gallery and workspace together and hands menu entries to who does them."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow, QMenu, QStackedWidget, QVBoxLayout, QWidget

from composer_gui.core.errors import ComposerError
from composer_gui.session.gallery import Gallery, Making
from composer_gui.session.session import Session
from composer_gui.session.settings import Settings
from composer_gui.ui import actions, keymap, later, theme
from composer_gui.ui.file_flow import FileFlow
from composer_gui.ui.gallery_page import GalleryPage
from composer_gui.ui.notices import NoticeBar
from composer_gui.ui.status_bar import StatusBar
from composer_gui.ui.top_bar import TopBar
from composer_gui.ui.totals import totals
from composer_gui.ui.window_commands import WindowCommands

if TYPE_CHECKING:
    from composer_gui.ui.canvas.view import CanvasView
    from composer_gui.ui.workspace import Workspace

GEOMETRY_KEY = "window/geometry"
FIRST_SIZE = (1440, 900)
IDLE = 300
"""Milliseconds after which the workspace is made while the gallery is looked at."""


class MainWindow(QMainWindow):
    """One window on one session: the gallery, or the workspace once a design is open.

    Signals: `new_window_requested()`, `closed(MainWindow)`.
    """

    new_window_requested = Signal()
    closed = Signal(object)

    def __init__(
        self,
        session: Session,
        gallery: Gallery | None = None,
        settings: Settings | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.session = session
        self.settings = settings
        self._gallery = gallery
        self._making: Making | None = None
        self._workspace: Workspace | None = None
        self.top = TopBar()
        self.notices = NoticeBar()
        self.gallery_page = GalleryPage(session.catalog)
        self.status = StatusBar()
        self.files = FileFlow(session, settings, self.notices, self)
        self.commands = WindowCommands(self)
        self.actions_by_id = actions.build(self, self.commands.handlers())
        keymap.current().use(settings)
        keymap.Shortcuts(self, self.actions_by_id)
        self._idle = QTimer(self, singleShot=True, interval=IDLE)
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
        session = self.session
        session.changed.connect(self._follow)
        session.path_changed.connect(self._follow_name)
        session.clean_changed.connect(self._follow_name)
        session.noticed.connect(self.status.say)
        session.failed.connect(self._tell)
        session.engine_state_changed.connect(self.status.show_engine)
        self._idle.timeout.connect(self._prepare)
        self.status.problems_pressed.connect(self.commands.show_problems)
        self.files.opened.connect(self.show_workspace)
        self.files.models_wanted.connect(self.add_models)
        page = self.gallery_page
        page.example_chosen.connect(self.open_example)
        page.new_wanted.connect(self.files.new)
        page.open_wanted.connect(self.files.ask_and_open)
        page.recent_chosen.connect(self.files.open_path)
        page.cancelled.connect(self._cancel_example)
        self.menus["File/Open Recent"].aboutToShow.connect(self.commands.fill_recent)

    def _restore(self) -> None:
        self.resize(*FIRST_SIZE)
        kept = self.settings.value(GEOMETRY_KEY) if self.settings else None
        if kept is not None:
            self.restoreGeometry(kept)
        self.commands.tick_theme(theme.watch().name)
        self.status.show_engine(self.session.engine_state, "")

    # Pages ---------------------------------------------------------------------------------------

    @property
    def workspace(self) -> Workspace:
        """Palette, canvas and panels; made when they are first wanted."""
        if self._workspace is None:
            self._workspace = later.workspace()(self.session, self.settings)
            self._workspace.design_dropped.connect(self.files.open_path)
            self._workspace.code_dropped.connect(self.files.name_code)
            self._workspace.canvas.selection_changed.connect(self._enable)
            self._workspace.bottom.problems.counted.connect(self._count)
            self.pages.addWidget(self._workspace)
        return self._workspace

    def showEvent(self, event) -> None:
        super().showEvent(event)
        self._idle.start()

    def _prepare(self) -> None:
        """Make the workspace before it is wanted, so that the first design opens at once."""
        assert self.workspace is not None

    @property
    def canvas(self) -> CanvasView:
        """The canvas of the workspace."""
        return self.workspace.canvas

    @property
    def is_working(self) -> bool:
        """Whether the workspace is shown, and not the gallery."""
        return self._workspace is not None and self.pages.currentWidget() is self._workspace

    def show_gallery(self) -> None:
        """Show the examples."""
        self.gallery_page.show_recent(self.files.recent())
        self.pages.setCurrentWidget(self.gallery_page)
        self.gallery_page.setFocus()
        self._enter()

    def show_workspace(self) -> None:
        """Show the design that is open."""
        if not self.is_working:
            self.pages.setCurrentWidget(self.workspace)
        self.workspace.canvas.setFocus()
        self.workspace.fit_soon()
        self._enter()

    def _enter(self) -> None:
        self.top.set_working(self.is_working)
        self._follow_name()
        self._count()
        self._enable()

    # Following the session -----------------------------------------------------------------------

    def _follow(self, change: object) -> None:
        if getattr(change, "head", False):
            self._follow_name()
        self._enable()

    def _follow_name(self, *_: object) -> None:
        if not self.is_working:
            self.setWindowModified(False)
            self.setWindowTitle("Composer")
            self.top.show_gallery()
            return
        title, is_clean = self.session.title, self.session.is_clean
        # Qt takes "[*]" in a title for the mark of unsaved changes
        self.setWindowTitle(f"{title.replace('[*]', '[*][*]')}[*] - Composer")
        self.setWindowModified(not is_clean)
        self.top.show_design(title, is_clean=is_clean)
        self._enable()

    def _count(self, *_: object) -> None:
        """Say how large the design is and what is wrong; called when the problems are known."""
        if not self.is_working:
            self.status.clear_design()
            return
        counted = totals(self.session.document, self.session.verdicts)
        self.status.show_totals(counted, self.workspace.bottom.problems.problems)

    def _enable(self, *_: object) -> None:
        self.commands.enable()

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
        if self._gallery is None or self._making is not None or not self.files.may_leave():
            return
        self._making = making = self._gallery.open(name)
        making.progressed.connect(self.gallery_page.show_making)
        making.done.connect(self._show_example)
        making.failed.connect(self._miss_example)

    def _show_example(self, document: object) -> None:
        self._end_example()
        self.files.open_document(document)

    def _miss_example(self, error: ComposerError) -> None:
        self._end_example()
        self._tell(error)

    def _cancel_example(self) -> None:
        if self._making is not None:
            self._making.cancel()
        self._end_example()

    def _end_example(self) -> None:
        self._making = None
        self.gallery_page.end_making()

    # Drops and closing ---------------------------------------------------------------------------

    def dragEnterEvent(self, event) -> None:
        if _files(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event) -> None:
        event.acceptProposedAction()
        self._dropped = _files(event.mimeData())
        # Once the drop is over: a question asked during it would hold up the file manager
        QTimer.singleShot(0, self._take_dropped)

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
        if not self.files.may_leave():
            event.ignore()
            return
        self._cancel_example()
        if self.settings:
            self.settings.remember(GEOMETRY_KEY, self.saveGeometry())
            if self._workspace is not None:
                self._workspace.remember()
        event.accept()
        self.closed.emit(self)


def _files(data) -> list[Path]:
    """Return the local files that are dragged."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
