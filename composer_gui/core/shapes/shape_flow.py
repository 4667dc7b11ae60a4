"""The walk over a design: which nodes to ask about, in which order, and where to stop asking."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from composer_gui.core import structure
from composer_gui.core.cautions import Cautions
from composer_gui.core.change import Change
from composer_gui.core.document import (
    EMPTY,
    OUTPUT_PORT,
    Call,
    Document,
    Dot,
    Frame,
    Input,
    Node,
    Note,
    Output,
    Source,
    label_of,
)
from composer_gui.core.layer_kinds import Layer, Submodel
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.passing import handed_on, hands_on
from composer_gui.core.ports import output_ports, wired_ports
from composer_gui.core.problems import Problem, errors, heard
from composer_gui.core.resolved import gap, resolved
from composer_gui.core.shapes import submodel_flow
from composer_gui.core.shapes.call_memo import CallMemo, exact, is_of_files, layer_key
from composer_gui.core.shapes.flow_builders import FlowBuilders, acting
from composer_gui.core.shapes.flow_order import FlowOrder
from composer_gui.core.shapes.flow_passing import is_leaned_on, naming, unfed_sources
from composer_gui.core.shapes.flow_wording import source_name, worded
from composer_gui.core.shapes.outcome import Inputs, Outcome
from composer_gui.core.shapes.questions import Infer, Question
from composer_gui.core.shapes.tensor_spec import TensorSpec
from composer_gui.core.verdicts import BLOCKED, FINE, WRONG, Verdict

Report = Callable[[dict[str, Verdict]], None]


class ShapeFlow:
    """The verdicts of one design, kept in step with its document.

    `infer` is asked only about calls that are not remembered, and a node is looked at again only
    when it, its layer or a spec that it receives has changed. A layer with several calls is built
    by the first that succeeds; the later ones are judged on the layer so built. A node that cannot
    be judged because of another names the first cause upstream. Dots and bypassed calls give what
    they get; nobody is asked about them.

    One that is not `thorough` takes doubtful outcomes for now: `doubts` has, by node, the questions
    to be asked again thoroughly, and `reconsider` takes what comes of it.

    A submodel is walked by a flow of its own that shares this one's `memo`: there the Inputs have
    the specs `given`, by their ids, and the layers are those that the flow `built` made. `lasting`
    says whether all that was found hangs on the design alone.
    """

    def __init__(
        self,
        catalog: Catalog,
        infer: Infer,
        *,
        remembered: int = 20_000,
        memo: CallMemo | None = None,
        given: Mapping[str, TensorSpec] = EMPTY,
        built: ShapeFlow | None = None,
        thorough: bool = True,
    ) -> None:
        self.verdicts: dict[str, Verdict] = {}
        self.doubts: dict[str, Question] = {}
        self.lasting = True
        self._thorough = thorough
        self._catalog = catalog
        self._infer = infer
        self._memo = memo if memo is not None else CallMemo(remembered)
        self._given = given
        self._built = built
        self._order = FlowOrder()
        self._builders = FlowBuilders(self._order)
        self._document = Document()
        self._layer_keys: dict[str, tuple[Layer, Any]] = {}
        self._structure: dict[str, tuple[Node, Layer | None, tuple[Problem, ...]]] = {}

    def update(
        self, document: Document, change: Change | None = None, report: Report | None = None
    ) -> dict[str, Verdict]:
        """Bring the verdicts in step with `document` and return those that differ from before.

        Without `change` everything is looked at afresh and every verdict returned. `report` is
        handed the verdicts found so far after each node that `infer` was asked about, and may
        take them out; what it leaves is returned.
        """
        if change is None:
            waiting = self._begin(document)
        else:
            waiting = self._follow(document, change)
        return self._walk(waiting, report)

    def learn(self, question: Question, outcome: Outcome) -> None:
        """Remember what a thorough look at a question has found."""
        self._memo.put(question.key, replace(outcome, doubtful=False))

    def reconsider(self, node_id: str) -> dict[str, Verdict]:
        """Settle the doubt about a node by what was learned; return the verdicts that differ.

        Where nothing was that can be remembered, the verdict stays until the node is touched.
        """
        question = self.doubts.pop(node_id, None)
        if question is None or self.known(question) is None:
            return {}
        return self._walk({node_id}, None)

    def known(self, question: Question) -> Outcome | None:
        """Return what was found by a thorough look at a question, or None if nobody had one."""
        outcome = self._memo.get(question.key)
        return None if outcome is None or outcome.doubtful else outcome

    def answer(self, question: Question) -> Outcome:
        """Return what comes of a call, as thoroughly as this flow is."""
        if isinstance(question.layer, Submodel):
            layer, inputs, warnings = question.layer, question.inputs, Cautions(self._catalog).found
            is_whole = gap(layer.design, self._catalog) is None
            design = resolved(layer.design, self._catalog) if is_whole else layer.design
            design = replace(design, code=question.code) if question.code else design
            return submodel_flow.outcome(layer, inputs, design, self._flow_inside, warnings)
        return question.asked(self._infer, thorough=self._thorough)

    def elsewhere(self, infer: Infer) -> ShapeFlow:
        """Return an empty flow that is thorough and asks `infer`.

        It knows what this one remembers, and may be used in another thread. `take_over` brings
        home what it found.
        """
        return ShapeFlow(self._catalog, infer, memo=self._memo.above())

    def copy(self, infer: Infer) -> ShapeFlow:
        """Return a flow `elsewhere` that has come as far as this one, to go on without it."""
        other = self.elsewhere(infer)
        other.verdicts, other.doubts = dict(self.verdicts), dict(self.doubts)
        other._order, other._document = self._order.copy(), self._document
        other._builders = self._builders.copy(other._order)
        other._layer_keys, other._structure = dict(self._layer_keys), dict(self._structure)
        return other

    def take_over(self, other: ShapeFlow) -> None:
        """Remember what a flow made by `copy` or `elsewhere` has found."""
        self._memo.take_over(other._memo)

    # What has to be looked at --------------------------------------------------------------------

    def _begin(self, document: Document) -> set[str]:
        self._document = document
        self.verdicts, self.doubts, self._structure = {}, {}, {}
        self._order.rebuild(document.nodes)
        self._builders.rebuild(document.nodes)
        return set(document.nodes)

    def _follow(self, document: Document, change: Change) -> set[str]:
        old, self._document = self._document, document
        touched = change.added | change.removed | change.changed
        moved = self._order.follow(old.nodes, document.nodes, touched)
        waiting: set[str] = set()
        for node_id in touched:
            waiting |= self._touched(node_id, old, document)
        for layer_id in change.layers:
            waiting |= self._layer_touched(layer_id, old, document)
        if old.code != document.code:
            for layer_id, calls in self._builders.calls.items():
                waiting |= calls if is_of_files(document.layers[layer_id]) else set()
        for node_id in moved:
            layer_id = acting(document.nodes[node_id])
            if layer_id is not None and len(self._builders.calls[layer_id]) > 1:
                waiting |= self._builders.forget(layer_id)
        return {node_id for node_id in waiting if node_id in document.nodes}

    def _touched(self, node_id: str, old: Document, new: Document) -> set[str]:
        """Take over one node; return what has to be looked at because of it."""
        before, after = old.nodes.get(node_id), new.nodes.get(node_id)
        if before is not None and after is not None and _mean_the_same(before, after):
            return set()
        waiting = {node_id} | self._builders.follow(node_id, before, after)
        waiting |= unfed_sources(new, before) | unfed_sources(new, after)
        was = acting(before)
        if was is not None and was not in self._builders.calls:
            self._layer_keys.pop(was, None)
        if after is None:
            for known in (self.verdicts, self.doubts, self._structure):
                known.pop(node_id, None)
        if before is None or after is None or source_name(old, before) != source_name(new, after):
            waiting |= self._naming(node_id)
        return waiting

    def _naming(self, node_id: str) -> set[str]:
        return naming(self._document, self._order.consumers, node_id)

    def _layer_touched(self, layer_id: str, old: Document, new: Document) -> set[str]:
        before, after = old.layers.get(layer_id), new.layers.get(layer_id)
        bypassed = self._builders.bypassed.get(layer_id, set())
        if layer_id not in self._builders.calls and not bypassed:
            return set()
        is_renamed = before is None or after is None or before.name != after.name
        if not is_renamed and layer_key(before) == layer_key(after):
            return set()
        calls = set(bypassed)  # these have the layer's outputs too
        if layer_id in self._builders.calls:
            calls |= self._builders.forget(layer_id)
        if is_renamed:
            return calls.union(*(self._naming(node_id) for node_id in calls))
        return calls

    # The walk ------------------------------------------------------------------------------------

    def _walk(self, waiting: set[str], report: Report | None) -> dict[str, Verdict]:
        """Judge the nodes in `waiting` and what they change, sources first."""
        differing: dict[str, Verdict] = {}
        heap = [(self._order.position(node_id), node_id) for node_id in waiting]
        heapq.heapify(heap)

        def look_at(node_ids: Iterable[str]) -> None:
            for node_id in node_ids:
                if node_id not in waiting and node_id in self._document.nodes:
                    waiting.add(node_id)
                    heapq.heappush(heap, (self._order.position(node_id), node_id))

        while heap:
            _, node_id = heapq.heappop(heap)
            waiting.discard(node_id)
            asked = self._memo.misses
            before, after = self.verdicts.get(node_id), self._judge(node_id)
            look_at(self._build(node_id, after))
            if before != after:
                self.verdicts[node_id] = differing[node_id] = after
                if before is None or _passed_on(before) != _passed_on(after):
                    look_at(self._order.consumers.get(node_id, ()))
            if report is not None and asked != self._memo.misses:
                report(differing)
        return differing

    def _judge(self, node_id: str) -> Verdict:
        node = self._document.nodes[node_id]
        self.doubts.pop(node_id, None)
        if isinstance(node, Frame | Note):
            return Verdict(FINE)
        own = self._structural(node)
        if errors(own):
            return Verdict(WRONG, problems=own)
        if hands_on(node):
            return self._judge_passing(node)
        if isinstance(node, Input):
            spec = self._given.get(node_id)
            if spec is None:
                spec = TensorSpec((node.batch_size, *node.shape), node.dtype)
            return Verdict(FINE, (("output", spec),), own)
        cause = self._cause(node)
        if cause is not None:
            return Verdict(BLOCKED, problems=own, blocked_by=cause)
        inputs = self._inputs(node)
        if isinstance(node, Output):
            return Verdict(FINE, ((OUTPUT_PORT, inputs[OUTPUT_PORT][0]),), own)
        return self._judge_call(node, inputs, own)

    def _judge_passing(self, node: Dot | Call) -> Verdict:
        """Return the verdict of what hands a tensor on: the spec that comes in goes out."""
        document, catalog = self._document, self._catalog
        source = handed_on(document, catalog, node)
        if source is None:
            if not is_leaned_on(document, catalog, self._order.consumers, node):
                return Verdict(FINE)
            return Verdict(WRONG, problems=(structure.unfed(document, catalog, node),))
        spec = self._spec(source)
        if spec is None:
            return Verdict(BLOCKED, blocked_by=self._first_cause(source))
        ports = output_ports(document, catalog, node)
        return Verdict(FINE, tuple((port, spec) for port in ports))

    def _structural(self, node: Node) -> tuple[Problem, ...]:
        """Return what is wrong by the rules that need no engine."""
        if node.id in self._order.circular:
            return (structure.on_a_loop(node.id, label_of(self._document, node)),)
        layer = self._document.layers.get(node.layer) if isinstance(node, Call) else None
        known = self._structure.get(node.id)
        if known is None or known[0] is not node or known[1] is not layer:
            found = tuple(structure.problems(self._document, self._catalog, node.id))
            self._structure[node.id] = known = (node, layer, found)
        return known[2]

    def _cause(self, node: Call | Output) -> str | None:
        """Return the node that has to be mended before this one, if any: the first wire's."""
        for port in sorted(node.inputs):
            for source in node.inputs[port]:
                if self._spec(source) is None:
                    return self._first_cause(source)
        return None

    def _first_cause(self, source: Source) -> str:
        verdict = self.verdicts.get(source.node)
        blocked = verdict is not None and verdict.kind == BLOCKED
        return verdict.blocked_by if blocked else source.node

    def _spec(self, source: Source) -> TensorSpec | None:
        verdict = self.verdicts.get(source.node)
        spec = verdict.spec(source.port) if verdict is not None and verdict.kind == FINE else None
        return spec if spec is not None and spec.shape is not None else None

    def _inputs(self, node: Call | Output) -> dict[str, tuple[TensorSpec, ...]]:
        # what a layer works on comes first, and of two faults every process tells the same
        return {
            port: tuple(self._spec(source) for source in node.inputs[port])
            for port in wired_ports(self._document, self._catalog, node)
        }

    # Calls ---------------------------------------------------------------------------------------

    def _judge_call(self, node: Call, inputs: Inputs, own: tuple[Problem, ...]) -> Verdict:
        first, built_on = self._made_by(node)
        if built_on == inputs:
            built_on = None
        outcome = self._ask(node, inputs, built_on)
        problems = own + tuple(
            worded(self._document, node, problem, inputs, first, built_on)
            for problem in heard(outcome.problems, node.silenced)
        )
        return Verdict(
            WRONG if outcome.is_error else FINE,
            () if outcome.is_error else outcome.outputs,
            problems,
            parameters=outcome.parameters,
            trainable_parameters=outcome.trainable_parameters,
            cost=outcome.cost,
            anew=outcome.anew,
            anew_inside=outcome.anew_inside,
        )

    def _made_by(self, node: Call) -> tuple[Call | None, Inputs | None]:
        """Return the call that made the layer's weights and on what, where not this one."""
        if self._built is not None:
            maker = self._document.nodes[self._built._builders.of(node.layer) or node.id]
            return maker, self._built._inputs(maker)
        builder = self._builders.before(node.layer, node.id)
        if builder is None:
            return None, None
        first = self._document.nodes[builder]
        return first, self._inputs(first)

    def _build(self, node_id: str, verdict: Verdict) -> Iterable[str]:
        """Note whether a node builds its layer; return the calls for which that is news."""
        layer_id = acting(self._document.nodes[node_id])
        if layer_id is None:
            return ()
        return self._builders.note(layer_id, node_id, is_fine=verdict.kind == FINE)

    def _ask(self, node: Call, inputs: Inputs, built_on: Inputs | None) -> Outcome:
        layer = self._document.layers[node.layer]
        question = Question(
            layer, self._layer_key(layer), node.arguments, inputs, built_on, self._document.code
        )
        key = question.key
        outcome = self._memo.get(key)
        if outcome is None or (outcome.doubtful and self._thorough):
            outcome = self.answer(question)
            self._memo.put(key, outcome)
        if outcome.doubtful:
            self.doubts[node.id] = question
        self.lasting = self.lasting and outcome.lasting
        return outcome

    def _flow_inside(self, given: Mapping[str, TensorSpec], built: ShapeFlow | None) -> ShapeFlow:
        same = {"memo": self._memo, "thorough": self._thorough}
        return ShapeFlow(self._catalog, self._infer, given=given, built=built, **same)

    def _layer_key(self, layer: Layer) -> Any:
        """Return `layer_key(layer)`, worked out once for each layer."""
        known = self._layer_keys.get(layer.id)
        if known is None or known[0] is not layer:
            self._layer_keys[layer.id] = known = (layer, layer_key(layer))
        return known[1]


def _passed_on(verdict: Verdict) -> Any:
    """Return what of a verdict the nodes behind can see."""
    if verdict.kind == FINE:
        return verdict.outputs
    return verdict.kind, verdict.blocked_by


def _mean_the_same(before: Node, after: Node) -> bool:
    """Return whether two nodes differ in their place at most."""
    if replace(before, x=0.0, y=0.0) != replace(after, x=0.0, y=0.0):
        return False
    return not isinstance(after, Call) or exact(before.arguments) == exact(after.arguments)
