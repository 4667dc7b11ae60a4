"""The composition root: builds engine, sessions and windows and joins them."""

from __future__ import annotations

import faulthandler
import gc
import os
import signal
import sys
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

from composer_gui.core.errors import ComposerError
from composer_gui.session import later
from composer_gui.session.settings import Settings
from composer_gui.ui import theme
from composer_gui.ui.main_window import MainWindow

if TYPE_CHECKING:
    from composer_gui.engine.client import EngineClient
    from composer_gui.session.gallery import Gallery
    from composer_gui.session.session import Session

NO_DISPLAY = (
    "composer-gui: There is no display here, so there can be no window. "
    "composer-gui check, fix, export, import and example work without one."
)

BREATH = 0.001
"""Seconds after which a thread that works lets the window's have a turn; Python's own are five."""

COLLECT_EVERY = 2000
"""Milliseconds between looks at whether garbage has piled up."""


_AWAY = Qt.ApplicationState.ApplicationHidden


class Garbage(QObject):
    """Collects garbage on the GUI's thread only.

    Python's collector runs in whichever thread happens to allocate; Qt objects that it frees
    outside their own thread bring the process down. What has outlived a collection is not looked
    through again before a window is closed or the user has gone to another program: with a large
    design open that takes longer than a window may be still.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._collect)
        self._timer.start(COLLECT_EVERY)

    def _collect(self) -> None:
        if gc.get_count()[0] > gc.get_threshold()[0]:
            gc.collect()
            gc.freeze()

    def look_at_all(self, state: Qt.ApplicationState = _AWAY) -> None:
        """Let the next collection look through everything, unless the user is at work here."""
        if state != Qt.ApplicationState.ApplicationActive:
            gc.unfreeze()


class Composer(QObject):
    """The running program: one engine, and windows whose designs have a session each.

    Engine, gallery and sessions are made when they are first wanted: after the first picture.
    """

    def __init__(self, application: QApplication, settings: Settings | None = None) -> None:
        super().__init__(application)
        sys.setswitchinterval(BREATH)
        self.application = application
        self.settings = settings or Settings()
        self.windows: list[MainWindow] = []
        self._garbage = Garbage(self)
        application.applicationStateChanged.connect(self._garbage.look_at_all)
        application.aboutToQuit.connect(leave_clipboard)

    @cached_property
    def engine(self) -> EngineClient:
        """What speaks with the engine."""
        engine = later.engine_client()(self)
        self.application.aboutToQuit.connect(engine.stop)
        return engine

    @cached_property
    def gallery(self) -> Gallery:
        """What opens examples."""
        return later.gallery()(self.engine)

    def new_session(self) -> Session:
        """Return an empty design on the engine."""
        return later.session()(self.engine, later.catalog(), settings=self.settings)

    def open_window(self) -> MainWindow:
        """Show a new window on the gallery and return it."""
        window = MainWindow(self.new_session, gallery=self._gallery, settings=self.settings)
        window.new_window_requested.connect(self.open_window)
        window.closed.connect(self._forget_window)
        self.windows.append(window)
        window.show()
        return window

    def open_files(self, paths: list[Path]) -> None:
        """Open each design in a tab of the first window, and put the saved models on the last."""
        window = self.windows[0] if self.windows else self.open_window()
        window.files.open_paths(paths)

    def _gallery(self) -> Gallery:
        return self.gallery

    def start_engine(self) -> None:
        """Start Keras in its own process."""
        self.engine.start()

    def _forget_window(self, window: MainWindow) -> None:
        self.windows.remove(window)
        self._garbage.look_at_all()
        window.let_go()
        window.deleteLater()


def leave_clipboard() -> None:
    """Empty a clipboard that Qt keeps until after Python's end, where freeing ours would crash.

    Only platforms without a clipboard of their own have such a one; elsewhere what was copied is
    handed on to the desktop.
    """
    if QApplication.platformName() in ("offscreen", "minimal"):
        QApplication.clipboard().clear()


def has_display(environment: Mapping[str, str], platform: str) -> bool:
    """Return whether Qt will find a screen, or was told to do without one; else it aborts."""
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return platform != "linux" or any(environment.get(name) for name in names)


def main(argv: list[str]) -> int:
    """Open the window, with the files named in `argv`; return the exit code."""
    if not has_display(os.environ, sys.platform):
        print(NO_DISPLAY, file=sys.stderr)
        return 2
    faulthandler.enable()
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    application = QApplication(["composer-gui", *argv])
    application.setApplicationName("composer-gui")
    application.setApplicationDisplayName("")
    application.setDesktopFileName("composer-gui")
    sys.excepthook = _report_bug
    settings = Settings()
    theme.apply(application, str(settings.value("theme", "system")))
    composer = Composer(application, settings)
    composer.open_window()
    if argv:
        composer.open_files([Path(argument).absolute() for argument in argv])
    # The engine is started once the window has been painted: the two would fight for the disk.
    QTimer.singleShot(0, composer.start_engine)
    return application.exec()


def _report_bug(kind: type, error: BaseException, trace: object) -> None:
    """Tell of a bug of ours without taking the window down."""
    sys.__excepthook__(kind, error, trace)
    sentence = error.whole if isinstance(error, ComposerError) else f"{kind.__name__}: {error}"
    application = QApplication.instance()
    for window in application.topLevelWidgets() if application else ():
        if isinstance(window, MainWindow):
            window.show_bug(sentence)
            return
