"""Starting the window: where there is no screen, a sentence instead of Qt's abort."""

import os
import subprocess
import sys

import pytest

from composer_gui.app import NO_DISPLAY, Composer, has_display
from composer_gui.session.settings import Settings
from composer_gui.storage import resources
from composer_gui.ui import theme


@pytest.mark.skipif(sys.platform != "linux", reason="only X11 and Wayland can be absent")
def test_without_a_display_it_says_so_and_what_works_all_the_same():
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    command = [sys.executable, "-m", "composer_gui"]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 2
    assert ran.stderr == f"{NO_DISPLAY}\n"


@pytest.mark.parametrize("name", ["DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"])
def test_any_screen_will_do(name):
    assert has_display({name: "one"}, "linux")
    assert not has_display({name: ""}, "linux")


def test_other_systems_always_have_one():
    assert has_display({}, "darwin")
    assert has_display({}, "win32")


def test_designs_named_on_the_command_line_open_in_tabs_of_one_window(qapp, tmp_path):
    theme.apply(qapp, "dark")
    composer = Composer(qapp, Settings(tmp_path / "composer.ini"))
    folder = resources.folder() / "examples"
    paths = [folder / f"{name}.composer" for name in ("functional-mlp", "image-and-text")]
    composer.open_files(paths)
    (window,) = composer.windows
    assert [design.path for design in window.designs] == paths
    forgotten = [design.session.design for design in window.designs]
    window.close()
    assert composer.windows == []
    assert not set(forgotten) & set(composer.engine._designs)
