"""A smallest design for each kind of problem that our own rules, files and Keras's refusals make.

Each function takes an empty `Saved` drawing, in whose folder the models of `make_models` lie, and
returns the design.
"""

WORDS = {}
"""Code -> what draws a design with that problem."""
