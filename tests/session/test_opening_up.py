"""Saved models opened up: read and laid out in a thread, one step, dropped where it comes late."""

import pytest

from composer_gui.core import edits
from composer_gui.core.document import Call, Document, new_id, put
from composer_gui.core.errors import ComposerError, EditRefused
from composer_gui.core.layer_kinds import KerasLayer, SavedModel, Submodel
from composer_gui.session import model_files
from composer_gui.session.session import Session
from composer_gui.storage import keras_archive, resources
from tests.silent_engine import SilentEngine

WITHIN = 20_000
"""Milliseconds that a thread gets."""


@pytest.fixture
def session(qapp):
    return Session(SilentEngine(), resources.catalog())


@pytest.fixture(scope="module")
def keras():
    return pytest.importorskip("keras")


@pytest.fixture(scope="module")
def path(tmp_path_factory, keras):
    """Return the file of a model with another model in it."""
    layers = keras.layers
    inner = keras.Sequential([keras.Input((4,)), layers.Dense(3, name="deep")], name="inner")
    x = keras.Input((4,), name="features")
    y = layers.Dense(2, name="head")(inner(layers.Dense(4, name="first")(x)))
    path = tmp_path_factory.mktemp("saved") / "whole.keras"
    keras.Model(x, y, name="whole").save(path)
    return path


@pytest.fixture
def sealed(tmp_path):
    """Return a file that is no archive."""
    (tmp_path / "bad.keras").write_text("no model")
    return tmp_path / "bad.keras"


def with_model(session, path):
    """Open a design with the model at `path` alone; return the node and the layer."""
    interface, sha256 = keras_archive.read(path), keras_archive.fingerprint(path)
    document = edits.add_saved_model(Document(), str(path), sha256, interface, 0, 0)
    session.replace(document, None)
    (node,), (layer,) = session.document.nodes, session.document.layers.values()
    return node, layer


def kinds(document):
    return {layer.name: type(layer) for layer in document.layers.values()}


def test_what_is_inside_is_told_once_it_is_read(session, path, qtbot):
    _, layer = with_model(session, path)
    with qtbot.waitSignal(session.insides_changed, timeout=WITHIN):
        assert session.inside(layer) is None
        assert session.why_sealed(layer) == ""
    assert [part for part, _ in session.inside(layer).leaves()] == ["first", "inner/deep", "head"]
    assert session.inside(layer) is session.inside(layer)


def test_why_a_model_is_sealed_is_said(session, path, sealed, qtbot):
    _, layer = with_model(session, path)
    bad = SavedModel("l9", "bad", str(sealed), "", layer.interface)
    with qtbot.waitSignal(session.insides_changed, timeout=WITHIN):
        session.inside(bad)
    assert session.inside(bad) is None
    assert "bad.keras" in session.why_sealed(bad)
    part = SavedModel("l9", "head", layer.path, layer.sha256, layer.interface, part="head")
    with qtbot.waitSignal(session.insides_changed, timeout=WITHIN):
        session.inside(part)
    assert session.inside(part) is None
    assert "Dense" in session.why_sealed(part)


def test_a_model_is_opened_up_in_one_step(session, path, qtbot):
    node, _ = with_model(session, path)
    before = session.document
    with qtbot.waitSignal(session.opened, timeout=WITHIN) as opened:
        session.open_up(node)
        assert not session.is_settled
    assert kinds(session.document) == {
        "first": KerasLayer,
        "inner": SavedModel,
        "head": KerasLayer,
    }
    assert opened.args[0] == set(session.document.nodes)
    assert all(layer.is_as_saved for layer in session.document.layers.values()
               if isinstance(layer, KerasLayer))  # fmt: skip
    session.undo()
    assert session.document == before
    session.redo()
    inner = next(n for n in session.document.nodes if session.document.label(n) == "inner")
    with qtbot.waitSignal(session.opened, timeout=WITHIN):
        session.open_up(inner)
    assert kinds(session.document)["deep"] is KerasLayer


def test_an_edit_that_takes_long_is_one_step_too(session, qtbot):
    session.apply("Add", edits.add_keras_layer, "ReLU", 0, 0)
    (node,) = session.document.nodes
    with qtbot.waitSignal(session.opened, timeout=WITHIN) as opened:
        session.rework("Group", edits.group, session.catalog, [node])
        assert not session.is_settled
    assert opened.args[0] == set(session.document.nodes)
    assert kinds(session.document) == {"submodel": Submodel}
    session.undo()
    assert set(session.document.nodes) == {node}


def test_an_edit_that_takes_long_is_made_of_what_is_there_when_it_is_done(session, qtbot):
    session.apply("Add", edits.add_keras_layer, "ReLU", 0, 0)
    (node,) = session.document.nodes
    with qtbot.waitSignal(session.opened, timeout=WITHIN):
        session.rework("Group", edits.group, session.catalog, [node])
        session.apply("Add", edits.add_keras_layer, "Dense", 400, 0)
    assert kinds(session.document) == {"dense": KerasLayer, "submodel": Submodel}


def test_an_edit_that_is_refused_in_a_thread_is_told_in_the_status_bar(session, qtbot):
    with qtbot.waitSignal(session.noticed, timeout=WITHIN) as told:
        session.rework("Group", edits.group, session.catalog, [])
    assert "Select at least one" in told.args[0]
    assert not session.document.nodes


def test_only_saved_models_are_opened_up(session, path):
    session.apply("Add", edits.add_keras_layer, "ReLU", 0, 0)
    (node,) = session.document.nodes
    with pytest.raises(EditRefused):
        session.open_up(node)


def test_a_model_that_cannot_be_read_is_told_and_stays(session, path, sealed, qtbot):
    node, layer = with_model(session, path)
    session.apply("Move", edits.relocate_model, layer.id, str(sealed), "", layer.interface)
    before = session.document
    with qtbot.waitSignal(session.failed, timeout=WITHIN) as failed:
        session.open_up(node)
    assert isinstance(failed.args[0], ComposerError) and "bad.keras" in str(failed.args[0])
    assert session.document is before


# What comes late ----------------------------------------------------------------------------------


@pytest.fixture
def threads(monkeypatch):
    """Hold back the work of threads: a list of functions, each of which does one piece of it."""
    held = []
    monkeypatch.setattr(model_files, "in_thread", lambda f, receive: held.append((f, receive)))
    return held


def finish(threads):
    while threads:
        function, receive = threads.pop(0)
        receive(function())


def test_what_was_opened_for_one_design_is_not_put_into_the_next(session, path, threads):
    node, _ = with_model(session, path)
    session.open_up(node)
    session.new()
    finish(threads)
    assert not session.document.nodes
    assert session.history.undo_label is None


def test_a_model_that_is_gone_or_another_by_then_stays_as_it_is(session, path, threads):
    node, layer = with_model(session, path)
    session.open_up(node)
    session.apply("Freeze", edits.set_trainable, layer.id, False)
    before = session.document
    finish(threads)
    assert session.document is before
    session.open_up(node)
    session.apply("Delete", edits.delete, [node])
    finish(threads)
    assert not session.document.nodes


def test_a_model_is_opened_where_it_was_although_the_design_changed_meanwhile(
    session, path, threads
):
    node, _ = with_model(session, path)
    session.open_up(node)
    session.apply("Add", edits.add_keras_layer, "ReLU", 0, 0)
    finish(threads)
    assert {"first", "inner", "head", "re_lu"} == set(kinds(session.document))


def test_what_was_meant_for_a_level_comes_to_it_although_another_is_shown(session, path, threads):
    node, _ = with_model(session, path)
    inner = session.document
    document, layer = new_id(Document(), "l")
    document, outer = new_id(document, "n")
    session.replace(put(document, Submodel(layer, "sub", inner), Call(outer, layer)), None)
    threads.clear()
    session.enter(outer)
    session.open_up(node)
    session.leave()
    finish(threads)
    assert session.trail == ()
    assert "head" in kinds(session.document.layers[layer].design)
    session.undo()
    assert len(session.trail) == 1 and node in session.document.nodes
