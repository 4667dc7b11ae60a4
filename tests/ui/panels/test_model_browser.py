"""The models at hand: those of a folder, read in a thread, and those of the design."""

from dataclasses import replace

import pytest

from composer_gui.core import edits
from composer_gui.core.document import put
from composer_gui.core.layer_kinds import SavedInterface, SavedPort
from composer_gui.ui.panels.model_browser import ModelBrowser, shapes_in_words


@pytest.fixture
def browser(session, settings):
    return ModelBrowser(session, settings)


def names(browser):
    return [entry.name for entry in browser.entries()]


def test_the_files_of_a_folder_are_listed_by_name(browser, tmp_path, qtbot, write_model):
    write_model(tmp_path / "b.keras")
    write_model(tmp_path / "A.keras")
    (tmp_path / "notes.txt").write_text("no model")
    with qtbot.waitSignal(browser.changed, check_params_cb=lambda: len(browser.entries()) == 2):
        browser.choose(tmp_path)
    assert names(browser) == ["A", "b"]


def test_a_file_that_cannot_be_read_is_listed_with_the_reason(browser, tmp_path, qtbot):
    (tmp_path / "broken.keras").write_text("not a zip file at all")
    browser.choose(tmp_path)
    qtbot.waitUntil(lambda: names(browser) == ["broken"])
    (entry,) = browser.entries()
    assert not entry.is_readable
    assert "broken.keras" in entry.tip


def test_a_new_file_in_the_folder_appears(browser, tmp_path, qtbot, write_model):
    browser.choose(tmp_path)
    write_model(tmp_path / "late.keras")
    browser.reload()
    qtbot.waitUntil(lambda: names(browser) == ["late"])


def test_the_folder_is_looked_at_again_the_next_time(
    browser, session, settings, tmp_path, qtbot, write_model
):
    write_model(tmp_path / "kept.keras")
    browser.choose(tmp_path)
    later = ModelBrowser(session, settings)
    later.restore()
    qtbot.waitUntil(lambda: names(later) == ["kept"])


def test_forgetting_the_folder_empties_the_list(browser, tmp_path, qtbot, write_model):
    write_model(tmp_path / "a.keras")
    browser.choose(tmp_path)
    qtbot.waitUntil(lambda: names(browser) == ["a"])
    browser.choose(None)
    assert names(browser) == []
    assert browser.folder is None


def test_a_model_of_both_design_and_folder_is_listed_once(
    browser, design, tmp_path, qtbot, write_model
):
    write_model(tmp_path / "twice.keras")
    design.model(tmp_path / "twice.keras")
    browser.choose(tmp_path)
    qtbot.waitUntil(lambda: browser._folder.models != ())
    assert names(browser) == ["twice"]


def test_several_ports_are_said_in_a_row():
    ports = (SavedPort("a", (None, 64, 64, 3)), SavedPort("b", (None, 100), "int32"))
    interface = SavedInterface("Functional", ports, (SavedPort("c", (None, 128)),))
    assert shapes_in_words(interface) == "64×64×3 + 100 → 128"


def test_of_a_model_without_known_shapes_none_are_said():
    ports = (SavedPort("input", None),), (SavedPort("output", None),)
    assert shapes_in_words(SavedInterface("Sequential", *ports)) == ""


def test_a_model_that_was_opened_up_stays_listed_as_it_was(browser, design, session):
    node = design.model("/models/encoder.keras")
    (whole,) = browser.entries()
    layer = design.called(node)
    inner = SavedInterface("Functional", (SavedPort("x", (None, 2)),), (SavedPort("y", (None, 2)),))
    part = replace(layer, part="trunk", interface=inner)
    session.apply("Open up", lambda document: put(document, part))
    assert browser.entries() == [whole]


def test_the_models_inside_a_submodel_are_listed(browser, design, session):
    node = design.model("/models/encoder.keras")
    session.apply("Group", edits.group, session.catalog, [node])
    assert names(browser) == ["encoder"]
