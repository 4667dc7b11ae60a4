"""What lies before nodes, behind them and between them."""

import pytest

from composer_gui.core.reach import between, downstream, upstream


@pytest.fixture
def drawn(sketch):
    return sketch(
        a="Input",
        b="Input",
        left="Dense a",
        right="Dense a",
        sum="Add left right b",
        out="Output sum",
    )


def names(drawn, ids):
    return "".join(sorted(name[0] for name, key in drawn.ids.items() if key in ids))


def test_upstream_is_all_that_feeds_and_the_nodes_themselves(drawn):
    assert names(drawn, upstream(drawn.document, [drawn["sum"]])) == "ablrs"
    assert upstream(drawn.document, [drawn["a"], "n99"]) == {drawn["a"]}


def test_downstream_is_all_that_is_fed_and_the_nodes_themselves(drawn):
    assert names(drawn, downstream(drawn.document, [drawn["left"]])) == "los"
    assert downstream(drawn.document, ["n99"]) == frozenset()


def test_between_is_what_lies_on_a_way_from_one_to_another(drawn):
    assert names(drawn, between(drawn.document, [drawn["a"], drawn["sum"]])) == "alrs"
    assert names(drawn, between(drawn.document, [drawn["b"], drawn["left"]])) == "bl"
