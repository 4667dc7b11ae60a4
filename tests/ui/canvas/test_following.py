"""The picture and the document: in step after any edits, and touched only where they differ."""

import random
import time

import pytest
from immutables import Map
from PySide6.QtCore import QCoreApplication, QPointF
from PySide6.QtGui import QPainter, QPixmap

from composer_gui.core import edits
from composer_gui.core.document import Call, Document, Input, Source, Wire, put, wires_into
from composer_gui.core.errors import EditRefused
from composer_gui.core.layer_kinds import KerasLayer
from composer_gui.core.verdicts import FINE, Verdict
from composer_gui.session.session import Session
from composer_gui.ui import theme
from composer_gui.ui.canvas.faces import face
from composer_gui.ui.canvas.marks import origin_of
from composer_gui.ui.canvas.node_item import NodeItem


def assert_in_step(scene):
    """Compare every item with what the document says, as if it were made now."""
    session = scene.session
    document = session.document
    assert set(scene.nodes) == set(document.nodes)
    wires = {wire for node in document.nodes.values() for wire in wires_into(node)}
    assert set(scene.wires) == wires
    for node_id, item in scene.nodes.items():
        node = document.nodes[node_id]
        assert (item.x(), item.y()) == (node.x, node.y)
        assert scene.wires_at[node_id] == {
            wire for wire in wires if node_id in (wire.node, wire.source.node)
        }
        if isinstance(item, NodeItem):
            layer = getattr(node, "layer", "")
            origin = origin_of(document.layers[layer]) if layer else None
            fresh = face(
                document,
                session.catalog,
                session.verdict,
                node_id,
                calls=sum(getattr(n, "layer", None) == layer for n in document.nodes.values()),
                copies=sum(origin_of(o) == origin for o in document.layers.values() if origin),
                share_of=scene.portraits.share_of,
            )
            assert item.face == fresh
        else:
            assert item.node is node
    for wire, item in scene.wires.items():
        start, end = item.ends()
        assert start == scene.ring_centre(wire.source.node, "out", wire.source.port)
        assert end == scene.ring_centre(wire.node, "in", wire.port, wire.index)


CLASSES = ("Dense", "Concatenate", "Add", "LSTM", "MultiHeadAttention")


def random_edit(session, dice):
    document, nodes = session.document, sorted(session.document.nodes)
    place = dice.randrange(0, 1200, 12), dice.randrange(0, 800, 12)
    kind = dice.choice(("layer", "wire", "wire", "move", "delete", "other", "undo", "redo"))
    if kind == "undo":
        session.undo()
    elif kind == "redo":
        session.redo()
    elif kind == "layer" or len(nodes) < 3:
        add = dice.choice((edits.add_input, edits.add_output, edits.add_note, None))
        if add is not None:
            session.apply(kind, add, *place)
        else:
            session.apply(kind, edits.add_keras_layer, dice.choice(CLASSES), *place)
    elif kind == "wire":
        source, target = dice.sample(nodes, 2)
        ports = ("inputs", "sequences", "query", "value", "input", "initial_state")
        for port in ports:
            wire = Wire(Source(source), target, port, dice.randrange(3))
            session.try_apply(kind, edits.connect, session.catalog, wire)
    elif kind == "move":
        session.apply(kind, edits.move, dict.fromkeys(dice.sample(nodes, 2), place))
    elif kind == "delete":
        session.apply(kind, edits.delete, dice.sample(nodes, 1))
    else:
        calls = [n for n in nodes if isinstance(document.nodes[n], Call)]
        if calls:
            node = dice.choice(calls)
            layer = document.nodes[node].layer
            edit, *args = dice.choice(
                (
                    (edits.add_call, layer, *place),
                    (edits.make_independent, node),
                    (edits.rename, node, f"name {dice.randrange(99)}"),
                    (edits.set_trainable, layer, dice.random() < 0.5),
                )
            )
            session.apply(kind, edit, *args)


@pytest.mark.parametrize("seed", range(6))
def test_after_any_edits_the_picture_shows_the_document(scene, session, seed):
    dice = random.Random(seed)
    for _ in range(120):
        try:
            random_edit(session, dice)
        except EditRefused:
            continue
        assert_in_step(scene)
    while session.history.undo_label is not None:
        session.undo()
    assert_in_step(scene)
    while session.history.redo_label is not None:
        session.redo()
    assert_in_step(scene)


def test_a_canvas_that_is_made_late_shows_what_is_open(session, design, new_view):
    source, merge = design.input(0, 0), design.layer("Add", 300, 0)
    for index in range(2):
        design.wire(source, merge, index=index)
    assert_in_step(new_view(session).scene())


def test_another_document_replaces_everything(scene, session, design):
    source, dense = design.input(0, 0), design.layer("Dense", 300, 0)
    design.wire(source, dense)
    session.replace(chain(10), None)
    assert_in_step(scene)
    session.new()
    assert not scene.items()


def test_an_edit_repaints_nothing_else(scene, session, design, monkeypatch):
    nodes = [design.layer("Dense", 300 * n, 0) for n in range(4)]
    refreshed = []
    monkeypatch.setattr(NodeItem, "set_face", lambda item, _: refreshed.append(item.node_id))
    session.apply("Rename", edits.rename, nodes[1], "other")
    assert refreshed == [nodes[1]]


def test_a_verdict_that_is_the_same_repaints_nothing(scene, design, monkeypatch):
    nodes = [design.layer("Dense", 300 * n, 0) for n in range(3)]
    design.judge(**{node: design.fine(4) for node in nodes})
    refreshed = []
    monkeypatch.setattr(NodeItem, "set_face", lambda item, _: refreshed.append(item.node_id))
    design.judge(**{nodes[0]: design.fine(4), nodes[1]: design.fine(5)})
    assert refreshed == [nodes[1]]


def test_another_theme_is_taken_at_once(qapp, view, scene, design):
    design.layer("Dense", 0, 0)
    try:
        for name in ("light", "contrast-dark", "dark"):
            theme.apply(qapp, name)
            assert scene.ink.theme.name == name
            assert_in_step(scene)
            picture = view.grab().toImage()
            seen = {picture.pixelColor(x, 3).name() for x in range(40)}
            assert theme.current().canvas.name() in seen
    finally:
        theme.apply(qapp, "dark")


# Large designs ------------------------------------------------------------------------------------


def chain(length):
    """Return a document of Dense layers one behind the other, with a skip wire now and then."""
    document = put(Document(), Input("n1", "in", (8,)))
    items = []
    for number in range(2, length + 1):
        x, y = 280.0 * (number // 70), 140.0 * (number % 70)
        sources = [Source(f"n{number - 1}")]
        merges = number % 4 == 0
        if merges:
            sources.append(Source(f"n{number - 3}"))
        layer = f"l{length + number}"
        items.append(KerasLayer(layer, f"layer_{number}", "Add" if merges else "Dense"))
        wires = Map({"inputs": tuple(sources)})
        items.append(Call(f"n{number}", layer, inputs=wires, x=x, y=y))
    return put(document, *items).settled()


@pytest.fixture
def large(session, new_view):
    def large(length):
        other = Session(session.engine, session.catalog)
        other.replace(chain(length), None)
        started = time.thread_time()
        view = new_view(other)
        view.scene().finish()
        taken = time.thread_time() - started
        view.resize(1200, 800)
        QCoreApplication.processEvents()  # Qt sorts items by place in a turn of its own
        return view, taken

    return large


def seconds(work, times=5):
    """Return the least that the processor spends on this thread's work, others' left out."""
    found = []
    for _ in range(times):
        started = time.thread_time()
        work()
        found.append(time.thread_time() - started)
    return min(found)


def test_building_costs_what_there_is_to_build(large):
    large(50)
    taken = {length: min(large(length)[1] for _ in range(2)) for length in (500, 2000)}
    assert taken[2000] < 10 * taken[500]


def test_a_far_view_is_painted_in_one_batch(large):
    view, _ = large(3000)
    view.fit()
    assert view.overview.holds(view)
    batch = QPixmap(1200, 800)

    def in_one():
        painter = QPainter(batch)
        painter.setWorldTransform(view.viewportTransform())
        view.overview.paint_batch(painter, view.camera.zoom)
        painter.end()

    def one_by_one():
        painter = QPainter(batch)
        painter.setWorldTransform(view.viewportTransform())
        for item in view.scene().nodes.values():
            painter.save()
            painter.translate(item.pos())
            item.paint(painter, None)
            painter.restore()
        painter.end()

    in_one()
    assert seconds(in_one) * 5 < seconds(one_by_one, 3)


def test_an_edit_costs_the_same_in_a_large_design(large):
    def cost(length):
        view, _ = large(length)
        session = view.session
        session.apply("Move", edits.move, {"n50": (1, 1)})

        def move():
            place = session.document.nodes["n50"].x + 12
            session.apply("Move", edits.move, {"n50": (place, 1)})

        return seconds(move, 15)

    assert cost(3000) < 6 * cost(300) + 0.002


def test_the_mouse_finds_what_it_is_over_as_fast_in_a_large_design(large):
    small, big = (large(length)[0] for length in (300, 3000))

    def look(view):
        return seconds(lambda: [view.hit(QPointF(900, 900)) for _ in range(50)])

    assert look(big) < 8 * look(small) + 0.005


def test_dragging_many_nodes_moves_wires_instead_of_drawing_them(large):
    view, _ = large(1000)
    scene = view.scene()
    path = next(iter(scene.wires.values())).path()
    places = {node_id: (item.x() + 24, item.y()) for node_id, item in scene.nodes.items()}
    scene.place(places)
    item = next(iter(scene.wires.values()))
    assert item.path() == path
    start, _ = item.ends()
    assert start == scene.ring_centre(item.wire.source.node, "out", item.wire.source.port)


def test_all_of_a_large_design_can_be_judged_at_once(large):
    view, _ = large(2000)
    session = view.session
    spec = Verdict(FINE, parameters=5)
    verdicts = dict.fromkeys(session.document.nodes, spec)
    session.engine.analyzed.emit(session.design, session.revision, verdicts)
    view.scene().finish()
    assert view.scene().nodes["n2"].face.state == "fine"
