"""Warnings: what Keras takes without a word and the designer hardly meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from composer_gui.core import (
    caution_calls,
    caution_ends,
    caution_frozen,
    caution_masks,
    caution_merges,
)
from composer_gui.core.caution_sight import sight
from composer_gui.core.document import Call, Document, Input, Node
from composer_gui.core.layer_kinds import Layer
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.problems import Problem
from composer_gui.core.shapes.flow_order import sources_of
from composer_gui.core.verdicts import FINE, UNKNOWN, Verdict


class Cautions:
    """Finds the warnings of one design, again and again as it changes.

    What hangs on a node, its layer and the specs that come in alone is remembered. So are the
    nodes at which the ways through the design may have to be looked at: those that make masks,
    freeze, normalize or lay out a row of free length.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._seen: dict[str, tuple[Node, Layer | None, Verdict]] = {}
        self._consumers: dict[str, set[str]] = {}
        self._own: dict[str, tuple[Problem, ...]] = {}
        self._ends: dict[str, Problem] = {}
        self._rows: dict[str, Problem] = {}
        self._unwired: set[str] = set()
        self._makers: set[str] = set()
        self._anew: set[str] = set()
        self._awake: set[str] = set()

    def found(
        self, document: Document, verdicts: Mapping[str, Verdict]
    ) -> dict[str, tuple[Problem, ...]]:
        """Return the warnings by node, without those that the user silenced there."""
        for node_id in self._stale(document, verdicts):
            self._forget(node_id)
            if node_id in document.nodes:
                self._look_at(document, verdicts, node_id)
        told: dict[str, list[Problem]] = {node_id: list(own) for node_id, own in self._own.items()}
        for problem in self._on_the_way(document, verdicts):
            told.setdefault(problem.node, []).append(problem)
        heard = {
            node_id: tuple(p for p in found if p.code not in document.nodes[node_id].silenced)
            for node_id, found in told.items()
        }
        return {node_id: problems for node_id, problems in heard.items() if problems}

    # What has changed ---------------------------------------------------------------------------

    def _stale(self, document: Document, verdicts: Mapping[str, Verdict]) -> set[str]:
        """Take over what has changed; return the nodes whose own warnings may be others now."""
        changed = self._changed(document, verdicts)
        stale = set(changed)
        for node_id in changed:
            before = self._seen.pop(node_id, None)
            was = sources_of(before[0]) if before is not None else frozenset()
            node = document.nodes.get(node_id)
            now = sources_of(node) if node is not None else frozenset()
            for source in was - now:
                self._consumers[source].discard(node_id)
            for source in now - was:
                self._consumers.setdefault(source, set()).add(node_id)
            stale |= was | now | self._consumers.get(node_id, set())
            if node is not None:
                layer = document.layers[node.layer] if isinstance(node, Call) else None
                self._seen[node_id] = node, layer, verdicts.get(node_id, UNKNOWN)
        return stale

    def _changed(self, document: Document, verdicts: Mapping[str, Verdict]) -> list[str]:
        """Return the nodes that are another object now, or call or are judged another."""
        seen, layers, changed = self._seen, document.layers, []
        for node_id, node in document.nodes.items():
            known = seen.get(node_id)
            if (
                known is None
                or known[0] is not node
                or known[2] is not verdicts.get(node_id, UNKNOWN)
                or (known[1] is not None and known[1] is not layers[node.layer])
            ):
                changed.append(node_id)
        if len(seen) + len(changed) > len(document.nodes):
            changed.extend(node_id for node_id in seen if node_id not in document.nodes)
        return changed

    def _forget(self, node_id: str) -> None:
        for known in (self._own, self._ends, self._rows):
            known.pop(node_id, None)
        for ids in (self._unwired, self._makers, self._anew, self._awake):
            ids.discard(node_id)

    # What a node is warned of by itself ---------------------------------------------------------

    def _look_at(self, document: Document, verdicts: Mapping[str, Verdict], node_id: str) -> None:
        node, layer, verdict = self._seen[node_id]
        if caution_ends.is_unwired(node, verdict):
            self._unwired.add(node_id)
        if not isinstance(node, Input | Call):
            return
        if not self._consumers.get(node_id):
            ended = caution_ends.end(document, node, verdict)
            if ended is not None:
                self._ends[node_id] = ended
        if layer is None or verdict.kind != FINE:
            return
        if caution_masks.makes(layer):
            self._makers.add(node_id)
        if caution_frozen.is_frozen_anew(self._catalog, layer, verdict):
            self._anew.add(node_id)
        if caution_frozen.is_awake(layer, verdict):
            self._awake.add(node_id)
        seen = sight(document, self._catalog, node, verdicts)
        if seen is None:
            return
        own = (*caution_calls.found(seen), *caution_merges.found(seen))
        if own:
            self._own[node_id] = own
        row = caution_ends.unknown_size(seen)
        if row is not None:
            self._rows[node_id] = row

    # What the ways through the design say -------------------------------------------------------

    def _on_the_way(self, document: Document, verdicts: Mapping[str, Verdict]) -> Iterator[Problem]:
        if caution_ends.has_outputs(document) and not self._unwired:
            yield from self._ends.values()
        for node_id, problem in self._rows.items():
            if not caution_ends.is_told_behind(node_id, verdicts, self._behind):
                yield problem
        if self._makers:
            yield from caution_masks.found(document, verdicts, self._makers, self._behind)
        if self._anew or self._awake:
            yield from caution_frozen.found(
                document,
                self._catalog,
                verdicts,
                anew=self._anew,
                awake=self._awake,
                consumers=self._behind,
            )

    def _behind(self, node_id: str) -> Iterable[str]:
        return self._consumers.get(node_id, ())
