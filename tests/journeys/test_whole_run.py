"""The program from start to end, in a process of its own: nothing crashes, nothing stays."""

import os
import subprocess
import sys

import pytest

RUN = """
import sys, tempfile
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from composer_gui.app import Composer
from composer_gui.session.settings import Settings

application = QApplication([])
composer = Composer(application, Settings(Path(tempfile.mkdtemp()) / "composer.ini"))
windows = [composer.open_window(), composer.open_window()]
composer.start_engine()
first = windows[0].session


def go_on():
    if first.document.name != "functional-mlp" or not first.is_settled:
        return
    looking.stop()
    print(composer.engine.process_id, flush=True)
    windows[0].canvas.select_all()
    windows[0].canvas.copy()
    windows[1].files.new()
    windows[1].canvas.paste()
    print(len(windows[1].session.document.nodes), flush=True)
    windows[1].session.history.mark_clean()
    for window in windows:
        window.close()


looking = QTimer(application)
looking.timeout.connect(go_on)
looking.start(20)
windows[0].open_example("functional-mlp")
sys.exit(application.exec())
"""


@pytest.fixture(scope="module")
def ran():
    """What a whole run printed: the engine's process, and how many nodes were pasted."""
    return subprocess.run(
        [sys.executable, "-c", RUN], capture_output=True, text=True, timeout=200, check=False
    )


def test_the_program_ends_without_a_word(ran):
    assert ran.returncode == 0, ran.stderr
    said = [line for line in ran.stderr.splitlines() if "propagateSizeHints" not in line]
    assert said == []


def test_what_is_copied_in_one_window_is_pasted_in_another(ran):
    assert int(ran.stdout.split()[1]) == 5


def test_the_engine_ends_with_the_last_window(ran):
    with pytest.raises(ProcessLookupError):
        os.kill(int(ran.stdout.split()[0]), 0)
