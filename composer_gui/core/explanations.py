"""Puts what Keras or the engine found into the user's words, with the labels of the design."""

from __future__ import annotations

import re
from dataclasses import replace

from composer_gui.core.explanation_rules import RULES
from composer_gui.core.problem_table import KINDS
from composer_gui.core.problems import Problem
from composer_gui.core.refused import Refused, clean

__all__ = ["REFUSED", "Refused", "clean", "explain", "to_be_worded"]

REFUSED = "refused"
"""The code of a Problem whose `detail` is Keras's text and that has not been put into words yet."""


def to_be_worded(detail: str, **fields) -> Problem:
    """Return the problem of a call that Keras refused with this text, for the walk to explain."""
    return Problem(REFUSED, "{node} cannot be called like this.", detail=detail, **fields)


def explain(problem: Problem, refused: Refused) -> Problem:
    """Return `problem` in words: `{node}` is the node's label, `{source}` that of what is wired.

    Only a problem with the code REFUSED is looked up in the table of rules; the first rule that
    has something to say wins, and the last one always has.
    """
    if problem.code != REFUSED:
        return replace(
            problem,
            message=_filled(problem.message, problem, refused),
            title=_filled(problem.title, problem, refused),
        )
    told = next(filter(None, (rule(refused) for rule in RULES)))
    fields = {"port": problem.port} | told.fields
    return KINDS[told.code].problem(
        problem.node, words=told.words, detail=problem.detail, inner=problem.inner, **fields
    )


def _filled(template: str, problem: Problem, refused: Refused) -> str:
    """Fill the labels into a template, in one pass, for a label may hold braces itself."""
    names = refused.sources.get(problem.port, ()) if problem.port is not None else ()
    place = problem.index or 0
    source = names[place] if place < len(names) else "what is wired"
    labels = {"{node}": refused.label, "{source}": source}
    return re.sub(r"\{node\}|\{source\}", lambda match: labels[match[0]], template)
