"""Totals: a shared layer counts once, what is not known yet is said, numbers can be read."""

from dataclasses import replace

import pytest

from composer_gui.core import edits
from composer_gui.core.cost import NOTHING, UNSAID, Cost
from composer_gui.core.document import put, wires_into
from composer_gui.core.problems import WARNING, Problem
from composer_gui.core.verdicts import BLOCKED, FINE, Verdict
from composer_gui.ui.status_bar import parameter_words, problem_words
from composer_gui.ui.totals import (
    MISSING_CLASS,
    Totals,
    cost_rows,
    show_parameters,
    totals,
    work_rows,
)


def test_nodes_and_wires_are_counted_without_notes(session, design):
    source, node = design.input(), design.layer("Dense", units=4)
    design.wire(source, node)
    design.add(edits.add_note, 0, 0)
    found = totals(session.document, session.verdicts)
    assert (found.nodes, found.wires) == (2, 1)


def test_a_layer_that_is_called_twice_counts_once(session, design):
    node = design.layer("Dense", units=4)
    twin = design.add(edits.add_call, session.document.nodes[node].layer, 0, 100)
    fine = design.fine(4, parameters=20)
    design.judge(**{node: fine, twin: fine})
    found = totals(session.document, session.verdicts)
    assert (found.parameters, found.trainable, found.is_whole) == (20, 20, True)


def test_a_model_taken_at_its_files_word_is_not_counted_as_nothing(session, design):
    node = design.model()
    layer = design.called(node)
    unread = replace(layer, interface=replace(layer.interface, parameters=None))
    session.apply("Read", lambda document: put(document, unread))
    problem = Problem(MISSING_CLASS, "Scale is not there.", node, severity=WARNING)
    design.judge(**{node: Verdict(FINE, (), (problem,))})
    found = totals(session.document, session.verdicts)
    assert parameter_words(found) == ""
    rows = cost_rows(found.parameters, found.trainable, is_whole=found.is_whole)
    assert rows == [("Parameters", "not known yet")]


def test_what_is_shared_is_told_and_what_does_not_train_stands_apart(session, design):
    node, other = design.layer("Dense", units=4), design.layer("Add")
    twins = [
        design.add(edits.add_call, session.document.nodes[item].layer, 0, 100)
        for item in (node, other)
    ]
    fine = design.fine(4, parameters=20, trainable=16)
    design.judge(**{node: fine, twins[0]: fine, other: design.fine(4), twins[1]: design.fine(4)})
    found = totals(session.document, session.verdicts)
    assert found.shared == 1, "what has no weights shares none"
    rows = dict(cost_rows(found.parameters, found.trainable))
    assert rows == {"Parameters": "20", "of these trainable": "16", "not trained": "4"}


def test_a_submodel_counts_with_what_is_inside_it(session, design):
    one, two = design.layer("Dense", units=4), design.layer("Dense", units=4)
    design.wire(one, two)
    change = session.apply("Group", edits.group, session.catalog, [one, two])
    (node,) = (item for item in change.added if item in session.document.nodes)
    design.judge(**{node: design.fine(4, parameters=40, trainable=20)})
    found = totals(session.document, session.verdicts)
    assert (found.parameters, found.untrained) == (40, 20)


def test_the_count_in_an_archive_is_used_until_keras_tells(session, design):
    node = design.model()
    layer = session.document.nodes[node].layer
    session.apply("Freeze", edits.set_trainable, layer, False)
    found = totals(session.document, session.verdicts)
    assert (found.parameters, found.untrained) == (1234, 1234)


def test_waiting_nodes_make_the_total_provisional(session, design):
    node = design.layer("Dense", units=4)
    design.judge(**{node: Verdict(BLOCKED)})
    found = totals(session.document, session.verdicts)
    assert (found.waiting, found.is_whole) == (1, False)


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, "0"),
        (650, "650"),
        (40448, "40\u202f448"),
        (3_900_000, "3.9 M"),
        (143_000_000, "143 M"),
        (7_000_000_000, "7.0 G"),
        (2_000_000_000_000, "2.0 T"),
    ],
)
def test_counts_of_parameters_can_be_read(count, shown):
    assert show_parameters(count) == shown


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ((0, 0, 0, 0), ""),
        ((1, 0, 0, 2), "1 problem, 2 waiting on it"),
        ((2, 0, 0, 3), "2 problems, 3 waiting on them"),
        ((0, 3, 1, 0), "3 to finish, 1 warning"),
    ],
)
def test_problems_are_said_in_words(counts, words):
    assert problem_words(*counts) == words


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Totals(), ""),
        (Totals(nodes=1), "0 parameters"),
        (Totals(nodes=1, is_whole=False), ""),
        (Totals(nodes=1, parameters=1, trainable=1), "1 parameter"),
        (Totals(nodes=2, parameters=40, trainable=40, is_whole=False), "40 parameters so far"),
        (Totals(nodes=2, parameters=40, trainable=30), "40 parameters (10 not trained)"),
    ],
)
def test_the_total_is_said_in_words(found, words):
    assert parameter_words(found) == words


def test_what_a_call_takes_is_told_where_it_is_known():
    cost = Cost(flops=1_408, activations=256, weights=2_816)
    assert work_rows(cost) == [
        ("Weights", "2.82 kB"),
        ("Activations, a sample", "256 B"),
        ("FLOPs, a sample", "1.41 K"),
    ]
    assert work_rows(UNSAID) == []
    assert work_rows(NOTHING) == []


def test_dots_and_bypassed_layers_are_not_counted(session, design):
    source, node = design.input(), design.layer("Dense", units=4)
    model = design.model()
    design.wire(source, node)
    (wire,) = wires_into(session.document.nodes[node])
    session.apply("Dot", edits.dot_on_wire, session.catalog, wire, 0, 0)
    design.judge(**{node: design.fine(4, parameters=20)})
    session.apply("Bypass", edits.set_bypassed, [model], True)
    found = totals(session.document, session.verdicts)
    assert (found.nodes, found.wires) == (3, 1)
    assert found.parameters == 20
    session.apply("Bypass", edits.set_bypassed, [node], True)
    assert totals(session.document, session.verdicts).parameters == 0
