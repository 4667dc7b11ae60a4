"""Follows tensors through the layers inside a ghost: for taps, cuts, and inputs of other sizes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import keras
from keras.src import backend
from keras.src.models.functional import Functional

from composer_gui.core.document import EMPTY
from composer_gui.core.explanations import explain
from composer_gui.core.inside import steps_of
from composer_gui.core.kinds_of_files import KINDS
from composer_gui.core.layer_kinds import KerasLayer
from composer_gui.core.misfits import NODE
from composer_gui.core.problems import Problem
from composer_gui.core.refused import Refused
from composer_gui.core.shapes.tensor_spec import TensorSpec
from composer_gui.engine.keras_specs import CannotCall, merged, refused, spec_of

Step = tuple[str, int]


def graph_of(model: Any) -> Any:
    """Return the graph of a model that has one, None for a layer and for a model made of code."""
    if isinstance(model, keras.Sequential):
        model = model._functional
    return model if isinstance(model, Functional) else None


class Frame:
    """One model, called at one place: what its tensors are there, by the ghost's own tensors.

    `parent` and `node` say where it is called; a frame without them is the outermost.
    """

    def __init__(self, graph: Any, path: str = "", parent: Frame | None = None, node: Any = None):
        self.graph = graph
        self.path = path
        self.parent = parent
        self.node = node
        self.found: dict[int, TensorSpec] = {}
        self.opened: dict[int, Frame] = {}
        self.makers: dict[int, tuple[Any, int]] = {}
        self.calls: dict[Step, Any] = {}
        members = {id(n) for nodes in graph._nodes_by_depth.values() for n in nodes}
        for operation in graph._operations:
            nodes = [n for n in operation._inbound_nodes if id(n) in members]
            for number, made_by in enumerate(nodes):
                self.calls[operation.name, number] = made_by
                for index, tensor in enumerate(made_by.outputs):
                    self.makers[id(tensor)] = (made_by, index)
        self.entries = {id(tensor): index for index, tensor in enumerate(graph.inputs)}

    def open(self, node: Any) -> Frame:
        """Return the frame of a model that `node` calls."""
        found = self.opened.get(id(node))
        if found is None:
            name = node.operation.name
            path = f"{self.path}/{name}" if self.path else name
            found = self.opened[id(node)] = Frame(graph_of(node.operation), path, self, node)
        return found


class Inside:
    """The inside of one ghost, for one call.

    `start` gives tensors inside their specs; `find` says what others are then. With `every` the
    models inside are gone through layer by layer, which tells the one that refuses.
    """

    def __init__(self, model: Any, *, every: bool = False) -> None:
        self._top = Frame(graph_of(model))
        self._every = every
        self.called: dict[int, Any] = {}
        """The layers and operations that something wanted went through, by their ids."""
        self.steps: list[tuple[Any, list[TensorSpec], list[TensorSpec]]] = []
        """These in the order of the calls, with what each was given and what it gave."""

    def start(self, specs: Iterable[TensorSpec]) -> None:
        """Let the model's inputs have these specs, in their order."""
        for tensor, spec in zip(self._top.graph.inputs, specs, strict=True):
            self._top.found[id(tensor)] = spec

    def start_at(self, address: str, spec: TensorSpec) -> None:
        """Let the tensor at an address have this spec, whatever leads to it."""
        frame, tensor = self.tensor(address)
        frame.found[id(tensor)] = spec

    def outputs(self) -> list[tuple[Frame, Any]]:
        """Return the model's own outputs, to be found."""
        return [(self._top, tensor) for tensor in self._top.graph.outputs]

    def tensor(self, address: str) -> tuple[Frame, Any]:
        """Return the tensor at an address and where it is; raises CannotCall."""
        steps, output = steps_of(address)
        frame = self._top
        for index, step in enumerate(steps):
            node = frame.calls.get(step)
            if node is None:
                raise CannotCall(_no_tensor(address), lasting=False)
            if index == len(steps) - 1:
                break
            if graph_of(node.operation) is None:
                raise CannotCall(_no_tensor(address), lasting=False)
            frame = frame.open(node)
        if output >= len(node.outputs):
            raise CannotCall(_no_tensor(address), lasting=False)
        return frame, node.outputs[output]

    def find(self, wanted: Sequence[tuple[Frame, Any]]) -> list[TensorSpec]:
        """Return the specs of tensors; raises CannotCall, in the words of the layer that refuses.

        Goes backwards from what is wanted to what is known, and so only through what it needs.
        """
        for frame, tensor in wanted:
            waiting = [(frame, tensor)]
            while waiting:
                frame, tensor = waiting[-1]
                if id(tensor) in frame.found:
                    waiting.pop()
                    continue
                missing = [need for need in self._needs(frame, tensor) if _unknown(*need)]
                if missing:
                    waiting.extend(missing)
                    continue
                self._compute(frame, tensor)
        return [frame.found[id(tensor)] for frame, tensor in wanted]

    def _needs(self, frame: Frame, tensor: Any) -> list[tuple[Frame, Any]]:
        entry = frame.entries.get(id(tensor))
        if entry is not None:
            if frame.parent is None:
                raise CannotCall(_not_cut_off(tensor.name))
            return [(frame.parent, frame.node.input_tensors[entry])]
        node, index = frame.makers[id(tensor)]
        inner = self._opened(frame, node)
        if inner is not None:
            return [(inner, inner.graph.outputs[index])]
        return [(frame, needed) for needed in node.input_tensors]

    def _opened(self, frame: Frame, node: Any) -> Frame | None:
        """Return the frame of a call that is to be looked into, None for one that is called."""
        known = frame.opened.get(id(node))
        if known is None and self._every and graph_of(node.operation) is not None:
            known = frame.open(node)
        return known

    def _compute(self, frame: Frame, tensor: Any) -> None:
        """Note what a tensor is, now that all it needs is known."""
        needs = self._needs(frame, tensor)
        if id(tensor) in frame.entries or self._opened(frame, frame.makers[id(tensor)][0]):
            ((other, source),) = needs
            frame.found[id(tensor)] = other.found[id(source)]
            return
        node, _ = frame.makers[id(tensor)]
        self.called[id(node.operation)] = node.operation
        given = [frame.found[id(needed)] for needed in node.input_tensors]
        if given == [spec_of(needed) for needed in node.input_tensors]:
            specs = [spec_of(output) for output in node.outputs]  # as when the ghost was made
        else:
            specs = self._call(frame, node, given)
        self.steps.append((node.operation, given, specs))
        for output, spec in zip(node.outputs, specs, strict=True):
            frame.found[id(output)] = spec

    def _call(self, frame: Frame, node: Any, given: list[TensorSpec]) -> list[TensorSpec]:
        operation = node.operation

        def run(tensors: Sequence[Any]) -> list[Any]:
            known = {id(r): t for r, t in zip(node.input_tensors, tensors, strict=True)}
            args, kwargs = node.arguments.fill_in(known)
            return keras.tree.flatten(operation(*args, **kwargs))

        try:
            fresh = [keras.KerasTensor(spec.shape, spec.dtype) for spec in given]
            with unmarked(operation):
                specs = [spec_of(tensor) for tensor in run(fresh)]
                if any(
                    _is_other_kind(*pair) for pair in zip(given, node.input_tensors, strict=True)
                ):
                    traced = backend.compute_output_spec(lambda *more: run(more), *fresh)
                    pairs = zip(specs, map(spec_of, keras.tree.flatten(traced)), strict=True)
                    specs = [merged(one, other) for one, other in pairs]
        except MemoryError:
            raise
        except Exception as error:
            raise CannotCall(_refused_inside(frame, node, given, refused(error))) from error
        if len(specs) != len(node.outputs):
            raise CannotCall(_other_outputs(operation.name))
        return specs


@contextmanager
def unmarked(operation: Any) -> Iterator[None]:
    """Have an operation forget how it is called in the block: a kept ghost sees thousands."""
    known = len(operation._inbound_nodes)
    try:
        yield
    finally:
        del operation._inbound_nodes[known:]


def _unknown(frame: Frame, tensor: Any) -> bool:
    return id(tensor) not in frame.found


def _is_other_kind(spec: TensorSpec, tensor: Any) -> bool:
    """Return whether a layer gets what is no number with a fraction where it got something else.

    For those Keras takes the dtype for granted, so the layer's code has to be gone through.
    """
    dtype = keras.backend.standardize_dtype(tensor.dtype)
    return spec.dtype != dtype and "float" not in spec.dtype


# Counting ---------------------------------------------------------------------------------------


def leaves(model: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """Yield path and layer of all that has no layers of its own to show, at every depth."""
    for layer in model.layers:
        path = f"{before}{layer.name}"
        if graph_of(layer) is not None:
            yield from leaves(layer, f"{path}/")
        elif not isinstance(layer, keras.layers.InputLayer):
            yield path, layer


# Problems ---------------------------------------------------------------------------------------


def _refused_inside(frame: Frame, node: Any, given: list[TensorSpec], problem: Problem) -> Problem:
    """Return what one layer inside refuses, in the words it would have on the canvas."""
    operation = node.operation
    path = f"{frame.path}/{operation.name}" if frame.path else operation.name
    before = [_name_of_source(tensor) for tensor in node.input_tensors]
    layer = KerasLayer("", path, type(operation).__name__, EMPTY)
    told = explain(
        problem,
        Refused(
            label=path,
            layer=layer,
            text=problem.detail.replace(f'"{operation.name}"', f'"{path}"'),
            inputs={"inputs": tuple(given)},
            sources={"inputs": tuple(before)},
        ),
    )
    words = {"node": NODE, "inner": operation.name, "sentence": told.message}
    return KINDS["refused_inside"].problem(
        words=words,
        expected=told.expected,
        actual=told.actual,
        detail=problem.detail,
        inner=operation.name,
        inner_source=before[told.index] if told.index is not None else "",
        wanted=told.wanted,
        given=told.given,
        axes=told.axes,
    )


def _name_of_source(tensor: Any) -> str:
    operation = tensor._keras_history.operation
    return tensor.name if operation is None else operation.name


def _no_tensor(address: str) -> Problem:
    return KINDS["tensor_absent"].problem(words={"node": NODE, "address": address})


def _not_cut_off(name: str) -> Problem:
    return KINDS["cut_open"].problem(words={"node": NODE, "name": name})


def _other_outputs(name: str) -> Problem:
    words = {"node": NODE, "inner": name}
    return KINDS["other_outputs_inside"].problem(words=words, inner=name)
