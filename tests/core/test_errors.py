"""The family of exceptions is told on one page, and the page is true."""

import ast
import re
from pathlib import Path

from composer_gui.core import errors

PACKAGE = Path(errors.__file__).resolve().parents[1]


def test_the_whole_of_an_error_is_its_sentence_and_the_next_step():
    assert errors.EditRefused("No.", "Yes.").whole == "No. Yes."
    assert errors.EditRefused("No.").whole == "No."


def test_every_code_of_a_file_problem_is_told_and_every_code_told_is_used():
    told = errors.FileProblem.__doc__.partition("`code`")[2]
    named = {word for words in re.findall(r": ([a-z0-9_, \n]+)\.", told) for word in _words(words)}
    assert named == set(_codes())


def _words(text):
    return re.findall(r"[a-z0-9_]+", text)


def _codes():
    """Yield the first argument of each FileProblem, also of those made by `_problem(code, …)`."""
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _makes_a_file_problem(path, node.func):
                yield from (a.value for a in node.args[:1] if isinstance(a, ast.Constant))


def _makes_a_file_problem(path, function):
    name = getattr(function, "id", "")
    return name == "FileProblem" or (name == "_problem" and path.stem == "document_file")
