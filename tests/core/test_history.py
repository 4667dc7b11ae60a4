"""Undo and redo walk a list of documents; some edits in a row are one step."""

import pytest

from composer_gui.core import edits
from composer_gui.core.change import between
from composer_gui.core.document import Document
from composer_gui.core.history import History


class Pen:
    """Pushes edits as the session does."""

    def __init__(self):
        self.history = History(Document())

    def do(self, label, edit, *args, merge=None):
        before = self.history.document
        after = edit(before, *args)
        self.history.push(label, after, between(before, after), merge=merge)
        return self.history.document


@pytest.fixture
def pen():
    return Pen()


def labels(history):
    """Return what each step is called, in order; the beginning is called nothing."""
    return tuple(history.step(number).label for number in range(len(history)))


def test_at_the_beginning_there_is_nothing_to_undo_or_redo(pen):
    assert pen.history.undo() is None and pen.history.redo() is None
    assert pen.history.undo_label is None and pen.history.redo_label is None


def test_undo_gives_back_the_very_document(pen):
    first = pen.history.document
    second = pen.do("Add input", edits.add_input, 0, 0)
    document, change = pen.history.undo()
    assert document is first and change == between(second, first)
    document, change = pen.history.redo()
    assert document is second and change == between(first, second)


def test_labels_say_what_would_be_undone_and_redone(pen):
    pen.do("Add input", edits.add_input, 0, 0)
    pen.do("Add output", edits.add_output, 0, 0)
    pen.history.undo()
    assert (pen.history.undo_label, pen.history.redo_label) == ("Add input", "Add output")


def test_a_new_edit_forgets_what_was_undone(pen):
    pen.do("Add input", edits.add_input, 0, 0)
    pen.history.undo()
    pen.do("Add output", edits.add_output, 0, 0)
    assert pen.history.redo_label is None and pen.history.redo() is None
    pen.history.undo()
    assert pen.history.redo_label == "Add output"


def test_documents_are_kept_without_the_memory_of_how_they_came_about(pen):
    """Else every document would hold all those before it."""
    pen.do("Add input", edits.add_input, 0, 0)
    assert pen.history.document.origin is None and not pen.history.document.touched


def test_edits_of_one_kind_in_a_row_are_one_step(pen):
    pen.do("Add note", edits.add_note, 0, 0)
    before = pen.history.document
    for text in ("h", "he", "hello"):
        pen.do("Write", edits.set_text, "n1", text, merge=("text", "n1"))
    after = pen.history.document
    document, change = pen.history.undo()
    assert document is before and change == between(after, before)
    document, change = pen.history.redo()
    assert document is after and change == between(before, after)


def test_another_merge_key_begins_another_step(pen):
    pen.do("Add note", edits.add_note, 0, 0)
    pen.do("Write", edits.set_text, "n1", "a", merge=("text", "n1"))
    pen.do("Move", edits.move, {"n1": (1, 1)}, merge=("move", "n1"))
    pen.history.undo()
    assert pen.history.undo_label == "Write"


def test_edits_without_a_merge_key_stay_apart(pen):
    pen.do("Add note", edits.add_note, 0, 0)
    pen.do("Add note", edits.add_note, 0, 0)
    pen.history.undo()
    assert len(pen.history.document.nodes) == 1


def test_a_saved_step_is_not_joined(pen):
    pen.do("Add note", edits.add_note, 0, 0)
    pen.do("Write", edits.set_text, "n1", "saved", merge="text")
    pen.history.mark_clean()
    pen.do("Write", edits.set_text, "n1", "later", merge="text")
    assert not pen.history.is_clean
    assert pen.history.undo()[0].nodes["n1"].text == "saved"
    assert pen.history.is_clean


@pytest.mark.parametrize("moves", [("undo",), ("undo", "redo")])
def test_after_undo_or_redo_nothing_joins(pen, moves):
    pen.do("Add note", edits.add_note, 0, 0)
    pen.do("Write", edits.set_text, "n1", "a", merge="text")
    pen.do("Write", edits.set_text, "n1", "b", merge="other")
    for move in moves:
        getattr(pen.history, move)()
    present = pen.history.document
    key = "text" if moves == ("undo",) else "other"
    pen.do("Write", edits.set_text, "n1", "c", merge=key)
    assert pen.history.undo()[0] is present


def test_what_was_opened_is_clean_until_it_is_edited(pen):
    assert pen.history.is_clean
    pen.do("Add note", edits.add_note, 0, 0)
    assert not pen.history.is_clean
    pen.history.undo()
    assert pen.history.is_clean


def test_undoing_behind_the_saved_step_and_editing_is_never_clean_again(pen):
    pen.do("Add note", edits.add_note, 0, 0)
    pen.history.mark_clean()
    pen.history.undo()
    assert not pen.history.is_clean
    pen.do("Add note", edits.add_note, 5, 5)
    assert not pen.history.is_clean
    pen.history.undo()
    assert not pen.history.is_clean


def test_every_step_can_be_gone_to_from_every_other(pen):
    """What differs is told at once, and truly: the same as going through all between."""
    documents = [pen.history.document]
    documents.append(pen.do("Add note", edits.add_note, 0, 0))
    documents.append(pen.do("Write", edits.set_text, "n1", "a"))
    documents.append(pen.do("Add input", edits.add_input, 0, 0))
    documents.append(pen.do("Delete", edits.delete, {"n1"}))
    assert len(pen.history) == len(documents)
    for start, before in enumerate(documents):
        for end, after in enumerate(documents):
            pen.history.go_to(start)
            assert pen.history.present == start
            if start == end:
                assert pen.history.go_to(end) is None
                continue
            document, change = pen.history.go_to(end)
            truly = between(before, after)
            assert document is after
            assert (change.added, change.removed) == (truly.added, truly.removed)
            assert change.changed >= truly.changed


def test_labels_tell_all_steps_those_that_were_undone_included(pen):
    pen.do("Add input", edits.add_input, 0, 0)
    pen.do("Add output", edits.add_output, 0, 0)
    pen.history.go_to(0)
    assert labels(pen.history) == ("", "Add input", "Add output")
    assert pen.history.redo_label == "Add input"


def test_a_new_edit_forgets_the_steps_behind_the_one_gone_to(pen):
    for _ in range(3):
        pen.do("Add note", edits.add_note, 0, 0)
    pen.history.mark_clean()
    pen.history.go_to(1)
    pen.do("Add input", edits.add_input, 0, 0)
    assert labels(pen.history) == ("", "Add note", "Add input")
    assert pen.history.clean is None


def test_after_going_to_a_step_nothing_joins_it(pen):
    pen.do("Add note", edits.add_note, 0, 0)
    pen.do("Write", edits.set_text, "n1", "a", merge="text")
    pen.do("Write", edits.set_text, "n1", "b", merge="other")
    pen.history.go_to(2)
    pen.do("Write", edits.set_text, "n1", "c", merge="text")
    assert labels(pen.history) == ("", "Add note", "Write", "Write")


def test_there_is_no_step_before_the_first_or_behind_the_last(pen):
    for number in (-1, 1):
        with pytest.raises(IndexError):
            pen.history.go_to(number)
