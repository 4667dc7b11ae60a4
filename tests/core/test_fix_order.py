"""What most likely was meant is offered before what would do as well."""

import pytest

from composer_gui.core import fixes
from composer_gui.core.document import Input
from composer_gui.core.problems import WARNING, Problem
from composer_gui.core.shapes.tensor_spec import TensorSpec
from composer_gui.core.verdicts import FINE, WRONG, Verdict
from tests.drawing import Drawing


def candidates(draw, wrong, code, port, specs=(), **fields):
    """Return the titles offered for a problem; `specs` are those of nodes that are no Inputs."""
    verdicts = {wrong: Verdict(WRONG)}
    for node in draw.document.nodes.values():
        if isinstance(node, Input):
            spec = TensorSpec((node.batch_size, *node.shape), node.dtype)
            verdicts[node.id] = Verdict(FINE, (("output", spec),))
    for node_id, spec in dict(specs).items():
        verdicts[node_id] = Verdict(FINE, (("output", spec),))
    problem = Problem(code, "No.", wrong, port, index=0, **fields)
    return [fix.title for fix in fixes.fixes_for(draw.document, draw.catalog, verdicts, problem)]


def of_rank(class_name, *shape, **parameters):
    """Return what is offered where an Input has another number of axes than a layer takes."""
    draw = Drawing()
    node = draw.layer(class_name, "worker", draw.input("x", *shape), **parameters)
    return candidates(draw, node, "rank", "inputs")


@pytest.mark.parametrize(
    ("class_name", "shape", "first"),
    [
        ("Conv1D", (8, 8, 3), "Make worker a Conv2D"),
        ("Conv3D", (8, 8, 3), "Make worker a Conv2D"),
        ("GlobalAveragePooling2D", (10, 4), "Make worker a GlobalAveragePooling1D"),
        ("MaxPooling2D", (10, 7), "Make worker a MaxPooling1D"),
        ("GlobalMaxPooling1D", (8, 8, 3), "Make worker a GlobalMaxPooling2D"),
        ("Conv2D", (28, 28), "Reshape 28×28 of x to 28×28×1 before worker"),
        ("Conv2D", (128, 44), "Reshape 128×44 of x to 128×44×1 before worker"),
        ("Conv3D", (16, 16, 16), "Reshape 16×16×16 of x to 16×16×16×1 before worker"),
        ("Conv1D", (10,), "Reshape 10 of x to 10×1 before worker"),
        ("Conv2D", (4, 8, 8, 3), "Apply worker to every step with TimeDistributed"),
        ("ConvLSTM2D", (8, 8, 3), "Reshape 8×8×3 of x to 1×8×8×3 before worker"),
        ("LSTM", (4, 8, 8, 3), "Reshape 4×8×8×3 of x to 4×192 before worker"),
    ],
)
def test_a_layer_for_what_comes_is_meant_unless_only_the_channels_lack(class_name, shape, first):
    assert of_rank(class_name, *shape)[0] == first


def test_a_film_goes_through_frame_by_frame_or_through_a_layer_for_films():
    assert of_rank("Conv2D", 4, 8, 8, 3)[:2] == [
        "Apply worker to every step with TimeDistributed",
        "Make worker a Conv3D",
    ]


def test_embedded_words_are_a_sequence_however_many_there_are():
    draw = Drawing()
    words = draw.input("words", 64, dtype="int32")
    table = draw.layer("Embedding", "table", words, input_dim=100, output_dim=64)
    node = draw.layer("Conv2D", "worker", table, filters=4, kernel_size=3)
    specs = {table: TensorSpec((None, 64, 64))}
    assert candidates(draw, node, "rank", "inputs", specs)[0] == "Make worker a Conv1D"


def test_a_flatten_that_is_all_that_is_amiss_is_taken_away():
    draw = Drawing()
    flat = draw.layer("Flatten", "flat", draw.input("photo", 16, 16, 3))
    node = draw.layer("MaxPooling2D", "pool", flat, pool_size=2)
    found = candidates(draw, node, "rank", "inputs", {flat: TensorSpec((None, 768))})
    assert found[0] == "Remove flat and close the gap"
    assert "Reshape 768 of flat to 16×16×3 before pool" in found


def test_a_branch_that_lost_its_edges_is_padded():
    draw = Drawing()
    photo = draw.input("photo", 16, 16, 8)
    a = draw.layer("Conv2D", "a", photo, filters=8, kernel_size=3)
    b = draw.layer("Conv2D", "b", a, filters=8, kernel_size=3)
    node = draw.layer("Add", "sum", photo, b)
    specs = {a: TensorSpec((None, 14, 14, 8)), b: TensorSpec((None, 12, 12, 8))}
    assert candidates(draw, node, "merge", "inputs", specs)[0] == "Set padding of b and a to same"


def test_no_other_values_are_made_of_a_mask():
    draw = Drawing()
    x, mask = draw.input("x", 10, 4), draw.input("mask", 8, dtype="bool")
    node = draw.layer("LSTM", "read", wires={"sequences": [x], "mask": [mask]}, units=4)
    fields = {"wanted": (None, 10), "given": (None, 8), "axes": (1,)}
    found = candidates(draw, node, "mask", "mask", **fields)
    assert found == ["Take mask away from mask of read", "Set mask’s shape to 10"]


def test_text_for_a_lookup_of_numbers_wants_a_lookup_of_words():
    draw = Drawing()
    text = draw.input("text", 4, dtype="string")
    node = draw.layer("IntegerLookup", "table", text, vocabulary=(1, 2))
    assert candidates(draw, node, "text_given", "inputs")[0] == "Make table a StringLookup"
    numbers = draw.input("numbers", 4, dtype="int32")
    words = draw.layer("StringLookup", "words", numbers, vocabulary=("1", "x"))
    found = candidates(draw, words, "text_wanted", "inputs")
    assert found[0] == "Set numbers’s dtype to string" and "Make words" not in " ".join(found)


def test_tokens_for_a_sequence_of_vectors_want_an_embedding():
    draw = Drawing()
    node = draw.layer("LSTM", "read", draw.input("words", 50, dtype="int32"), units=4)
    found = candidates(draw, node, "rank", "sequences")
    assert found[0] == "Embed words, 10000 tokens of 64 numbers each, before read"


def test_branches_side_by_side_get_one_width_and_a_skip_is_projected():
    draw = Drawing()
    x = draw.input("x", 10)
    a, b = draw.layer("Dense", "a", x, units=8), draw.layer("Dense", "b", x, units=12)
    specs = {a: TensorSpec((None, 8)), b: TensorSpec((None, 12))}
    beside = draw.layer("Add", "beside", a, b)
    found = candidates(draw, beside, "merge", "inputs", specs)
    assert found[:2] == ["Set units of a to 12", "Set units of b to 8"]
    around = draw.layer("Add", "around", x, b)
    found = candidates(draw, around, "merge", "inputs", specs)
    assert found[0] == "Bring x to 12 with a Dense before around"


def test_a_product_is_over_the_axes_that_fit():
    draw = Drawing()
    node = draw.layer("Dot", "dot", draw.input("a", 5, 8), draw.input("b", 7, 8), axes=1)
    assert candidates(draw, node, "merge", "inputs")[0] == "Set axes of dot to 2 and 2"


def test_the_smaller_of_what_is_joined_is_brought_to_the_larger_however_many_channels():
    draw = Drawing()
    a, b = draw.input("a", 15, 15, 3), draw.input("b", 14, 14, 64)
    node = draw.layer("Concatenate", "join", a, b)
    found = candidates(draw, node, "concatenate", "inputs")
    assert found[0] == "Resize b to 15×15 before join"


def test_what_a_sum_stretches_is_brought_to_the_width_alone():
    draw = Drawing()
    node = draw.layer("Multiply", "gate", draw.input("x", 30, 30, 3), draw.input("g", 1, 1, 4))
    verdicts = {"wanted": (None, 1, 1, 3), "given": (None, 1, 1, 4), "axes": (3,)}
    draw_at = Problem("merge", "No.", node, "inputs", index=1, **verdicts)
    known = {}
    for item in draw.document.nodes.values():
        if isinstance(item, Input):
            known[item.id] = Verdict(FINE, (("output", TensorSpec((None, *item.shape))),))
    found = fixes.fixes_for(draw.document, draw.catalog, known, draw_at)
    assert "Bring g to 1×1×3 with a 1×1 convolution before gate" in [fix.title for fix in found]


def test_only_an_embedding_behind_an_embedding_is_taken_away():
    draw = Drawing()
    words = draw.input("words", 10, dtype="int32")
    sizes = {"input_dim": 9, "output_dim": 4}
    first = draw.layer("Embedding", "first", words, **sizes)
    again = draw.layer("Embedding", "again", first, **sizes)
    draw.output("result", again)
    warned = {"severity": WARNING}
    specs = {first: TensorSpec((None, 10, 4))}
    found = candidates(draw, again, "float_indices", "inputs", specs, **warned)
    assert found[0] == "Remove again and close the gap"
    found = candidates(draw, first, "float_indices", "inputs", **warned)
    assert "Remove first and close the gap" not in found


@pytest.mark.parametrize(
    ("made", "units", "first"),
    [
        ("Dense", 6272, ["7×7×128", "14×14×32"]),
        ("Dense", 784, ["7×7×16", "28×28×1", "14×14×4"]),
        ("Flatten", 784, ["28×28×1", "14×14×4", "7×7×16"]),
        ("Dense", 100, ["10×10×1", "5×5×4"]),
    ],
)
def test_a_row_becomes_maps_behind_a_dense_and_a_picture_else(made, units, first):
    draw = Drawing()
    sizes = {"units": units} if made == "Dense" else {}
    row = draw.layer(made, "row", draw.input("x", units), **sizes)
    node = draw.layer("Conv2DTranspose", "up", row, filters=8, kernel_size=4)
    found = candidates(draw, node, "rank", "inputs", {row: TensorSpec((None, units))})
    reshaped = [title for title in found if title.startswith("Reshape")]
    assert reshaped == [f"Reshape {units} of row to {shape} before up" for shape in first]


def test_a_flat_query_is_a_single_step():
    draw = Drawing()
    ports = {"query": [draw.input("q", 16)], "value": [draw.input("v", 10, 16)]}
    node = draw.layer("MultiHeadAttention", "heads", wires=ports, num_heads=2, key_dim=8)
    found = candidates(draw, node, "rank", "query", given=(None, 16))
    assert found[0] == "Reshape 16 of q to 1×16 before heads"


def test_a_row_that_attends_to_itself_is_many_steps():
    draw = Drawing()
    x = draw.input("x", 16)
    ports = {"query": [x], "value": [x]}
    node = draw.layer("MultiHeadAttention", "heads", wires=ports, num_heads=2, key_dim=8)
    found = candidates(draw, node, "rank", "query", given=(None, 16))
    assert found[0] == "Reshape 16 of x to 16×1 before heads, on 2 wires"
