"""Two designs in one window: verdicts of their own, parts exchanged, one exported aside."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from composer_gui.ui.export_dialog import ExportDialog
from composer_gui.ui.file_flow import as_file_name

LEFT = Qt.MouseButton.LeftButton


def press_tab(trip, place):
    tabs = trip.window.top.tabs
    QTest.mouseClick(tabs, LEFT, pos=tabs.tabRect(place).center())


def open_two(trip):
    """Open two examples; the second is in front."""
    for name in ("functional-mlp", "residual"):
        trip.open_example(name)
    return [design.session for design in trip.window.designs]


def test_each_design_has_verdicts_of_its_own(trip):
    first, second = open_two(trip)
    (problem,) = trip.errors()
    trip.until(lambda: bool(second.fixes(problem)))
    second.apply_offer(second.fixes(problem)[0])
    first_specs = dict(first.verdicts)
    trip.settle()
    assert trip.errors() == []
    assert first.verdicts == first_specs
    press_tab(trip, 0)
    assert trip.session is first
    assert trip.errors() == []


def test_what_is_copied_from_one_design_is_judged_in_the_other(trip):
    first, second = open_two(trip)
    press_tab(trip, 0)
    trip.canvas.select_all()
    trip.window.actions_by_id["copy"].trigger()
    before = len(first.document.nodes)
    press_tab(trip, 1)
    there = len(second.document.nodes)
    trip.window.actions_by_id["paste"].trigger()
    trip.settle()
    assert len(second.document.nodes) == there + before
    pasted = trip.canvas.selected()
    assert all(second.verdict(node).kind == "fine" for node in pasted)
    trip.window.actions_by_id["undo"].trigger()
    assert len(second.document.nodes) == there
    assert len(first.document.nodes) == before


def test_one_design_is_exported_while_the_other_is_worked_on(trip, tmp_path):
    first, second = open_two(trip)
    press_tab(trip, 0)
    trip.window.actions_by_id["export"].trigger()
    (dialog,) = trip.window.findChildren(ExportDialog)
    dialog.folder.setText(str(tmp_path))
    name = as_file_name(first.document.name)
    dialog.name.setText(name)
    with trip.qtbot.waitSignal(dialog.exported, timeout=120_000) as exported:
        QTest.mouseClick(dialog.export_button, LEFT)
        press_tab(trip, 1)
        added = trip.type_new("dense 3")
        trip.settle()
    assert exported.args[0].ok
    assert (tmp_path / f"{name}.keras").exists()
    assert added in second.document.nodes
    dialog.close()


def test_a_design_that_is_closed_leaves_the_other_at_work(trip):
    first, _second = open_two(trip)
    trip.window.actions_by_id["close_design"].trigger()
    assert trip.session is first
    trip.type_new("dense 5")
    trip.settle()
    assert trip.errors()
