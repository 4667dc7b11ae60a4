"""The graph answers alike whether it was built at once or followed every edit."""

import random

import networkx
import pytest

from composer_gui.core import edits
from composer_gui.core.change import between
from composer_gui.core.document import Document, Output, Source, Wire, put
from composer_gui.core.errors import EditRefused
from composer_gui.core.graph import Graph


@pytest.fixture
def drawn(sketch):
    return sketch(
        a="Input", b="Dense a", c="Dense a", sum="Add b c b", out="Output sum", alone="Note"
    )


def named(drawn, found):
    names = {node_id: name for name, node_id in drawn.ids.items()}
    return [names[node_id] for node_id in found]


def test_neighbours_come_once_and_in_order(drawn):
    graph = Graph(drawn.document)
    assert named(drawn, graph.sources(drawn["sum"])) == ["b", "c"]
    assert named(drawn, graph.consumers(drawn["a"])) == ["b", "c"]
    assert graph.consumers(drawn["alone"]) == []


def test_upstream_and_downstream_hold_where_they_begin(drawn):
    graph = Graph(drawn.document)
    assert sorted(named(drawn, graph.upstream([drawn["sum"]]))) == ["a", "b", "c", "sum"]
    assert sorted(named(drawn, graph.downstream([drawn["c"]]))) == ["c", "out", "sum"]


def test_order_puts_sources_first_and_then_what_was_made_first(sketch):
    drawn = sketch(out="Output", z="Input", y="Dense z", x="Input", w="Add y x")
    graph = Graph(drawn.document)
    assert named(drawn, graph.order()) == ["out", "z", "y", "x", "w"]
    assert named(drawn, graph.order([drawn["w"], drawn["y"]])) == ["y", "w"]


def test_calls_of_a_layer_are_known(sketch):
    drawn = sketch(a="Input", first="Dense a", second="Again first a")
    graph = Graph(drawn.document)
    layer = drawn.layer("first").id
    assert named(drawn, graph.callers(layer)) == ["first", "second"]
    after = edits.delete(drawn.document, [drawn["first"]])
    graph.follow(between(drawn.document, after), after)
    assert named(drawn, graph.callers(layer)) == ["second"]
    apart = edits.delete(after.settled(), [drawn["second"]])
    graph.follow(between(after.settled(), apart), apart)
    assert graph.callers(layer) == []


def test_wires_of_what_becomes_another_kind_of_node_stay(sketch):
    drawn = sketch(a="Input", b="Dense a", out="Output b")
    graph, before = Graph(drawn.document), drawn.document
    call = before.nodes[drawn["b"]]
    other = Output(call.id, "b", call.inputs, call.x, call.y)
    after = put(before, other)
    change = between(before, after)
    assert call.id in change.added & change.removed
    graph.follow(change, after)
    assert graph.sources(call.id) == [drawn["a"]]
    assert graph.consumers(call.id) == [drawn["out"]]
    assert graph.callers(call.layer) == []
    graph.follow(change.inverted(), before)
    assert graph.sources(call.id) == [drawn["a"]]
    assert graph.callers(call.layer) == [call.id]


def test_one_of_two_wires_between_the_same_nodes_may_go(drawn):
    graph = Graph(drawn.document)
    wire = drawn.wire("b", "sum", index=2)
    after = edits.disconnect(drawn.document, wire)
    graph.follow(between(drawn.document, after), after)
    assert named(drawn, graph.sources(drawn["sum"])) == ["b", "c"]


@pytest.mark.parametrize("seed", range(5))
def test_following_edits_is_the_same_as_building_afresh(catalog, seed):
    choose = random.Random(seed)
    document, graph = Document(), Graph(Document())
    for _ in range(150):
        before = document.settled()
        document = _edited(choose, before, catalog)
        graph.follow(between(before, document), document)
    fresh = Graph(document)
    assert len(graph) == len(fresh) == len(document.nodes)
    for node_id in document.nodes:
        assert graph.sources(node_id) == fresh.sources(node_id)
        assert graph.consumers(node_id) == fresh.consumers(node_id)
    for layer_id in document.layers:
        assert graph.callers(layer_id) == fresh.callers(layer_id)
    _agrees_with_networkx(graph, document)


def _edited(choose, document, catalog):
    nodes = sorted(document.nodes)
    roll = choose.random()
    if roll < 0.4 or len(nodes) < 3:
        return edits.add_keras_layer(document, "Add", 0, 0)
    if roll < 0.5:
        return edits.delete(document, choose.sample(nodes, 2))
    start, end = choose.sample(nodes, 2)
    try:
        return edits.connect(document, catalog, Wire(Source(start), end, "inputs"))
    except EditRefused:
        return document


def _agrees_with_networkx(graph, document):
    oracle = networkx.DiGraph()
    oracle.add_nodes_from(document.nodes)
    for node_id in document.nodes:
        oracle.add_edges_from((source, node_id) for source in graph.sources(node_id))
    place = {node_id: index for index, node_id in enumerate(graph.order())}
    assert len(place) == len(document.nodes)
    assert all(place[start] < place[end] for start, end in oracle.edges)
    for node_id in document.nodes:
        assert graph.downstream([node_id]) == networkx.descendants(oracle, node_id) | {node_id}
        assert graph.upstream([node_id]) == networkx.ancestors(oracle, node_id) | {node_id}
