"""Where a repair puts a node."""

from composer_gui.core import edits
from composer_gui.core.document import Document, Note, put
from composer_gui.core.fix_insertions import STEP_ASIDE, free_place


def test_a_node_put_in_covers_no_other_and_no_note():
    document = edits.add_input(Document(), 0, 0, label="photo", shape=(4,))
    document = put(document, Note("n9", "Below.", 300.0, 200.0, x=0.0, y=100.0))
    assert free_place(document, 500, 0) == (500, 0)
    assert free_place(document, 100, 0) == (100, -STEP_ASIDE)
    assert free_place(document, 280, 150) == (280, 150 + 2 * STEP_ASIDE)
