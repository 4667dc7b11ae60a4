"""What a change would do, and which of the fixes that were tried are good."""

from dataclasses import replace

from composer_gui.core import kinds_of_structure
from composer_gui.core.change import Change
from composer_gui.core.document import Document
from composer_gui.core.fix_table import Fix
from composer_gui.core.problems import WARNING, Problem
from composer_gui.core.trials import Offer, TrialResult, best, compared
from composer_gui.core.verdicts import BLOCKED, FINE, WRONG, Verdict

WIDTH = Problem("width", "Too wide.", "n1", "inputs", title="dense is too wide")
OTHER = Problem("other", "Odd.", "n2", title="conv is odd")
CAUTION = Problem("caution", "Careful.", "n2", severity=WARNING, title="conv is strange")


def wrong(*problems):
    return Verdict(WRONG, problems=problems)


def offer(title, problem=WIDTH):
    fix = Fix("kind", title, lambda document: document)
    return Offer(fix, problem, Document(), Change(), TrialResult())


def test_a_problem_is_mended_when_it_is_gone_and_nothing_new_has_come():
    result = compared({"n1": wrong(WIDTH)}, {"n1": Verdict(FINE)}, ["n1"])
    assert (result.gone, result.found) == ((WIDTH,), ())
    assert result.mends(WIDTH) and not result.mends(OTHER)
    assert result.touched == {"n1": Verdict(FINE)}


def test_a_change_that_brings_an_error_or_a_warning_mends_nothing():
    before = {"n1": wrong(WIDTH), "n2": Verdict(FINE)}
    for brought in (OTHER, CAUTION):
        result = compared(before, {"n1": Verdict(FINE), "n2": wrong(brought)}, ["n1"])
        assert result.brings == (brought,)
        assert not result.mends(WIDTH)


def test_what_shows_up_at_a_node_that_was_blocked_was_there_before():
    before = {"n1": wrong(WIDTH), "n2": Verdict(BLOCKED, blocked_by="n1")}
    result = compared(before, {"n1": Verdict(FINE), "n2": wrong(OTHER)}, ["n1"])
    assert result.revealed == (OTHER,) and result.brings == ()
    assert result.mends(WIDTH)


def test_a_problem_that_only_says_something_else_is_the_same_one():
    narrower = replace(WIDTH, title="dense is still too wide", message="Too wide by 2.")
    result = compared({"n1": wrong(WIDTH)}, {"n1": wrong(narrower)}, ["n1"])
    assert (result.gone, result.found) == ((), ())
    assert not result.mends(WIDTH)


def test_two_problems_of_one_kind_at_a_node_are_told_apart_by_what_they_are_called():
    units = Problem("missing_parameter", "Units.", "n1", title="dense needs units")
    name = Problem("missing_parameter", "Name.", "n1", title="dense needs name")
    result = compared({"n1": wrong(units, name)}, {"n1": wrong(name)}, ["n1"])
    assert result.mends(units) and not result.mends(name)


def test_a_second_problem_of_the_same_kind_at_a_node_is_new():
    again = replace(WIDTH, title="dense is too wide here, too")
    result = compared({"n1": wrong(WIDTH)}, {"n1": wrong(WIDTH, again)}, ["n1"])
    assert result.brings == (again,)


def test_problems_of_the_design_as_a_whole_count():
    nothing_out = Problem("no_output", "No output.", title="No Output")
    result = compared({}, {}, [], problems_before=[nothing_out])
    assert result.mends(nothing_out)
    assert not compared({}, {}, [], problems_after=[nothing_out]).mends(WIDTH)


def test_of_the_fixes_that_mend_only_those_are_good_that_reveal_the_fewest_errors():
    clean = TrialResult(gone=(WIDTH,), found=(CAUTION,), revealed=(CAUTION,))
    revealing = TrialResult(gone=(WIDTH,), found=(OTHER,), revealed=(OTHER,))
    useless = TrialResult()
    offers = [offer(title) for title in ("none", "reveals", "clean", "useless", "too")]
    good = best(offers, [None, revealing, clean, useless, clean])
    assert [one.title for one in good] == ["clean", "too"]
    assert good[0].result is clean
    assert [one.title for one in best(offers[:2], [None, revealing])] == ["reveals"]
    assert best([], []) == ()


def test_what_is_wrong_besides_a_value_that_lacks_shows_once_the_value_is_there():
    assert "missing_parameter" in kinds_of_structure.KINDS
    lacking = Problem("missing_parameter", "conv needs filters.", "n3")
    besides = Problem("rank", "conv wants 3 axes.", "n3", "inputs")
    before = {"n3": Verdict(WRONG, problems=(lacking,))}
    result = compared(before, {"n3": Verdict(WRONG, problems=(besides,))}, ["n3"])
    assert result.revealed == (besides,)
    assert result.mends(lacking)
