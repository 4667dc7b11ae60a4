"""Submodels in a source: a function for each, whatever they are called and whoever calls them."""

import pytest

from composer_gui.core.document import drop
from composer_gui.core.layer_kinds import Submodel
from tests.drawing import Drawing


def scorer(given="features", wanted="score", name="scorer"):
    """Return a submodel of one layer."""
    inner = Drawing(name)
    inner.output(wanted, inner.layer("Dense", "dense", inner.input(given, 4), units=1))
    return Submodel("", name, inner.document)


def test_submodels_with_one_label_have_a_function_and_a_variable_each():
    drawing = Drawing()
    x = drawing.input("features", 4)
    for number in range(2):
        drawing.output(f"result{number}", drawing.called(scorer(), x))
    text = drawing.script().text
    assert "def build_scorer() ->" in text and "def build_scorer_1() ->" in text
    assert "scorer_1 = build_scorer_1()" in text
    assert 'name="scorer")' in text and 'name="scorer_1")' in text


def test_submodels_in_different_submodels_may_have_one_label_too():
    drawing = Drawing()
    x = drawing.input("features", 4)
    for name in ("left", "right"):
        outer = Drawing(name)
        outer.output("result", outer.called(scorer(), outer.input("x", 4)))
        drawing.output(name, drawing.called(Submodel("", name, outer.document), x))
    text = drawing.script().text
    assert text.count("def build_scorer() ->") == text.count("def build_scorer_1() ->") == 1
    assert "scorer = build_scorer()" in text and "scorer = build_scorer_1()" in text


def test_a_submodel_that_nobody_calls_is_not_written():
    drawing = Drawing()
    x = drawing.input("features", 4)
    drawing.output("result", drawing.layer("Dense", "dense", x, units=2))
    lonely = drawing.called(scorer())
    assert "scorer" not in drawing.script().text
    assert "# scorer" in drawing.script(partial=True).text
    drawing.document = drop(drawing.document, lonely)
    assert "scorer" not in drawing.script(partial=True).text


def test_a_submodel_that_leads_nowhere_is_only_in_the_preview():
    drawing = Drawing()
    x = drawing.input("features", 4)
    drawing.output("result", drawing.layer("Dense", "dense", x, units=2))
    drawing.called(scorer(), x)
    assert "build_scorer" not in drawing.script().text
    assert "def build_scorer() ->" in drawing.script(partial=True).text


@pytest.mark.parametrize(
    ("given", "wanted", "said"),
    [
        ("features", "score", '"""scorer: score from features."""'),
        ("input", "score", '"""scorer: score."""'),
        ("features", "output", '"""scorer: a model on features."""'),
        ("input_1", "output_1", '"""scorer: a model."""'),
    ],
)
def test_the_docstring_of_a_submodel_is_a_sentence(given, wanted, said):
    drawing = Drawing()
    x = drawing.input("x", 4)
    drawing.output("result", drawing.called(scorer(given, wanted), x))
    assert said in drawing.script().text


@pytest.mark.parametrize("length", [5, 28, 64, 200])
def test_no_docstring_is_wider_than_the_page(length):
    drawing = Drawing("d" * length)
    x = drawing.input("i" * length, 4)
    names = ("f" * length, "s" * length, "n" * length)
    drawing.output("o" * length, drawing.called(scorer(*names), x))
    assert max(map(len, drawing.script().text.splitlines())) <= 100


def test_an_output_with_the_name_of_an_input_is_called_after_what_comes_out():
    drawing = Drawing()
    good, bad = drawing.input("good", 4), drawing.input("bad", 4)
    first = drawing.called(scorer(), good)
    drawing.output("good", first)
    drawing.output("bad", drawing.layer("Dense", "", bad, units=2))
    lines = drawing.body()
    assert "good_score = scorer(good)" in lines
    assert any(line.startswith("bad_output = ") for line in lines)
