"""A program for a process of its own: the real windows, read out to the last entry, closed, left.

What is done, in order, are its arguments: "tab" closes the design in front, "first" the one opened
first, "node" deletes a node, "window" closes the window, "again" reads everything once more,
"collect" collects garbage, "quit" ends by the event loop. Prints how many entries were heard.
"""

import gc
import sys
from pathlib import Path
from tempfile import mkdtemp

from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication

from composer_gui.app import Composer
from composer_gui.core import edits
from composer_gui.session.settings import Settings
from composer_gui.ui import file_dialogs, theme

DESIGNS = 3


def hear(interface) -> int:
    """Ask an interface and all below it for whatever it says; return how many there are."""
    for text in QAccessible.Text:
        if text != QAccessible.Text.UserText:
            interface.text(text)
    interface.rect(), interface.role(), interface.state(), interface.parent(), interface.window()
    interface.actionInterface()
    children = (interface.child(number) for number in range(interface.childCount()))
    return 1 + sum(hear(child) for child in children if child is not None)


def fill(session) -> None:
    """Draw a short chain."""
    session.apply("Add", edits.add_input, 0, 0)
    for place in range(4):
        session.apply("Add", edits.add_keras_layer, "Dense", 300 * place, 0)


def main(steps: list[str]) -> int:
    """Do the steps; return the exit code."""
    application = QApplication([])
    theme.apply(application, "dark")
    file_dialogs.keep_changes = lambda *_: file_dialogs.DISCARD
    file_dialogs.keep_all_changes = lambda *_: file_dialogs.DISCARD
    QAccessible.setActive(True)
    composer = Composer(application, Settings(Path(mkdtemp()) / "settings.ini"))
    window = composer.open_window()
    for _ in range(DESIGNS):
        window.files.new()
        fill(window.session)
        QCoreApplication.processEvents()

    def read() -> int:
        return sum(hear(QAccessible.queryAccessibleInterface(w)) for w in composer.windows)

    def delete_node() -> None:
        canvas = window.canvas
        window.session.apply(
            "Delete", edits.delete, [canvas.keyboard.walker.in_order_of_reading()[0]]
        )

    does = {
        "tab": window.close_tab,
        "first": lambda: window.close_design(next(iter(window.designs))),
        "node": delete_node,
        "window": window.close,
        "again": read,
        "collect": gc.collect,
    }
    print(read(), flush=True)
    for step in steps:
        if step == "quit":
            QTimer.singleShot(0, application.quit)
            return application.exec()
        does[step]()
        QCoreApplication.processEvents()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
