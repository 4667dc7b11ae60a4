"""The window in which a machine plays, and questions about what is there now."""

import shutil
from functools import partial

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import (
    QDesktopServices,
    QDrag,
)
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFileDialog,
    QMenu,
    QMessageBox,
)

from composer_gui.session.session import Session
from composer_gui.session.settings import Settings
from composer_gui.storage import resources
from composer_gui.ui import keymap, preferences
from composer_gui.ui.canvas.wire_item import WireItem
from composer_gui.ui.main_window import MainWindow
from tests.silent_engine import SilentEngine

NONE, ALT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.AltModifier
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
MIDDLE, NO_BUTTON = Qt.MouseButton.MiddleButton, Qt.MouseButton.NoButton
HELD = (NONE, NONE, NONE, ALT, CTRL, SHIFT, CTRL | ALT)

LEAVES_THE_GAME = {"quit", "close", "new_window"}
"""What would end the game, by the ids of the menus."""
MOST = 60
"""Nodes from which on nothing is added or pasted, so that a game stays short."""
SHAPES = ((8,), (4,), (28, 28, 1), (None, 16), ())
TEXTS = (
    "64",
    "0.5",
    "relu",
    "same",
    "None",
    "(3, 3)",
    "-1",
    "x",
    "dense",
    "größe",
    "[*] & <b>",
    "",
)
NEEDS_KERAS = ("Export", "Open example", "Copy report")
"""Words of buttons for which an engine that only listens does not do."""


class Stage:
    """A window in which one plays; `log` says what was done."""

    def __init__(self, window, folder, *, judges=True):
        self.window, self.folder = window, folder
        self.log = []
        self._judges = judges

    def end(self):
        """Let go of the window; it is not used afterwards."""
        for widget in QApplication.topLevelWidgets():
            if widget is not self.window and isinstance(widget, QDialog | QMenu):
                widget.close()
        self.window.let_go()
        self.window.hide()
        self.window.deleteLater()
        preferences.current().use(None)
        keymap.current().use(None)

    @property
    def session(self):
        return self.window.session

    @property
    def document(self):
        return self.session.document

    @property
    def view(self):
        """The canvas in front, None on the gallery or below a dialog or menu."""
        is_covered = QApplication.activePopupWidget() is not None or self._modal() is not None
        return None if is_covered or not self.window.is_working else self.window.canvas

    def _modal(self):
        return QApplication.activeModalWidget()

    def _dialog(self):
        """A window of its own that is not the main one."""
        shown = (w for w in QApplication.topLevelWidgets() if w.isVisible() and w.isWindow())
        own = [w for w in shown if w is not self.window and w.parent() is not None]
        plain = [w for w in own if not isinstance(w, QMenu) and w.windowType() != _TIP]
        return self._modal() or next(iter(plain), None)

    def _target(self):
        """Return who has the keys."""
        return (
            QApplication.activePopupWidget()
            or QApplication.focusWidget()
            or self._modal()
            or self.window
        )

    def _node(self, dice, kind=object):
        ids = [i for i in sorted(self.document.nodes) if isinstance(self.document.nodes[i], kind)]
        return dice.choice(ids) if ids else None

    def _is_full(self):
        return self.window.is_working and len(self.document.nodes) > MOST

    def place(self, view, dice):
        """Return a place in the scene where something is, as a rule."""
        seen = [i for i in view.scene().items(view.camera.seen()) if i.isVisible()]
        item = dice.choice(seen) if seen else None
        if item is None or dice.random() < 0.25:
            rect = view.camera.seen()
            across, down = dice.random() * 1.1 - 0.05, dice.random() * 1.1 - 0.05
            return rect.topLeft() + QPointF(across * rect.width(), down * rect.height())
        if isinstance(item, WireItem) and not item.path().isEmpty():
            return item.mapToScene(item.path().pointAtPercent(dice.random()))
        rect = item.sceneBoundingRect()
        x, y = dice.choice((0.02, 0.3, 0.5, 0.98)), dice.choice((0.05, 0.3, 0.5, 0.95))
        return QPointF(rect.x() + x * rect.width(), rect.y() + y * rect.height())


_TIP = Qt.WindowType.ToolTip


# Where a game is played --------------------------------------------------------------------------


def fresh_window(folder, engine=None):
    """Return a window, on an engine that only listens if none is given, and files in `folder`."""
    files_to_drop(folder)
    settings = Settings(folder / "settings" / "composer.ini")
    session = Session(engine or SilentEngine(), resources.catalog(), settings=settings)
    window = MainWindow(session, gallery=None, settings=settings)
    session.setParent(window)
    window.resize(1280, 800)
    window.show()
    window.activateWindow()
    window.files.new()
    QApplication.processEvents()
    return window


def files_to_drop(folder):
    """Put designs, saved models, code, and files that are broken into a folder."""
    examples = resources.folder() / "examples"
    for name in ("functional-mlp", "mismatch", "siamese", "two-branches"):
        shutil.copy(examples / f"{name}.composer", folder)
    (folder / "broken.composer").write_text("{")
    (folder / "broken.keras").write_bytes(b"PK")
    (folder / "code.py").write_text("class Scale: pass")


def ask_nobody(patch):
    """Let every question be answered at once: nothing is run, kept or written elsewhere."""
    given = ("", "")
    for name in ("getOpenFileName", "getSaveFileName"):
        patch.setattr(QFileDialog, name, staticmethod(partial(_given, given)))
    patch.setattr(QFileDialog, "getOpenFileNames", staticmethod(partial(_given, ([], ""))))
    patch.setattr(QFileDialog, "getExistingDirectory", staticmethod(partial(_given, "")))
    patch.setattr(QMessageBox, "exec", partial(_given, QMessageBox.StandardButton.Discard))
    patch.setattr(QDrag, "exec", partial(_given, Qt.DropAction.IgnoreAction))
    patch.setattr(QDesktopServices, "openUrl", staticmethod(partial(_given, True)))


def _given(answer, *_, **__):
    return answer
