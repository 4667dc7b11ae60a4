"""The page of all problems is made of the tables, and is as they are now."""

import string
import sys
from pathlib import Path

import pytest

from composer_gui.core.fix_table import FIX_KINDS
from composer_gui.core.problem_table import KINDS

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def problem_page():
    sys.path.insert(0, str(ROOT / "packaging"))
    import problem_page

    yield problem_page
    sys.path.remove(str(ROOT / "packaging"))


def test_the_page_of_all_problems_is_up_to_date(problem_page):
    told = problem_page.TARGET.read_text(encoding="utf-8")
    assert told == problem_page.page(), "run packaging/problem_page.py"


def test_every_kind_is_on_the_page_with_its_repairs(problem_page):
    page = problem_page.page()
    for kind in KINDS.values():
        entry = page.split(f"(`{kind.code}`)")[1].split("\n##")[0]
        assert kind.when in entry
        assert kind.usual in entry
        assert entry.count("\n- ") == len(kind.fixes)


def test_every_repair_of_a_kind_is_in_the_table_of_fixes():
    named = {fix for kind in KINDS.values() for fix in kind.fixes}
    assert named - set(FIX_KINDS) == set()


def test_no_sentence_blames_or_exclaims():
    for kind in KINDS.values():
        told = " ".join((kind.title, kind.text, kind.when, kind.usual))
        assert "!" not in told
        assert not {"you", "your", "error", "invalid", "illegal"} & set(told.lower().split())
        assert not kind.title.endswith(".")
        assert kind.text.endswith(".") or list(string.Formatter().parse(kind.text))[-1][1]
        assert kind.when.endswith(".")
        assert not kind.usual or kind.usual.endswith(".")


def test_every_kind_says_when_and_what_usually_is_meant():
    assert [kind.code for kind in KINDS.values() if not kind.when or not kind.usual] == []


def test_every_error_of_shapes_has_a_repair():
    assert [kind.code for kind in KINDS.values() if kind.shapes and not kind.fixes] == []
