"""A smallest design for each kind of problem; the test of all kinds opens each of them.

To add a kind: write a function in the file of its owner, and name it in the table there::

    def _too_wide(draw):
        x = draw.input("picture", 8)
        draw.output("result", draw.layer("Dense", "head", x, units=4))
        return draw.document

    DOUBTS = {"too_wide": _too_wide}

`draw` is a `Saved` drawing (tests/saved_drawing.py): `draw.input`, `draw.layer`, `draw.output`,
`draw.whole("encoder", "enc", source)` for one of the saved models in `draw.folder`, where a
function may also put files of its own. A design has the one problem only, besides warnings: one
cause, one problem. What has to be done to the session once the design is open goes into
`draw.then`, functions of the session, and errors that cannot but come with it into `draw.besides`.
"""

from tests.conformance.provoked_doubts import DOUBTS
from tests.conformance.provoked_warnings import WARNINGS
from tests.conformance.provoked_words import WORDS
from tests.saved_drawing import Saved

PROVOKED = WORDS | DOUBTS | WARNINGS
"""Code -> function(draw) -> Document."""


class Provoking(Saved):
    """A drawing of a design with a problem."""

    def __init__(self, folder):
        super().__init__(folder)
        self.then = []
        self.besides = set()
