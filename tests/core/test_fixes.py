"""Repairs of submodels and of sizes, by known specs; those of other nodes in tests/session."""

import pytest

from composer_gui.core import edits, fixes
from composer_gui.core.document import Call, Document, Input, Source, Wire
from composer_gui.core.errors import EditRefused
from composer_gui.core.layer_kinds import SavedInterface, SavedPort
from composer_gui.core.problems import Problem
from composer_gui.core.shapes.tensor_spec import TensorSpec
from composer_gui.core.verdicts import FINE, Verdict


@pytest.fixture
def grouped(sketch, catalog):
    """A submodel that takes 8 numbers, behind a layer."""
    drawn = sketch(photo="Input", stem="Dense photo", head="Dense stem", out="Output head")
    known = {drawn["stem"]: Verdict(FINE, (("output", TensorSpec((None, 8))),))}
    document = edits.group(drawn.document, catalog, [drawn["head"]], "block", verdicts=known)
    (call,) = (n for n in document.nodes.values() if document.label(n.id) == "block")
    return drawn, document.settled(), call


def offered(catalog, drawn, document, call, spec):
    verdicts = {drawn["stem"]: Verdict(FINE, (("output", spec),))}
    return fixes.fixes_for(document, catalog, verdicts, Problem("refused", "No.", call.id))


def test_a_submodel_may_take_the_shape_and_dtype_that_come(grouped, catalog):
    drawn, document, call = grouped
    spec = TensorSpec((4, 32, 3), "float16")
    (fix,) = offered(catalog, drawn, document, call, spec)
    assert fix.title == "Let stem of block take 4×32×3 float16"
    design = fix.edit(document).layers[call.layer].design
    entry = design.nodes[design.inputs[0]]
    assert (entry.shape, entry.dtype, entry.batch_size) == ((32, 3), "float16", 4)


def test_a_size_that_a_layer_inside_forbids_goes_back_with_the_input_that_followed_it(catalog):
    interface = SavedInterface("Functional", (SavedPort("image", (None, 8, 8, 3)),), ())
    document = edits.add_input(Document(), 0, 0, label="photo", shape=(8, 8, 3))
    document = edits.add_saved_model(document, "/m/flat.keras", "00", interface, 200, 0)
    photo, flat = sorted(document.nodes)
    document = edits.connect(document, catalog, Wire(Source(photo), flat, "image"))
    ports = (SavedPort("image", (None, 16, 16, 3)),)
    other = edits.use_inputs(document, document.nodes[flat].layer, ports)
    assert other.nodes[photo].shape == (16, 16, 3)
    refused = Problem("refused_inside", "No.", flat)
    (fix,) = fixes.fixes_for(other, catalog, {}, refused)
    assert fix.title == "Set flat back to 8×8×3"
    assert fix.edit(other) == document
    assert fixes.fixes_for(document, catalog, {}, refused) == ()


def test_inputs_that_are_added_one_after_the_other_do_not_lie_on_each_other(catalog):
    ports = tuple(SavedPort(name, (None, 8)) for name in ("left", "right"))
    interface = SavedInterface("Functional", ports, ())
    document = edits.add_saved_model(Document(), "/m/twins.keras", "00", interface, 400, 0)
    (twins,) = document.nodes
    for port in ("left", "right"):
        problem = Problem("missing_wire", "No.", twins, port)
        (fix,) = fixes.fixes_for(document, catalog, {}, problem)
        document = fix.edit(document)
    one, other = (node for node in document.nodes.values() if isinstance(node, Input))
    assert abs(one.y - other.y) >= fixes.INPUT_STEP


def test_what_fits_a_submodel_is_not_offered(grouped, catalog):
    drawn, document, call = grouped
    assert offered(catalog, drawn, document, call, TensorSpec((None, 8))) == ()
    assert offered(catalog, drawn, document, call, TensorSpec(None)) == ()
    assert offered(catalog, drawn, document, call, TensorSpec(())) == ()


def test_a_repair_inside_a_submodel_that_is_gone_is_refused(grouped, catalog):
    drawn, document, call = grouped
    fix, by_a_layer = offered(catalog, drawn, document, call, TensorSpec((None, 9)))
    assert by_a_layer.title == "Insert a Dense of 8 units in between"
    with pytest.raises(EditRefused, match="no longer in the design"):
        fix.edit(edits.ungroup(document, call.id))
    (layer,) = (x for x in document.layers.values() if x.id == call.layer)
    emptied = edits.with_design(document, layer.id, edits.delete(layer.design, layer.design.inputs))
    with pytest.raises(EditRefused, match="no longer in the design"):
        fix.edit(emptied)


def test_an_open_port_of_a_submodel_gets_an_input_that_fits(grouped, catalog):
    _, document, call = grouped
    again = edits.use_again(document, call.id, 900, 0)
    (other,) = set(again.nodes) - set(document.nodes)
    (fix,) = fixes.fixes_for(again, catalog, {}, Problem("missing_wire", "No.", other))
    there, elsewhere = (Problem("missing_wire", "No.", other, port) for port in ("stem", "b"))
    assert [f.title for f in fixes.fixes_for(again, catalog, {}, there)] == [fix.title]
    assert fixes.fixes_for(again, catalog, {}, elsewhere) == ()
    assert fix.title == "Add an Input of 8 for stem"
    after = fix.edit(again)
    feeder = after.nodes[after.nodes[other].inputs["stem"][0].node]
    assert isinstance(after.nodes[other], Call) and isinstance(feeder, Input)
    assert feeder.shape == (8,)
