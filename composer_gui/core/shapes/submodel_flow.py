"""What comes of calling a submodel: its design is walked with the specs that come in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Protocol

from composer_gui.core.cost import inside
from composer_gui.core.differences import differing
from composer_gui.core.document import OUTPUT_PORT, Call, Document, Input, in_order
from composer_gui.core.layer_kinds import Submodel
from composer_gui.core.misfits import is_lost, other_dtype, other_shape
from composer_gui.core.ports import design_ports
from composer_gui.core.problems import ERROR, Problem, errors
from composer_gui.core.shapes.flow_order import sources_of
from composer_gui.core.shapes.outcome import Inputs, Outcome
from composer_gui.core.shapes.tensor_spec import TensorSpec, kind_of
from composer_gui.core.verdicts import FINE, Verdict


class Flow(Protocol):
    """The part of a `ShapeFlow` that is wanted here."""

    verdicts: dict[str, Verdict]
    doubts: Mapping[str, Any]
    lasting: bool

    def update(self, document: Document) -> Any:
        """Find the verdicts of a document."""


Warnings = Callable[[Document, Mapping[str, Verdict]], Mapping[str, tuple[Problem, ...]]]
"""warnings(design, verdicts): what its nodes are warned of, by their ids."""

MakeFlow = Callable[[Mapping[str, TensorSpec], Any], Flow]
"""make(given, built): a flow in which Inputs have the specs `given`, by their ids, and layers are
those that the flow `built` made, if there is one."""


def outcome(
    layer: Submodel, inputs: Inputs, design: Document, make: MakeFlow, warnings: Warnings
) -> Outcome:
    """Return what comes of calling a submodel on specs.

    The layers in it are made for its Inputs as they are declared, and then called on what comes.
    """
    ports = design_ports(design, design.inputs)
    given = {}
    for port, node_id in zip(ports, design.inputs, strict=True):
        if port in inputs:
            given[node_id] = inputs[port][0]
            problem = _misfit(port, _declared(design, node_id), inputs[port][0])
            if problem is not None:
                return Outcome(problems=(problem,))
    flow = declared = make({}, None)
    declared.update(design)
    found = _told(layer, design, declared)
    # Keras casts what comes in to the dtype that is declared
    sizes = {k: replace(spec, dtype=_declared(design, k).dtype) for k, spec in given.items()}
    if not found.is_error and any(_declared(design, k) != spec for k, spec in sizes.items()):
        flow = make(sizes, declared)
        flow.update(design)
        counted = found
        found = _told(layer, design, flow)
        found = replace(
            found,
            parameters=counted.parameters,
            trainable_parameters=counted.trainable_parameters,
        )
    if not found.is_error:
        found = replace(found, problems=found.problems + _warned(design, flow, warnings))
    return replace(
        found,
        doubtful=bool(declared.doubts or flow.doubts),
        lasting=declared.lasting and flow.lasting,
    )


def _declared(design: Document, node_id: str) -> TensorSpec:
    node: Input = design.nodes[node_id]
    return TensorSpec((node.batch_size, *node.shape), node.dtype)


def _misfit(port: str, wanted: TensorSpec, given: TensorSpec) -> Problem | None:
    """Return what is wrong with what comes in at a port, if anything is."""
    if is_lost(given.dtype, wanted.dtype):
        return other_dtype(port, kind_of(wanted.dtype), given)
    if differing(wanted.shape, given.shape):
        return other_shape(port, wanted.shape, given.shape)
    return None


# What the walk found ----------------------------------------------------------------------------


def _told(layer: Submodel, design: Document, flow: Flow) -> Outcome:
    """Return what a flow found, as it is told of the submodel as a whole."""
    used = _used(design)
    verdicts = {node_id: flow.verdicts[node_id] for node_id in design.nodes if node_id in used}
    problems = tuple(dict.fromkeys(_problems(design, verdicts)))
    if errors(problems):
        return Outcome(problems=problems[:1])
    called: dict[str, Verdict] = {}
    for node_id, verdict in verdicts.items():
        node = design.nodes[node_id]
        if isinstance(node, Call):
            called.setdefault(node.layer, verdict)
    freezes = not layer.trainable or layer.inference
    trainable = 0 if freezes else sum(v.trainable_parameters for v in called.values())
    names = design_ports(design, design.outputs)
    specs = [flow.verdicts[node_id].spec(OUTPUT_PORT) for node_id in design.outputs]
    return Outcome(
        outputs=tuple((name, spec) for name, spec in zip(names, specs, strict=True) if spec),
        problems=problems,
        parameters=sum(verdict.parameters for verdict in called.values()),
        trainable_parameters=trainable,
        cost=inside((design.nodes[k], verdict.cost) for k, verdict in verdicts.items()),
        anew_inside=tuple(_anew(called)),
    )


def _used(design: Document) -> set[str]:
    """Return the nodes that lead to an Output."""
    found: set[str] = set()
    waiting = [node_id for node_id in design.outputs if node_id in design.nodes]
    while waiting:
        node_id = waiting.pop()
        if node_id not in found and node_id in design.nodes:
            found.add(node_id)
            waiting.extend(sources_of(design.nodes[node_id]))
    return found


def _warned(design: Document, flow: Flow, warnings: Warnings) -> tuple[Problem, ...]:
    """Return the warnings inside, each once."""
    found = warnings(design, flow.verdicts)
    inside = (problem for node in in_order(design.nodes) for problem in found.get(node.id, ()))
    return tuple(dict.fromkeys(_of_the_whole(design, inside)))


def _problems(design: Document, verdicts: Mapping[str, Verdict]) -> Iterator[Problem]:
    """Yield what is wrong inside, errors first."""
    nodes = (node for node in in_order(design.nodes) if node.id in verdicts)
    found = [problem for node in nodes for problem in verdicts[node.id].problems]
    yield from _of_the_whole(design, sorted(found, key=lambda one: one.severity != ERROR))


def _of_the_whole(design: Document, problems: Iterable[Problem]) -> Iterator[Problem]:
    """Yield problems of a design as those of the node that calls it."""
    for problem in problems:
        message = f"Inside {{node}}: {problem.message}"
        inner = problem.inner or (design.label(problem.node) if problem.node else "")
        yield replace(problem, message=message, node=None, port=None, inner=inner)


def _anew(called: Mapping[str, Verdict]) -> Iterator[tuple[str, str]]:
    for layer_id, verdict in called.items():
        if verdict.anew and verdict.kind == FINE:
            yield layer_id, verdict.anew
        for inner, why in verdict.anew_inside:
            yield f"{layer_id}/{inner}", why
