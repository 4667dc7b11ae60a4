"""The kinds of problems that are found although Keras would let it pass."""

from __future__ import annotations

from composer_gui.core.problem_kind import Kind, by_code

KINDS: dict[str, Kind] = by_code()
