"""A missing class: its Python file is named, and run only when the user says yes."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton

from composer_gui.core.document import put
from composer_gui.core.problems import WARNING, Problem
from composer_gui.core.verdicts import FINE, WRONG, Verdict
from composer_gui.session import code_files
from composer_gui.ui.panels import code_consent
from composer_gui.ui.panels.inspector import Inspector

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def code(tmp_path):
    """A Python file that defines a layer."""
    path = tmp_path / "my_layers.py"
    path.write_text("class Attend:\n    pass\n")
    return path


@pytest.fixture
def row(session, design, show, code, monkeypatch):
    """The inspector's words about a saved model of which a class is missing."""
    monkeypatch.setattr(code_consent, "python_file", lambda *_: code)
    node = design.model()
    message = "encoder uses Attend, which Keras does not have."
    problem = Problem("missing_class", message, node, severity=WARNING, actual="Attend")
    design.judge(**{node: Verdict(FINE, (), (problem,))})
    inspector = show(Inspector(session), 331, 700)
    inspector.show_nodes((node,))
    return inspector


def button(row):
    QApplication.processEvents()
    (found,) = (b for b in row.view.problems.findChildren(QPushButton) if "Python" in words(b))
    return found


def words(button):
    return getattr(button, "words", button.text())


@pytest.fixture
def answers(monkeypatch):
    """What the user answers, in turn, and what the dialogs said."""
    given, said = [], []

    def press(box):
        said.append((box.text(), box.informativeText(), box.detailedText()))
        assert box.defaultButton() is not box.run
        (box.run if given.pop(0) else box.button(QMessageBox.StandardButton.Cancel)).click()

    monkeypatch.setattr(QMessageBox, "exec", press)
    return given, said


def test_the_file_is_allowed_only_after_the_user_says_yes(
    row, session, code, answers, monkeypatch, qtbot
):
    given, said = answers
    given += [False, True]
    allowed = []
    monkeypatch.setattr(session, "allow_code", allowed.append)
    qtbot.mouseClick(button(row), LEFT)
    assert allowed == []
    qtbot.mouseClick(button(row), LEFT)
    assert allowed == [code]
    question, risk, source = said[-1]
    assert question == "Run my_layers.py to find Attend?"
    assert "It may do whatever you may do on this computer" in risk
    assert source == code.read_text()


def test_the_design_knows_the_file_from_then_on(row, session, code, answers, qtbot):
    answers[0].append(True)
    qtbot.mouseClick(button(row), LEFT)
    qtbot.waitUntil(lambda: bool(session.root.code))
    assert [file.path for file in session.root.code] == [str(code)]
    assert session.allowed_code() == session.root.code


def test_a_file_that_came_with_the_design_is_named_on_the_button(session, code, monkeypatch):
    assert code_consent.deed(session) == "Name its Python file…"
    monkeypatch.setattr(session, "code_to_allow", lambda: (code_files.read(code),))
    assert code_consent.deed(session) == "Allow my_layers.py…"


def test_nothing_is_asked_where_no_file_was_chosen(row, session, monkeypatch, qtbot):
    monkeypatch.setattr(code_consent, "python_file", lambda *_: None)
    monkeypatch.setattr(session, "allow_code", lambda path: pytest.fail("nobody said yes"))
    qtbot.mouseClick(button(row), LEFT)


def shown_with(session, design, show, *foreign):
    """Show a saved model that holds these classes; return the inspector and what it says there."""
    node = design.model()
    layer = design.called(node)
    interface = replace(layer.interface, foreign=foreign)
    session.apply("Read", lambda document: put(document, replace(layer, interface=interface)))
    inspector = show(Inspector(session), 331, 700)
    inspector.show_nodes((node,))
    return inspector, inspector.view.foreign


def test_a_model_that_is_not_wired_yet_says_what_is_missing_in_it(session, design, show, qtbot):
    inspector, part = shown_with(session, design, show, "mine>Attend", "mine>Mix")
    node = inspector.view.node_id
    assert part.isVisible() and part.name.isVisible()
    assert part.words.text() == "Attend and Mix are in it, which Keras does not have."
    design.judge(**{node: Verdict(FINE)})
    inspector.refresh()
    assert part.isHidden()
    problem = Problem("refused_classes", "It holds a Lambda layer.", node)
    design.judge(**{node: Verdict(WRONG, (), (problem,))})
    inspector.refresh()
    assert part.isHidden()


def test_code_in_a_model_itself_is_not_run_and_no_file_is_asked_for(session, design, show):
    _, part = shown_with(session, design, show, "Lambda", "a Python lambda", "mine>Mix")
    assert part.isVisible() and not part.name.isVisible()
    words = "Lambda is in it, which runs code of the file. Composer does not run that."
    assert part.words.text() == words


def test_a_model_with_classes_of_its_own_says_where_they_are_looked_for(
    session, design, show, code, qtbot
):
    session.allow_code(code)
    qtbot.waitUntil(lambda: bool(session.allowed_code()))
    inspector, part = shown_with(session, design, show, "mine>Scale")
    design.judge(**{inspector.view.node_id: Verdict(FINE)})
    inspector.refresh()
    assert part.isVisible() and not part.name.isVisible()
    assert part.words.text() == "Scale: looked for in my_layers.py."
