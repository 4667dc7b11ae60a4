"""The list of problems: ordered by weight, each leads to its node, repairs are buttons."""

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from composer_gui.core import edits, origins
from composer_gui.core.problem_table import KINDS
from composer_gui.core.problems import WARNING, Problem
from composer_gui.core.verdicts import FINE, WRONG, Verdict
from composer_gui.ui import file_dialogs
from composer_gui.ui.canvas.problem_words import OriginLink
from composer_gui.ui.panels import problem_list
from composer_gui.ui.panels.problem_list import AT_ONCE, ProblemList
from composer_gui.ui.panels.problem_row import ProblemRow
from composer_gui.ui.severity import is_wrong


@pytest.fixture
def listed(session, show):
    return show(ProblemList(session), 700, 400)


def codes(listed):
    listed.refresh()
    return [row.problem.code for row in listed.rows]


def test_an_empty_canvas_has_only_what_is_still_to_be_done(listed):
    assert codes(listed) == ["no_input", "no_output"]
    assert not any(is_wrong(row.problem) for row in listed.rows)


def test_what_is_wrong_stands_before_what_is_to_be_done_and_before_warnings(listed, design):
    one, two, _ = design.input(), design.layer("Dense", units=4), design.layer("Dense")
    told = Problem("changed", "It changed.", one, severity=WARNING)
    wrong = Problem("dtype", "It wants numbers.", two)
    design.judge(**{one: Verdict(FINE, problems=(told,)), two: Verdict(WRONG, problems=(wrong,))})
    found = codes(listed)
    assert found[0] == "dtype"
    assert found[-1] == "changed"


def test_counts_are_told(listed, design, qtbot):
    node = design.layer("Dense", units=4)
    with qtbot.waitSignal(listed.counted) as told:
        design.judge(**{node: Verdict(WRONG, problems=(Problem("dtype", "No.", node),))})
    assert told.args == [3, 1]


def test_pressing_a_problem_goes_to_its_node(listed, design, qtbot):
    node = design.layer("Dense")
    listed.refresh()
    row = next(row for row in listed.rows if row.problem.node == node)
    with qtbot.waitSignal(listed.node_chosen) as told:
        qtbot.mouseClick(row, Qt.MouseButton.LeftButton)
    assert told.args == [node]


def test_enter_on_a_problem_goes_to_its_node(listed, design, qtbot):
    node = design.layer("Dense")
    listed.refresh()
    row = next(row for row in listed.rows if row.problem.node == node)
    with qtbot.waitSignal(listed.node_chosen):
        qtbot.keyClick(row, Qt.Key.Key_Return)


def test_a_repair_is_one_press_and_one_undo_step(listed, design, session, qtbot):
    design.input()
    design.layer("Dense", units=4)
    listed.refresh()
    row = next(row for row in listed.rows if row.problem.code == "no_output")
    design.try_repairs()
    (button,) = row.buttons
    assert button.words == "Add an Output behind dense"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert session.document.outputs
    session.undo()
    assert not session.document.outputs


def test_a_saved_model_that_lost_its_file_takes_another(
    listed, design, session, monkeypatch, tmp_path, qtbot
):
    node = design.model("/nowhere/encoder.keras")
    listed.refresh()
    row = next(row for row in listed.rows if row.problem.code == "file_absent")
    asked = []
    monkeypatch.setattr(file_dialogs, "one_model", lambda *_: tmp_path / "found.keras")
    monkeypatch.setattr(session, "relocate_model", lambda *found: asked.append(found))
    button = next(b for b in row.findChildren(QPushButton) if b.text() == "Choose its file…")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert asked == [(design.document.nodes[node].layer, tmp_path / "found.keras")]


def test_rows_are_made_only_while_somebody_sees_them(listed, design):
    listed.hide()
    design.layer("Dense")
    listed.refresh()
    assert len(listed.problems) > len(listed.rows)
    listed.show()
    assert len(listed.problems) == len(listed.rows)


def test_a_mended_problem_leaves_the_list(listed, design, qtbot):
    codes(listed)
    design.input()
    qtbot.waitUntil(lambda: listed.rows[0].problem.code == "no_output")


def test_rows_stay_while_the_problems_stay(listed, design, session):
    node = design.layer("Dense")
    listed.refresh()
    rows = list(listed.rows)
    design.judge(**{node: session.verdict(node)})
    listed.refresh()
    assert listed.rows == rows


def test_when_nothing_is_wrong_it_says_so(listed, design):
    source, node, end = design.input(shape=(4,)), design.layer("Dense", units=4), design.output()
    design.wire(source, node)
    design.wire(node, end)
    assert codes(listed) == []
    assert "still looking" in listed.rest.text()
    fine = design.fine(4)
    design.judge(**{source: fine, node: fine, end: fine})
    listed.refresh()
    assert "ready to be exported" in listed.rest.text()


def test_a_very_long_list_is_cut_and_says_how_much_is_left(listed, design, monkeypatch):
    monkeypatch.setattr(problem_list, "MOST", 5)
    for _ in range(6):
        design.layer("Dense")
    listed.refresh()
    assert len(listed.rows) == 5
    assert "more problems" in listed.rest.text()


def test_a_repair_with_a_very_long_name_wraps_and_nothing_of_it_is_clipped(listed, design):
    design.input()
    design.layer("Dense", units=4, name="a layer & its name " * 12)
    listed.refresh()
    listed.resize(320, 300)
    QApplication.processEvents()
    row = next(row for row in listed.rows if row.problem.code == "no_output")
    design.try_repairs()
    QApplication.processEvents()
    (button,) = row.buttons
    assert button.width() < 320
    (label,) = button.findChildren(QLabel)
    assert label.text().count("its name") == 12
    assert label.height() >= label.heightForWidth(label.width()) > 3 * label.fontMetrics().height()


def test_repairs_stand_in_lines_that_begin_at_the_left(listed, design, session):
    node = a_wrong_merge(design)
    listed.refresh()
    listed.resize(420, 400)
    design.try_repairs()
    QApplication.processEvents()
    row = next(row for row in listed.rows if row.problem.node == node)
    assert len(row.buttons) > 2
    tops = sorted({button.y() for button in row.buttons})
    assert len(tops) > 1
    firsts = [min(b.x() for b in row.buttons if b.y() == top) for top in tops]
    assert len(set(firsts)) == 1
    assert all(b.geometry().right() <= row.width() for b in row.buttons)


# Cause and meaning --------------------------------------------------------------------------------


def a_wrong_merge(design):
    """Add two Inputs of other widths and an Add that takes both; return the Add."""
    one, two = design.input(label="one", shape=(10,)), design.input(label="two", shape=(64,))
    node = design.layer("Add")
    design.wire(one, node)
    design.wire(two, node, index=1)
    fields = {"index": 1, "wanted": (None, 10), "given": (None, 64), "axes": (1,)}
    problem = Problem("merge", "10 and 64 do not add.", node, "inputs", detail="Odd.", **fields)
    wrong = Verdict(WRONG, problems=(problem,))
    design.judge(**{one: design.fine(10), two: design.fine(64), node: wrong})
    return node


def row_of(listed, node, qtbot):
    row = next(row for row in listed.rows if row.problem.node == node)
    qtbot.waitUntil(lambda: row.is_asked)
    return row


def test_the_cause_is_a_link_to_where_the_size_was_set(listed, design, qtbot):
    node = a_wrong_merge(design)
    listed.refresh()
    row = row_of(listed, node, qtbot)
    (link,) = row.findChildren(OriginLink)
    said = "Cause: 64 comes from two’s shape, set at the Input two."
    assert link.accessibleName() == said
    with qtbot.waitSignal(listed.node_chosen) as told:
        qtbot.mouseClick(link, Qt.MouseButton.LeftButton)
    assert told.args == design.sources(node)[1:]


def test_what_is_meant_and_what_keras_says_is_one_press_away(listed, design, qtbot):
    node = a_wrong_merge(design)
    listed.refresh()
    row = row_of(listed, node, qtbot)
    more = next(b for b in row.findChildren(QPushButton) if b.text() == "More")

    def shown():
        return [label.text() for label in row.findChildren(QLabel) if label.isVisible()]

    folded = {f"Usually: {KINDS['merge'].usual}", "Odd."}
    assert not folded & set(shown())
    qtbot.mouseClick(more, Qt.MouseButton.LeftButton)
    assert folded <= set(shown())
    assert more.text() == "Less"
    qtbot.mouseClick(more, Qt.MouseButton.LeftButton)
    assert not folded & set(shown())


def test_where_a_value_was_set_is_looked_for_once_while_nothing_changes(
    listed, design, session, qtbot, monkeypatch
):
    node = a_wrong_merge(design)
    asked, look = [], origins.origin
    monkeypatch.setattr(origins, "origin", lambda *args: asked.append(args[-1]) or look(*args))
    listed.refresh()
    row = row_of(listed, node, qtbot)
    for _ in range(3):
        row.look_for_fixes()
    assert [problem.node for problem in asked].count(node) == 1
    design.judge(**{design.sources(node)[0]: design.fine(10)})
    session.apply("Rename", edits.rename, node, "sum")
    row.look_for_fixes()
    assert [problem.node for problem in asked].count(node) == 2


def test_repairs_are_tried_for_what_is_seen_only(listed, design, session):
    for _ in range(30):
        design.layer("Dense")
    listed.refresh()
    listed.resize(700, 150)
    design.try_repairs()
    seen = [row for row in listed.rows if not row.visibleRegion().isEmpty()]
    asked = [row for row in listed.rows if row.is_asked]
    assert seen
    assert set(seen) <= set(asked)
    assert len(asked) < len(listed.rows) / 2
    listed.verticalScrollBar().setValue(listed.verticalScrollBar().maximum())
    QApplication.processEvents()
    assert listed.rows[-1].is_asked


def test_it_says_that_repairs_are_being_tried(listed, design, qtbot):
    design.layer("Dense")
    listed.refresh()
    qtbot.waitUntil(lambda: listed.rows[0].is_asked)
    labels = [label.text() for label in listed.rows[0].findChildren(QLabel)]
    assert any(text.startswith("Trying repairs") for text in labels)


def test_a_warning_can_be_silenced_from_the_list(listed, design, session, qtbot):
    node = design.layer("Dropout", rate=0)
    warning = Problem("no_effect", "dropout changes nothing.", node, severity=WARNING)
    design.judge(**{node: Verdict(FINE, problems=(warning,))})
    listed.refresh()
    row = next(row for row in listed.rows if row.problem == warning)
    button = next(b for b in row.findChildren(QPushButton) if b.text() == "Silence here")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert session.document.nodes[node].silenced == ("no_effect",)


def test_a_repair_that_is_pointed_at_is_told(listed, design, qtbot):
    design.input()
    design.layer("Dense", units=4)
    listed.refresh()
    design.try_repairs()
    button = next(button for row in listed.rows for button in row.buttons)
    with qtbot.waitSignal(listed.looked_at) as told:
        QApplication.sendEvent(button, QEnterEvent(QPointF(), QPointF(), QPointF()))
    assert told.args == [button.offer]


def test_whoever_silences_by_keys_goes_on_with_the_next_problem(listed, design, qtbot):
    nodes = [design.layer("Dropout", rate=0) for _ in range(2)]
    warnings = {n: Problem("no_effect", "It changes nothing.", n, severity=WARNING) for n in nodes}
    design.judge(**{n: Verdict(FINE, problems=(w,)) for n, w in warnings.items()})
    listed.refresh()
    first = next(row for row in listed.rows if row.problem.node == nodes[0])
    place = listed.rows.index(first)
    button = next(b for b in first.findChildren(QPushButton) if b.text() == "Silence here")
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    design.judge(**{nodes[0]: Verdict(FINE)})
    listed.refresh()
    assert QApplication.focusWidget() is listed.rows[place]
    assert listed.rows[place].problem.node == nodes[1]


def test_tab_leads_from_row_to_row_through_all_that_can_be_pressed(listed, design, qtbot):
    nodes = [a_wrong_merge(design) for _ in range(2)]
    listed.refresh()
    rows = [row_of(listed, node, qtbot) for node in nodes]
    design.try_repairs()
    listed.rows[0].setFocus(Qt.FocusReason.TabFocusReason)
    reached = []
    while QApplication.focusWidget() not in reached:
        reached.append(QApplication.focusWidget())
        qtbot.keyClick(reached[-1], Qt.Key.Key_Tab)
    for row in rows:
        at = reached.index(row)
        (link,) = row.findChildren(OriginLink)
        wanted = [row, link, *row.buttons]
        assert len(row.buttons) > 2
        assert reached[at : at + len(wanted)] == wanted
        assert reached[at + len(wanted)].text() == "More"
    assert listed not in reached  # nobody would see where the keys are


def test_a_long_list_is_made_in_turns_and_keeps_its_tab_order(listed, design, qtbot):
    count = 3 * AT_ONCE + 2
    nodes = [design.layer("Dense", 240 * n) for n in range(count)]
    wrong = {node: Verdict(WRONG, problems=(Problem("rank", "Why.", node),)) for node in nodes}
    design.judge(**wrong)
    listed.refresh()
    assert len(listed.rows) == AT_ONCE
    qtbot.waitUntil(lambda: len(listed.rows) == len(listed.problems))
    after, seen = listed.rows[0], []
    while after not in seen:
        seen.append(after)
        after = after.nextInFocusChain()
    order = [widget for widget in seen if isinstance(widget, ProblemRow)]
    assert order == listed.rows


def test_rows_above_one_that_is_mended_stay_the_same(listed, design, qtbot):
    nodes = [design.layer("Dense", 240 * n) for n in range(3)]
    wrong = {node: Verdict(WRONG, problems=(Problem("rank", "Why.", node),)) for node in nodes}
    design.judge(**wrong)
    listed.refresh()
    first, middle = listed.rows[:2]
    design.judge(**{listed.problems[1].node: design.fine(3)})
    listed.refresh()
    assert listed.rows[0] is first
    assert middle not in listed.rows
