"""Frames are folded, coloured and kept in step; nodes are pinned; the flow is turned."""

import pytest

from composer_gui.core import edits, fragment
from composer_gui.core.document import DOWN
from composer_gui.core.errors import EditRefused
from composer_gui.core.folding import with_folded


@pytest.fixture
def framed(sketch):
    drawn = sketch(a="Input", dense="Dense a", relu="ReLU dense", frame="Frame", note="Note")
    ids = [drawn["dense"], drawn["relu"]]
    drawn.document = edits.fold(drawn.document, drawn["frame"], ids)
    return drawn


def folded(drawn, document):
    return document.nodes[drawn["frame"]].folded


def test_a_frame_is_folded_over_nodes_and_opened_again(framed):
    document, frame = framed.document, framed["frame"]
    assert folded(framed, document) == (framed["dense"], framed["relu"])
    assert edits.fold(document, frame, folded(framed, document)) is document
    opened = edits.unfold(document, frame)
    assert folded(framed, opened) == ()
    assert edits.unfold(opened, frame) is opened


def test_an_empty_frame_is_not_folded(framed):
    for ids in ((), [framed["frame"]], ["n99"]):
        with pytest.raises(EditRefused, match="Nothing lies in this frame"):
            edits.fold(framed.document, framed["frame"], ids)
    with pytest.raises(EditRefused, match="no frame"):
        edits.fold(framed.document, framed["note"], [framed["a"]])


def test_what_is_deleted_is_no_longer_folded_away(framed, catalog):
    after = edits.delete(framed.document, [framed["dense"]])
    assert folded(framed, after) == (framed["relu"],)
    after = edits.delete_and_heal(framed.document, catalog, [framed["dense"], framed["relu"]])
    assert folded(framed, after) == ()


def test_a_copy_of_a_folded_frame_holds_the_copies(framed):
    ids = with_folded(framed.document, [framed["frame"]])
    assert ids == {framed["frame"], framed["dense"], framed["relu"]}
    after = edits_pasted(framed, ids)
    new = set(after.nodes) - set(framed.document.nodes)
    (frame,) = (after.nodes[key] for key in new if hasattr(after.nodes[key], "folded"))
    assert set(frame.folded) == new - {frame.id}


def test_a_copy_without_what_is_folded_away_is_an_open_frame(framed):
    after = edits_pasted(framed, [framed["frame"]])
    (new,) = set(after.nodes) - set(framed.document.nodes)
    assert after.nodes[new].folded == ()


def edits_pasted(drawn, ids):
    """Return a sketch's document with a copy of some of its nodes, led through the clipboard."""
    text = fragment.to_text(fragment.copy(drawn.document, ids))
    return fragment.paste(drawn.document, fragment.from_text(text), 10, 10)


def test_a_frame_has_a_colour(framed):
    after = edits.set_frame_color(framed.document, framed["frame"], "warm")
    assert after.nodes[framed["frame"]].color == "warm"
    assert edits.set_frame_color(after, framed["frame"], "warm") is after
    with pytest.raises(EditRefused, match="needs a name"):
        edits.set_frame_color(after, framed["frame"], " ")


def test_nodes_are_pinned_and_freed(framed):
    ids = [framed["a"], framed["dense"], framed["note"]]
    after = edits.set_pinned(framed.document, ids, True)
    assert after.nodes[framed["a"]].pinned and after.nodes[framed["dense"]].pinned
    assert edits.set_pinned(after, ids, True) is after
    assert edits.set_pinned(after, ids, False).nodes == framed.document.nodes
    with pytest.raises(EditRefused, match="need no pin"):
        edits.set_pinned(after, [framed["note"], framed["frame"]], True)


def test_the_flow_is_turned(framed):
    after = edits.set_flow(framed.document, DOWN)
    assert after.flow == DOWN
    assert edits.set_flow(after, DOWN) is after
    with pytest.raises(EditRefused, match="Wires run"):
        edits.set_flow(after, "up")
