"""What calls and designs cost: sums, shared layers, what is not known, and figures in words."""

import pytest
from immutables import Map

from composer_gui.core import edits
from composer_gui.core.bill import Bill, bill, rows
from composer_gui.core.cost import (
    FILE_BASE,
    FILE_CALL,
    FILE_INPUT,
    NOTHING,
    UNSAID,
    Cost,
    bytes_of,
    show_bytes,
    show_flops,
    together,
)
from composer_gui.core.document import Document, Source, Wire
from composer_gui.core.flops import Called, einsum, flops
from composer_gui.core.layer_kinds import SavedInterface, SavedPort
from composer_gui.core.shapes.tensor_spec import TensorSpec
from composer_gui.core.verdicts import BLOCKED, FINE, WRONG, Verdict
from composer_gui.storage import resources

CATALOG = resources.catalog()


def fine(*shape, cost=NOTHING, parameters=0, trainable=0):
    outputs = (("output", TensorSpec((None, *shape), "float32")),)
    return Verdict(FINE, outputs, parameters=parameters, trainable_parameters=trainable, cost=cost)


@pytest.fixture
def twins():
    """An Input and two calls of one Dense; return the design and the three ids."""
    document = edits.add_input(Document(), 0, 0, shape=(8,))
    document = edits.add_keras_layer(document, "Dense", 0, 0, parameters=Map(units=4))
    (first,) = set(document.nodes) - set(document.inputs)
    document = edits.use_again(document, first, 0, 0)
    (second,) = set(document.nodes) - {first, *document.inputs}
    for node in (first, second):
        wire = Wire(Source(document.inputs[0]), node, "inputs")
        document = edits.connect(document, CATALOG, wire)
    return document, document.inputs[0], first, second


DENSE = Cost(flops=68, activations=16, weights=144, file=3000)


def test_a_shared_layer_weighs_once_and_works_at_every_call(twins):
    document, given, first, second = twins
    called = fine(4, cost=DENSE, parameters=36, trainable=32)
    found = rows(document, {given: fine(8), first: called, second: called})
    assert [row.again for row in found] == [False, False, True]
    total = bill(found)
    assert (total.parameters, total.trainable, total.untrained) == (36, 32, 4)
    assert (total.weights, total.flops) == (144, 2 * 68)
    assert total.activations == 32 + 2 * 16
    assert total.file == FILE_BASE + FILE_INPUT + 3000 + FILE_CALL
    assert total.is_whole


def test_the_weights_stand_at_the_first_call_that_knows_them(twins):
    document, given, first, second = twins
    called = fine(4, cost=DENSE, parameters=36, trainable=36)
    found = rows(document, {given: fine(8), first: Verdict(BLOCKED), second: called})
    assert [row.parameters for row in found] == [0, 0, 36]
    assert bill(found).waiting == (first,)


def test_memory_grows_with_the_batch_and_weights_do_not():
    total = Bill(weights=1000, activations=10)
    assert [total.memory(n) for n in (1, 32)] == [1010, 1320]


def test_a_total_leaves_out_what_is_wrong_and_names_it(twins):
    document, given, first, second = twins
    called = fine(4, cost=DENSE, parameters=36, trainable=36)
    total = bill(rows(document, {given: fine(8), first: called, second: Verdict(WRONG)}))
    assert not total.is_whole
    assert total.waiting == (second,)
    assert (total.flops, total.parameters) == (68, 36)


def test_a_total_says_of_whom_nobody_can_tell_the_work(twins):
    document, given, first, second = twins
    called = fine(4, cost=DENSE, parameters=36, trainable=36)
    odd = fine(None, cost=Cost(None, None, 144, 3000), parameters=36, trainable=36)
    total = bill(rows(document, {given: fine(8), first: called, second: odd}))
    assert (total.waiting, total.unsaid) == ((), (second,))
    assert not total.is_whole
    assert total.flops == 68


def test_an_input_of_a_free_size_holds_nobody_knows_how_much(twins):
    document, given, _first, _second = twins
    row = rows(document, {given: fine(None)})[0]
    assert (row.activations, row.is_counted) == (None, False)


def test_a_saved_model_that_waits_has_the_parameters_that_its_file_tells():
    port = SavedPort("image", (None, 8))
    interface = SavedInterface("Functional", (port,), (port,), layer_count=4, parameters=1234)
    document = edits.add_saved_model(Document(), "/models/a.keras", "00", interface, 0, 0)
    (row,) = rows(document, {})
    assert (row.parameters, row.is_known) == (1234, False)
    assert bill([row]).waiting == (row.node,)


def test_an_empty_design_costs_nothing():
    assert bill(rows(Document(), {})) == Bill()


def test_a_sum_with_something_unknown_is_unknown():
    assert together([DENSE, DENSE]) == Cost(136, 32, 288, 6000)
    assert together([DENSE, UNSAID]) == Cost(None, None, 144, 3000)


@pytest.mark.parametrize(
    ("shape", "dtype", "size"),
    [
        ((None, 4, 5), "float32", 80),
        ((7, 4, 5), "float32", 80),
        ((None,), "int64", 8),
        ((None, 3), "bool", 3),
        ((None, 3), "float16", 6),
        ((None, None, 3), "float32", None),
        (None, "float32", None),
    ],
)
def test_a_tensor_takes_the_bytes_of_one_sample(shape, dtype, size):
    assert bytes_of(shape, dtype) == size


# Formulas ---------------------------------------------------------------------------------------


def test_a_dense_multiplies_and_adds_for_each_weight_and_position():
    weights = (("kernel", (8, 4)), ("bias", (4,)))
    call = Called("Dense", ((10, 8),), ((10, 4),), weights, {"activation": "relu"})
    assert flops(call) == 2 * 10 * 8 * 4 + 40 + 40


def test_a_merge_works_for_all_but_the_first():
    call = Called("Add", ((6,), (6,), (6,)), ((6,),))
    assert flops(call) == 12


def test_nobody_can_say_of_a_class_that_no_table_has():
    assert flops(Called("?Own", ((6,),), ((6,),))) is None


def test_moving_numbers_is_free_even_where_their_number_is():
    assert flops(Called("Flatten", ((None, 3),), ((None,),))) == 0


@pytest.mark.parametrize(
    ("equation", "shapes", "batch", "count"),
    [
        ("abc,cd->abd", [(5, 8), (8, 4)], [True, False], 2 * 5 * 8 * 4),
        ("...c,cd->...d", [(5, 6, 8), (8, 4)], [True, False], 2 * 5 * 6 * 8 * 4),
        ("ab...,bc->ac...", [(8, 5), (8, 4)], [True, False], 2 * 8 * 5 * 4),
        ("bqd,bkd->bqk", [(5, 8), (7, 8)], [True, True], 2 * 5 * 7 * 8),
    ],
)
def test_an_einsum_takes_twice_the_sizes_of_all_its_axes(equation, shapes, batch, count):
    assert einsum(equation, shapes, batch) == count


# Words ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.00 kB"),
        (9_994, "9.99 kB"),
        (9_996, "10.0 kB"),
        (99_960, "100 kB"),
        (999_600, "1.00 MB"),
        (102_546_848, "103 MB"),
        (7 * 10**15, "7.00 PB"),
    ],
)
def test_bytes_are_told_in_three_figures(count, words):
    assert show_bytes(count) == words


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0"), (650, "650"), (7_755_299_312, "7.76 G"), (1_340, "1.34 K")]
)
def test_operations_are_told_in_three_figures(count, words):
    assert show_flops(count) == words


def test_a_bypassed_call_costs_nothing_and_the_others_bear_the_weights(twins):
    document, given, first, second = twins
    document = edits.set_bypassed(document, [first], True)
    called = fine(4, cost=DENSE, parameters=36, trainable=36)
    total = bill(rows(document, {given: fine(8), first: fine(8), second: called}))
    assert (total.parameters, total.weights, total.flops) == (36, 144, 68)
    assert total.file == FILE_BASE + FILE_INPUT + 3000
    assert total.is_whole


def test_a_bypassed_model_weighs_nothing_whatever_its_file_tells():
    port = SavedPort("image", (None, 8))
    interface = SavedInterface("Functional", (port,), (port,), layer_count=4, parameters=1234)
    document = edits.add_saved_model(Document(), "/models/a.keras", "00", interface, 0, 0)
    (row,) = rows(edits.set_bypassed(document, document.nodes, True), {})
    assert row.parameters == 0
