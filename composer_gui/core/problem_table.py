"""Every kind of problem: the page about them and the tests that provoke them are made of this."""

from __future__ import annotations

from composer_gui.core import (
    kinds_of_calls,
    kinds_of_doubts,
    kinds_of_files,
    kinds_of_structure,
    kinds_of_warnings,
)
from composer_gui.core.problem_kind import Kind, by_code

KINDS: dict[str, Kind] = by_code(
    *kinds_of_structure.KINDS.values(),
    *kinds_of_calls.KINDS.values(),
    *kinds_of_doubts.KINDS.values(),
    *kinds_of_files.KINDS.values(),
    *kinds_of_warnings.KINDS.values(),
)
"""All kinds by their codes."""
