"""What of a design is wrong, and what is merely not done yet."""

from __future__ import annotations

from composer_gui.core.problems import ERROR, Problem

UNFINISHED = frozenset({"missing_wire", "missing_parameter", "output_without_wire"})
"""Codes of errors that every node has while it is being put together: no reason for red."""

UNDONE = UNFINISHED | {"no_input", "no_output"}
"""Codes of problems that say what is still to be done, and not that something is wrong."""


def is_error(problem: Problem) -> bool:
    """Return whether a problem is more than a warning."""
    return problem.severity == ERROR


def is_wrong(problem: Problem) -> bool:
    """Return whether a problem is more than a warning or something that is still to be done."""
    return is_error(problem) and problem.code not in UNDONE
