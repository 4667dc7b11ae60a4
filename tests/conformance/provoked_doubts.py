"""A smallest design for each kind of problem that Keras would let pass.

Each function takes an empty `Saved` drawing, in whose folder the models of `make_models` lie, and
returns the design.
"""

DOUBTS = {}
"""Code -> what draws a design with that problem."""
