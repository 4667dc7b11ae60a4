"""What comes of calling a layer on specs, as the engine tells the walk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from composer_gui.core.cost import NOTHING, Cost
from composer_gui.core.document import Shape
from composer_gui.core.problems import Problem, errors
from composer_gui.core.shapes.tensor_spec import TensorSpec

Inputs = Mapping[str, tuple[TensorSpec, ...]]
"""The specs that come in, by input port and there in the order of the wires."""

Weights = tuple[tuple[str, Shape], ...]
"""Names and shapes of a layer's weights, in Keras's order."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What comes of calling a layer on specs.

    `outputs` pairs output ports with specs, in order; it is empty where `problems` hold an error.
    A problem with the code `explanations.REFUSED` carries Keras's text in `detail` and is put into
    words by the walk, which knows the labels. An outcome that is not `lasting` hangs on more than
    the call, such as a file that is absent now, and is not remembered. One that is `doubtful` was
    found without going through the layer's code, and Keras is known to say yes too easily there.
    `weights` are those of a Keras layer. `anew` says in a few words why it cannot keep the weights
    that it was saved with, and is empty where it can; `anew_inside` says it for layers of a
    submodel, by their ids, those on the way joined by "/".
    """

    outputs: tuple[tuple[str, TensorSpec], ...] = ()
    problems: tuple[Problem, ...] = ()
    parameters: int = 0
    trainable_parameters: int = 0
    cost: Cost = NOTHING
    doubtful: bool = False
    lasting: bool = True
    weights: Weights = ()
    anew: str = ""
    anew_inside: tuple[tuple[str, str], ...] = ()

    @property
    def is_error(self) -> bool:
        """Whether nothing comes out."""
        return bool(errors(self.problems))
