"""Patterns that say which layers inside a saved model do not train."""

import pytest

from composer_gui.core.freezing import exactly, frozen_paths, matches

LEAVES = [
    ("stem", "Conv2D"),
    ("block1_conv", "Conv2D"),
    ("block1_bn", "BatchNormalization"),
    ("block4_conv", "Conv2D"),
    ("head/stem", "Dense"),
    ("head/block1_conv", "Conv2D"),
]


@pytest.mark.parametrize(
    ("patterns", "frozen"),
    [
        ([], set()),
        (["nothing"], set()),
        (["stem"], {"stem", "head/stem"}),
        (["head/*"], {"head/stem", "head/block1_conv"}),
        (["block[1-3]_*"], {"block1_conv", "block1_bn", "head/block1_conv"}),
        (["BatchNormalization"], {"block1_bn"}),
        (["batchnormalization"], set()),
        (["*", "!Conv2D"], {"block1_bn", "head/stem"}),
        (["*", "!head/*", "head/stem"], {p for p, _ in LEAVES} - {"head/block1_conv"}),
        (["!stem"], set()),
        (["!", ""], set()),
    ],
)
def test_later_patterns_win_over_earlier_ones(patterns, frozen):
    assert frozen_paths(patterns, LEAVES) == frozen


def test_a_pattern_is_compared_with_path_name_and_class():
    assert matches("a/b", "a/b", "Dense")
    assert matches("b", "a/b", "Dense")
    assert matches("Dense", "a/b", "Dense")
    assert matches("!b", "a/b", "Dense")
    assert not matches("a", "a/b", "Dense")


@pytest.mark.parametrize("number", range(2 ** len(LEAVES)))
def test_any_choice_of_layers_can_be_said_exactly(number):
    wanted = {path for bit, (path, _) in enumerate(LEAVES) if number >> bit & 1}
    assert frozen_paths(exactly(wanted, LEAVES), LEAVES) == wanted


def test_a_layer_may_be_called_like_a_class():
    leaves = [("Dense", "Dense"), ("a", "Dense"), ("x/a", "Dense")]
    for wanted in ({"Dense"}, {"Dense", "x/a"}, {"Dense", "a"}, {"a"}):
        assert frozen_paths(exactly(wanted, leaves), leaves) == wanted


def test_all_of_them_are_said_by_one_pattern():
    assert exactly((path for path, _ in LEAVES), LEAVES) == ("*",)


def test_characters_that_mean_something_in_patterns_may_be_in_names():
    leaves = [("a*", "Dense"), ("ab", "Dense"), ("[1]", "Dense"), ("1", "Dense")]
    assert frozen_paths(exactly({"a*", "[1]"}, leaves), leaves) == {"a*", "[1]"}
