"""What an export says of the nodes that are not in the model."""

from composer_gui.core import edits
from composer_gui.session.export_report import left_out
from tests.drawing import Drawing


def test_what_leads_nowhere_or_is_bypassed_is_told():
    made = Drawing()
    start = made.input("photo", 8)
    dense = made.layer("Dense", "dense", start, units=8)
    relu = made.layer("ReLU", "relu", dense)
    made.output("result", relu)
    assert left_out(made.document, made.catalog) == []
    loose = [made.layer("Dense", f"loose_{number}", dense, units=2) for number in range(4)]
    document = edits.set_bypassed(made.document, [relu, loose[3]], True)
    assert left_out(document, made.catalog) == [
        "loose_0, loose_1, loose_2 lead to no Output and so are not in the model.",
        "relu, loose_3 are bypassed and so are not in the model.",
    ]
    document = edits.set_bypassed(edits.delete(document, loose), [relu, dense], True)
    document = edits.set_bypassed(document, [relu], False)
    assert left_out(document, made.catalog) == ["dense is bypassed and so is not in the model."]
