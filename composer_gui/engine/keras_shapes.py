"""Asks Keras what comes of calling a layer on given specs, without making a single weight."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import keras
from keras.src import backend
from keras.src.backend.common import global_state

from composer_gui.core.document import (
    CodeFile,
    Construct,
    KerasLayer,
    Layer,
    Operation,
    SavedModel,
    SavedWeights,
    Shape,
)
from composer_gui.core.explanations import REFUSED
from composer_gui.core.layers import parameters
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.layers.layer_spec import LayerSpec
from composer_gui.core.problems import Problem
from composer_gui.core.refused import clean, listed
from composer_gui.core.shapes.call_memo import CallMemo, exact, inputs_key, layer_key
from composer_gui.core.shapes.outcome import Inputs, Outcome, Weights
from composer_gui.core.shapes.tensor_spec import TensorSpec

LAYER_NAME = "this_layer"
"""What every ghost is called, so that it is easily found in Keras's sentences."""

_MODULES = {
    "layer": keras.layers,
    "initializer": keras.initializers,
    "regularizer": keras.regularizers,
    "constraint": keras.constraints,
}


READS_TEXT = frozenset({"HashedCrossing", "Hashing", "StringLookup", "TextVectorization"})
"""The layers of preprocessing that take text; two of them take nothing else."""

ONLY_TEXT = frozenset({"StringLookup", "TextVectorization"})

READS_INDICES = frozenset({"Embedding", "ReversibleEmbedding"})

REMEMBERED = 5_000
"""Calls of layers that come out of saved models, of which many are alike, at most."""

SLOW_TO_TRACE = frozenset({"MelSpectrogram", "STFTSpectrogram"})


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
    """Answers `infer` for the layers of a catalog, and through others for all other layers.

    `models` has `call(layer, inputs, arguments, code, built_on) -> Outcome` for saved models, and
    `weights(saved, code)`, the variables of a layer in one; both may raise CannotCall.
    `operations` is `call(layer, inputs) -> Outcome` for functions of `keras.ops`.
    """

    def __init__(
        self,
        catalog: Catalog,
        models: Any = None,
        operations: Callable[[Operation, Inputs], Outcome] | None = None,
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
    ) -> Outcome:
        """Return what comes of `layer(inputs, **arguments)`, or why nothing does.

        With `built_on` the layer is first called on those specs, as the call that made its
        weights did. `code` are Python files that may be run for the classes of saved models.
        Never raises: what Keras raises becomes a Problem with its text.
        """
        try:
            if isinstance(layer, SavedModel):
                return self._models.call(layer, inputs, arguments, code, built_on)
            with ghosts():
                if isinstance(layer, Operation):
                    return self._operations(layer, inputs)
                return self._with_weights(layer, arguments, inputs, built_on, code)
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
    ) -> Outcome:
        """Return what comes of a layer, and whether it can have the weights it was saved with.

        A saved model has many layers alike but for their weights: each kind is called once.
        """
        if layer.weights is None:
            return self._call(layer, arguments, inputs, built_on)
        on = None if built_on is None else inputs_key(built_on)
        bare = layer_key(replace(layer, weights=None))
        key = (bare, exact(arguments), inputs_key(inputs), on)
        outcome = self._alike.get(key)
        if outcome is None:
            outcome = self._call(layer, arguments, inputs, built_on)
            self._alike.put(key, outcome)
        return replace(outcome, anew=self._anew(layer.weights, outcome, code))

    def _anew(self, saved: SavedWeights, outcome: Outcome, code: tuple[CodeFile, ...]) -> str:
        """Return why a layer cannot have the weights that it was saved with, or nothing."""
        variables = self._models.weights(saved, code)
        if variables is None:
            return f"its weights are those of {saved.class_name}, which is not known here"
        return why_anew(weights_of(variables), outcome.weights)

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
        refuse_what_keras_would_take(spec, inputs)
        given = self._checked(spec.arguments, arguments)
        wired = {port: tuple(tensors(specs)) for port, specs in inputs.items()}
        result = keras.tree.flatten(call(instance, spec, given, wired))
        if any(one is other for one in result for ones in wired.values() for other in ones):
            raise CannotCall(_gives_back(layer.class_name))
        found = specs_of(result)
        if built_on is not None or wants_second_opinion(spec, inputs):
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


# What Keras is too trusting about ---------------------------------------------------------------


def wants_second_opinion(spec: LayerSpec, inputs: Inputs) -> bool:
    """Return whether a symbolic call of this kind is known to say yes too easily.

    For most layers Keras computes shapes with a formula and takes the dtype for granted, so whole
    numbers, text, and odd shapes in some layers pass that fail when the model runs, or come out as
    something else. Tried against real calls on every layer, dtype and number of axes.
    """
    specs = [spec for specs in inputs.values() for spec in specs]
    ranks = {len(item.shape) for item in specs}
    name = spec.class_name
    if spec.category == "preprocessing" and name not in SLOW_TO_TRACE:
        return not is_for_images(name)
    return (
        not ranks
        or min(ranks) < 2
        or name == "EinsumDense"
        or (name not in READS_INDICES and any("float" not in item.dtype for item in specs))
        or (spec.category == "attention" and (ranks != {3} or len(set(specs)) > 1))
        or (name == "RNN" and ranks != {3})
        or (spec.category == "recurrent" and len(inputs) > 1)
        or (name.startswith("Adaptive") and ranks != {int(name[-2]) + 2})
        or (name in SLOW_TO_TRACE and max(ranks) > 3)
    )


def is_for_images(class_name: str) -> bool:
    """Return whether a layer of the catalog prepares or alters images."""
    return "image_preprocessing" in getattr(keras.layers, class_name).__module__


def trace(function: Any, inputs: Inputs) -> list[TensorSpec]:
    """Return what comes out of `function(tensors by port)` when Keras really goes through it.

    The layer's code runs on placeholders of a throw-away graph, still without any weights.
    """
    counts = {port: len(specs) for port, specs in inputs.items()}
    flat = [tensor for specs in inputs.values() for tensor in tensors(specs)]

    def run(*given: Any) -> Any:
        rest = iter(given)
        return function({p: tuple(next(rest) for _ in range(n)) for p, n in counts.items()})

    return specs_of(backend.compute_output_spec(run, *flat))


def merged(formula: TensorSpec, traced: TensorSpec, *, keep_dtype: bool = False) -> TensorSpec:
    """Return what was traced, and of the sizes that tracing left open what the formula says.

    Preprocessing casts otherwise under tracing than at other times, so there the dtype is kept.
    """
    dtype = formula.dtype if keep_dtype else traced.dtype
    if len(formula.shape) != len(traced.shape):
        return TensorSpec(traced.shape, dtype)
    shape = (b if b is not None else a for a, b in zip(formula.shape, traced.shape, strict=True))
    return TensorSpec(tuple(shape), dtype)


def refuse_what_keras_would_take(spec: LayerSpec, inputs: Inputs) -> None:
    """Raise CannotCall for what not even tracing finds: text, numbers and images in wrong places.

    Layers for images take a single one without a batch as well, and would take the batch of
    something flatter for the height of an image.
    """
    images = is_for_images(spec.class_name)
    numbers_only = spec.class_name in READS_INDICES or (
        spec.category == "preprocessing" and spec.class_name not in READS_TEXT
    )
    for port, specs in inputs.items():
        for item in specs:
            if images and len(item.shape) != 4:
                raise CannotCall(_no_image(port, item))
            if item.dtype == "string" and numbers_only:
                raise CannotCall(wrong_dtype(port, "numbers", item))
            if item.dtype != "string" and spec.class_name in ONLY_TEXT:
                raise CannotCall(wrong_dtype(port, "text", item))


def refuse_two_shapes(spec: LayerSpec, told: list[TensorSpec], seen: list[TensorSpec]) -> None:
    """Raise CannotCall where Keras announces one shape and gives another.

    It would make what is behind it for the one, and that would then get the other. Only the
    scores of an attention, which are looked at and not worked on, may be so.
    """
    if spec.category == "attention":
        return
    for one, other in zip(told, seen, strict=True):
        if len(one.shape) != len(other.shape) and spec.class_name.startswith("Adaptive"):
            detail = f"expected ndim={len(one.shape)}, found ndim={len(other.shape)}"
            raise CannotCall(Problem(REFUSED, "{node} cannot be called like this.", detail=detail))
        if not may_be_one(one.shape, other.shape):
            raise CannotCall(_two_shapes(one.show(), other.show()))


def may_be_one(one: Shape, other: Shape) -> bool:
    """Return whether two shapes may be those of one tensor: a free axis may be of any size."""
    return len(one) == len(other) and all(
        a == b or None in (a, b) for a, b in zip(one, other, strict=True)
    )


def wrong_dtype(port: str, wanted: str, item: TensorSpec) -> Problem:
    """Return the Problem of a spec whose kind of values is not `wanted`."""
    sent = "text" if item.dtype == "string" else item.show(dtype=True)
    message = f"{{node}} wants {wanted}. {{source}} sends {sent}."
    return Problem(
        "dtype", message, port=port, title=f"{{node}} wants {wanted}", expected=wanted, actual=sent
    )


# Weights that were saved ------------------------------------------------------------------------


def weights_of(variables: Iterable[Any]) -> Weights:
    """Return names and shapes of variables."""
    return tuple((variable.name, tuple(variable.shape)) for variable in variables)


def why_anew(saved: Weights, now: Weights) -> str:
    """Return why one layer's weights cannot be given to another, nothing where they can."""
    if len(saved) != len(now):
        return f"it had {_weights(saved)} and now has {_weights(now)}"
    for (name, was), (other, is_now) in zip(saved, now, strict=True):
        if was != is_now:
            was, is_now = show_weight(was), show_weight(is_now)
            if name == other:
                return f"its {name} was {was} and is now {is_now}"
            return f"its {name} was {was}, and its {other} is {is_now}"
    return ""


def show_weight(shape: Shape) -> str:
    """Return the shape of a weight for a sentence: `128×10`."""
    return "×".join(str(size) for size in shape) or "one number"


def _weights(weights: Weights) -> str:
    if not weights:
        return "no weights"
    names = list(dict.fromkeys(name for name, _ in weights))
    if len(names) != len(weights) or len(names) > 4:
        return f"{len(weights)} weights"
    return listed(names)


# Specs and counts -------------------------------------------------------------------------------


def tensors(specs: tuple[TensorSpec, ...]) -> list[Any]:
    """Return symbolic tensors of these specs."""
    return [keras.KerasTensor(spec.shape, spec.dtype) for spec in specs]


def spec_of(tensor: Any) -> TensorSpec:
    """Return the spec of a symbolic tensor."""
    shape = tuple(None if size is None else int(size) for size in tensor.shape)
    return TensorSpec(shape, keras.backend.standardize_dtype(tensor.dtype))


def specs_of(result: Any) -> list[TensorSpec]:
    """Return the specs of all tensors in a result, nested lists flattened."""
    return [spec_of(tensor) for tensor in keras.tree.flatten(result)]


def count(variables: Iterable[Any]) -> int:
    """Return how many numbers these variables hold."""
    return sum(math.prod(variable.shape) for variable in variables)


# Problems ---------------------------------------------------------------------------------------


def refused(error: Exception) -> Problem:
    """Return what Keras raised, to be put into words by the core."""
    if isinstance(error, MemoryError):
        return Problem("memory", "{node} needs more memory than there is.", title="Too large")
    text = clean(str(error)) or type(error).__name__
    return Problem(REFUSED, "{node} cannot be called like this.", detail=text)


def _no_image(port: str, item: TensorSpec) -> Problem:
    wanted = "3 axes (height×width×channels)"
    message = f"{{node}} wants images: {wanted} for each sample. {{source}} gives {item.show()}."
    title = "Too few axes" if len(item.shape) < 4 else "Too many axes"
    return Problem("rank", message, port=port, title=title, expected=wanted, actual=item.show())


def _gives_back(class_name: str) -> Problem:
    message = (
        f"{{node}} cannot be part of a model: Keras {keras.__version__} has {class_name} hand back "
        "the very tensor it got, and then sees a cycle. Prepare the data with it instead."
    )
    return Problem("gives_back", message, title="Keras sees a cycle in it")


def _two_shapes(told: str, given: str) -> Problem:
    message = (
        f"{{node}} would not give what Keras says it does: {told} is announced and {given} comes, "
        "so that nothing behind it would fit. Bring what it gets to another number of axes."
    )
    title = "Keras announces another shape"
    return Problem("two_shapes", message, title=title, expected=told, actual=given)


def _unknown_class(name: str) -> Problem:
    message = f"{{node}} is a {name}, which Composer does not know."
    return Problem("unknown_class", message, title="Unknown layer", actual=name)


def _refused_parameter(sentence: str) -> Problem:
    return Problem("bad_parameter", f"{{node}}: {sentence}", title="A parameter does not fit")
