"""What a node shows, as a value: the words, marks and ports that its item paints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from composer_gui.core.document import (
    DOT_PORT,
    OUTPUT_PORT,
    RIGHT,
    Call,
    Document,
    Dot,
    Input,
    Output,
)
from composer_gui.core.layer_kinds import KerasLayer, Layer, Operation, SavedModel, Submodel
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.layers.layer_spec import InputPort
from composer_gui.core.layers.parameters import show
from composer_gui.core.ports import input_ports, output_ports
from composer_gui.core.problems import Problem, errors
from composer_gui.core.shapes.tensor_spec import TensorSpec
from composer_gui.core.verdicts import BLOCKED, FINE, WRONG, Verdict
from composer_gui.ui.canvas.marks import (
    Share,
    ShareOf,
    comes_from_model,
    is_frozen,
    is_partly_frozen,
    kind_words,
    no_share,
    operation_category,
    origin_words,
    use_rows,
)
from composer_gui.ui.severity import UNFINISHED

ROWS = 3
"""How many parameters a node shows at most."""


@dataclass(frozen=True, slots=True)
class Ring:
    """One ring on a node's edge: a place where a wire ends or may end.

    `index` counts the wires of one port. A `quiet` ring waits for a wire that nobody has to draw.
    A ring of a folded frame is that of a `node` in it.
    """

    port: str
    index: int = 0
    wired: bool = False
    quiet: bool = False
    node: str = ""


@dataclass(frozen=True, slots=True)
class Face:
    """Everything that is painted of a node, and that decides its size.

    `rows` are names and values of parameters. With `is_saved` the layer comes from a saved model,
    and `origin` says what became of its weights there. `shared` counts the calls of its layer where
    there are several, `copies` the layers that were made of the same part of the same file. `foot`
    is the sentence below the hairline, `short` what stands there where the sentence has no room.
    `state` is the verdict's kind, "warning" for a fine node with a warning, "unfinished" for a
    wrong one that only lacks wires or values. A `bypassed` node hands its first tensor on, a
    `pinned` one stays where it is. `flow` is the way the design's wires run.
    """

    kind: str
    category: str
    label: str
    kind_text: str
    rows: tuple[tuple[str, str], ...] = ()
    inputs: tuple[Ring, ...] = ()
    outputs: tuple[Ring, ...] = ()
    state: str = "pending"
    foot: str = ""
    short: str = ""
    count: str = ""
    frozen: bool = False
    partly_frozen: bool = False
    shared: int = 0
    copies: int = 0
    is_saved: bool = False
    origin: str = ""
    bypassed: bool = False
    pinned: bool = False
    flow: str = RIGHT

    @property
    def brief(self) -> str:
        """What stands in the foot when there is room for a word only: the shape, or the state."""
        return self.short if self.state == "blocked" else self.foot.partition("  ")[0]

    @property
    def form(self) -> tuple:
        """What decides the node's size and the places of its rings."""
        return (
            self.label,
            self.kind_text,
            self.rows,
            self.inputs,
            self.outputs,
            self.locked,
            self.shared,
            self.copies,
            self.is_saved,
            self.bypassed,
            self.pinned,
            self.flow,
        )

    @property
    def locked(self) -> bool:
        """Whether a lock is shown, closed or half open."""
        return self.frozen or self.partly_frozen

    @property
    def names_inputs(self) -> bool:
        """Whether each input ring has a row with its port's name."""
        if self.kind == "frame":
            return False
        return len({ring.port for ring in self.inputs if not ring.quiet}) > 1

    @property
    def names_outputs(self) -> bool:
        """Whether each output ring has a row with its port's name."""
        return len(self.outputs) > 1 and self.kind != "frame"


def face(
    document: Document,
    catalog: Catalog,
    verdict_of: Callable[[str], Verdict],
    node_id: str,
    *,
    calls: int = 1,
    copies: int = 1,
    share_of: ShareOf = no_share,
) -> Face:
    """Return what the node shows now.

    `calls` counts the calls of its layer, `copies` the layers of the same origin; `share_of` tells
    how many of the layers inside a model are frozen.
    """
    node = document.nodes[node_id]
    verdict = verdict_of(node_id)
    if isinstance(node, Dot):
        return _dot_face(document.flow, node, verdict)
    layer = document.layers[node.layer] if isinstance(node, Call) else None
    kind, category, kind_text = _kind(node, layer, catalog)
    share = share_of(layer) if layer is not None else None
    return Face(
        kind=kind,
        category=category,
        label=document.label(node_id),
        kind_text=kind_text,
        rows=_rows(layer, catalog, share),
        inputs=_input_rings(document, catalog, node),
        outputs=tuple(Ring(name) for name in output_ports(document, catalog, node)),
        state=state_of(verdict),
        foot=_foot(document, verdict_of, node, verdict),
        short=_SHORT.get(verdict.kind, ""),
        count=show_count(verdict.parameters or _known_parameters(layer)),
        frozen=layer is not None and is_frozen(layer, share) and _may_train(verdict, layer),
        partly_frozen=layer is not None and is_partly_frozen(layer, share),
        shared=calls if calls > 1 else 0,
        copies=copies if copies > 1 else 0,
        is_saved=comes_from_model(layer),
        origin=origin_words(layer, verdict),
        bypassed=isinstance(node, Call) and node.bypassed,
        pinned=node.pinned,
        flow=document.flow,
    )


def _dot_face(flow: str, node: Dot, verdict: Verdict) -> Face:
    """Return the face of a dot, which shows no words; they are told under a resting mouse."""
    wired = bool(node.inputs.get(DOT_PORT))
    return Face(
        kind="dot",
        category="dot",
        label="",
        kind_text="reroute dot",
        inputs=(Ring(DOT_PORT, wired=wired),),
        outputs=(Ring("output"),),
        state=state_of(verdict),
        pinned=node.pinned,
        flow=flow,
    )


_SHORT = {BLOCKED: "waits", WRONG: "needs a look"}


def _kind(node, layer: Layer | None, catalog: Catalog) -> tuple[str, str, str]:
    """Return the item's kind, the category of its colour, and the line below its label."""
    if isinstance(node, Input):
        return "input", "input", "Input"
    if isinstance(node, Output):
        return "output", "output", "Output"
    if isinstance(layer, SavedModel):
        return "call", "saved model", kind_words(layer)
    if isinstance(layer, Submodel):
        return "call", "submodel", kind_words(layer)
    if isinstance(layer, Operation):
        return "call", operation_category(layer), kind_words(layer)
    spec = catalog.layers.get(layer.class_name)
    return "call", spec.category if spec else "unknown", layer.class_name


def _rows(
    layer: Layer | None, catalog: Catalog, share: Share | None
) -> tuple[tuple[str, str], ...]:
    """Return the parameters worth showing: required ones, then those that were set."""
    if isinstance(layer, SavedModel | Submodel):
        return use_rows(layer, share)
    if not isinstance(layer, KerasLayer):
        return ()
    spec = catalog.layers.get(layer.class_name)
    if spec is None:
        return tuple((name, show(value)) for name, value in sorted(layer.parameters.items()))[:ROWS]
    given = layer.parameters
    required = [p for p in spec.parameters if p.required]
    changed = [
        p
        for p in spec.parameters
        if not p.required and p.name in given and given[p.name] != p.default
    ]
    chosen = (required + changed)[:ROWS]
    return tuple((p.name, show(given[p.name]) if p.name in given else "–") for p in chosen)


def _input_rings(document: Document, catalog: Catalog, node) -> tuple[Ring, ...]:
    """Return a ring for every wire, and one for every wire that may still come."""
    rings: list[Ring] = []
    known = input_ports(document, catalog, node)
    for port in known:
        rings.extend(_rings_of(port, len(node.inputs.get(port.name, ()))))
    for name in sorted(set(node.inputs) - {port.name for port in known}):
        rings.extend(Ring(name, index, wired=True) for index in range(len(node.inputs[name])))
    return tuple(rings)


def _rings_of(port: InputPort, wires: int) -> list[Ring]:
    rings = [Ring(port.name, index, wired=True) for index in range(wires)]
    if not port.many:
        return rings or [Ring(port.name, quiet=not port.required)]
    if port.maximum is None or wires < port.maximum:
        wanted = wires < port.minimum if port.required else False
        rings.append(Ring(port.name, wires, quiet=not wanted))
    return rings


def state_of(verdict: Verdict) -> str:
    """Return the state that a node shows under a verdict."""
    if verdict.kind == FINE and verdict.has_warnings:
        return "warning"
    return "unfinished" if is_unfinished(verdict) else verdict.kind


def is_unfinished(verdict: Verdict) -> bool:
    """Return whether a wrong node only lacks wires or values that are still to come."""
    codes = [problem.code for problem in errors(verdict.problems)]
    return verdict.kind == WRONG and bool(codes) and UNFINISHED.issuperset(codes)


def _may_train(verdict: Verdict, layer: Layer) -> bool:
    """A lock on a layer without weights would say nothing."""
    if isinstance(layer, Operation):
        return False
    is_model = isinstance(layer, SavedModel | Submodel)
    return verdict.parameters > 0 or is_model or verdict.kind != FINE


def _known_parameters(layer: Layer | None) -> int:
    return (layer.interface.parameters or 0) if isinstance(layer, SavedModel) else 0


# The foot -----------------------------------------------------------------------------------------


def _foot(document: Document, verdict_of, node, verdict: Verdict) -> str:
    if verdict.kind == BLOCKED:
        cause = verdict.blocked_by
        return f"waits for {document.label(cause)}" if cause in document.nodes else "waits"
    if verdict.kind == WRONG:
        problem = first_error(verdict)
        return short_problem(problem, document.label(node.id)) if problem else ""
    return _specs(verdict, node, verdict_of)


def first_error(verdict: Verdict) -> Problem | None:
    """Return the error that a wrong node shows, else its first problem of any kind."""
    return next(iter((*errors(verdict.problems), *verdict.problems)), None)


def short_problem(problem: Problem, label: str) -> str:
    """Return a problem in the few words that the foot of the node `label` has room for."""
    if problem.expected and problem.code not in UNFINISHED:
        return f"{problem.inner} expects {problem.expected}".lstrip()
    return problem.title.removeprefix(label).strip() or problem.message


def _specs(verdict: Verdict, node, verdict_of) -> str:
    specs = [spec for _, spec in verdict.outputs]
    if isinstance(node, Output) and not specs:
        sources = node.inputs.get(OUTPUT_PORT, ())
        specs = [spec for s in sources if (spec := verdict_of(s.node).spec(s.port)) is not None]
    if not specs:
        return ""
    more = f"  +{len(specs) - 1}" if len(specs) > 1 else ""
    return show_spec(specs[0]) + more


def show_spec(spec: TensorSpec) -> str:
    """Return shape and dtype as they stand in a node's foot: `64×64×3  float32`."""
    return f"{spec.show()}  {spec.dtype}"


def show_count(count: int) -> str:
    """Return a count of parameters in at most four figures: 650, 4.1 K, 40 K, 3.9 M."""
    if not count:
        return ""
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "K")):
        if count >= size:
            value = count / size
            return f"{value:.1f} {unit}" if value < 9.95 else f"{value:.0f} {unit}"
    return str(count)
