"""A file that is lost is lost to all that came out of it, and found again for all of it at once."""

import shutil

import pytest

pytest.importorskip("keras")

import keras

from composer_gui.core import edits
from composer_gui.core.document import Call
from composer_gui.core.layer_kinds import KerasLayer, SavedModel
from composer_gui.core.saved_files import saved_files
from composer_gui.session import importing
from composer_gui.session.session import Session
from composer_gui.storage import keras_archive, resources
from tests.silent_engine import SilentEngine

WITHIN = 60_000


@pytest.fixture
def lost(tmp_path):
    """Save a model with a model in it, import it and lose its file; return the design and where.

    Two of its layers lie in a submodel, one is as it was and one is a sealed part.
    """
    layers = keras.layers
    inner = keras.Sequential([keras.Input((4,)), layers.Dense(3, name="deep")], name="inner")
    x = keras.Input((4,), name="x")
    y = layers.Dense(4, name="second")(layers.Dense(4, name="first")(x))
    before, now = tmp_path / "before.keras", tmp_path / "now.keras"
    keras.Model(x, layers.Dense(2, name="head")(inner(y)), name="whole").save(before)
    document = importing.imported(before, resources.catalog(), depth=1)
    nodes = {document.label(node): node for node in document.nodes}
    pair = frozenset({nodes["first"], nodes["second"]})
    document = edits.group(document, resources.catalog(), pair, "pair")
    shutil.move(before, now)
    return document, before, now


def call(session, label):
    """Return the node of that label on the level shown."""
    calls = (node for node in session.document.nodes.values() if isinstance(node, Call))
    return next(node for node in calls if session.document.label(node.id) == label)


def kinds(document):
    return {layer.name: type(layer) for layer in document.layers.values()}


@pytest.mark.parametrize("where", ["head", "inner", "pair", "first"])
def test_wherever_it_is_chosen_all_that_came_out_of_the_file_takes_it(lost, where, qapp, qtbot):
    document, before, now = lost
    session = Session(SilentEngine(), resources.catalog())
    session.replace(document, None)
    told = {session.document.label(p.node) for p in session.problems()}
    assert told == {"pair", "inner", "head"}
    assert {problem.code for problem in session.problems()} == {"file_absent"}
    if where == "first":
        session.enter(call(session, "pair").id)
    with qtbot.waitSignal(session.changed, timeout=WITHIN):
        session.relocate_model(call(session, where).layer, now)
    assert saved_files(session.root) == ((str(now), keras_archive.fingerprint(now)),)
    session.leave(len(session.place))
    assert session.problems() == []
    inner = session.document.layers[call(session, "inner").layer]
    kept = session.document.layers[call(session, "head").layer]
    assert isinstance(inner, SavedModel) and inner.part == "inner"
    assert inner.interface == document.layers[inner.id].interface
    assert isinstance(kept, KerasLayer) and kept.is_as_saved
    session.undo()
    assert {path for path, _ in saved_files(session.root)} == {str(before)}
    session.close()


def test_another_file_that_has_no_such_layers_is_told_and_the_right_one_mends_it(
    lost, engine, tmp_path, qtbot
):
    document, _, now = lost
    other = tmp_path / "other.keras"
    x = keras.Input((4,), name="x")
    keras.Model(x, keras.layers.Dense(7, name="else")(x)).save(other)
    session = Session(engine, resources.catalog())
    session.replace(document, None)
    for path, is_whole in ((other, False), (now, True)):
        with qtbot.waitSignal(session.changed, timeout=WITHIN):
            session.relocate_model(call(session, "head").layer, path)
        qtbot.waitUntil(lambda: session.is_settled, timeout=WITHIN)
        problems = session.problems()
        assert [problem.code for problem in problems] == ([] if is_whole else ["part_absent"])
        if problems:
            assert problems[0].message == (
                "Inside pair: first comes out of a saved model, and there is no layer first in "
                "its file now. Choose the file that it came from."
            )
    session.close()


def test_a_file_that_only_bypassed_models_are_of_is_not_missed(lost, qapp):
    document, _before, _now = lost
    session = Session(SilentEngine(), resources.catalog())
    session.replace(document, None)
    nodes = [problem.node for problem in session.problems()]
    session.apply("Bypass", edits.set_bypassed, nodes[:1], True)
    assert {problem.node for problem in session.problems()} == set(nodes[1:])
    session.apply("Bypass", edits.set_bypassed, nodes, True)
    assert session.problems() == []
    session.close()
