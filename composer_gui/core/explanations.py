"""Puts what Keras or the engine found into the user's words, with the labels of the design."""

from __future__ import annotations

import re
from dataclasses import replace

from composer_gui.core.explanation_rules import RULES
from composer_gui.core.problems import Problem
from composer_gui.core.refused import Refused, clean

__all__ = ["REFUSED", "Refused", "clean", "explain"]

REFUSED = "refused"
"""The code of a Problem whose `detail` is Keras's text and that has not been put into words yet."""


def explain(problem: Problem, refused: Refused) -> Problem:
    """Return `problem` in words: `{node}` is the node's label, `{source}` that of what is wired.

    Only a problem with the code REFUSED is looked up in the table of rules; the first rule that
    has something to say wins, and the last one always has.
    """
    if problem.code != REFUSED:
        return replace(
            problem,
            message=_filled(problem.message, problem.port, refused),
            title=_filled(problem.title, problem.port, refused),
        )
    words = next(filter(None, (rule(refused) for rule in RULES)))
    return replace(
        problem,
        code=words.code,
        title=words.title,
        message=words.message,
        expected=words.expected,
        actual=words.actual,
        port=words.port,
    )


def _filled(template: str, port: str | None, refused: Refused) -> str:
    """Fill the labels into a template, in one pass, for a label may hold braces itself."""
    names = refused.sources.get(port, ()) if port is not None else ()
    labels = {"{node}": refused.label, "{source}": names[0] if names else "what is wired"}
    return re.sub(r"\{node\}|\{source\}", lambda match: labels[match[0]], template)
