"""Python files of the user's: read without running, run only where somebody said yes."""

import hashlib

import pytest

from composer_gui.core import edits
from composer_gui.core.document import CodeFile, Document
from composer_gui.core.errors import FileProblem
from composer_gui.session import code_files
from composer_gui.session.session import Session
from composer_gui.session.settings import Settings
from composer_gui.storage import resources
from tests.silent_engine import SilentEngine

WITHIN = 10_000
"""Milliseconds that a thread gets."""


@pytest.fixture
def settings(tmp_path):
    return Settings(tmp_path / "composer.ini")


@pytest.fixture
def engine(qapp):
    return SilentEngine()


@pytest.fixture
def session(engine, settings):
    return Session(engine, resources.catalog(), settings=settings)


@pytest.fixture
def code(tmp_path):
    """Return a file that leaves a trace when it is run."""
    path = tmp_path / "my_layers.py"
    path.write_text(f"open({str(tmp_path / 'trace')!r}, 'w').close()\n")
    return path


def known(path):
    return CodeFile(str(path), hashlib.sha256(path.read_bytes()).hexdigest())


def test_a_file_that_is_allowed_is_known_to_design_engine_and_the_next_run(
    session, engine, settings, code, qtbot
):
    with qtbot.waitSignal(session.changed, timeout=WITHIN):
        session.allow_code(code)
    assert session.root.code == (known(code),)
    assert engine.asked[-1][2].code == (known(code),) and engine.asked[-1][3] is None
    assert not (code.parent / "trace").exists()
    later = Session(engine, resources.catalog(), settings=Settings(code.parent / "composer.ini"))
    later.replace(session.root, None)
    assert later.code_to_allow() == ()
    assert engine.asked[-1][2].code == (known(code),)


def test_a_design_from_elsewhere_runs_nothing_before_somebody_says_yes(
    session, engine, code, qtbot
):
    document = edits.set_code(Document(), [known(code)])
    session.replace(document, None)
    assert engine.asked[-1][2].code == ()
    assert session.code_to_allow() == (known(code),)
    assert session.allowed_code() == ()
    with qtbot.waitSignal(session.changed, timeout=WITHIN):
        session.allow_code(code)
    assert engine.asked[-1][2].code == (known(code),)
    assert session.root == document and session.is_clean


def test_a_file_that_was_changed_has_to_be_allowed_again(session, code, qtbot):
    with qtbot.waitSignal(session.changed, timeout=WITHIN):
        session.allow_code(code)
    first = known(code)
    code.write_text("x = 1\n")
    with qtbot.waitSignal(session.changed, timeout=WITHIN):
        session.allow_code(code)
    assert session.root.code == (known(code),) != (first,)


def test_undo_takes_the_file_out_of_the_design_again(session, engine, code, qtbot):
    with qtbot.waitSignal(session.changed, timeout=WITHIN):
        session.allow_code(code)
    session.undo()
    assert session.root.code == () and engine.asked[-1][2].code == ()


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("layers.txt", "x = 1", "by its name"),
        ("my-layers.py", "x = 1", "by its name"),
        ("keras.py", "x = 1", "by its name"),
        ("broken.py", "x = = 1", "line 1"),
        ("nul.py", "x = '\0'", "not sound Python"),
    ],
)
def test_what_no_script_can_import_is_refused_in_words(tmp_path, name, text, words):
    (tmp_path / name).write_text(text)
    with pytest.raises(FileProblem, match=words):
        code_files.read(tmp_path / name)


def test_a_file_that_is_not_there_is_told(session, tmp_path, qtbot):
    with qtbot.waitSignal(session.failed, timeout=WITHIN) as failed:
        session.allow_code(tmp_path / "gone.py")
    assert "gone.py" in str(failed.args[0])
    assert session.root.code == ()
