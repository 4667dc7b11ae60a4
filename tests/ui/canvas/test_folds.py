"""A folded frame is one node on the canvas, and what it holds is not seen."""

import pytest
from PySide6.QtCore import QPointF, Qt

from composer_gui.core import edits
from composer_gui.core.document import Source, Wire
from composer_gui.core.problems import Problem
from composer_gui.core.verdicts import WRONG, Verdict
from composer_gui.ui.canvas.hits import hit_at
from composer_gui.ui.canvas.node_item import NodeItem
from composer_gui.ui.canvas.plates import FrameItem


class Block:
    """An input, two layers in a frame, and an output."""

    def __init__(self, design, session):
        self.input = design.input(0, 100)
        self.first = design.layer("Dense", 300, 100, units=4)
        self.second = design.layer("Dropout", 560, 100, rate=0.5)
        self.output = design.output(900, 100)
        self.wires = [
            design.wire(self.input, self.first),
            design.wire(self.first, self.second),
            design.wire(self.second, self.output),
        ]
        self.frame = design.add(edits.add_frame, 270, 50, 580, 240)
        self.session = session

    def fold(self):
        inside = (self.first, self.second)
        self.session.apply("Fold", edits.fold, self.frame, inside)


@pytest.fixture
def block(design, session):
    return Block(design, session)


@pytest.fixture
def folded(block, scene):
    block.fold()
    return block


def visible(scene, *node_ids):
    return [scene.nodes[node_id].isVisible() for node_id in node_ids]


def test_what_a_folded_frame_holds_is_not_seen(folded, scene):
    assert visible(scene, folded.first, folded.second) == [False, False]
    assert visible(scene, folded.input, folded.frame, folded.output) == [True, True, True]


def test_the_wires_inside_are_not_seen_and_those_across_are(folded, scene):
    assert [scene.wires[wire].isVisible() for wire in folded.wires] == [True, False, True]


def test_a_folded_frame_is_a_card_with_its_title_and_how_much_it_holds(folded, scene):
    card = scene.nodes[folded.frame]
    assert isinstance(card, NodeItem)
    assert (card.face.label, card.face.kind_text) == ("Frame", "frame · 2 nodes")
    assert card.card().topLeft() == QPointF(270, 50)


def test_the_wires_across_end_at_rings_of_the_card(folded, scene):
    card = scene.nodes[folded.frame].card()
    into, out = (scene.wires[folded.wires[n]].ends() for n in (0, 2))
    assert into[1].x() == card.left()
    assert out[0].x() == card.right()


def test_a_ring_of_the_card_is_that_of_the_node_inside(folded, scene, design):
    at = scene.ring_centre(folded.second, "out", "output")
    hit = hit_at(scene, at, 1.0)
    assert (hit.kind, hit.node, hit.side) == ("ring", folded.second, "out")


def test_a_wire_drawn_from_the_card_comes_from_the_node_inside(folded, scene, design, hand):
    other = design.layer("Dense", 900, 300, units=2)
    start = scene.ring_centre(folded.second, "out", "output")
    hand.drag(start, scene.ring_centre(other, "in", design.port(other)))
    assert design.sources(other) == [folded.second]


def test_a_node_wired_into_a_folded_frame_gets_a_ring_there(folded, scene, design):
    other = design.output(900, 300)
    wire = design.wire(folded.first, other)
    names = {slot.ring.node for slot in scene.nodes[folded.frame].layout.outputs}
    assert names == {folded.first, folded.second}
    assert scene.wires[wire].ends()[0].x() == scene.nodes[folded.frame].card().right()


def test_unfolded_everything_is_where_it_was(folded, scene, session):
    session.apply("Unfold", edits.unfold, folded.frame)
    assert isinstance(scene.nodes[folded.frame], FrameItem)
    assert all(visible(scene, folded.first, folded.second))
    assert all(scene.wires[wire].isVisible() for wire in folded.wires)
    end = scene.wires[folded.wires[0]].ends()[1]
    assert end.x() == scene.nodes[folded.first].card().left()


def test_undo_folds_and_unfolds(folded, scene, session):
    session.undo()
    assert visible(scene, folded.first) == [True]
    session.redo()
    assert visible(scene, folded.first) == [False]


def test_the_card_shows_the_worst_that_is_wrong_inside(folded, scene, design, session):
    problem = Problem("shape", "does not fit", node=folded.second)
    design.judge(**{folded.second: Verdict(WRONG, problems=(problem,))})
    assert scene.nodes[folded.frame].face.state == "wrong"
    design.judge(**{n: design.fine(4) for n in (folded.first, folded.second)})
    assert scene.nodes[folded.frame].face.state == "fine"


def test_the_card_is_dragged_with_what_it_holds(folded, scene, session, hand):
    before = session.document.nodes
    card = scene.nodes[folded.frame].card()
    hand.drag(card.center(), card.center() + QPointF(0, 240))
    after = session.document.nodes
    shifts = {after[n].y - before[n].y for n in (folded.frame, folded.first, folded.second)}
    assert len(shifts) == 1
    assert shifts.pop() >= 200
    session.undo()
    assert session.document.nodes[folded.first].y == 100


def test_escape_puts_a_dragged_card_back(folded, scene, hand):
    card = scene.nodes[folded.frame].card()
    hand.press(card.center())
    hand.move(card.center() + QPointF(60, 90))
    hand.key(Qt.Key.Key_Escape)
    assert scene.nodes[folded.frame].card() == card
    assert scene.nodes[folded.first].y() == 100


def test_a_double_click_unfolds(folded, scene, session, hand):
    hand.double_click(scene.nodes[folded.frame].card().center())
    assert session.document.nodes[folded.frame].folded == ()


def test_a_frame_in_a_folded_frame_is_hidden_with_what_it_holds(block, scene, session, design):
    block.fold()
    outer = design.add(edits.add_frame, 240, 20, 640, 320)
    session.apply("Fold", edits.fold, outer, (block.frame,))
    assert visible(scene, block.frame, block.first, outer) == [False, False, True]
    assert scene.folds.shown(block.first) == outer
    into = scene.wires[block.wires[0]].ends()[1]
    assert into.x() == scene.nodes[outer].card().left()


def test_fit_looks_at_the_card_and_not_at_what_is_hidden(folded, scene):
    rect = scene.content_rect((folded.frame, folded.first, folded.second))
    assert rect == scene.nodes[folded.frame].card()


def test_from_afar_a_folded_frame_is_a_block_and_its_nodes_are_not_there(folded, view, scene):
    view.zoom_by(0.2)
    view.grab()
    shown = {node_id for rects in view.overview.outlines.cards.values() for node_id in rects}
    assert shown == {folded.input, folded.frame, folded.output}
    assert Wire(Source(folded.first), folded.second, "inputs") not in view.overview.outlines.lines


def test_the_colour_of_the_card_is_that_of_the_frame(folded, scene, session):
    session.apply("Colour", edits.set_frame_color, folded.frame, "warning")
    item = scene.nodes[folded.frame]
    assert scene.ink.category(item.category) == scene.ink.theme.warning


def test_what_is_selected_in_a_folded_frame_marks_the_frame(folded, scene, session):
    scene.select((folded.first,))
    assert scene.nodes[folded.frame].selected
    scene.select((folded.input,))
    assert not scene.nodes[folded.frame].selected


def test_the_card_of_a_problem_stands_at_the_frame_that_hides_the_node(folded, view, scene, design):
    problem = Problem("shape", "does not fit", node=folded.second)
    design.judge(**{folded.second: Verdict(WRONG, problems=(problem,))})
    view.card.show_for(folded.second)
    frame = view.mapFromScene(scene.nodes[folded.frame].card()).boundingRect()
    hidden = view.mapFromScene(scene.nodes[folded.second].card()).boundingRect()
    shown = view.card.geometry()
    assert abs(shown.left() - frame.left()) < abs(shown.left() - hidden.left())
