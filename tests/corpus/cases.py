"""All designs of the corpus by what is to be said of them, and what Keras itself does with each.

They are written in text files beside this one: a name behind `#`, then lines that `written` reads.
"""

import json
from pathlib import Path

FOLDER = Path(__file__).parent


def _read(name):
    parts = (FOLDER / f"{name}.txt").read_text().split("# ")[1:]
    return {name: text for name, _, text in (part.partition("\n") for part in parts)}


KINDS_OF_WRONG = ("ranks", "sizes", "dtypes", "merges", "models", "unfinished")

WRONG = {name: text for kind in KINDS_OF_WRONG for name, text in _read(kind).items()}
"""What has to be caught before it is exported."""

ODD = _read("odd")
"""What runs, is hardly ever meant, and deserves a warning."""

TOLERATED = _read("tolerated")
"""What Keras runs by making something else of what comes: it may be refused, or warned of."""

RIGHT = _read("right")
"""What nothing may be said of."""

ALL = {**WRONG, **ODD, **TOLERATED, **RIGHT}

TOO_LARGE = (
    "two billion units",
    "dense of millions on millions",
    "table of ten billion words",
    "a vector repeated a billion times",
    "upsampling a thousandfold twice",
    "kernel larger than memory",
)
"""Designs that Keras would run if there were the memory: nobody tries."""

CUT_OFF = ("fractions for a model of words",)
"""Designs that Keras runs after all, by cutting fractions to whole numbers: nobody means that."""

MEASURED = FOLDER / "eager.json"
"""What Keras does with each: `python -m tests.corpus.measure` writes it."""


def eager():
    """Return, by name, what Keras does with a design and the beginning of what it says."""
    return json.loads(MEASURED.read_text())
