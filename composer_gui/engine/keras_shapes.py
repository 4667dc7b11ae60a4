"""Asks Keras what comes of calling a layer on given specs, without making a single weight."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import keras

from composer_gui.core.document import CodeFile
from composer_gui.core.layer_kinds import (
    Construct,
    KerasLayer,
    Layer,
    Operation,
    SavedModel,
    SavedWeights,
)
from composer_gui.core.layers import parameters
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.layers.layer_spec import LayerSpec
from composer_gui.core.misfits import NODE
from composer_gui.core.problem_table import KINDS
from composer_gui.core.problems import Problem
from composer_gui.core.shapes.call_memo import CallMemo, exact, inputs_key, layer_key
from composer_gui.core.shapes.outcome import Inputs, Outcome
from composer_gui.core.shapes.tensor_spec import TensorSpec
from composer_gui.engine.keras_cost import of_call
from composer_gui.engine.keras_doubts import (
    refuse_after,
    refuse_before,
    refuse_two_shapes,
    wants_second_opinion,
)
from composer_gui.engine.keras_doubts_shapes import without_states
from composer_gui.engine.keras_doubts_values import real_dtypes
from composer_gui.engine.keras_specs import (
    CannotCall,
    count,
    ghosts,
    merged,
    refused,
    specs_of,
    tensors,
    trace,
)
from composer_gui.engine.keras_weights import weights_of, why_anew

LAYER_NAME = "this_layer"
"""What every ghost is called, so that it is easily found in Keras's sentences."""

_MODULES = {
    "layer": keras.layers,
    "initializer": keras.initializers,
    "regularizer": keras.regularizers,
    "constraint": keras.constraints,
}


REMEMBERED = 5_000
"""Calls of layers that come out of saved models, of which many are alike, at most."""


class KerasShapes:
    """Answers `infer` for the layers of a catalog, and through others for all other layers.

    `models` has `call(layer, inputs, arguments, code, built_on) -> Outcome` for saved models, and
    `weights(saved, code)`, the variables of a layer in one; both may raise CannotCall.
    `operations` is `call(layer, inputs, thorough=…) -> Outcome` for functions of `keras.ops`.
    """

    def __init__(
        self,
        catalog: Catalog,
        models: Any = None,
        operations: Callable[..., Outcome] | None = None,
    ) -> None:
        self._catalog = catalog
        self._models = models
        self._operations = operations
        self._alike = CallMemo(REMEMBERED)

    def infer(
        self,
        layer: Layer,
        arguments: Mapping[str, Any],
        inputs: Inputs,
        *,
        built_on: Inputs | None = None,
        code: tuple[CodeFile, ...] = (),
        thorough: bool = True,
    ) -> Outcome:
        """Return what comes of `layer(inputs, **arguments)`, or why nothing does.

        With `built_on` the layer is first called on those specs, as the call that made its
        weights did. `code` are Python files that may be run for the classes of saved models.
        Without `thorough` no layer's code is traced, which takes long: the Outcome is doubtful
        where it would have been.
        Never raises: what Keras raises becomes a Problem with its text.
        """
        try:
            if isinstance(layer, SavedModel):
                return self._models.call(layer, inputs, arguments, code, built_on)
            with ghosts():
                if isinstance(layer, Operation):
                    return self._operations(layer, inputs, thorough=thorough)
                return self._with_weights(layer, arguments, inputs, built_on, code, thorough)
        except CannotCall as error:
            return Outcome(problems=(error.problem,), lasting=error.lasting)
        except MemoryError as error:
            return Outcome(problems=(refused(error),), lasting=False)
        except Exception as error:
            return Outcome(problems=(refused(error),))

    def _with_weights(
        self,
        layer: KerasLayer,
        arguments: Mapping,
        inputs: Inputs,
        built_on: Inputs | None,
        code: tuple[CodeFile, ...],
        thorough: bool,
    ) -> Outcome:
        """Return what comes of a layer, and whether it can have the weights it was saved with.

        A saved model has many layers alike but for their weights: each kind is called once.
        """
        if layer.weights is None:
            return self._call(layer, arguments, inputs, built_on, thorough)
        on = None if built_on is None else inputs_key(built_on)
        bare = layer_key(replace(layer, weights=None))
        key = (bare, exact(arguments), inputs_key(inputs), on)
        outcome = self._alike.get(key)
        if outcome is None or (thorough and outcome.doubtful):
            outcome = self._call(layer, arguments, inputs, built_on, thorough)
            self._alike.put(key, outcome)
        return replace(outcome, anew=self._anew(layer.weights, outcome, code))

    def _anew(self, saved: SavedWeights, outcome: Outcome, code: tuple[CodeFile, ...]) -> str:
        """Return why a layer cannot have the weights that it was saved with, or nothing."""
        variables = self._models.weights(saved, code)
        if variables is None:
            return f"its weights are those of {saved.class_name}, which is not known here"
        return why_anew(weights_of(variables), outcome.weights)

    def _call(
        self,
        layer: KerasLayer,
        arguments: Mapping,
        inputs: Inputs,
        built_on: Inputs | None,
        thorough: bool,
    ) -> Outcome:
        spec = self._catalog.layers.get(layer.class_name)
        if spec is None:
            raise CannotCall(_unknown_class(layer.class_name))
        instance = self._construct(Construct("layer", layer.class_name, layer.parameters))
        instance.trainable = layer.trainable
        without_states(instance)
        if built_on is not None:
            call(instance, spec, {}, built_on)
        refuse_before(spec, layer, inputs)
        given = self._checked(spec.arguments, arguments)
        wired = {port: tuple(tensors(specs)) for port, specs in inputs.items()}
        result = keras.tree.flatten(call(instance, spec, given, wired))
        if any(one is other for one in result for ones in wired.values() for other in ones):
            raise CannotCall(_gives_back(layer.class_name))
        found = real_dtypes(spec, layer, inputs, specs_of(result))
        refuse_after(spec, layer, instance, inputs, found)
        doubtful = built_on is not None or wants_second_opinion(spec, inputs)
        if doubtful and thorough:
            traced = trace(lambda wired: call(instance, spec, given, wired), inputs)
            refuse_two_shapes(spec, found, traced)
            keep = spec.category == "preprocessing"
            pairs = zip(found, traced, strict=True)
            found = [merged(one, other, keep_dtype=keep) for one, other in pairs]
        names = self._catalog.output_ports(spec, layer.parameters, arguments)
        return Outcome(
            outputs=tuple(zip(names, found, strict=False)),
            parameters=count(instance.weights),
            trainable_parameters=count(instance.trainable_weights),
            cost=of_call(instance, [s for p in spec.inputs for s in inputs.get(p.name, ())], found),
            doubtful=doubtful and not thorough,
            weights=weights_of(instance.weights),
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
                raise CannotCall(_refused_parameter(name, f"There is no parameter {name}."))
            sentence = parameters.refusal(by_name[name], value, self._catalog)
            if sentence:
                raise CannotCall(_refused_parameter(name, sentence))
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
    """Call a layer: the first port by position, the others by keyword.

    `inputs` holds specs, which become symbolic tensors here, or tensors.
    """
    wired = {port: _wired(given) for port, given in inputs.items()}
    listed = [port for port in spec.inputs if port.listed]
    positional: list[Any] = []
    if listed:
        positional = [[tensor for port in listed for tensor in wired.get(port.name, ())]]
    keywords = dict(arguments)
    for port in spec.inputs:
        if port.listed or port.name not in wired:
            continue
        value = wired[port.name] if port.many else wired[port.name][0]
        if port is spec.inputs[0]:
            positional = [value]
        else:
            keywords[port.name] = value
    return instance(*positional, **keywords)


def _wired(given: tuple) -> list[Any]:
    return [tensors((item,))[0] if isinstance(item, TensorSpec) else item for item in given]


# Problems ---------------------------------------------------------------------------------------


def _gives_back(class_name: str) -> Problem:
    words = {"node": NODE, "class_name": class_name, "keras_version": keras.__version__}
    return KINDS["gives_back"].problem(words=words)


def _unknown_class(name: str) -> Problem:
    words = {"node": NODE, "class_name": name, "keras_version": keras.__version__}
    return KINDS["unknown_class"].problem(words=words, actual=name)


def _refused_parameter(name: str, sentence: str) -> Problem:
    words = {"node": NODE, "name": name, "sentence": sentence}
    return KINDS["bad_parameter"].problem(words=words, parameter=name)
