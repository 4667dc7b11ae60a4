"""Things dropped from outside: layers from the palette, model files, designs, nonsense."""

import json

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from composer_gui.core import edits
from composer_gui.core.document import Call, Note

COPY, LEFT = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
NO_KEY = Qt.KeyboardModifier.NoModifier


class Carrier:
    """Carries something over the canvas, as a drag from another window does."""

    def __init__(self, hand):
        self.hand = hand
        self.viewport = hand.view.viewport()

    def enter(self, data, at):
        place = self.hand.screen(at).toPoint()
        event = QDragEnterEvent(place, COPY, data, LEFT, NO_KEY)
        QApplication.sendEvent(self.viewport, event)
        return event.isAccepted()

    def over(self, data, at):
        place = self.hand.screen(at).toPoint()
        QApplication.sendEvent(self.viewport, QDragMoveEvent(place, COPY, data, LEFT, NO_KEY))

    def leave(self):
        QApplication.sendEvent(self.viewport, QDragLeaveEvent())

    def drop(self, data, at, keys=NO_KEY):
        if self.enter(data, at):
            self.over(data, at)
            event = QDropEvent(self.hand.screen(at), COPY, data, LEFT, keys)
            QApplication.sendEvent(self.viewport, event)


@pytest.fixture
def carrier(hand):
    return Carrier(hand)


def palette(what, class_name=""):
    data = QMimeData()
    plain = {"what": what, "class_name": class_name} if class_name else {"what": what}
    data.setData("application/vnd.composer.palette", json.dumps(plain).encode())
    return data


def files(*paths):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def test_a_layer_from_the_palette_lands_under_the_mouse(carrier, view, session):
    carrier.drop(palette("layer", "Conv2D"), (300, 200))
    (node,) = session.document.nodes.values()
    assert session.document.layer_of(node).class_name == "Conv2D"
    assert view.scene().nodes[node.id].card().contains(QPointF(300, 200))
    assert view.selected() == (node.id,)


@pytest.mark.parametrize("what", ["input", "output", "frame", "note"])
def test_the_simple_kinds_can_be_dropped(carrier, session, what):
    carrier.drop(palette(what), (300, 200))
    (node,) = session.document.nodes.values()
    assert type(node).__name__.lower() == what


def test_two_drops_at_one_place_do_not_hide_each_other(carrier, session):
    for _ in range(2):
        carrier.drop(palette("layer", "Dense"), (300, 200))
    one, other = session.document.nodes.values()
    assert (one.x, one.y) != (other.x, other.y)


def test_a_ghost_shows_the_place_and_goes_when_the_drag_leaves(carrier, scene):
    carrier.enter(palette("layer", "Dense"), (300, 200))
    carrier.over(palette("layer", "Dense"), (320, 200))
    assert len(scene.items()) == 1
    carrier.leave()
    assert not scene.items()


def test_the_view_moves_while_something_is_held_at_its_edge(carrier, view, scene):
    edge = view.camera.scene_at(QPointF(view.viewport().width() - 2, 300))
    carrier.enter(palette("layer", "Dense"), edge)
    carrier.over(palette("layer", "Dense"), edge)
    (ghost,) = scene.items()
    before, at = view.center(), ghost.x()
    view.pointer.auto_scroll.step(0.1)
    assert view.center().x() > before.x() + 50
    assert ghost.x() > at + 50
    carrier.leave()
    assert not view.pointer.auto_scroll.is_running
    assert not scene.items()


def test_a_layer_dropped_on_a_wire_is_put_into_it(carrier, hand, scene, session, design):
    source, dense = design.input(0, 0), design.layer("Dense", 500, 0)
    wire = design.wire(source, dense)
    middle = (hand.output(source) + hand.input(dense)) / 2
    carrier.enter(palette("layer", "Dropout"), middle)
    carrier.over(palette("layer", "Dropout"), middle)
    assert scene.wires[wire].mark == "lit"
    carrier.drop(palette("layer", "Dropout"), middle)
    (added,) = set(session.document.nodes) - {source, dense}
    assert (design.sources(added), design.sources(dense)) == ([source], [added])
    session.undo()
    assert design.sources(dense) == [source]


def test_the_neighbours_of_a_drop_make_room(carrier, hand, scene, session, design):
    source, dense = design.input(0, 0), design.layer("Dense", 250, 0)
    design.wire(source, dense)
    carrier.drop(palette("layer", "Dropout"), (hand.output(source) + hand.input(dense)) / 2)
    (added,) = set(session.document.nodes) - {source, dense}
    cards = [scene.nodes[node].card() for node in (source, added, dense)]
    assert not any(cards[1].intersects(card) for card in (cards[0], cards[2]))
    session.undo()
    assert session.document.nodes[dense].x == 250


def test_alt_keeps_a_drop_off_the_wire(carrier, hand, session, design):
    source, dense = design.input(0, 0), design.layer("Dense", 500, 0)
    design.wire(source, dense)
    middle = (hand.output(source) + hand.input(dense)) / 2
    carrier.drop(palette("layer", "Dropout"), middle, Qt.KeyboardModifier.AltModifier)
    assert design.sources(dense) == [source]
    assert len(session.document.nodes) == 3


def test_a_note_dropped_on_a_wire_leaves_it_alone(carrier, hand, session, design):
    source, dense = design.input(0, 0), design.layer("Dense", 500, 0)
    design.wire(source, dense)
    carrier.drop(palette("note"), (hand.output(source) + hand.input(dense)) / 2)
    assert any(isinstance(node, Note) for node in session.document.nodes.values())
    assert design.sources(dense) == [source]


def test_model_files_go_to_the_session_with_their_place(carrier, session, monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr(session, "add_models", lambda *args: asked.append(args))
    paths = [tmp_path / "a.keras", tmp_path / "b.keras"]
    carrier.drop(files(*paths), (300, 200))
    ((found, x, y),) = asked
    assert found == paths
    assert abs(x - 300) < 60 and abs(y - 200) < 30


@pytest.fixture
def wire_for_a_model(design):
    """An Input and a Dense with room between them; the wire from one to the other."""
    source, dense = design.input(0, 0, shape=(4,)), design.layer("Dense", 500, 0)
    return source, dense, design.wire(source, dense)


def test_a_model_file_dropped_on_a_wire_is_put_into_it(
    carrier, hand, scene, session, design, write_model, tmp_path, qtbot, wire_for_a_model
):
    source, dense, wire = wire_for_a_model
    path = write_model(tmp_path / "a.keras")
    middle = (hand.output(source) + hand.input(dense)) / 2
    carrier.enter(files(path), middle)
    carrier.over(files(path), middle)
    assert scene.wires[wire].mark == "lit"
    before = session.document
    with qtbot.waitSignal(session.changed):
        carrier.drop(files(path), middle)
    (added,) = set(session.document.nodes) - {source, dense}
    assert session.document.nodes[added].inputs
    assert design.sources(dense) == [added]
    session.undo()
    assert session.document == before


def test_a_wire_that_is_gone_when_the_model_comes_is_no_matter(
    carrier, hand, session, design, write_model, tmp_path, qtbot, wire_for_a_model
):
    source, dense, wire = wire_for_a_model
    path = write_model(tmp_path / "a.keras")
    carrier.drop(files(path), (hand.output(source) + hand.input(dense)) / 2)
    session.apply("Disconnect", edits.disconnect, wire)
    with qtbot.waitSignal(session.changed):
        pass
    (added,) = set(session.document.nodes) - {source, dense}
    assert not session.document.nodes[added].inputs


def test_several_model_files_are_put_on_no_wire(carrier, hand, scene, wire_for_a_model):
    source, dense, wire = wire_for_a_model
    both = files("/m/a.keras", "/m/b.keras")
    middle = (hand.output(source) + hand.input(dense)) / 2
    carrier.enter(both, middle)
    carrier.over(both, middle)
    assert scene.wires[wire].mark == ""
    carrier.leave()


def test_a_bad_model_file_is_told_and_nothing_is_added(carrier, session, tmp_path, qtbot):
    path = tmp_path / "bad.keras"
    path.write_text("not a model")
    with qtbot.waitSignal(session.failed) as failed:
        carrier.drop(files(path), (300, 200))
    assert str(failed.args[0])
    assert not session.document.nodes


def test_a_design_is_announced_not_opened(carrier, view, session, tmp_path, qtbot):
    path = tmp_path / "a.composer"
    with qtbot.waitSignal(view.design_dropped) as told:
        carrier.drop(files(path), (300, 200))
    assert told.args == [path]
    assert not session.document.nodes


@pytest.mark.parametrize(
    "data",
    [palette("layer", "NoSuchLayer"), palette("nonsense"), QMimeData()],
    ids=["unknown class", "unknown kind", "nothing"],
)
def test_nonsense_is_not_taken(carrier, data):
    assert not carrier.enter(data, (300, 200))


def test_broken_palette_data_is_not_taken(carrier):
    data = QMimeData()
    data.setData("application/vnd.composer.palette", b"\xff{")
    assert not carrier.enter(data, (300, 200))


def test_text_is_not_taken(carrier):
    data = QMimeData()
    data.setText("hello")
    assert not carrier.enter(data, QPoint(300, 200).toTuple())


def test_a_layer_dropped_without_a_wire_below_is_not_wired(carrier, session, design):
    design.input(0, 0)
    carrier.drop(palette("layer", "Dense"), (400, 300))
    assert all(not node.inputs for node in session.document.nodes.values() if type(node) is Call)


def test_a_python_file_is_told_and_an_h5_is_a_model(carrier, view, monkeypatch):
    told, added = [], []
    view.code_dropped.connect(told.append)
    monkeypatch.setattr(view.session, "add_models", lambda paths, x, y: added.extend(paths))
    carrier.drop(files("/m/my_layers.py", "/m/old.h5"), (300, 300))
    assert [path.name for path in told] == ["my_layers.py"]
    assert [path.name for path in added] == ["old.h5"]
