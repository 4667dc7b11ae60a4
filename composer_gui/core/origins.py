"""Finds where the size that does not fit was set: at an Input, a parameter, a saved model."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from composer_gui.core.document import Call, Document, Input, Node, Source, label_of
from composer_gui.core.layer_kinds import KerasLayer, Layer, SavedModel, SavedPort, Shape, Submodel
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.layers.parameter_words import show
from composer_gui.core.origin_steps import Called, Made, Onward, SetHere, step_back, step_of_rank
from composer_gui.core.passing import handed_on, hands_on
from composer_gui.core.ports import design_ports
from composer_gui.core.problems import Problem
from composer_gui.core.shapes.tensor_spec import TensorSpec, show_shape
from composer_gui.core.verdicts import Verdict
from composer_gui.core.wording import listed

LONGEST_WAY = 10_000
"""Nodes that are followed upstream at most; a design from a file may hold a loop."""

RANK = -1
"""Stands for the number of axes, where that is what differs and not the size on one of them."""

ABOUT_DTYPES = frozenset(
    {
        *("dtype", "text_given", "text_wanted", "whole_numbers"),
        *("float_indices", "mixed_precision", "whole_with_real"),
    }
)
"""The problems whose cause is not a shape but the kind of values that come."""

LONGEST_VALUE = 40
"""Characters of a value that are said."""

Verdicts = Mapping[str, Verdict]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a size was set: the node, a parameter of it or "", and that in a sentence."""

    node: str
    parameter: str
    sentence: str


def origin(
    document: Document, catalog: Catalog, verdicts: Verdicts, problem: Problem
) -> Origin | None:
    """Return where the value was set that makes `problem`, None where nobody can say.

    It is looked for upstream of the wire at fault, on the first axis that differs; where there is
    no such wire, it is what the node itself was made for.
    """
    node = document.nodes.get(problem.node or "")
    if node is not None and problem.parameter:
        return _own(document, node, problem.parameter)
    if node is None or problem.port is None:
        return None
    sources = node.inputs.get(problem.port, ())
    place = problem.index or 0
    if place >= len(sources):
        return None
    source = sources[place]
    spec = _spec(verdicts, source)
    if spec is None or spec.shape is None:
        return _wanted(document, problem)
    if not problem.axes:
        about_it = problem.code in ABOUT_DTYPES
        return _of_dtype(document, catalog, verdicts, source, spec) if about_it else None
    length = len(spec.shape)
    other_rank = problem.wanted is not None and len(problem.wanted) != length
    axis = RANK if other_rank else problem.axes[0]
    if not other_rank and axis >= length:
        return None
    found = _upstream(document, catalog, verdicts, source, axis)
    return found or _wanted(document, problem)


# Sizes ------------------------------------------------------------------------------------------


def _upstream(
    document: Document, catalog: Catalog, verdicts: Verdicts, source: Source, axis: int
) -> Origin | None:
    """Follow an axis from node to node until one of them sets it."""
    defaults: dict[str, dict[str, Any]] = {}
    for _ in range(LONGEST_WAY):
        node, spec = document.nodes.get(source.node), _spec(verdicts, source)
        if node is None or spec is None or spec.shape is None:
            return None
        if isinstance(node, Input):
            return _at_input(node, spec, axis)
        if hands_on(node):
            before = handed_on(document, catalog, node)
            if before is None:
                return None
            source = before
            continue
        layer = document.layers.get(node.layer) if isinstance(node, Call) else None
        if not isinstance(layer, KerasLayer) or layer.class_name not in catalog.layers:
            return _at_model(document, node, layer, source, spec, axis)
        called = _called(catalog, verdicts, node, layer, spec.shape, defaults)
        step = step_of_rank(called) if axis == RANK else step_back(called, axis)
        if not isinstance(step, Onward):
            return _at_layer(document, node, called, step, axis)
        sources = node.inputs.get(step.port, ())
        if step.index >= len(sources):
            return None
        source, axis = sources[step.index], axis if axis == RANK else step.axis
    return None


def _called(
    catalog: Catalog,
    verdicts: Verdicts,
    node: Call,
    layer: KerasLayer,
    output: Shape,
    defaults: dict[str, dict[str, Any]],
) -> Called:
    """Return how a node calls its layer; `defaults` keeps those of each class for the next one."""
    inputs = {}
    for port, sources in node.inputs.items():
        specs = [_spec(verdicts, source) for source in sources]
        inputs[port] = [spec.shape or () if spec is not None else () for spec in specs]
    name = layer.class_name
    if name not in defaults:
        defaults[name] = {p.name: p.default for p in catalog.layer(name).parameters}
    return Called(layer, ChainMap(layer.parameters, defaults[name]), inputs, output)


def _at_input(node: Input, spec: TensorSpec, axis: int) -> Origin:
    place = f"set at the Input {node.label}"
    if axis == RANK:
        return Origin(
            node.id, "shape", f"{node.label}’s shape is {show_shape(spec.shape)}, {place}"
        )
    if axis == 0:
        size = "Any size" if spec.shape[0] is None else str(spec.shape[0])
        return Origin(node.id, "batch_size", f"{size} is {node.label}’s batch size, {place}")
    size = spec.shape[axis]
    what = "The free size" if size is None else str(size)
    return Origin(node.id, "shape", f"{what} comes from {node.label}’s shape, {place}")


def _at_model(
    document: Document,
    node: Node,
    layer: Layer | None,
    source: Source,
    spec: TensorSpec,
    axis: int,
) -> Origin:
    """Return what is known of a size that a saved model, a submodel or an operation gives."""
    label = label_of(document, node)
    shown = show_shape(spec.shape) if axis == RANK else _size(spec.shape[axis])
    ports = layer.outputs if isinstance(layer, SavedModel) else ()
    if any(port.name == source.port and _is_recorded(port, spec, axis) for port in ports):
        return Origin(node.id, "", f"{label} was saved to give {show_shape(spec.shape)}")
    inside = f"{shown} is set inside {label}"
    made = f"{label} makes {shown} of what it gets"
    return Origin(node.id, "", inside if isinstance(layer, Submodel) else made)


def _is_recorded(port: SavedPort, spec: TensorSpec, axis: int) -> bool:
    """Return whether a saved model's file tells this size, whatever the model is given."""
    if port.shape is None or len(port.shape) != len(spec.shape):
        return False
    return axis == RANK or port.shape[axis] == spec.shape[axis] is not None


def _at_layer(
    document: Document, node: Call, called: Called, step: SetHere | Made, axis: int
) -> Origin:
    label = label_of(document, node)
    if isinstance(step, SetHere):
        value = _shown(called.values.get(step.parameter))
        return Origin(node.id, step.parameter, f"{step.parameter} of {label} is {value}")
    both_ways = called.layer.class_name == "Bidirectional"
    if axis == RANK and (step.parameter == "return_sequences" or both_ways):
        sentence = f"{label} gives its last step only, since return_sequences is not set"
        return Origin(node.id, step.parameter, sentence)
    made = show_shape(called.output) if axis == RANK else _size(called.output[axis])
    if step.parameter == "axis":
        sentence = f"{label} joins {listed([_size(size) for size in step.of])} to {made}"
        return Origin(node.id, step.parameter, sentence)
    of = f" of {show_shape((None, *step.of))}" if step.of else ""
    value = called.values.get(step.parameter)
    by = ", by the layer inside" if value is not None else ""
    if isinstance(value, int | float | str | tuple):
        by = f" with {step.parameter} {_shown(value)}"
    return Origin(node.id, step.parameter, f"{label} makes {made}{of}{by}")


# What is wanted, and dtypes ---------------------------------------------------------------------


def _wanted(document: Document, problem: Problem) -> Origin | None:
    """Return what the node at fault was made for, where that is recorded."""
    node = document.nodes[problem.node]
    layer = document.layers.get(node.layer) if isinstance(node, Call) else None
    if problem.wanted is None:
        return None
    axis = next((a for a in problem.axes if a < len(problem.wanted)), None)
    shown = show_shape(problem.wanted) if axis is None else _size(problem.wanted[axis])
    label = document.label(problem.node)
    if isinstance(layer, SavedModel):
        return Origin(problem.node, "", f"{label} was saved for {shown}")
    inner = design_ports(layer.design, layer.design.inputs) if isinstance(layer, Submodel) else ()
    if problem.port in inner:
        return Origin(problem.node, "", f"The Input {problem.port} inside {label} is for {shown}")
    return None


def _own(document: Document, node: Node, name: str) -> Origin:
    """Return the parameter of the node itself, or the argument or field, that is at fault."""
    layer = document.layers.get(node.layer) if isinstance(node, Call) else None
    values = layer.parameters if isinstance(layer, KerasLayer) else {}
    if isinstance(node, Call):
        values = {**node.arguments, **values}
    what = f"{name} of {label_of(document, node)}"
    if isinstance(node, Input):
        what, values = f"{node.label}’s {name}", {name: getattr(node, name, None)}
    if name not in values:
        return Origin(node.id, name, f"{what} is not set")
    value = show(values[name])
    if len(value) > LONGEST_VALUE:
        value = f"{value[: LONGEST_VALUE - 1]}…"
    return Origin(node.id, name, f"{what} is {value}")


def _of_dtype(
    document: Document, catalog: Catalog, verdicts: Verdicts, source: Source, spec: TensorSpec
) -> Origin | None:
    """Follow a dtype that does not fit to the Input where it was set."""
    for _ in range(LONGEST_WAY):
        node = document.nodes.get(source.node)
        if isinstance(node, Input):
            place = f"set at the Input {node.label}"
            return Origin(node.id, "dtype", f"{spec.dtype} is {node.label}’s dtype, {place}")
        if node is not None and hands_on(node):
            taken = handed_on(document, catalog, node)
            if taken is None:
                return None
            source = taken
            continue
        before = [s for sources in node.inputs.values() for s in sources] if node else []
        same = [s for s in before if (_spec(verdicts, s) or TensorSpec(None)).dtype == spec.dtype]
        if not same:
            return None if node is None else _dtype_of(document, node, spec)
        source = same[0]
    return None


def _dtype_of(document: Document, node: Node, spec: TensorSpec) -> Origin:
    return Origin(node.id, "dtype", f"{label_of(document, node)} gives {spec.dtype}")


def _spec(verdicts: Verdicts, source: Source) -> TensorSpec | None:
    verdict = verdicts.get(source.node)
    return verdict.spec(source.port) if verdict is not None else None


def _size(size: int | None) -> str:
    return "a free size" if size is None else str(size)


def _shown(value: Any) -> str:
    """Return the value of a parameter as it stands in a sentence."""
    if isinstance(value, tuple):
        return "×".join(_shown(item) for item in value)
    return "?" if value is None else str(value)
