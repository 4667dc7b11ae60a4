"""Asks Keras what comes of calling a layer on given specs, without making a single weight."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import keras
from keras.src.backend.common import global_state

from composer_gui.core.document import Construct, KerasLayer, Layer, SavedModel
from composer_gui.core.explanations import REFUSED, clean
from composer_gui.core.layers import parameters
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.layers.layer_spec import LayerSpec
from composer_gui.core.problems import Problem
from composer_gui.core.shapes.shape_flow import Inputs, Outcome
from composer_gui.core.shapes.tensor_spec import TensorSpec

LAYER_NAME = "this_layer"
"""What every ghost is called, so that it is easily found in Keras's sentences."""

_MODULES = {
    "layer": keras.layers,
    "initializer": keras.initializers,
    "regularizer": keras.regularizers,
    "constraint": keras.constraints,
}


class CannotCall(Exception):
    """A call that does not come to Keras; `problem` says why."""

    def __init__(self, problem: Problem, *, lasting: bool = True) -> None:
        super().__init__(problem.message)
        self.problem = problem
        self.lasting = lasting


@contextmanager
def ghosts() -> Iterator[None]:
    """Run a block in which Keras layers are built and called with no memory for their weights.

    A `StatelessScope` keeps new variables to shape and initializer. Keras would allocate them
    later, with the next thing it traces, so they are struck from its list in the end.
    """
    try:
        with keras.StatelessScope(initialize_variables=False):
            yield
    finally:
        global_state.set_global_attribute("uninitialized_variables", [])


class KerasShapes:
    """Answers `infer` for the layers of a catalog, and through `models` for saved models.

    `models` has `call(layer, inputs) -> Outcome`; it may raise CannotCall.
    """

    def __init__(self, catalog: Catalog, models: Any = None) -> None:
        self._catalog = catalog
        self._models = models

    def infer(
        self,
        layer: Layer,
        arguments: Mapping[str, Any],
        inputs: Inputs,
        *,
        built_on: Inputs | None = None,
    ) -> Outcome:
        """Return what comes of `layer(inputs, **arguments)`, or why nothing does.

        With `built_on` the layer is first called on those specs, as the call that made its
        weights did. Never raises: what Keras raises becomes a Problem with its text.
        """
        try:
            if isinstance(layer, SavedModel):
                return self._models.call(layer, inputs)
            with ghosts():
                return self._call(layer, arguments, inputs, built_on)
        except CannotCall as error:
            return Outcome(problems=(error.problem,), lasting=error.lasting)
        except MemoryError as error:
            return Outcome(problems=(refused(error),), lasting=False)
        except Exception as error:
            return Outcome(problems=(refused(error),))

    def _call(
        self, layer: KerasLayer, arguments: Mapping, inputs: Inputs, built_on: Inputs | None
    ) -> Outcome:
        spec = self._catalog.layers.get(layer.class_name)
        if spec is None:
            raise CannotCall(_unknown_class(layer.class_name))
        instance = self._construct(Construct("layer", layer.class_name, layer.parameters))
        instance.trainable = layer.trainable
        if built_on is not None:
            call(instance, spec, {}, built_on)
        result = call(instance, spec, self._checked(spec.arguments, arguments), inputs)
        names = self._catalog.output_ports(spec, layer.parameters, arguments)
        tensors = keras.tree.flatten(result)
        return Outcome(
            outputs=tuple(zip(names, map(spec_of, tensors), strict=False)),
            parameters=count(instance.weights),
            trainable_parameters=count(instance.trainable_weights),
        )

    # Building ------------------------------------------------------------------------------------

    def _construct(self, value: Construct) -> Any:
        """Return the Keras object that a Construct describes; only the catalog's classes exist."""
        spec = self._catalog.construct(value)
        if spec is None:
            raise CannotCall(_unknown_class(value.class_name))
        given = self._checked(spec.parameters, value.parameters)
        if value.kind == "layer":
            given["name"] = LAYER_NAME
        return getattr(_MODULES[value.kind], spec.class_name)(**given)

    def _checked(self, known: tuple, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return values as Keras takes them; raises CannotCall for one that the catalog refuses.

        Keras itself may read a file for a string in the wrong place, so nothing goes unchecked.
        """
        by_name = {parameter.name: parameter for parameter in known}
        found = {}
        for name, value in given.items():
            if name not in by_name:
                raise CannotCall(_refused_parameter(f"There is no parameter {name}."))
            sentence = parameters.refusal(by_name[name], value, self._catalog)
            if sentence:
                raise CannotCall(_refused_parameter(sentence))
            found[name] = self._realized(value)
        return found

    def _realized(self, value: Any) -> Any:
        if isinstance(value, Construct):
            return self._construct(value)
        if isinstance(value, tuple):
            items = [self._realized(item) for item in value]
            # Keras takes lists of layers, and tuples of numbers
            return items if any(isinstance(item, Construct) for item in value) else tuple(items)
        return value


def call(instance: Any, spec: LayerSpec, arguments: Mapping[str, Any], inputs: Inputs) -> Any:
    """Call a layer on symbolic tensors: the first port by position, the others by keyword."""
    listed = [port for port in spec.inputs if port.listed]
    positional: list[Any] = []
    if listed:
        positional = [[t for port in listed for t in tensors(inputs.get(port.name, ()))]]
    keywords = dict(arguments)
    for port in spec.inputs:
        if port.listed or port.name not in inputs:
            continue
        given = tensors(inputs[port.name])
        value = given if port.many else given[0]
        if port is spec.inputs[0]:
            positional = [value]
        else:
            keywords[port.name] = value
    return instance(*positional, **keywords)


# Specs and counts -------------------------------------------------------------------------------


def tensors(specs: tuple[TensorSpec, ...]) -> list[Any]:
    """Return symbolic tensors of these specs."""
    return [keras.KerasTensor(spec.shape, spec.dtype) for spec in specs]


def spec_of(tensor: Any) -> TensorSpec:
    """Return the spec of a symbolic tensor."""
    shape = tuple(None if size is None else int(size) for size in tensor.shape)
    return TensorSpec(shape, keras.backend.standardize_dtype(tensor.dtype))


def count(variables: list[Any]) -> int:
    """Return how many numbers these variables hold."""
    return sum(math.prod(variable.shape) for variable in variables)


# Problems ---------------------------------------------------------------------------------------


def refused(error: Exception) -> Problem:
    """Return what Keras raised, to be put into words by the core."""
    if isinstance(error, MemoryError):
        return Problem("memory", "{node} needs more memory than there is.", title="Too large")
    text = clean(str(error)) or type(error).__name__
    return Problem(REFUSED, "{node} cannot be called like this.", detail=text)


def _unknown_class(name: str) -> Problem:
    message = f"{{node}} is a {name}, which Composer does not know."
    return Problem("unknown_class", message, title="Unknown layer", actual=name)


def _refused_parameter(sentence: str) -> Problem:
    return Problem("bad_parameter", f"{{node}}: {sentence}", title="A parameter does not fit")
