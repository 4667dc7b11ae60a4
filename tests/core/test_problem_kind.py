"""Every problem is of a kind in the table, whose templates are filled once."""

import ast
from pathlib import Path

import pytest

import composer_gui
from composer_gui.core.problem_kind import Kind, by_code
from composer_gui.core.problem_table import KINDS
from composer_gui.core.problems import ERROR, WARNING, Problem

KIND = Kind("odd", "{node} is odd", "{node} gets {given}.", when="It is odd.", severity=WARNING)


def test_words_fill_title_and_text_and_fields_are_handed_on():
    problem = KIND.problem("n1", "inputs", words={"node": "a", "given": "5"}, index=2, axes=(1,))
    assert problem == Problem(
        "odd", "a gets 5.", "n1", "inputs", severity=WARNING, title="a is odd", index=2, axes=(1,)
    )


def test_a_label_may_hold_braces():
    words = {"node": "{given} {0}", "given": "{node}"}
    assert KIND.problem(words=words).message == "{given} {0} gets {node}."


def test_a_word_that_is_missing_is_a_mistake_of_ours():
    with pytest.raises(KeyError, match="given"):
        KIND.problem(words={"node": "a"})


def test_no_code_is_there_twice():
    with pytest.raises(ValueError, match="odd"):
        by_code(KIND, KIND)


def test_the_table_finds_every_kind_by_its_code():
    assert [code for code, kind in KINDS.items() if kind.code != code] == []
    assert {kind.severity for kind in KINDS.values()} == {ERROR, WARNING}


def test_the_same_problem_is_known_by_where_it_is_and_not_by_what_it_says():
    one = Problem("rank", "It wants 3 axes.", "n1", "inputs", index=0)
    other = Problem("rank", "It wants 4 axes.", "n1", "inputs", index=0, given=(None, 4))
    assert one.key == other.key
    assert one.key != Problem("rank", "It wants 3 axes.", "n1", "inputs", index=1).key


def test_no_problem_is_made_beside_the_table():
    for path in sorted(Path(composer_gui.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Problem":
                named = node.args and isinstance(node.args[0], ast.Constant)
                assert not named, f"{path.name}:{node.lineno} makes a problem of no kind"
