"""The totals of an open design, kept in step: an edit costs what it changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QObject

from composer_gui.core.change import Change
from composer_gui.session.session import Session
from composer_gui.ui.totals import Part, Totals, part_of


@dataclass(slots=True)
class _Sums:
    nodes: int = 0
    wires: int = 0
    waiting: int = 0
    unknown: int = 0
    parameters: int = 0
    trainable: int = 0
    shared: int = 0


class RunningTotals(QObject):
    """Adds up what the nodes of the level that is shown come to, and remembers it of each."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._parts: dict[str, Part] = {}
        self._layers: dict[str, dict[str, tuple[int, int]]] = {}
        self._sums = _Sums()
        self._stale: set[str] = set(session.document.nodes)
        self._connect()

    def _connect(self) -> None:
        self._session.changed.connect(self._follow)
        self._session.analyzed.connect(self._note)

    def _follow(self, change: Change) -> None:
        self._stale |= change.nodes
        for layer_id in change.layers:
            self._stale.update(self._layers.get(layer_id, ()))

    def _note(self, node_ids: Iterable[str]) -> None:
        self._stale.update(node_ids)

    def now(self) -> Totals:
        """Return the totals as they are now."""
        document, verdicts = self._session.document, self._session.verdicts
        for node_id in self._stale:
            self._take_out(node_id)
            node = document.nodes.get(node_id)
            part = part_of(document, verdicts, node) if node is not None else None
            if part is not None:
                self._put_in(node_id, part)
        self._stale.clear()
        sums = self._sums
        figures = sums.nodes, sums.wires, sums.waiting, sums.parameters, sums.trainable
        return Totals(*figures, not sums.unknown, sums.shared)

    def _take_out(self, node_id: str) -> None:
        part = self._parts.pop(node_id, None)
        if part is None:
            return
        self._add(part, -1)
        if part.layer:
            self._weigh(part.layer, -1)
            del self._layers[part.layer][node_id]
            self._weigh(part.layer, 1)

    def _put_in(self, node_id: str, part: Part) -> None:
        self._parts[node_id] = part
        self._add(part, 1)
        if part.layer:
            self._weigh(part.layer, -1)
            self._layers.setdefault(part.layer, {})[node_id] = part.weighs
            self._weigh(part.layer, 1)

    def _add(self, part: Part, sign: int) -> None:
        sums = self._sums
        sums.nodes += sign
        sums.wires += sign * part.wires
        sums.waiting += sign * part.is_waiting
        sums.unknown += sign * (not part.is_known)

    def _weigh(self, layer_id: str, sign: int) -> None:
        """Count a layer once, as what it weighs in the call that knows the most."""
        calls = self._layers.get(layer_id)
        if not calls:
            self._layers.pop(layer_id, None)
            return
        parameters, trainable = max(calls.values())
        self._sums.parameters += sign * parameters
        self._sums.trainable += sign * trainable
        self._sums.shared += sign * (len(calls) > 1 and parameters > 0)
