"""A smallest design for each kind of warning.

Each function takes an empty `Saved` drawing, in whose folder the models of `make_models` lie, and
returns the design.
"""

WARNINGS = {}
"""Code -> what draws a design with that problem."""
