"""Pictures from the command line: no display, exit codes, sentences, what is drawn."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from composer_gui import __main__, picture_command
from composer_gui.session import pictures
from composer_gui.storage import resources

EXAMPLES = resources.folder() / "examples"

pytestmark = pytest.mark.usefixtures("engine_of_commands")


@pytest.fixture
def design(tmp_path, qapp):
    """A design without saved models."""
    return Path(shutil.copy(EXAMPLES / "functional-mlp.composer", tmp_path))


def run(*words):
    return picture_command.main(["export", *map(str, words)])


def test_the_three_kinds_are_written_at_once(design, tmp_path, capsys):
    names = [tmp_path / f"drawn{suffix}" for suffix in (".svg", ".png", ".pdf")]
    assert run(design, *names) == 0
    assert capsys.readouterr().out.split() == [str(name) for name in names]
    # The engine was asked, or no shape would be there
    assert "float32" in names[0].read_text(encoding="utf-8")
    assert not QImage(str(names[1])).isNull()
    assert names[2].read_bytes().startswith(b"%PDF")


def test_a_file_that_is_there_is_kept_unless_forced(design, tmp_path, capsys):
    out = tmp_path / "drawn.svg"
    out.write_text("before")
    assert run(design, out) == 2
    assert "--force" in capsys.readouterr().err
    assert out.read_text() == "before"
    assert run(design, out, "--force") == 0
    assert out.read_text(encoding="utf-8").startswith("<?xml")


def test_single_nodes_are_named_by_their_labels(design, tmp_path, capsys):
    whole, part = tmp_path / "whole.svg", tmp_path / "part.svg"
    assert run(design, whole) == 0
    assert run(design, part, "--node", "features") == 0
    assert "features" in part.read_text(encoding="utf-8")
    assert "category" in whole.read_text(encoding="utf-8")
    assert "category" not in part.read_text(encoding="utf-8")


def test_a_node_that_is_not_there_is_told_with_those_that_are(design, tmp_path, capsys):
    assert run(design, tmp_path / "a.svg", "--node", "nobody") == 1
    error = capsys.readouterr().err
    assert "nobody" in error
    assert "There are:" in error


def test_a_model_cannot_be_written_along_with_pictures(design, tmp_path, capsys):
    assert run(design, tmp_path / "a.svg", tmp_path / "a.keras") == 2
    assert "export again for a.keras" in capsys.readouterr().err
    assert not (tmp_path / "a.svg").exists()


def test_a_broken_design_is_told(tmp_path, qapp, capsys):
    design = tmp_path / "broken.composer"
    design.write_text("{")
    assert run(design, tmp_path / "a.svg") == 2
    error = capsys.readouterr().err
    assert error.startswith("composer-gui: ")
    assert "Traceback" not in error


def test_the_program_draws_without_a_display(design, tmp_path, monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    out = tmp_path / "drawn.svg"
    command = [sys.executable, "-m", "composer_gui", "export", str(design), str(out)]
    subprocess.run(command, check=True, timeout=240)
    assert out.exists()


def test_every_kind_of_picture_is_sent_here():
    assert set(__main__.PICTURES) == set(pictures.SUFFIXES)
