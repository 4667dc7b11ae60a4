"""Right designs are broken as people do: what is wrong is told, once and well, and repairs hold.

COMPOSER_MISTAKES=2000 breaks so many designs, of all right ones, instead of the few fixed ones.
`python -m tests.corpus.broken 0 2000` does the same and prints every fault and the figures.
"""

import os
import random

import pytest

from composer_gui.core.connections import check
from composer_gui.core.errors import EditRefused
from composer_gui.core.problems import Problem
from composer_gui.core.verdicts import BLOCKED, Verdict
from composer_gui.engine.client import EngineClient
from tests.corpus import broken, eager, mutations, written

MANY = int(os.environ.get("COMPOSER_MISTAKES", "0"))
SEEDS = range(MANY or 120)


@pytest.fixture(scope="module")
def designs(tmp_path_factory):
    return broken.right_designs(tmp_path_factory.mktemp("models"), every=bool(MANY))


@pytest.fixture(scope="module")
def breaker(qapp, designs):
    engine = EngineClient()
    engine.start()
    found = broken.Breaker(designs, engine)
    found.begin()
    yield found
    found.judge.close()
    engine.stop()


@pytest.mark.parametrize("part", range(0, len(SEEDS), 20))
def test_of_broken_designs_all_is_said_and_nothing_else(part, breaker):
    every = [breaker.found(seed) for seed in SEEDS[part : part + 20]]
    faults = [(f.seed, f.name, f.mistakes, *fault) for f in every for fault in f.faults]
    assert faults == []
    assert any(found.keras != eager.RUNS for found in every)
    assert any(found.offers for found in every)


def test_every_mistake_is_made_somewhere_and_leaves_a_sound_design(designs):
    made = dict.fromkeys(mutations.MISTAKES, 0)
    for seed, document in enumerate(designs.values()):
        for mistake in made:
            hand = mutations.Hand(random.Random(seed), document, {})
            try:
                after = mistake(hand)
            except EditRefused:
                continue
            if after is not None and after != document:
                assert check(after, mutations.CATALOG) == after
                made[mistake] += 1
    rare = {mutations.break_a_submodel}  # no right design has a submodel before one is made
    assert {mistake.__name__ for mistake, count in made.items() if not count} <= {
        mistake.__name__ for mistake in rare
    }


def test_what_is_broken_is_broken_the_same_way_every_time(designs):
    for seed, document in enumerate(list(designs.values())[:40]):
        assert mutations.broken(document, {}, seed) == mutations.broken(document, {}, seed)


def test_an_error_behind_another_is_found_out():
    document = written.design("x = Input(4)\na = Dense(x, units=2)\nDense(a, units=3)")
    first, second = (
        node_id for node_id in sorted(document.nodes) if document.label(node_id) in ("a", "dense")
    )
    errors = [Problem("shape", "first", first), Problem("shape", "second", second)]
    assert list(broken.chained(document, errors, {})) == ["shape: second"]
    assert list(broken.chained(document, errors[:1], {})) == []
    unfinished = [errors[0], Problem("missing_parameter", "units", second)]
    assert list(broken.chained(document, unfinished, {})) == []
    waiting = {second: Verdict(BLOCKED, blocked_by=first)}
    assert list(broken.chained(document, errors[:1], waiting)) == []
    assert len(list(broken.chained(document, [], waiting))) == 1


@pytest.mark.parametrize(
    ("text", "does"),
    [
        ("x = Input(4)\nDense(x, units=2)", eager.RUNS),
        ("x = Input(4)\nConv2D(x, filters=2, kernel_size=3)", eager.REFUSED),
        ("x = Input(4, dtype='string')\nDense(x, units=2)", eager.CRASHES),
        ("x = Input(None, 3)\ny = Input(7, 3)\nAdd(x, y)", eager.RUNS),
        ("x = Input(4)\nr = Dense(x, units=2)\nc = Conv2D(x, filters=2, kernel_size=3)\n"
         "Output(r)", eager.REFUSED),
    ],
)  # fmt: skip
def test_what_keras_does_is_seen_with_free_sizes_and_loose_ends(text, does):
    assert broken.behaviour(written.design(text))[0] == does
