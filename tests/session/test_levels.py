"""Levels of a design: entered and left, edited inside, undone from anywhere, saved whole."""

import pytest

from composer_gui.core import edits
from composer_gui.core.document import Call, Document, Source, Wire, new_id, put
from composer_gui.core.layer_kinds import Submodel
from composer_gui.core.verdicts import FINE, PENDING
from composer_gui.session.session import Session
from composer_gui.storage import resources
from tests.drawing import Drawing
from tests.session.test_session import fine
from tests.silent_engine import SilentEngine


@pytest.fixture
def engine(qapp):
    return SilentEngine()


@pytest.fixture
def session(engine):
    return Session(engine, resources.catalog())


def block(name="block"):
    """Return a design of one layer between an Input and an Output."""
    drawing = Drawing(name)
    drawing.output("out", drawing.layer("ReLU", "act", drawing.input("in", 3)))
    return drawing.document.settled()


def with_submodel(document, design, name):
    """Return `document` with a submodel in it, wired to nothing, and the node that calls it."""
    document, layer = new_id(document, "l")
    document, node = new_id(document, "n")
    document = put(document, Submodel(layer, name, design), Call(node, layer))
    return document.settled(), node


@pytest.fixture
def nested(session):
    """Open a submodel in a submodel; return the nodes that call the outer and the inner one."""
    middle, inner_node = with_submodel(block("middle"), block("inner"), "inner")
    root, outer_node = with_submodel(block("whole"), middle, "outer")
    session.replace(root, None)
    return outer_node, inner_node


def enter_all(session, nested):
    for node in nested:
        assert session.enter(node)


def labels(document):
    return {document.label(node) for node in document.nodes}


def test_only_a_submodel_can_be_entered(session, nested):
    other = next(node for node in session.document.nodes if node not in nested)
    assert not session.enter(other) and not session.enter("n99")
    assert session.trail == ()


def test_a_level_is_shown_with_the_names_on_the_way(session, nested, qtbot):
    root = session.root
    with qtbot.waitSignal(session.level_changed):
        assert session.enter(nested[0])
    assert [name for _, name in session.trail] == ["outer"]
    session.enter(nested[1])
    assert [name for _, name in session.trail] == ["outer", "inner"]
    assert session.document.name == "inner"
    assert session.root is root
    session.leave(2)
    assert session.trail == () and session.document == root
    session.leave()
    assert session.trail == ()


def test_a_change_of_level_replaces_all_nodes_although_ids_are_alike(session, nested, qtbot):
    before = set(session.document.nodes)
    with qtbot.waitSignal(session.changed) as emitted:
        session.enter(nested[0])
    (change,) = emitted.args
    assert change.removed == before
    assert change.added == set(session.document.nodes)
    assert before & change.added
    for node in session.document.nodes.values():
        sources = {source.node for sources in node.inputs.values() for source in sources}
        assert set(session.graph.sources(node.id)) == sources


def test_a_level_has_verdicts_of_its_own(session, engine, nested):
    everything = {node: fine(3) for node in session.document.nodes}
    engine.analyzed.emit(session.design, session.revision, everything)
    session.enter(nested[0])
    assert engine.asked[-1][2:] == (session.document, None)
    assert not session.is_settled
    kinds = {session.verdict(node).kind for node in session.document.nodes}
    assert FINE not in kinds and PENDING in kinds


def test_an_edit_inside_changes_the_whole_and_is_one_step(session, nested, tmp_path):
    enter_all(session, nested)
    before = session.root
    change = session.apply("Add", edits.add_keras_layer, "Dense", 0, 0)
    (node,) = change.added
    assert node in session.document.nodes
    assert session.root is not before and not session.is_clean
    session.undo()
    assert session.root is before and session.is_clean
    assert len(session.trail) == 2
    session.redo()
    assert "dense" in labels(session.document)


def test_undo_goes_to_the_level_where_it_was_done(session, nested, qtbot):
    enter_all(session, nested)
    session.apply("Add", edits.add_keras_layer, "Dense", 0, 0)
    session.leave(2)
    with qtbot.waitSignal(session.level_changed):
        session.undo()
    assert [name for _, name in session.trail] == ["outer", "inner"]
    assert "dense" not in labels(session.document)
    session.leave()
    session.redo()
    assert len(session.trail) == 2
    assert "dense" in labels(session.document)


def test_going_to_a_step_goes_to_the_level_where_it_was_done(session, nested, qtbot):
    enter_all(session, nested)
    session.apply("Add", edits.add_keras_layer, "Dense", 0, 0)
    session.leave(2)
    session.apply("Add", edits.add_note, 0, 0)
    with qtbot.waitSignal(session.level_changed):
        session.go_to_step(0)
    assert [name for _, name in session.trail] == ["outer", "inner"]
    assert "dense" not in labels(session.document)
    with qtbot.waitSignal(session.level_changed):
        session.go_to_step(2)
    assert session.trail == ()


def test_undo_of_what_brought_a_level_leaves_it(session):
    root = block()
    session.replace(root, None)
    inner, nodes = block("inner"), []

    def add(document):
        document, node = with_submodel(document, inner, "late")
        nodes.append(node)
        return document

    session.apply("Group", add)
    session.enter(nodes[0])
    session.undo()
    assert session.trail == () and session.document == root


def test_edits_alike_on_two_levels_are_two_steps(session, nested):
    first = next(node for node in session.document.inputs)
    session.apply("Move", edits.rename, first, "one", merge="rename")
    session.enter(nested[0])
    inner = next(node for node in session.document.inputs)
    session.apply("Move", edits.rename, inner, "two", merge="rename")
    session.undo()
    assert len(session.trail) == 1
    session.leave()
    assert session.document.label(first) == "one"


def test_a_design_is_saved_whole_from_inside(session, nested, tmp_path):
    enter_all(session, nested)
    session.apply("Add", edits.add_keras_layer, "Dense", 0, 0)
    root = session.root
    session.save(tmp_path / "a.composer")
    assert session.is_clean
    session.open(tmp_path / "a.composer")
    assert session.trail == () and session.document == root


def test_the_source_is_that_of_the_level_shown(session, nested):
    session.enter(nested[0])
    session.enter(nested[1])
    assert 'name="act"' in session.script().text
    assert session.title == "whole"


def test_the_wires_around_a_submodel_follow_its_ports(session):
    document, node = with_submodel(block("whole"), block("inner"), "inner")
    catalog = session.catalog
    document = edits.connect(document, catalog, Wire(Source(document.inputs[0]), node, "in"))
    session.replace(document.settled(), None)
    session.enter(node)
    session.apply("Rename", edits.rename, session.document.inputs[0], "picture")
    session.leave()
    assert dict(session.document.nodes[node].inputs) == {
        "picture": (Source(session.document.inputs[0]),)
    }
    session.undo()
    session.leave()
    assert set(session.document.nodes[node].inputs) == {"in"}


def test_opening_another_design_leaves_every_level(session, nested, qtbot):
    enter_all(session, nested)
    with qtbot.waitSignal(session.level_changed):
        session.replace(Document(name="other"), None)
    assert session.trail == () and session.document.name == "other"
