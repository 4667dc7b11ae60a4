"""Gesture: draw a wire from a ring to another, or pick up an end of one that is there."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPen
from PySide6.QtWidgets import QGraphicsPathItem

from composer_gui.core import edits
from composer_gui.core.change import Change
from composer_gui.core.connections import Refusal, refusal
from composer_gui.core.document import Document, Frame, Source, Wire
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.ports import input_ports, output_ports
from composer_gui.session.fitting import CANNOT, FITS, MENDABLE
from composer_gui.ui.canvas.courses import wire_path
from composer_gui.ui.canvas.geometry import Slot
from composer_gui.ui.canvas.hits import Hit
from composer_gui.ui.canvas.interactions.wire_marks import WireMarks
from composer_gui.ui.canvas.scene import CanvasScene

NEARLY = "Fits after a repair:"
FOLDED = "{} is folded. End at one of its rings, or unfold it first."

_DOUBTS = {FITS: 0, None: 1, MENDABLE: 2, CANNOT: 3}
"""How likely a wire is meant, by what is known of it."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """The end of the wire that stays: an output (`side` "out") or a place of an input port."""

    side: str
    node: str
    port: str
    index: int = 0


@dataclass(frozen=True, slots=True)
class Proposal:
    """A wire that a release would draw, whether it takes another's place, and what forbids it."""

    wire: Wire
    replacing: bool = False
    refused: Refusal | None = None


class DrawWire:
    """Follows the mouse with a wire that hangs on `anchor`.

    With `loose`, the wire that hung there before, a release on a ring moves its end, a release on
    the empty canvas takes it away. Else the empty canvas opens the quick search.
    """

    def __init__(self, view, anchor: Anchor, loose: Wire | None = None) -> None:
        self._view = view
        self._scene: CanvasScene = view.scene()
        self.anchor = anchor
        self.loose = loose
        self._marks: WireMarks | None = None
        self._draft: QGraphicsPathItem | None = None
        self._at = QPointF()

    # Gesture -------------------------------------------------------------------------------------

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Lead the loose end to `at` and judge what a release there would do."""
        self._at = at
        if self._draft is None:
            self._begin()
        hit = self._view.hit(at)
        proposal = self._proposal(hit)
        refused = proposal.refused if proposal else None
        self._marks.show(self._target(proposal, hit), refused)
        sentence, tone = self._prospect(proposal)
        self._lead_to(self._snapped_to(hit, proposal) or at, tone)
        self._view.notice.say(sentence, at, tone=tone)

    def finish(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Draw, move or take away the wire."""
        begun = self._draft is not None
        hit = self._view.hit(at)
        proposal = self._proposal(hit)
        self.cancel()
        if not begun:
            return
        session = self._scene.session
        if proposal is None:
            self._release_on_nothing(hit, at)
        elif proposal.refused is not None:
            session.noticed.emit(proposal.refused.sentence)
        elif self.loose is not None:
            session.try_apply("Move wire", rewire, session.catalog, self.loose, proposal)
        else:
            edit = edits.replace_wire if proposal.replacing else edits.connect
            session.try_apply("Connect", edit, session.catalog, proposal.wire)

    def cancel(self) -> None:
        """Take the draft and all marks away."""
        if self._draft is None:
            return
        self._fitting.found.disconnect(self._learn)
        self._fitting.stop()
        self._marks.clear()
        self._scene.removeItem(self._draft)
        self._draft = None
        self._view.notice.say("")
        if self.loose in self._scene.wires:
            is_folded = self._scene.folds.hides_wire(self.loose)
            self._scene.wires[self.loose].setVisible(not is_folded)

    def survives(self, change: Change) -> bool:
        """It ends when the node it hangs on goes, or wires or layers become other ones."""
        touched = change.removed | change.changed
        return self.anchor.node not in touched and self.loose not in change.wires_removed

    def scrolled(self) -> None:
        """Mark the nodes that have come into view."""
        if self._marks is not None:
            self._marks.mark_seen()

    def _learn(self) -> None:
        """Say and show what is known by now of the wires that could be drawn."""
        self._marks.refresh()
        self.move(self._at, Qt.KeyboardModifier.NoModifier)

    # What a release would do ----------------------------------------------------------------------

    def _proposal(self, hit: Hit) -> Proposal | None:
        if hit.kind == "ring" and hit.side != self.anchor.side:
            return self._judged(*self.wire_to(hit.node, hit.slot))
        if hit.kind in ("ring", "node"):
            return self._to_body(hit.node)
        return None

    def wire_to(self, node_id: str, slot: Slot) -> tuple[Wire, bool]:
        """Return the wire that a release on a ring would draw, and whether it takes a place."""
        ring, anchor = slot.ring, self.anchor
        node_id = ring.node or node_id
        if anchor.side == "in":
            return Wire(Source(node_id, ring.port), anchor.node, anchor.port, anchor.index), False
        index, many = ring.index, self._is_many(node_id, ring.port)
        loose = self.loose
        if loose and (loose.node, loose.port) == (node_id, ring.port) and index > loose.index:
            index -= 1
        wire = Wire(Source(anchor.node, anchor.port), node_id, ring.port, index)
        return wire, not many and ring.port in self._base().nodes[node_id].inputs

    def _to_body(self, node_id: str) -> Proposal:
        """Return the likeliest to fit of the proposals that are not refused, else one that is."""
        node = self._scene.session.document.nodes[node_id]
        if isinstance(node, Frame):
            why = Refusal(FOLDED.format(node.label or "This frame"))
            return Proposal(self._wires_to(node_id)[0], refused=why)
        tried = [self._judged(wire, False) for wire in self._wires_to(node_id)]
        possible = [proposal for proposal in tried if proposal.refused is None]
        return min(possible, key=self._doubt, default=tried[0])

    def _doubt(self, proposal: Proposal) -> int:
        fit = self._fitting.of(proposal.wire) if self._draft is not None else None
        return _DOUBTS[fit.kind if fit is not None else None]

    def _wires_to(self, node_id: str) -> list[Wire]:
        session, anchor, base = self._scene.session, self.anchor, self._base()
        node = base.nodes[node_id]
        if anchor.side == "in":
            names = output_ports(base, session.catalog, node) or ("output",)
            return [Wire(Source(node_id, p), anchor.node, anchor.port, anchor.index) for p in names]
        ports = sorted(input_ports(base, session.catalog, node), key=lambda port: not port.required)
        source = Source(anchor.node, anchor.port)
        places = [(port.name, len(node.inputs.get(port.name, ()))) for port in ports]
        return [Wire(source, node_id, *place) for place in places or [("input", 0)]]

    def _judged(self, wire: Wire, replacing: bool) -> Proposal:
        session = self._scene.session
        refused = refusal(self._base(), session.catalog, wire, replacing=replacing)
        return Proposal(wire, replacing, refused)

    def _base(self) -> Document:
        """Return the design as it would be without the loose wire."""
        document = self._scene.session.document
        return edits.disconnect(document, self.loose) if self.loose else document

    def _is_many(self, node_id: str, port: str) -> bool:
        session = self._scene.session
        ports = input_ports(session.document, session.catalog, session.document.nodes[node_id])
        return any(known.name == port and known.many for known in ports)

    def _prospect(self, proposal: Proposal | None) -> tuple[str, str]:
        """Return what to say of a release here, and the theme's colour in which to say it."""
        if proposal is None:
            return "", "accent"
        if proposal.refused is not None:
            return proposal.refused.sentence, "wrong"
        fit = self._fitting.of(proposal.wire)
        if fit is not None and fit.kind == CANNOT:
            return fit.sentence, "wrong"
        if fit is not None and fit.kind == MENDABLE:
            return f"{NEARLY} {fit.sentence}", "warning"
        return self._promise(proposal), "accent"

    def _promise(self, proposal: Proposal | None) -> str:
        """Return what a release would do, where the picture alone does not say it."""
        if proposal is None or self.anchor.side == "in":
            return ""
        session, base, wire = self._scene.session, self._base(), proposal.wire
        sources = base.nodes[wire.node].inputs.get(wire.port, ())
        if proposal.replacing:
            return f"takes the place of {base.label(sources[0].node)}"
        if wire.index < len(sources):
            return f"place {wire.index + 1} of {len(sources) + 1}"
        ports = input_ports(base, session.catalog, base.nodes[wire.node])
        return wire.port if len(ports) > 1 else ""

    def _release_on_nothing(self, hit: Hit, at: QPointF) -> None:
        session = self._scene.session
        if self.loose is not None:
            session.try_apply("Disconnect", edits.disconnect, self.loose)
        elif hit.kind in ("canvas", "frame"):
            self._view.quick_add(at, anchor=self.anchor)

    # How it looks --------------------------------------------------------------------------------

    def _begin(self) -> None:
        self._draft = QGraphicsPathItem()
        self._draft.setZValue(100)
        self._scene.addItem(self._draft)
        if self.loose in self._scene.wires:
            self._scene.wires[self.loose].hide()
        self._fitting.found.connect(self._learn)
        self._marks = WireMarks(self._view, self)

    @property
    def _fitting(self):
        return self._scene.session.fitting

    def _target(self, proposal: Proposal | None, hit: Hit):
        """Return the ring that the release would use: (node, side, port, index)."""
        if proposal is None or proposal.refused is not None:
            return None
        if self.anchor.side == "in":
            source = proposal.wire.source
            return source.node, "out", source.port, 0
        index = hit.slot.ring.index if hit.kind == "ring" else proposal.wire.index
        return proposal.wire.node, "in", proposal.wire.port, index

    def _snapped_to(self, hit: Hit, proposal: Proposal | None) -> QPointF | None:
        target = self._target(proposal, hit)
        return self._scene.ring_centre(*target) if target else None

    def _lead_to(self, end: QPointF, tone: str) -> None:
        anchor = self.anchor
        fixed = self._scene.ring_centre(anchor.node, anchor.side, anchor.port, anchor.index)
        start, end = (fixed, end) if anchor.side == "out" else (end, fixed)
        now = self._scene.ink.theme
        self._draft.setPen(QPen(getattr(now, tone), 2.2))
        self._draft.setPos(start)
        span = end.x() - start.x(), end.y() - start.y()
        self._draft.setPath(wire_path(*span, self._scene.flow))


def rewire(document: Document, catalog: Catalog, loose: Wire, proposal: Proposal) -> Document:
    """Take `loose` away and draw the proposed wire: one edit."""
    without = edits.disconnect(document, loose)
    edit = edits.replace_wire if proposal.replacing else edits.connect
    moved = edit(without, catalog, proposal.wire)
    same = moved.nodes[loose.node].inputs == document.nodes[loose.node].inputs
    return document if same and proposal.wire.node == loose.node else moved
