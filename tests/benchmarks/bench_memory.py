"""Memory of the window's process with 1,000 nodes on the canvas, against an empty QMainWindow.

Run: python tests/benchmarks/bench_memory.py
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from measure import QUIET, ROOT, ratio, report

EMPTY = """
import resource, json
from PySide6.QtWidgets import QApplication, QMainWindow
application = QApplication([])
window = QMainWindow()
window.show()
application.processEvents()
print(json.dumps(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))
"""

COMPOSER = """
import json, resource, sys, tempfile
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from designs import residual_chain
from PySide6.QtWidgets import QApplication
from composer_gui import app
from composer_gui.session.settings import Settings
from composer_gui.ui import theme
application = QApplication([])
theme.apply(application, "dark")
composer = app.Composer(application, Settings(Path(tempfile.mkdtemp()) / "composer.ini"))
window = composer.open_window()
count = int(sys.argv[2])
if count:
    window.session.replace(residual_chain(window.session.catalog, count), None)
for _ in range(20):
    application.processEvents()
print(json.dumps(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))
composer.engine.stop()
"""


def _mebibytes(code: str, *arguments: str) -> float:
    environment = os.environ | QUIET | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code, *arguments]
    result = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return round(json.loads(result.stdout.splitlines()[-1]), 1)


def main() -> None:
    """Measure peak resident memory of four processes, in MiB."""
    here = str(Path(__file__).parent)
    empty = _mebibytes(EMPTY)
    none, thousand = (_mebibytes(COMPOSER, here, count) for count in ("0", "1000"))
    report(
        "memory",
        empty_window_mib=empty,
        composer_mib=none,
        composer_1000_nodes_mib=thousand,
        nodes_1000_to_empty_window=ratio(thousand, empty),
    )


if __name__ == "__main__":
    main()
