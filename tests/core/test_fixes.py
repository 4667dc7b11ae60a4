"""What repairs are computed from known specs; that they mend is tested in tests/session."""

import time

import pytest

from composer_gui.core import edits, fix_inputs, fix_names, fixes
from composer_gui.core.document import Call, Document, Input, Source, Wire
from composer_gui.core.errors import EditRefused
from composer_gui.core.fix_table import FIX_KINDS
from composer_gui.core.layer_kinds import Operation, SavedInterface, SavedPort
from composer_gui.core.problem_table import KINDS
from composer_gui.core.problems import Problem
from composer_gui.core.shapes.tensor_spec import TensorSpec
from composer_gui.core.verdicts import FINE, WRONG, Verdict
from tests.drawing import Drawing


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


def titles(catalog, document, wrong, kinds, code="refused", **fields):
    """Return what is offered of some kinds for a node where all Inputs are as they say."""
    verdicts = {wrong: Verdict(WRONG)}
    for node in document.nodes.values():
        if isinstance(node, Input):
            spec = TensorSpec((node.batch_size, *node.shape), node.dtype)
            verdicts[node.id] = Verdict(FINE, (("output", spec),))
    problem = Problem(code, "No.", wrong, **fields)
    found = fixes.fixes_for(document, catalog, verdicts, problem)
    return [fix.title for fix in found if fix.kind in kinds]


# The table --------------------------------------------------------------------------------------


def test_every_kind_of_fix_has_what_offers_it_and_the_other_way_round():
    assert set(fixes.OFFERS) == set(FIX_KINDS)
    assert len(FIX_KINDS) >= 25


def test_problems_name_only_kinds_of_fixes_that_there_are():
    named = {fix for kind in KINDS.values() for fix in kind.fixes}
    assert named - set(FIX_KINDS) == set()


def test_every_kind_of_fix_begins_with_a_verb_and_says_what_it_does():
    for kind in FIX_KINDS.values():
        assert kind.title[0].isupper() and kind.title.split()[0].isalpha()
        assert kind.does.endswith(".") and "!" not in kind.does
        assert kind.kind == kind.kind.lower()


# Computed from specs ----------------------------------------------------------------------------


def test_what_the_kind_of_problem_names_first_is_offered_first(catalog):
    draw = Drawing()
    x = draw.input("x", 8, 8, 6)
    norm = draw.layer("GroupNormalization", "norm", x, groups=4)
    found = titles(catalog, draw.document, norm, FIX_KINDS, code="groups")
    assert found[0] == "Set groups of norm to 3"


def test_wires_of_a_model_that_fit_when_they_are_swapped_are_swapped_first(catalog):
    ports = (SavedPort("left", (None, 4)), SavedPort("right", (None, 6)))
    draw = Drawing()
    a, b = draw.input("a", 6), draw.input("b", 4)
    node = draw.model("pair", SavedInterface("Functional", ports, ()), a, b)
    found = titles(catalog, draw.document, node, FIX_KINDS, code="shape", port="left")
    assert found[0] == "Swap a and b at pair"
    assert "Insert a Dense of 4 units before pair, and make b fit likewise" in found


def test_an_image_with_its_channels_first_is_turned_before_all_else(catalog):
    ports = (SavedPort("photo", (None, 16, 16, 3)),)
    draw = Drawing()
    node = draw.model("net", SavedInterface("Functional", ports, ()), draw.input("x", 3, 16, 16))
    found = titles(catalog, draw.document, node, FIX_KINDS, code="shape", port="photo")
    assert found[0] == "Turn 3×16×16 of x into 16×16×3 before net"


@pytest.mark.parametrize(
    ("shape", "class_name", "reshaped"),
    [
        ((28, 28), "Conv2D", ["28×28×1"]),
        ((768,), "Conv2D", ["16×16×3"]),
        ((10,), "LSTM", ["10×1", "1×10"]),
        ((8, 8, 3), "LSTM", ["64×3"]),
        ((None, 8, 3), "GRU", ["?×3"]),
        ((1, 6, 4), "GRU", ["6×4"]),
        ((7,), "Conv2D", []),
    ],
)
def test_the_target_of_a_reshape_is_computed(catalog, shape, class_name, reshaped):
    draw = Drawing()
    x = draw.input("x", *shape)
    node = draw.layer(class_name, "wrong", x)
    found = titles(catalog, draw.document, node, ["insert_reshape"])
    assert [title.split(" to ")[1].split(" before")[0] for title in found] == reshaped


def test_a_reshape_that_is_put_in_holds_the_target_with_its_free_size(catalog):
    draw = Drawing()
    x = draw.input("x", None, 8, 3)
    node = draw.layer("GRU", "read", x, units=2)
    verdicts = {x: Verdict(FINE, (("output", TensorSpec((None, None, 8, 3))),))}
    found = fixes.fixes_for(draw.document, catalog, verdicts, Problem("rank", "No.", node))
    (fix,) = (fix for fix in found if fix.kind == "insert_reshape")
    after = fix.edit(draw.document)
    (layer,) = (x for x in after.layers.values() if x.name == "reshape")
    assert layer.parameters["target_shape"] == (-1, 3)
    (added,) = set(after.nodes) - set(draw.document.nodes)
    assert after.nodes[added].inputs["inputs"] == (Source(x),)
    assert after.nodes[node].inputs["sequences"] == (Source(added),)


def test_channels_that_come_first_are_put_last(catalog):
    draw = Drawing()
    x = draw.input("photo", 3, 32, 24)
    node = draw.layer("Conv2D", "conv", x)
    found = titles(catalog, draw.document, node, ["insert_permute"])
    assert found == ["Turn 3×32×24 of photo into 32×24×3 before conv"]


def test_the_axes_are_turned_as_the_problem_wants_them(catalog):
    draw = Drawing()
    x = draw.input("x", 4, 10)
    node = draw.layer("LSTM", "read", x)
    wanted, given = (None, 10, 4), (None, 4, 10)
    fields = {"port": "sequences", "wanted": wanted, "given": given}
    found = titles(catalog, draw.document, node, ["insert_permute"], **fields)
    assert found == ["Turn 4×10 of x into 10×4 before read"]


@pytest.mark.parametrize(
    ("one", "other", "brought"),
    [
        ((16, 16, 3), (8, 8, 12), "8×8×12 with a 1×1 convolution"),
        ((15, 16, 3), (8, 8, 3), "8×8×3 with a 1×1 convolution"),
        ((10, 3), (10, 5), "10×5 with a Dense"),
        ((10, 3), (5, 3), "5×3 with a Conv1D"),
        ((9,), (64,), "64 with a Dense"),
    ],
)
def test_a_skip_is_projected_with_the_strides_that_it_takes(catalog, one, other, brought):
    draw = Drawing()
    a, b = draw.input("a", *one), draw.input("b", *other)
    node = draw.layer("Add", "total", a, b)
    found = titles(catalog, draw.document, node, ["project_skip"])
    assert f"Bring a to {brought} before total" in found


def test_no_strides_bring_a_skip_to_a_larger_image(catalog):
    draw = Drawing()
    a, b = draw.input("a", 8, 8, 3), draw.input("b", 13, 13, 3)
    node = draw.layer("Add", "total", a, b)
    found = titles(catalog, draw.document, node, ["project_skip"])
    assert not any(title.startswith("Bring a") for title in found)


def test_the_skip_around_a_branch_is_projected_and_not_the_branch(catalog):
    draw = Drawing()
    a = draw.input("photo", 64)
    b = draw.layer("Dense", "branch", a, units=10)
    node = draw.layer("Add", "total", b, a)
    verdicts = {
        a: Verdict(FINE, (("output", TensorSpec((None, 64))),)),
        b: Verdict(FINE, (("output", TensorSpec((None, 10))),)),
    }
    found = fixes.fixes_for(draw.document, catalog, verdicts, Problem("merge", "No.", node))
    first = next(fix for fix in found if fix.kind == "project_skip")
    assert first.title == "Bring photo to 10 with a Dense before total"


def test_all_terms_that_differ_from_most_are_brought_to_these(catalog):
    draw = Drawing()
    shapes = [(5,), (6,), (5,), (7,)]
    inputs = [draw.input(name, *shape) for name, shape in zip("abcd", shapes, strict=True)]
    node = draw.layer("Add", "total", *inputs)
    projected = titles(catalog, draw.document, node, ["project_skip"])
    assert projected[0] == "Bring b to 5 with a Dense before total, on 2 wires"
    shaped = titles(catalog, draw.document, node, ["set_input_shape"])
    assert shaped[0] == "Set b’s shape to 5 and d’s shape to 5"


@pytest.mark.parametrize(
    ("shapes", "axes"),
    [
        (((4, 3), (5, 3)), ["1"]),
        (((4, 3), (4, 5)), []),
        (((4, 3, 2), (4, 7, 2)), ["2"]),
        (((4, 3), (5, 6)), []),
    ],
)
def test_an_axis_on_which_shapes_join_is_found(catalog, shapes, axes):
    draw = Drawing()
    a, b = (draw.input(name, *shape) for name, shape in zip("ab", shapes, strict=True))
    node = draw.layer("Concatenate", "both", a, b)
    found = titles(catalog, draw.document, node, ["set_merge_axis"])
    assert [title.rpartition(" ")[2] for title in found] == axes


def test_axes_of_equal_size_are_found_for_a_product(catalog):
    draw = Drawing()
    a, b = draw.input("a", 4, 3), draw.input("b", 5, 4)
    node = draw.layer("Dot", "product", a, b, axes=2)
    found = titles(catalog, draw.document, node, ["set_merge_axis"])
    assert found == ["Set axes of product to 1 and 2"]


@pytest.mark.parametrize(
    ("shape", "target", "near"),
    [
        ((4, 2), (5,), ["8"]),
        ((10,), (3, -1), ["2×5", "10"]),
        ((8, 8, 3), (32, 8), ["32×6", "24×8"]),
    ],
)
def test_a_target_that_holds_what_comes_is_near_the_one_that_is_set(catalog, shape, target, near):
    draw = Drawing()
    x = draw.input("x", *shape)
    node = draw.layer("Reshape", "r", x, target_shape=target)
    found = titles(catalog, draw.document, node, ["set_parameter"])
    assert [title.rpartition(" ")[2] for title in found][: len(near)] == near


def test_all_parameters_that_are_missing_are_set_at_once(catalog):
    draw = Drawing()
    x = draw.input("x", 6, 8)
    node = draw.layer("MultiHeadAttention", "heads", x)
    fields = {"code": "missing_parameter"}
    (title,) = titles(catalog, draw.document, node, ["set_parameter"], **fields)
    assert title == "Set num_heads of heads to 2 and key_dim to 16"


@pytest.mark.parametrize(
    ("class_name", "parameters", "title"),
    [
        ("Dense", {"units": -3}, "Set units of d to 3"),
        ("Dense", {"units": 0}, "Set units of d to 1"),
        ("Dense", {"units": 2.6}, "Set units of d to 3"),
        ("Dense", {"units": 2, "activation": "rellu"}, "Set activation of d to relu"),
        ("Dropout", {"rate": 1.5}, "Set rate of d to 1.0"),
        ("Conv2D", {"filters": 2, "kernel_size": (3, 3, 3)}, "Set kernel_size of d to 3×3"),
        (
            "Conv2D",
            {"filters": 2, "kernel_size": 3, "padding": "samee"},
            "Set padding of d to same",
        ),
    ],
)
def test_a_value_that_is_refused_becomes_the_nearest_that_is_taken(
    catalog, class_name, parameters, title
):
    draw = Drawing()
    node = draw.layer(class_name, "d", draw.input("x", 4), **parameters)
    found = titles(catalog, draw.document, node, ["set_parameter"], code="bad_parameter")
    assert found == [title]


def test_names_that_begin_alike_are_near():
    known = ("Dense", "DepthwiseConv1D", "Conv2D", "Conv2DTranspose")
    assert fix_names.nearest_names("Denser", known)[0] == "Dense"
    assert fix_names.nearest_names("conv2d", known)[0] == "Conv2D"


def test_text_reads_whole_numbers_where_a_model_wants_tokens(catalog):
    interface = SavedInterface("Functional", (SavedPort("tokens", (None, 10), "int32"),), ())
    document = edits.add_input(Document(), 0, 0, label="text", shape=(1,), dtype="string")
    document = edits.add_saved_model(document, "/m/reader.keras", "00", interface, 200, 0)
    text, reader = sorted(document.nodes)
    document = edits.connect(document, catalog, Wire(Source(text), reader, "tokens"))
    verdicts = {text: Verdict(FINE, (("output", TensorSpec((None, 1), "string")),))}
    found = fixes.fixes_for(document, catalog, verdicts, Problem("dtype", "No.", reader))
    (fix,) = (fix for fix in found if fix.kind == "insert_vectorization")
    after = fix.edit(document)
    (layer,) = (x for x in after.layers.values() if x.name == "text_vectorization")
    assert layer.parameters["output_sequence_length"] == 10


def test_a_cast_is_an_operation_of_keras(catalog):
    draw = Drawing()
    x = draw.input("x", 4, dtype="int32")
    node = draw.layer("Softmax", "s", x)
    verdicts = {x: Verdict(FINE, (("output", TensorSpec((None, 4), "int32")),))}
    found = fixes.fixes_for(draw.document, catalog, verdicts, Problem("dtype", "No.", node))
    (fix,) = (fix for fix in found if fix.kind == "insert_cast")
    after = fix.edit(draw.document)
    (layer,) = (layer for layer in after.layers.values() if isinstance(layer, Operation))
    assert (layer.function, layer.arguments[1], layer.name) == ("cast", "float32", "cast")


def test_an_embedding_is_as_large_as_the_vocabulary_before_it(catalog):
    draw = Drawing()
    words = draw.input("words", 10, dtype="string")
    look = draw.layer("StringLookup", "look", words, vocabulary=("a", "b", "c"))
    node = draw.layer("LSTM", "read", look, units=4)
    verdicts = {
        words: Verdict(FINE, (("output", TensorSpec((None, 10), "string")),)),
        look: Verdict(FINE, (("output", TensorSpec((None, 10), "int64")),)),
    }
    found = fixes.fixes_for(draw.document, catalog, verdicts, Problem("rank", "No.", node))
    (fix,) = (fix for fix in found if fix.kind == "insert_embedding")
    assert fix.title == "Embed look, 5 tokens of 64 numbers each, before read"


def test_a_layer_before_that_spoils_what_would_fit_may_go(catalog):
    draw = Drawing()
    photo = draw.input("photo", 8, 8, 3)
    pool = draw.layer("GlobalAveragePooling2D", "pool", photo)
    node = draw.layer("Conv2D", "conv", pool)
    verdicts = {
        photo: Verdict(FINE, (("output", TensorSpec((None, 8, 8, 3))),)),
        pool: Verdict(FINE, (("output", TensorSpec((None, 3))),)),
    }
    found = fixes.fixes_for(draw.document, catalog, verdicts, Problem("rank", "No.", node))
    (fix,) = (fix for fix in found if fix.kind == "heal_node")
    after = fix.edit(draw.document)
    assert after.nodes[node].inputs["inputs"] == (Source(photo),)


def test_an_attention_that_lacks_its_value_is_offered_what_it_looks_from(catalog):
    draw = Drawing()
    x = draw.input("x", 6, 8)
    node = draw.layer("MultiHeadAttention", "heads", x, num_heads=2, key_dim=4)
    fields = {"code": "missing_wire", "port": "value"}
    found = titles(catalog, draw.document, node, ["connect"], **fields)
    assert found[0] == "Wire x to value of heads"


@pytest.mark.parametrize(
    "junk", [0, True, 1.5, "abc", (), (1, "a"), ((1, 2), 3), 10**12, (None, 3)]
)
@pytest.mark.parametrize("class_name", ["Conv2D", "Cropping2D", "LSTM", "Dot", "Reshape", "Dense"])
def test_no_value_of_a_parameter_upsets_the_search(catalog, class_name, junk):
    spec = catalog.layer(class_name)
    for shape in ((), (5,), (None, 3), (8, 8, 3)):
        draw = Drawing()
        x, y = draw.input("x", *shape), draw.input("y", *shape, dtype="int32")
        sources = (x, y) if spec.inputs[0].many else (x,)
        values = {parameter.name: junk for parameter in spec.parameters}
        node = draw.layer(class_name, "d", *sources, **values)
        for code in ("rank", "bad_parameter", "nothing_left"):
            found = titles(catalog, draw.document, node, FIX_KINDS, code=code)
            assert len(found) == len(set(found))


def test_candidates_are_found_at_once_in_a_large_design(catalog):
    """Eight times the nodes in no more than sixteen times the time, and 800 in a moment."""

    def seconds(length):
        draw = Drawing()
        x = draw.input("x", 64)
        verdicts = {x: Verdict(FINE, (("output", TensorSpec((None, 64))),))}
        for _ in range(length):
            x = draw.layer("Activation", "", x, activation="relu")
            verdicts[x] = Verdict(FINE, (("output", TensorSpec((None, 64))),))
        node = draw.layer("Conv2D", "conv", x, filters=2, kernel_size=3)
        problem = Problem("rank", "No.", node)
        document = draw.document
        return min(timed(fixes.fixes_for, document, catalog, verdicts, problem) for _ in range(7))

    few, many = seconds(100), seconds(800)
    assert many < 0.25
    assert many < 16 * few


def timed(call, *arguments):
    """Return the processor's seconds for a call, others' work left out."""
    start = time.process_time()
    assert call(*arguments)
    return time.process_time() - start


# Models -----------------------------------------------------------------------------------------


def test_a_submodel_may_take_the_shape_and_dtype_that_come(grouped, catalog):
    drawn, document, call = grouped
    spec = TensorSpec((4, 32, 3), "float16")
    found = offered(catalog, drawn, document, call, spec)
    (fix,) = (fix for fix in found if fix.kind == "take_what_comes")
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
        found = fixes.fixes_for(document, catalog, {}, problem)
        (fix,) = (fix for fix in found if fix.kind == "add_input")
        document = fix.edit(document)
    one, other = (node for node in document.nodes.values() if isinstance(node, Input))
    assert abs(one.y - other.y) >= fix_inputs.INPUT_STEP


def test_what_fits_a_submodel_is_not_offered(grouped, catalog):
    drawn, document, call = grouped
    for spec in (TensorSpec((None, 8)), TensorSpec(None), TensorSpec(())):
        assert offered(catalog, drawn, document, call, spec) == ()


def test_a_repair_inside_a_submodel_that_is_gone_is_refused(grouped, catalog):
    drawn, document, call = grouped
    found = offered(catalog, drawn, document, call, TensorSpec((None, 9)))
    assert "Insert a Dense of 8 units before block" in {fix.title for fix in found}
    (fix,) = (fix for fix in found if fix.kind == "take_what_comes")
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

    def found(port):
        problem = Problem("missing_wire", "No.", other, port)
        all_of_them = fixes.fixes_for(again, catalog, {}, problem)
        return [fix for fix in all_of_them if fix.kind == "add_input"]

    (fix,) = found(None)
    assert [fix.title for fix in found("stem")] == [fix.title]
    assert found("b") == []
    assert fix.title == "Add an Input of 8 for stem"
    after = fix.edit(again)
    feeder = after.nodes[after.nodes[other].inputs["stem"][0].node]
    assert isinstance(after.nodes[other], Call) and isinstance(feeder, Input)
    assert feeder.shape == (8,)
