"""Which files an export may write, and what becomes of saved models that lie elsewhere."""

import os
import threading

import pytest

from composer_gui.core.errors import ExportFailed
from composer_gui.session.export_files import (
    Cancelled,
    Gathered,
    Stage,
    TargetExists,
    check_targets,
    gather,
    refuse_own_models,
)

RUNNING = threading.Event()


def model(path, sha256=""):
    return str(path), sha256


def collect(models, folder, cancelled=RUNNING):
    gathered = Gathered()
    gather(models, folder, cancelled, gathered)
    return gathered


@pytest.fixture
def elsewhere(tmp_path):
    """Return a model file outside the folder of the script."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "encoder.keras").write_bytes(b"weights")
    return folder / "encoder.keras"


@pytest.fixture
def here(tmp_path):
    """Return the folder of the script."""
    (tmp_path / "here").mkdir()
    return tmp_path / "here"


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([], "No file"),
        (["a.exe"], r"\.exe"),
        (["a"], "without a suffix"),
        (["gone/a.py"], "not there"),
        (["a.py", "b.py"], "one kind"),
        (["keras.py"], "in the place of the module keras"),
        (["random.py"], "in the place of the module random"),
    ],
)
def test_targets_that_cannot_be_are_refused_in_words(tmp_path, names, words):
    with pytest.raises(ExportFailed, match=words):
        check_targets([tmp_path / name for name in names], force=False)


def test_a_design_does_not_write_over_its_own_models(elsewhere, tmp_path):
    link = tmp_path / "link.keras"
    link.symlink_to(elsewhere)
    refuse_own_models([tmp_path / "other.keras"], [model(elsewhere)])
    with pytest.raises(ExportFailed, match=r"link\.keras is one of the saved models"):
        refuse_own_models([link], [model(elsewhere)])


def test_files_that_exist_are_replaced_only_by_force(tmp_path):
    target = tmp_path / "a.py"
    target.write_text("mine")
    with pytest.raises(TargetExists) as failure:
        check_targets([target, tmp_path / "a.keras"], force=False)
    assert failure.value.code == "exists" and failure.value.paths == [target]
    check_targets([target], force=True)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="permissions are of another kind")
def test_a_read_only_file_is_refused_even_by_force(tmp_path):
    target = tmp_path / "a.py"
    target.write_text("mine")
    target.chmod(0o444)
    with pytest.raises(ExportFailed, match="read-only"):
        check_targets([target], force=True)


def test_a_model_inside_the_folder_stays_where_it_is(here):
    (here / "base").mkdir()
    path = here / "base" / "encoder.keras"
    path.write_bytes(b"weights")
    found = collect([model(path)], here)
    assert found.paths == {str(path): "base/encoder.keras"}
    assert found.sources == [path] and not found.copied and not found.warnings


def test_a_model_elsewhere_is_copied_once_and_that_is_said(here, elsewhere):
    found = collect([model(elsewhere), model(elsewhere)], here)
    assert found.paths == {str(elsewhere): "models/encoder.keras"}
    assert found.copied == [here / "models" / "encoder.keras"]
    assert found.copied[0].read_bytes() == b"weights"
    assert len(found.warnings) == 1 and "copied to models/encoder.keras" in found.warnings[0]


def test_a_copy_never_replaces_another_file(here, elsewhere):
    (here / "models").mkdir()
    (here / "models" / "encoder.keras").write_bytes(b"another")
    found = collect([model(elsewhere)], here)
    assert found.paths == {str(elsewhere): "models/encoder_1.keras"}
    again = collect([model(elsewhere)], here)
    assert again.paths == found.paths and not again.copied
    assert (here / "models" / "encoder.keras").read_bytes() == b"another"


def test_two_models_of_one_name_get_different_ones(here, elsewhere, tmp_path):
    other = tmp_path / "encoder.keras"
    other.write_bytes(b"other")
    found = collect([model(elsewhere), model(other)], here)
    assert found.paths == {
        str(elsewhere): "models/encoder.keras",
        str(other): "models/encoder_1.keras",
    }


def test_without_a_script_models_go_by_where_they_are(elsewhere):
    found = collect([model(elsewhere)], None)
    assert found.paths == {str(elsewhere): elsewhere.as_posix()} and not found.copied


def test_a_model_that_has_changed_is_used_and_told(elsewhere):
    found = collect([model(elsewhere, sha256="0" * 64)], None)
    assert "encoder.keras has changed" in found.changed[0]


def test_a_name_of_two_lines_is_told_in_one(here, elsewhere):
    odd = elsewhere.with_name("two\nlines.keras")
    elsewhere.rename(odd)
    found = collect([model(odd, sha256="0" * 64)], here)
    assert all("two?lines.keras" in text for text in (*found.changed, *found.warnings))


def test_undone_the_folder_is_as_it_was(here, elsewhere):
    collect([model(elsewhere)], here).undo()
    assert list(here.iterdir()) == []
    (here / "models").mkdir()
    collect([model(elsewhere)], here).undo()
    assert list(here.iterdir()) == [here / "models"]


def test_a_missing_or_cancelled_model_leaves_no_copies(here, elsewhere, tmp_path):
    with pytest.raises(ExportFailed, match=r"gone\.keras"):
        collect([model(elsewhere), model(tmp_path / "gone.keras", "l2")], here)
    cancelled = threading.Event()
    cancelled.set()
    with pytest.raises(Cancelled):
        collect([model(elsewhere)], here, cancelled)
    assert list(here.iterdir()) == []


def test_finished_files_keep_mode_and_links_of_those_they_replace(here, tmp_path):
    real = tmp_path / "real.keras"
    real.write_bytes(b"old")
    real.chmod(0o640)
    (here / "model.keras").symlink_to(real)
    targets = {".keras": here / "model.keras", ".py": here / "model.py"}
    stage = Stage(targets)
    stage.make_folder()
    stage.model.write_bytes(b"new")
    stage.write_script("text")
    stage.put_in_place("text")
    stage.clear()
    assert real.read_bytes() == b"new" and (here / "model.keras").is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert (here / "model.py").read_text() == "text"
    assert {path.name for path in here.iterdir()} == {"model.keras", "model.py"}
