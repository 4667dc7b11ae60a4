"""A design with submodels, with the real engine: checked and exported whole from inside a level."""

import numpy as np
import pytest

pytest.importorskip("keras")

import keras

from composer_gui.core import edits
from composer_gui.core.document import Call
from composer_gui.core.layer_kinds import Submodel
from composer_gui.core.verdicts import FINE
from composer_gui.session import importing
from composer_gui.session.exports import Export
from composer_gui.session.session import Session
from composer_gui.storage import resources
from tests.session.test_exports import outcome

WITHIN = 120_000


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """Return the file of a model of three layers."""
    x = keras.Input((4,), name="x")
    y = keras.layers.Dense(5, activation="tanh", name="first")(x)
    y = keras.layers.Dense(3, name="second")(y)
    path = tmp_path_factory.mktemp("saved") / "three.keras"
    keras.Model(x, keras.layers.Softmax(name="soft")(y), name="three").save(path)
    return path


@pytest.fixture
def grouped(engine, path, qtbot):
    """Open the model's layers with the first two as a submodel; return the session and its node."""
    session = Session(engine, resources.catalog())
    session.replace(importing.imported(path, session.catalog), None)
    nodes = {session.document.label(node): node for node in session.document.nodes}
    pair = frozenset({nodes["first"], nodes["second"]})
    session.apply("Group", edits.group, session.catalog, pair, "pair")
    (node,) = (n for n in session.document.nodes if session.document.label(n) == "pair")
    yield session, node
    session.close()


def is_submodel(session, node):
    return isinstance(session.document.layers[session.document.nodes[node].layer], Submodel)


def call(session, label):
    """Return the node that calls the layer of that name."""
    document = session.document
    calls = (node for node in document.nodes.values() if isinstance(node, Call))
    return next(node.id for node in calls if document.label(node.id) == label)


def settle(session, qtbot):
    qtbot.waitUntil(lambda: session.is_settled, timeout=WITHIN)


def test_each_level_is_judged_by_the_engine(grouped, qtbot):
    session, node = grouped
    assert is_submodel(session, node)
    settle(session, qtbot)
    assert session.verdict(node).kind == FINE
    assert session.verdict(node).outputs[0][1].shape == (None, 3)
    assert session.enter(node)
    settle(session, qtbot)
    assert {session.verdict(n).kind for n in session.document.nodes} == {FINE}
    inner = {session.document.label(n): session.verdict(n) for n in session.document.nodes}
    assert inner["first"].outputs[0][1].shape == (None, 5)


def test_what_is_wrong_inside_is_told_outside(grouped, qtbot):
    session, node = grouped
    session.enter(node)
    second = call(session, "second")
    session.apply("Delete", edits.delete, [call(session, "first")])
    settle(session, qtbot)
    assert session.verdict(second).kind != FINE
    session.leave()
    settle(session, qtbot)
    assert session.verdict(node).kind != FINE
    assert any("second" in problem.message for problem in session.problems())


def test_an_export_from_inside_is_of_the_whole_and_keeps_every_weight(
    grouped, path, tmp_path, qtbot
):
    session, node = grouped
    session.enter(node)
    report = outcome(Export(session, [tmp_path / "again.keras", tmp_path / "again.py"]))
    assert getattr(report, "ok", False), report
    assert session.trail == ()
    (kept,) = (check for check in report.checks if check.name == "kept")
    assert kept.detail.startswith("All 43 weights")
    one, other = keras.models.load_model(path), keras.models.load_model(tmp_path / "again.keras")
    given = keras.random.normal((2, 4), seed=3)
    np.testing.assert_array_equal(one(given), other(given))


def test_a_layer_that_was_changed_inside_starts_anew_and_that_is_told(grouped, tmp_path, qtbot):
    session, node = grouped
    session.enter(node)
    second = call(session, "second")
    layer = session.document.nodes[second].layer
    session.apply("Units", edits.set_parameter, session.catalog, layer, "units", 7)
    settle(session, qtbot)
    assert session.verdict(second).anew
    report = outcome(Export(session, [tmp_path / "new.keras"]))
    assert getattr(report, "ok", False), report
    (kept,) = (check for check in report.checks if check.name == "kept")
    assert "25" in kept.detail and "42" in kept.detail
