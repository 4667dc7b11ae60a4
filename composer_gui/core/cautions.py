"""Warnings: what Keras takes without a word and the designer hardly meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from composer_gui.core import (
    caution_calls,
    caution_ends,
    caution_frozen,
    caution_masks,
    caution_merges,
)
from composer_gui.core.caution_sight import sight
from composer_gui.core.document import Call, Document, Input, Node, label_of
from composer_gui.core.layer_kinds import Layer
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.passing import hands_on
from composer_gui.core.problems import Problem, heard
from composer_gui.core.resolved import resolved
from composer_gui.core.shapes.flow_order import sources_of
from composer_gui.core.verdicts import FINE, UNKNOWN, WRONG, Verdict


class Cautions:
    """Finds the warnings of one design, again and again as it changes.

    What hangs on a node, its layer and the specs that come in alone is remembered. So are the
    nodes at which the ways through the design may have to be looked at: those that make masks,
    freeze, normalize or lay out a row of free length. What was found on these ways stands until
    something changes that the ways are about (`_sign`).
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
        self._signs: dict[str, tuple[Any, ...]] = {}
        self._ways: tuple[Problem, ...] | None = None
        self._gaps = False

    def found(
        self, document: Document, verdicts: Mapping[str, Verdict]
    ) -> dict[str, tuple[Problem, ...]]:
        """Return the warnings by node, without those that the user silenced there.

        Dots and bypassed calls are looked past, as the model knows nothing of them.
        """
        whole, document = document, resolved(document, self._catalog)
        self._gaps = whole is not document and any(
            hands_on(node) and verdicts.get(node.id, UNKNOWN).kind == WRONG
            for node in whole.nodes.values()
        )
        for node_id in self._stale(document, verdicts):
            before = self._roles(node_id)
            self._forget(node_id)
            if node_id in document.nodes:
                self._look_at(document, verdicts, node_id)
            if self._roles(node_id) != before:
                self._ways = None
        told: dict[str, list[Problem]] = {node_id: list(own) for node_id, own in self._own.items()}
        for problem in self._on_the_way(document, verdicts):
            told.setdefault(problem.node, []).append(problem)
        left = ((k, heard(found, document.nodes[k].silenced)) for k, found in told.items())
        return {node_id: problems for node_id, problems in left if problems}

    # What has changed ---------------------------------------------------------------------------

    def _stale(self, document: Document, verdicts: Mapping[str, Verdict]) -> set[str]:
        """Take over what has changed; return the nodes whose own warnings may be others now."""
        changed = self._changed(document, verdicts)
        stale = set(changed)
        for node_id in changed:
            before = self._seen.pop(node_id, None)
            was = sources_of(before[0]) if before is not None else frozenset()
            node = document.nodes.get(node_id)
            self._note(document, node_id, verdicts)
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

    def _note(self, document: Document, node_id: str, verdicts: Mapping[str, Verdict]) -> None:
        """Forget what the ways through the design say if a node is another one to them."""
        node = document.nodes.get(node_id)
        sign = None if node is None else _sign(document, node, verdicts.get(node_id, UNKNOWN))
        if sign != self._signs.get(node_id):
            self._ways = None
        if sign is None:
            self._signs.pop(node_id, None)
        else:
            self._signs[node_id] = sign

    def _roles(self, node_id: str) -> tuple[bool, ...]:
        return tuple(node_id in ids for ids in (self._makers, self._anew, self._awake))

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
        if caution_ends.has_outputs(document) and not self._unwired and not self._gaps:
            yield from self._ends.values()
        for node_id, problem in self._rows.items():
            if not caution_ends.is_told_behind(node_id, verdicts, self._behind):
                yield problem
        if self._ways is None:
            self._ways = tuple(self._far(document, verdicts))
        yield from self._ways

    def _far(self, document: Document, verdicts: Mapping[str, Verdict]) -> Iterator[Problem]:
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


def _sign(document: Document, node: Node, verdict: Verdict) -> tuple[Any, ...]:
    """Return all of a node that the ways of masks and of freezing are about."""
    seen = node.inputs, label_of(document, node), verdict.kind, verdict.outputs
    if not isinstance(node, Call):
        return seen
    layer = document.layers[node.layer]
    return (*seen, node.layer, *caution_masks.sign(layer), *caution_frozen.sign(layer, verdict))
