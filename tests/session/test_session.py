"""The session: one writer, undo, files, and what it makes of late, stale and missing answers."""

from pathlib import Path

import pytest

from composer_gui.core import edits
from composer_gui.core.document import OUTPUT_PORT, Document, Source, Wire
from composer_gui.core.errors import EditRefused, FileProblem
from composer_gui.core.layer_kinds import SavedInterface, SavedPort
from composer_gui.core.shapes.tensor_spec import TensorSpec
from composer_gui.core.verdicts import FINE, PENDING, WRONG, Verdict
from composer_gui.session import model_files
from composer_gui.session.model_files import ModelFile
from composer_gui.session.session import Session
from composer_gui.storage import keras_archive, resources
from tests.silent_engine import SilentEngine

INTERFACE = SavedInterface("Functional", (SavedPort("x", (None, 3)),), (SavedPort("y", (None, 3)),))


@pytest.fixture
def engine(qapp):
    return SilentEngine()


@pytest.fixture
def session(engine):
    return Session(engine, resources.catalog())


def add_input(session, **fields):
    change = session.apply("Add", edits.add_input, 0, 0, **fields)
    return next(iter(change.added))


def fine(*shape):
    return Verdict(FINE, (("output", TensorSpec((None, *shape))),))


def test_an_edit_emits_its_change_and_asks_the_engine(session, engine, qtbot):
    with qtbot.waitSignal(session.changed) as emitted:
        node = add_input(session, shape=(3,))
    assert emitted.args[0].added == {node}
    assert engine.asked[-1][1] == session.revision


def test_a_refused_edit_leaves_design_and_history_alone(session):
    node = add_input(session)
    before = session.document
    with pytest.raises(EditRefused):
        session.apply(
            "Connect", edits.connect, session.catalog, Wire(Source(node), node, OUTPUT_PORT)
        )
    assert session.document is before


def test_try_apply_says_the_refusal_instead_of_raising(session, qtbot):
    node = add_input(session)
    wire = Wire(Source(node), node, OUTPUT_PORT)
    with qtbot.waitSignal(session.noticed) as said:
        assert session.try_apply("Connect", edits.connect, session.catalog, wire) is None
    assert said.args[0]


def test_undo_and_redo_emit_what_differs(session, qtbot):
    node = add_input(session)
    with qtbot.waitSignal(session.changed) as undone:
        session.undo()
    assert undone.args[0].removed == {node}
    with qtbot.waitSignal(session.changed) as redone:
        session.redo()
    assert redone.args[0].added == {node}


def test_going_to_a_step_emits_once_what_differs(session, engine, qtbot):
    first, second = add_input(session), add_input(session)
    emitted = []
    session.changed.connect(emitted.append)
    session.go_to_step(0)
    assert [change.removed for change in emitted] == [{first, second}]
    assert not session.document.nodes and session.is_clean
    session.go_to_step(2)
    assert emitted[-1].added == {first, second}
    assert set(session.document.nodes) == {first, second} and not session.is_clean
    assert engine.asked[-1][1] == session.revision


def test_going_to_the_present_step_does_nothing(session):
    add_input(session)
    emitted = []
    session.changed.connect(emitted.append)
    session.go_to_step(1)
    assert emitted == []


def test_the_clean_mark_follows_saving_and_undo(session, tmp_path, qtbot):
    add_input(session)
    assert not session.is_clean
    session.save(tmp_path / "a.composer")
    assert session.is_clean
    session.apply("Name", edits.set_name, "other")
    with qtbot.waitSignal(session.clean_changed) as changed:
        session.undo()
    assert changed.args == [True]


def test_a_saved_design_opens_as_it_was(session, tmp_path):
    add_input(session, label="photo", shape=(8, 8, 3))
    document = session.document
    session.save(tmp_path / "a.composer")
    session.new()
    session.open(tmp_path / "a.composer")
    assert session.document == document
    assert session.is_clean


def test_a_file_that_cannot_be_read_leaves_what_is_open(session, tmp_path):
    add_input(session)
    before = session.document
    (tmp_path / "bad.composer").write_text("{")
    with pytest.raises(FileProblem):
        session.open(tmp_path / "bad.composer")
    assert session.document is before


def test_an_answer_for_the_newest_revision_is_shown(session, engine, qtbot):
    node = add_input(session, shape=(3,))
    with qtbot.waitSignals([session.analyzed, session.settled]):
        engine.analyzed.emit(session.design, session.revision, {node: fine(3)})
    assert session.verdict(node).kind == FINE
    assert session.is_settled


def test_a_stale_answer_is_not_shown_but_not_lost_either(session, engine):
    first = add_input(session, shape=(3,))
    old_revision = session.revision
    second = add_input(session, shape=(4,))
    engine.analyzed.emit(session.design, old_revision, {first: fine(3)})
    assert session.verdict(first).kind == PENDING
    engine.analyzed.emit(session.design, session.revision, {second: fine(4)})
    assert session.verdict(first).kind == FINE
    assert session.verdict(second).kind == FINE


def test_an_unchanged_verdict_comes_back_after_an_edit_that_changed_nothing_for_keras(
    session, engine
):
    node = add_input(session, shape=(3,))
    engine.analyzed.emit(session.design, session.revision, {node: fine(3)})
    session.apply("Rename", edits.rename, node, "picture")
    assert session.verdict(node).kind == PENDING
    engine.analyzed.emit(session.design, session.revision, {})
    assert session.verdict(node).kind == FINE


def test_the_first_part_of_a_long_answer_is_shown_before_the_rest(session, engine):
    first = add_input(session, shape=(3,))
    second = add_input(session, shape=(4,))
    engine.analyzed_part.emit(session.design, session.revision, {first: fine(3)})
    assert session.verdict(first).kind == FINE
    assert session.verdict(second).kind == PENDING
    assert not session.is_settled


def test_an_answer_for_another_design_is_left_alone(session, engine):
    node = add_input(session, shape=(3,))
    engine.analyzed.emit(session.design + 1, session.revision, {node: fine(9)})
    assert session.verdict(node).kind == PENDING


def test_structural_problems_show_without_the_engine(session):
    change = session.apply("Add", edits.add_keras_layer, "Dense", 0, 0)
    (node,) = change.added
    assert session.verdict(node).kind == WRONG
    codes = {problem.code for problem in session.problems()}
    assert {"missing_wire", "missing_parameter", "no_input", "no_output"} <= codes


def test_an_input_shows_its_spec_before_the_engine_answers(session):
    node = add_input(session, shape=(3,), dtype="int32")
    assert session.verdict(node).spec("output") == TensorSpec((None, 3), "int32")


def test_files_that_are_no_models_are_told_and_nothing_changes(session, tmp_path, qtbot):
    bad = tmp_path / "bad.keras"
    bad.write_text("not a model")
    before = session.document
    with qtbot.waitSignal(session.failed) as failed:
        session.add_models([bad], 0, 0)
    assert isinstance(failed.args[0], FileProblem)
    assert session.document is before
    assert session.is_settled is (session.revision == 0)


def test_the_script_of_an_unfinished_design_is_shown(session):
    add_input(session, label="photo", shape=(8, 8, 3))
    assert "def build_model() -> keras.Model:" in session.script().text
    assert session.script() is session.script()


def test_replacing_the_design_forgets_the_history(session):
    add_input(session)
    session.replace(Document(name="other"), None)
    before = session.document
    session.undo()
    assert session.document is before
    assert session.is_clean


# What was read in a thread comes late ------------------------------------------------------------


@pytest.fixture
def threads(monkeypatch):
    """Hold back the work of threads: a list of functions, each of which does one piece of it."""
    held = []

    def in_thread(function, receive):
        held.append(lambda: receive(function()))

    monkeypatch.setattr(model_files, "in_thread", in_thread)
    return held


@pytest.fixture
def read(monkeypatch):
    """Let every path be that of a sound saved model, the SHA-256 of which is its name."""

    def models(paths):
        return [ModelFile(str(path), Path(path).stem, INTERFACE) for path in paths]

    monkeypatch.setattr(model_files, "read_models", models)


@pytest.fixture
def on_disk(monkeypatch):
    """Return the SHA-256 of the files on the disk by name; a test writes the names into it."""
    found = {}
    monkeypatch.setattr(keras_archive, "fingerprint", lambda path: found[path.name])
    return found


def with_model(name, sha256):
    """Return a design with one saved model."""
    return edits.add_saved_model(Document(), f"/{name}", sha256, INTERFACE, 0, 0)


def codes(session, node):
    return {problem.code for problem in session.verdict(node).problems}


def answer(session, engine):
    verdicts = {node_id: fine(3) for node_id in session.document.nodes}
    engine.analyzed.emit(session.design, session.revision, verdicts)


def test_models_read_for_one_design_are_not_put_into_the_next(session, threads, read):
    session.add_models(["/a.keras"], 0, 0)
    session.new()
    threads.pop()()
    assert not session.document.nodes
    assert session.is_settled is (session.revision == 0)


def test_a_file_chosen_for_a_model_of_one_design_is_not_taken_for_one_of_the_next(
    session, threads, read
):
    session.replace(with_model("a.keras", "a"), None)
    (layer,) = session.document.layers
    session.relocate_model(layer, Path("/elsewhere/a.keras"))
    session.replace(with_model("b.keras", "b"), None)
    before = session.document
    threads[1]()
    assert session.document is before


def test_a_late_check_of_files_is_about_the_design_it_was_made_for(
    session, engine, threads, on_disk
):
    on_disk |= {"a.keras": "other", "b.keras": "b"}
    session.replace(with_model("a.keras", "a"), None)
    session.replace(with_model("b.keras", "b"), None)
    (node,) = session.document.nodes
    answer(session, engine)
    for work in threads:
        work()
    assert "file_changed" not in codes(session, node)
    session.new()
    threads[0]()


def test_a_changed_file_is_told_of_until_another_is_chosen(session, engine, threads, on_disk):
    on_disk |= {"a.keras": "other"}
    session.replace(with_model("a.keras", "a"), None)
    (node,), (layer,) = session.document.nodes, session.document.layers
    threads.pop()()
    answer(session, engine)
    assert "file_changed" in codes(session, node)
    session.apply("Relocate", edits.relocate_model, layer, "/a.keras", "other", INTERFACE)
    answer(session, engine)
    assert "file_changed" not in codes(session, node)
    session.undo()
    answer(session, engine)
    assert "file_changed" in codes(session, node)
    session.apply("Silence here", edits.silence, node, "file_changed")
    answer(session, engine)
    assert "file_changed" not in codes(session, node)
    session.apply("Warn again", edits.unsilence, node, "file_changed")
    answer(session, engine)
    assert "file_changed" in codes(session, node)


def test_a_changed_file_of_one_design_is_not_told_of_the_next(session, engine, threads, on_disk):
    on_disk |= {"a.keras": "other"}
    session.replace(with_model("a.keras", "a"), None)
    threads.pop()()
    session.replace(edits.add_keras_layer(Document(), "ReLU", 0, 0), None)
    (node,) = session.document.nodes
    answer(session, engine)
    assert session.verdict(node) == fine(3)


def with_layer(session, class_name):
    """Return a design in which a layer is wired to an Input."""
    document = edits.add_keras_layer(Document(), class_name, 0, 0)
    (node,) = document.nodes
    document = edits.add_input(document, 0, 0, shape=(3,))
    wire = Wire(Source(document.inputs[0]), node, "inputs")
    return node, edits.connect(document, session.catalog, wire)


def test_a_node_of_a_new_design_does_not_show_the_shape_of_one_in_the_last(session, engine):
    node, document = with_layer(session, "ReLU")
    session.replace(document, None)
    answer(session, engine)
    assert session.verdict(node).outputs
    same, document = with_layer(session, "Flatten")
    assert same == node
    session.replace(document, None)
    assert session.verdict(node) == Verdict(PENDING)
