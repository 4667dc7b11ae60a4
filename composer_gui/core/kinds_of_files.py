"""The kinds of problems that are found with the files of saved models, and with what is in them."""

from __future__ import annotations

from composer_gui.core.problem_kind import Kind, by_code

KINDS: dict[str, Kind] = by_code()
