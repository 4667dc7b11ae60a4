"""Window on screen with the gallery shown, against an empty QMainWindow and `import tensorflow`.

Run: python tests/benchmarks/bench_start.py
"""

from measure import median, process_seconds, ratio, report

EMPTY = """
import os
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QMainWindow
class Painted(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            os._exit(0)
        return False
application = QApplication([])
window = QMainWindow()
painted = Painted()
window.installEventFilter(painted)
window.show()
application.exec()
"""

COMPOSER = """
import os, sys, tempfile
from pathlib import Path
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication
from composer_gui import app
from composer_gui.session.settings import Settings
from composer_gui.ui import theme
class Painted(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            os._exit(0)
        return False
application = QApplication([])
theme.apply(application, "dark")
composer = app.Composer(application, Settings(Path(tempfile.mkdtemp()) / "composer.ini"))
window = composer.open_window()
painted = Painted()
window.gallery_page.installEventFilter(painted)
application.exec()
"""

RUNS = 9


def main() -> None:
    """Interleave the processes, so that a noisy moment hits all of them."""
    empty, composer, tensorflow = [], [], []
    process_seconds(COMPOSER)
    for run in range(RUNS):
        empty.append(process_seconds(EMPTY))
        composer.append(process_seconds(COMPOSER))
        if run < 3:
            tensorflow.append(process_seconds("import tensorflow"))
    report(
        "start",
        empty_window_s=median(empty),
        composer_s=median(composer),
        import_tensorflow_s=median(tensorflow),
        composer_to_empty=ratio(median(composer), median(empty)),
        composer_to_tensorflow=ratio(median(composer), median(tensorflow)),
    )


if __name__ == "__main__":
    main()
