"""Nothing is grey without a reason, wherever one stands in the window."""

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QAbstractButton, QApplication, QPushButton

from composer_gui.core import edits
from composer_gui.ui.actions import ACTIONS
from composer_gui.ui.canvas.interactions.context_menu import menu_for
from composer_gui.ui.reasons import WHY_NOT, allow
from tests.greys import greys_without_reason


def test_what_is_grey_says_why_and_then_what_it_said_before(qtbot):
    button = QPushButton("Open up")
    qtbot.addWidget(button)
    button.setToolTip("Put the layers in its place")
    allow(button, "Nobody knows what is <inside>.")
    assert not button.isEnabled()
    assert "&lt;inside&gt;" in button.toolTip()
    assert button.statusTip() == button.accessibleDescription() == "Nobody knows what is <inside>."
    allow(button, "It is being read.")
    assert button.statusTip() == "It is being read."
    allow(button)
    assert button.isEnabled()
    assert (button.toolTip(), button.statusTip()) == ("Put the layers in its place", "")


def test_every_need_of_the_table_has_its_sentence():
    assert {action.needs for action in ACTIONS if action.needs} == set(WHY_NOT)


def test_on_the_gallery_what_needs_a_design_says_so(window):
    assert greys_without_reason(window) == []
    saving = window.actions_by_id["save"]
    assert not saving.isEnabled()
    assert saving.statusTip() == WHY_NOT["design"]
    assert window.actions_by_id["ungroup"].statusTip() == WHY_NOT["design"]


def test_on_an_empty_canvas_each_entry_says_what_it_lacks(working):
    assert greys_without_reason(working) == []
    made = working.actions_by_id
    assert made["undo"].statusTip() == WHY_NOT["undo"]
    assert made["delete"].statusTip() == WHY_NOT["anything"]
    assert made["save"].statusTip() == "Write the design to its file"


SELECTIONS = ("photo", "hidden", "encoder", "out")


@pytest.fixture
def drawn(working, design):
    ids = {
        "photo": design.input(label="photo", shape=(8, 8, 3)),
        "hidden": design.layer("Dense", 200, 0, "hidden", units=4),
        "encoder": design.model(x=400),
        "out": design.output(600, 0, label="out"),
    }
    design.input(0, 200, label="second", shape=(4,))
    design.wire(ids["photo"], ids["hidden"])
    return ids


@pytest.mark.parametrize("name", SELECTIONS)
def test_whatever_is_selected_nothing_is_grey_without_a_reason(working, drawn, name, qtbot):
    working.canvas.select((drawn[name],))
    qtbot.waitUntil(lambda: not working.actions_by_id["delete"].statusTip())
    assert any(not a.isEnabled() for a in working.actions_by_id.values())
    assert greys_without_reason(working) == []


def test_a_layer_that_is_no_model_cannot_be_opened_up_and_says_why(working, drawn):
    working.canvas.select((drawn["hidden"],))
    action = working.actions_by_id["open_up"]
    assert not action.isEnabled()
    assert action.statusTip() == WHY_NOT["openable"]
    working.canvas.select((drawn["encoder"],))
    assert action.isEnabled()
    assert action.statusTip().startswith("Put the layers of a saved model")


def test_the_menus_of_the_right_button_say_why_too(working, design, drawn):
    canvas = working.canvas
    QApplication.clipboard().clear()  # so that there is nothing to paste
    menus = []
    for at in (QPointF(-5000, -5000), QPointF(20, 20), QPointF(220, 20), QPointF(620, 20)):
        menus.append(menu_for(canvas, canvas.hit(canvas.camera.screen_at(at)), at))
    greys = [a for menu in menus for a in menu.actions() if not a.isEnabled()]
    assert greys, "some entries cannot be used"
    assert [text for menu in menus for text in greys_without_reason(menu)] == []
    assert all(menu.toolTipsVisible() for menu in menus)
    for menu in menus:
        menu.deleteLater()


def test_the_first_input_cannot_go_up_and_says_why(working, drawn, design, qtbot):
    working.canvas.select((drawn["photo"],))
    up = [
        button
        for button in working.findChildren(QAbstractButton)
        if not button.isEnabled() and not button.isHidden()
    ]
    assert [button.statusTip() for button in up] == ["It is the first already."]


def test_a_design_that_is_gone_stays_in_the_list_and_says_so(working, tmp_path, settings):
    settings.remember_recent(tmp_path / "gone.composer")
    working.commands.fill_recent()
    (entry, *_) = working.menus["File/Open Recent"].actions()
    assert not entry.isEnabled()
    assert "not there now" in entry.statusTip()


def test_an_empty_list_of_designs_says_what_would_be_there(working):
    working.commands.fill_recent()
    assert greys_without_reason(working.menus["File/Open Recent"]) == []


def test_nothing_is_grey_without_a_reason_inside_a_submodel(working, design, drawn, session):
    session.apply("Group", edits.group, session.catalog, [drawn["hidden"]], "block")
    (block,) = (n for n in session.document.nodes if session.document.label(n) == "block")
    session.enter(block)
    assert greys_without_reason(working) == []
    session.leave()
    working.canvas.select((block,))
    assert greys_without_reason(working) == []
