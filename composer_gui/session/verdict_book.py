"""Keeps the verdict of every node: instant where our own rules know, else what the engine said."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace

from composer_gui.core import structure
from composer_gui.core.change import Change
from composer_gui.core.document import Call, Document, Frame, Input, Node, Note
from composer_gui.core.graph import Graph
from composer_gui.core.kinds_of_files import KINDS
from composer_gui.core.layer_kinds import Layer, SavedModel
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.problems import Problem
from composer_gui.core.saved_files import files_of
from composer_gui.core.shapes.tensor_spec import TensorSpec
from composer_gui.core.verdicts import FINE, PENDING, UNKNOWN, WRONG, Verdict
from composer_gui.session.model_files import FileState

NOT_YET = Verdict(PENDING)
"""What is said of most nodes of a design that was just opened; made once, for there may be many."""


class VerdictBook:
    """The verdicts shown (`shown`) and the last ones the engine gave.

    The engine sends only what differs from what it sent before, so its answers are all taken in,
    and shown when they are about the newest revision. `told` are the nodes with problems, `anew`
    those with weights that do not fit.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._answered: dict[str, Verdict] = {}
        self._waiting: set[str] = set()
        self._unjudged: list[str] = []
        self._changed_files: frozenset[FileState] = frozenset()
        self.shown: dict[str, Verdict] = {}
        self.told: set[str] = set()
        self.anew: set[str] = set()

    def _put(self, node_id: str, verdict: Verdict) -> None:
        self.shown[node_id] = verdict
        for noted, is_so in (
            (self.told, verdict.problems),
            (self.anew, verdict.anew or verdict.anew_inside),
        ):
            if is_so:
                noted.add(node_id)
            else:
                noted.discard(node_id)

    def forget(self, nodes: Iterable[str]) -> None:
        """Forget all that was known of these nodes: they are another design's from now on."""
        for node_id in nodes:
            self.shown.pop(node_id, None)
            self.told.discard(node_id)
            self.anew.discard(node_id)
            self._answered.pop(node_id, None)
            self._waiting.discard(node_id)

    def follow(
        self, document: Document, change: Change, graph: Graph, *, at_once: int | None = None
    ) -> None:
        """Forget what is gone and set what the change touched to what is known at once.

        Of more nodes than `at_once` only the shapes are, and `judge_some` says the rest.
        """
        self.forget(change.removed)
        touched = affected(document, change, graph)
        self._waiting |= touched
        if at_once is not None and len(touched) > at_once:
            for node_id in touched:
                self._put(node_id, self._unjudged_verdict(document, node_id))
            self._unjudged += sorted(touched)
            return
        there: dict[str, bool] = {}
        for node_id in touched:
            self._put(node_id, self._at_once(document, node_id, there))

    @property
    def has_unjudged(self) -> bool:
        """Whether there are nodes that `judge_some` has to look at."""
        return bool(self._unjudged)

    def judge_some(self, document: Document, count: int) -> set[str]:
        """Judge so many nodes of a large change; return those whose verdict is now another."""
        some, self._unjudged = self._unjudged[:count], self._unjudged[count:]
        differing, there = set(), {}
        for node_id in some:
            if node_id in self._waiting and node_id in document.nodes:
                verdict = self._at_once(document, node_id, there)
                if verdict != self.shown.get(node_id):
                    self._put(node_id, verdict)
                    differing.add(node_id)
        return differing

    def take(self, document: Document, verdicts: dict[str, Verdict], *, newest: bool) -> set[str]:
        """Take in an answer of the engine; return the nodes whose verdict is now another."""
        self._answered.update(verdicts)
        if not newest:
            self._waiting.update(verdicts)
            return set()
        candidates = self._waiting | set(verdicts)
        self._waiting.clear()
        return self._show(document, candidates)

    def take_part(self, document: Document, verdicts: dict[str, Verdict]) -> set[str]:
        """Take in a piece of a long answer to the newest revision, ahead of the whole."""
        self._answered.update(verdicts)
        self._waiting.difference_update(verdicts)
        return self._show(document, verdicts)

    def _show(self, document: Document, candidates: Iterable[str]) -> set[str]:
        differing = set()
        for node_id in candidates:
            verdict = self._answered.get(node_id)
            if node_id in document.nodes and verdict is not None:
                verdict = self._with_file_warning(document, node_id, verdict)
                if self.shown.get(node_id) != verdict:
                    self._put(node_id, verdict)
                    differing.add(node_id)
        return differing

    def files_changed(self, document: Document, files: frozenset[FileState]) -> set[str]:
        """Note which files hold something else by now; return the nodes that warn of it."""
        self._changed_files = files
        nodes = {node_id for node_id in document.nodes if self._has_changed(document, node_id)}
        for node_id in nodes:
            verdict = self.shown.get(node_id, UNKNOWN)
            self._put(node_id, self._with_file_warning(document, node_id, verdict))
        return nodes

    def _has_changed(self, document: Document, node_id: str) -> bool:
        node = document.nodes[node_id]
        layer = _acting_layer(document, node)
        if layer is None or not self._changed_files or "file_changed" in node.silenced:
            return False
        return any(file in self._changed_files for file in files_of(layer))

    def _with_file_warning(self, document: Document, node_id: str, verdict: Verdict) -> Verdict:
        if not self._has_changed(document, node_id):
            return verdict
        if any(problem.code == "file_changed" for problem in verdict.problems):
            return verdict
        return replace(verdict, problems=(*verdict.problems, _file_changed(document, node_id)))

    def _at_once(self, document: Document, node_id: str, there: dict[str, bool]) -> Verdict:
        """Return what can be said of a node without the engine; `there` notes which files are."""
        node = document.nodes[node_id]
        problems = structure.problems(document, self._catalog, node_id)
        problems += _absent_file(document, node, there)
        if problems:
            return Verdict(WRONG, problems=problems)
        return self._unjudged_verdict(document, node_id)

    def _unjudged_verdict(self, document: Document, node_id: str) -> Verdict:
        node = document.nodes[node_id]
        if isinstance(node, Frame | Note):
            return Verdict(FINE)
        if isinstance(node, Input):
            spec = TensorSpec((node.batch_size, *node.shape), node.dtype)
            return Verdict(PENDING, (("output", spec),))
        expected = self._expected_outputs(document, node_id)
        return Verdict(PENDING, expected) if expected else NOT_YET

    def _expected_outputs(self, document: Document, node_id: str) -> tuple:
        """Return the specs last known, or those a saved model's archive told."""
        known = self.shown.get(node_id, UNKNOWN).outputs
        layer = _acting_layer(document, document.nodes[node_id])
        if known or not isinstance(layer, SavedModel):
            return known
        ports = layer.outputs
        return tuple((port.name, TensorSpec(port.shape, port.dtype)) for port in ports)


def affected(document: Document, change: Change, graph: Graph) -> set[str]:
    """Return the nodes that a change touched, directly or through the layer that they call."""
    touched = {node_id for node_id in change.added | change.changed if node_id in document.nodes}
    for layer_id in change.layers:
        touched.update(graph.callers(layer_id))
    return touched


def _acting_layer(document: Document, node: Node) -> Layer | None:
    """Return the layer that a node calls, None where it calls none or is bypassed."""
    acts = isinstance(node, Call) and not node.bypassed
    return document.layers.get(node.layer) if acts else None


def _absent_file(document: Document, node: Node, there: dict[str, bool]) -> tuple[Problem, ...]:
    layer = _acting_layer(document, node)
    for path, _ in files_of(layer) if layer is not None else ():
        if path not in there:
            there[path] = os.path.exists(path)
        if not there[path]:
            label = document.label(node.id)
            words = {"node": label, "path": path}
            return (KINDS["file_absent"].problem(node.id, words=words),)
    return ()


def _file_changed(document: Document, node_id: str) -> Problem:
    words = {"node": document.label(node_id)}
    return KINDS["file_changed"].problem(node_id, words=words)
