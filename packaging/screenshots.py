"""Makes the README's screenshots: the real window, the real engine, two examples of the gallery.

Run: .venv/bin/python packaging/screenshots.py [FOLDER]   (default: packaging/screenshots)
Needs no display: Qt draws into memory.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from composer_gui.app import Composer
from composer_gui.core.verdicts import WRONG
from composer_gui.session.settings import Settings
from composer_gui.ui import theme

HERE = Path(__file__).resolve().parent
SIZE = (1600, 1000)
SHOTS = (("image-and-text", "light"), ("mismatch", "dark"))
PATIENCE = 120_000


def main(folder: Path) -> None:
    """Write one picture for each of SHOTS into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    application = QApplication([])
    settings = Settings(Path(tempfile.mkdtemp()) / "composer.ini")
    theme.apply(application, SHOTS[0][1])
    composer = Composer(application, settings)
    window = composer.open_window()
    window.resize(*SIZE)
    composer.start_engine()
    session = window.session
    for example, colours in SHOTS:
        theme.apply(application, colours)
        window.open_example(example)
        wait(lambda name=example: session.document.name == name and session.is_settled)
        window.canvas.select(chosen(session))
        rest(500)
        window.canvas.fit()
        if any(problem.node for problem in session.problems()):
            wait(lambda: bool(window.canvas.card.buttons))
            window.canvas.card.take_keys()  # what the first repair would do is seen
        rest(500)
        target = folder / f"{example}-{colours}.png"
        window.grab().save(str(target))
        print(target)
        session.new()
    composer.engine.stop()


def chosen(session) -> list[str]:
    """Return the node to select: the wrong one, else the first saved model."""
    wrong = [node for node, verdict in session.verdicts.items() if verdict.kind == WRONG]
    models = [node for node in session.document.nodes if is_model(session.document, node)]
    return wrong[:1] or sorted(models)[-1:]


def is_model(document, node_id: str) -> bool:
    """Whether a node calls a saved model."""
    layer = document.layers.get(getattr(document.nodes[node_id], "layer", ""))
    return hasattr(layer, "interface")


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


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else HERE / "screenshots")
