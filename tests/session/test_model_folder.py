"""The list of saved models in a folder follows the folder, and never shows another one's."""

import pytest

from composer_gui.session import model_files
from composer_gui.session.model_folder import ModelFolder


@pytest.fixture
def folder(qapp):
    return ModelFolder()


def names(folder):
    return [model.path.name for model in folder.models]


def test_the_saved_models_are_listed_by_name_with_what_is_wrong_with_them(folder, tmp_path, qtbot):
    for name in ("b.keras", "A.keras", "note.txt"):
        (tmp_path / name).write_text("no model")
    folder.set_folder(tmp_path)
    qtbot.waitUntil(lambda: names(folder) == ["A.keras", "b.keras"])
    assert all(model.sentence and model.interface is None for model in folder.models)


def test_a_file_that_comes_is_found_and_only_that_one_is_read(folder, tmp_path, qtbot):
    (tmp_path / "a.keras").write_text("no model")
    folder.set_folder(tmp_path)
    qtbot.waitUntil(lambda: names(folder) == ["a.keras"])
    known = folder.models[0]
    (tmp_path / "b.keras").write_text("no model")
    qtbot.waitUntil(lambda: names(folder) == ["a.keras", "b.keras"])
    assert folder.models[0] is known


@pytest.mark.parametrize("other", ["another folder", "no folder"])
def test_what_a_thread_found_in_a_folder_left_since_is_not_shown(
    folder, tmp_path, monkeypatch, other
):
    held = []
    monkeypatch.setattr(
        model_files, "in_thread", lambda work, take: held.append(lambda: take(work()))
    )
    (tmp_path / "a.keras").write_text("no model")
    folder.set_folder(tmp_path)
    folder.set_folder(tmp_path / "other" if other == "another folder" else None)
    held[0]()
    assert names(folder) == []
