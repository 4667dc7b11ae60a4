"""What most likely was meant is offered before what would do as well."""

import pytest

from composer_gui.core import fixes
from composer_gui.core.document import Input
from composer_gui.core.problems import Problem
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
