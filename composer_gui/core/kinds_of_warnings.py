"""The kinds of problems that are found in designs that Keras builds and nobody meant."""

from __future__ import annotations

from composer_gui.core.problem_kind import Kind, by_code

KINDS: dict[str, Kind] = by_code()
