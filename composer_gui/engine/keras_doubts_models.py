"""What saved models are fed and Keras adjusts quietly, or takes for something else.

A model of layers drops a last axis of 1 that is one too many, and adds one that is missing, when
it runs (`Functional._adjust_input_rank` of Keras 3.15); when it is called to build another model,
it does neither, and announces what would come of the shape as it is. Of any other number of axes
it announces something as well, and fails when it runs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from composer_gui.core.differences import differing
from composer_gui.core.document import Shape
from composer_gui.core.kinds_of_doubts import KINDS
from composer_gui.core.layer_kinds import SavedInterface, SavedPort, Structure
from composer_gui.core.misfits import NODE, other_shape
from composer_gui.core.problems import Problem
from composer_gui.core.shapes.outcome import Inputs
from composer_gui.core.shapes.tensor_spec import TensorSpec, show_shape
from composer_gui.core.wording import counted, listed
from composer_gui.engine.keras_doubts_told import misfit
from composer_gui.engine.keras_specs import CannotCall, may_be_one


def adjusted_inputs(ports: tuple[SavedPort, ...], inputs: Inputs) -> Inputs | None:
    """Return what comes in as a model adjusts it when it runs, None where it leaves it as it is.

    Raises CannotCall for what cannot be adjusted and what Keras would take all the same.
    """
    found = {}
    for port in ports:
        for item in inputs.get(port.name, ())[:1]:
            if port.shape is None:
                continue
            shape = _adjusted(port.shape, item.shape)
            if shape is None:
                raise CannotCall(other_shape(port.name, port.shape, item.shape))
            if shape != item.shape:
                found[port.name] = (TensorSpec(shape, item.dtype),)
    return {**inputs, **found} if found else None


def called_adjusted(
    called: Callable[[Inputs], list[TensorSpec]], adjusted: Inputs, inputs: Inputs
) -> list[TensorSpec]:
    """Return what a model gives when it adjusts what it gets.

    Raises CannotCall where Keras announces another shape than that when it builds: what is made
    behind it would be made for the one, and then get the other.
    """
    real = called(adjusted)
    try:
        announced = called(inputs)
    except Exception:  # what a ghost raises can be anything
        announced = None
    if announced is None or not all(
        may_be_one(one.shape, other.shape) for one, other in zip(announced, real, strict=True)
    ):
        port = next(port for port in inputs if adjusted[port] != inputs[port])
        raise CannotCall(_adjusted_axis(port, adjusted[port][0].shape, inputs[port][0].shape))
    return real


def _adjusted(wanted: Shape, given: Shape) -> Shape | None:
    """Return a shape as a model adjusts it, None where it cannot.

    Shapes of as many axes are left to Keras, but for a 1 in the place of another last size: it
    does not count that axis when it compares shapes.
    """
    if len(given) == len(wanted):
        odd = (given[-1:] == (1,)) != (wanted[-1:] == (1,))
        return None if odd and not may_be_one(given[1:], wanted[1:]) else given
    if len(given) == len(wanted) + 1 and given[-1] == 1:
        shape = given[:-1]
    elif len(given) == len(wanted) - 1 and wanted[-1] == 1:
        shape = (*given, 1)
    else:
        return None
    return shape if may_be_one(shape[1:], wanted[1:]) else None


def refuse_other_inputs(interface: SavedInterface, graph: Any) -> None:
    """Raise CannotCall for a model whose file now has other inputs than when it was added."""
    if graph is None:
        return
    names = [tensor._keras_history.operation.name for tensor in graph.inputs]
    wanted, found = interface.input_structure, graph._inputs_struct
    if len(interface.inputs) == len(names) and _keys(wanted) == _keys(found):
        return
    words = {
        "node": NODE,
        "wanted": _counted([port.name for port in interface.inputs]),
        "given": _counted(names),
    }
    problem = KINDS["other_inputs"].problem(
        words=words, expected=words["wanted"], actual=words["given"]
    )
    raise CannotCall(problem, lasting=False)


def _keys(structure: Structure | Any) -> tuple | None:
    """Return the keys of a model's inputs, None where they come by their places."""
    return tuple(sorted(structure)) if hasattr(structure, "keys") else None


def _counted(names: list[str]) -> str:
    return f"{counted(len(names), 'input')} ({listed(names)})"


def _adjusted_axis(port: str, adjusted: Shape, given: Shape) -> Problem:
    does = "drops" if len(adjusted) < len(given) else "adds"
    words = {"wanted": show_shape(adjusted), "does": does}
    return misfit("adjusted_axis", port, adjusted, given, differing(adjusted, given), words)
