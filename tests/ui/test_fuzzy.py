"""A few letters find the name that was meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer_gui.ui.fuzzy import fit

NAMES = (
    "Freeze",
    "Export…",
    "Export Picture…",
    "Group into Submodel",
    "Ungroup",
    "Delete and Heal",
    "Duplicate Sharing Weights",
    "Theme: Dark",
    "Find in the Palette",
    "GlobalAveragePooling2D",
)


def best(wanted):
    found = {name: fit(wanted, name) for name in NAMES}
    return max((name for name in NAMES if found[name]), key=lambda name: found[name].weight)


@pytest.mark.parametrize(
    ("wanted", "meant"),
    [
        ("fr", "Freeze"),
        ("exp", "Export…"),
        ("ep", "Export Picture…"),
        ("gis", "Group into Submodel"),
        ("ungr", "Ungroup"),
        ("dah", "Delete and Heal"),
        ("dark", "Theme: Dark"),
        ("palette find", "Find in the Palette"),
        ("gap2", "GlobalAveragePooling2D"),
        ("WEIGHTS", "Duplicate Sharing Weights"),
    ],
)
def test_the_name_that_was_meant_fits_best(wanted, meant):
    assert best(wanted) == meant


def test_a_missing_letter_or_the_wrong_order_does_not_fit():
    assert fit("freezx", "Freeze") is None
    assert fit("zf", "Freeze") is None


def test_nothing_wanted_fits_everything():
    assert fit("", "Freeze").letters == ()
    assert fit("  ", "Freeze") is not None


def test_the_letters_that_were_typed_are_told():
    assert fit("gis", "Group into Submodel").letters == (0, 6, 11)
    assert fit("model group", "Group into Submodel").letters == (0, 1, 2, 3, 4, *range(14, 19))


def test_of_two_that_fit_alike_the_shorter_is_meant():
    assert fit("un", "Undo").weight > fit("un", "Undo all of it").weight


@given(st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1), st.data())
def test_every_part_of_a_name_fits_it(name, data):
    kept = sorted(data.draw(st.sets(st.integers(0, len(name) - 1), min_size=1)))
    wanted = "".join(name[at] for at in kept)
    found = fit(wanted, name)
    assert [name[at].lower() for at in found.letters] == list(wanted.lower())
