"""Makes pictures of the real window with the real engine: the README's, or the main states.

Run: .venv/bin/python packaging/screenshots.py            the README's, into packaging/screenshots
     .venv/bin/python packaging/screenshots.py --all FOLDER      every state, dark and light
     .venv/bin/python packaging/screenshots.py FOLDER wiring find    these states, dark and light
With --themes contrast-dark contrast-light in other themes, and with --size in a smaller window.
Needs no display: Qt draws into memory. QT_SCALE_FACTOR=2 makes all of it twice as sharp.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QPoint, QTimer
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QWidget
from screenshot_stage import Stage
from screenshot_states import STATES

from composer_gui.app import Composer
from composer_gui.session.settings import Settings
from composer_gui.ui import preferences, theme

HERE = Path(__file__).resolve().parent
SIZE = (1600, 1000)
THEMES = ("dark", "light")
IN_README = (("image-and-text", "light"), ("mismatch", "dark"), ("large", "dark"))
PATIENCE = 120_000


def main(arguments: argparse.Namespace) -> None:
    """Write the pictures that are asked for."""
    folder: Path = arguments.folder or HERE / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    wanted = STATES if arguments.all else arguments.states
    named = {name: STATES[name] for name in wanted}
    application = QApplication([])
    settings = Settings(Path(tempfile.mkdtemp()) / "composer.ini")
    theme.apply(application, THEMES[0])
    composer = Composer(application, settings)
    composer.start_engine()
    if named:
        for look in arguments.themes:
            theme.apply(application, look)
            take(composer, named, folder, look, arguments.size)
    else:
        for name, look in IN_README:
            theme.apply(application, look)
            take(composer, {name: STATES[name]}, folder, look, SIZE)
    composer.engine.stop()


def take(
    composer: Composer,
    states: Mapping[str, Callable],
    folder: Path,
    look: str,
    size: tuple[int, int],
) -> None:
    """Bring a window of its own into each state, and keep a picture of it."""
    for name, arrange in states.items():
        window = composer.open_window()
        window.resize(*size)
        preferences.current().choose(preferences.HINTS, False)  # the state of hints wants them
        arrange(Stage(window, wait, rest))
        rest(400)
        target = folder / f"{name}-{look}.png"
        _picture(window).save(str(target))
        print(target, flush=True)
        for other in _above(window):
            other.hide()
        window.hide()  # closing it would ask what becomes of the design


def _picture(window: QWidget) -> QPixmap:
    """Return a picture of a window with the dialogs, menus and floating docks above it."""
    picture = window.grab()
    painter = QPainter(picture)
    for other in _above(window):
        at = other.mapToGlobal(QPoint(0, 0)) - window.mapToGlobal(QPoint(0, 0))
        painter.drawPixmap(at, other.grab())
    painter.end()
    return picture


def _above(window: QWidget) -> list[QWidget]:
    """Return the other windows that are seen."""
    shown = QApplication.topLevelWidgets()
    return [other for other in shown if other is not window and other.isVisible()]


def wait(done: Callable[[], bool]) -> None:
    """Run the event loop until `done`; raises SystemExit after PATIENCE milliseconds."""
    for _ in range(PATIENCE // 50):
        if done():
            return
        rest(50)
    raise SystemExit("The window did not come to rest.")


def rest(milliseconds: int) -> None:
    """Run the event loop for a moment, as the window does while somebody looks at it."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--all", action="store_true", help="every state, dark and light")
    parser.add_argument("folder", type=Path, nargs="?", help="where to write them")
    parser.add_argument("--themes", nargs="+", default=THEMES, choices=theme.NAMES)
    parser.add_argument("--size", nargs=2, type=int, default=SIZE, metavar=("WIDTH", "HEIGHT"))
    parser.add_argument("states", nargs="*", choices=[*STATES, []], help="these states")
    return parser.parse_args()


if __name__ == "__main__":
    main(_arguments())
    sys.stdout.flush()
    os._exit(0)  # windows with unsaved designs would ask
