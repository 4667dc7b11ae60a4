"""The table of actions: complete, without two meanings for one key, and able to build menus."""

from functools import partial

import pytest
from PySide6.QtCore import QObject
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenuBar

from composer_gui.ui import actions
from composer_gui.ui.actions import ACTIONS


@pytest.fixture
def made(qapp):
    owner = QObject()
    called = []
    handlers = {a.id: lambda *_, name=a.id: called.append(name) for a in ACTIONS if not a.submenu}
    yield actions.build(owner, handlers), called
    owner.deleteLater()


def test_ids_are_unique():
    ids = [action.id for action in ACTIONS]
    assert len(ids) == len(set(ids))


def test_no_key_has_two_meanings():
    keys = [QKeySequence(key).toString() for action in ACTIONS for key in action.keys]
    assert "" not in keys
    assert len(keys) == len(set(keys))


def test_every_entry_stands_in_a_known_menu():
    assert {action.menu.split("/")[0] for action in ACTIONS} == set(actions.MENUS)


def test_each_entry_calls_its_handler(made):
    built, called = made
    built["save"].trigger()
    built["theme_light"].trigger()
    assert called == ["save", "theme_light"]


def test_an_entry_without_handler_is_refused(qapp):
    with pytest.raises(KeyError):
        actions.build(QObject(), {})


def test_menus_hold_the_entries_in_the_order_of_the_table(made):
    built, _ = made
    bar = QMenuBar()
    menus = actions.fill(bar, built)
    shown = [action.text() for action in menus["Edit"].actions() if not action.isSeparator()]
    assert shown[:3] == ["Undo", "Redo", "Cut"]
    assert "File/Open Recent" in menus
    assert [a.text() for a in menus["View/Theme"].actions()][:3] == [
        "As the System",
        "Dark",
        "Light",
    ]
    bar.deleteLater()


def test_only_one_theme_is_ticked(made):
    built, _ = made
    built["theme_dark"].trigger()
    built["theme_light"].trigger()
    assert not built["theme_dark"].isChecked()
    assert built["theme_light"].isChecked()


def test_only_entries_are_touched_of_which_something_else_is_to_be_said(made):
    built, _ = made
    told, touched = {}, []
    actions.enable(built, frozenset({"design"}), told)
    for name, action in built.items():
        action.changed.connect(partial(touched.append, name))
    actions.enable(built, frozenset({"design"}), told)
    assert touched == []
    actions.enable(built, frozenset({"design", "selection"}), told)
    assert built["copy"].isEnabled()
    needy = {entry.id for entry in actions.ACTIONS if entry.needs == "selection"}
    assert set(touched) == needy & built.keys()
    actions.enable(built, frozenset(), told)
    assert "No design is on the screen." in built["copy"].toolTip()


def test_entries_are_usable_when_what_they_need_is_there(made):
    built, _ = made
    actions.enable(built, frozenset())
    assert built["new"].isEnabled()
    assert not built["save"].isEnabled()
    actions.enable(built, frozenset({"design"}))
    assert built["save"].isEnabled()
    assert not built["copy"].isEnabled()
    actions.enable(built, frozenset({"design", "selection"}))
    assert built["copy"].isEnabled()
