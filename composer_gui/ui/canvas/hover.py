"""What happens under a resting mouse: cursors, lit wires and twins, explanations in words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

from PySide6.QtCore import Qt

from composer_gui.core.change import Change
from composer_gui.core.document import Wire
from composer_gui.core.wording import listed
from composer_gui.ui.canvas.hits import NOTHING, Hit
from composer_gui.ui.canvas.marks import origin_of
from composer_gui.ui.canvas.node_item import NodeItem
from composer_gui.ui.canvas.wire_item import caution_of, problem_of


class Hover:
    """Lights what the mouse is over, and the other calls of the same layer."""

    def __init__(self, view) -> None:
        self._view = view
        self._hit = NOTHING
        self._lit: set[str] = set()

    def move(self, hit: Hit) -> None:
        """Take note of what is under the mouse now."""
        before, self._hit = self._hit, hit
        if hit.node != before.node:
            self._light_node(hit.node)
        if hit.wire != before.wire:
            self._light_wire(before.wire, "")
            self._light_wire(hit.wire, "hot")
        if hit.kind != before.kind:
            self._view.viewport().setCursor(_CURSORS.get(hit.kind, Qt.CursorShape.ArrowCursor))

    def forget(self, change: Change) -> None:
        """Let go of what a change took away."""
        if self._hit.node in change.removed or self._hit.wire in change.wires_removed:
            self._hit = NOTHING
        self._lit -= change.removed

    def _light_node(self, node_id: str) -> None:
        nodes = self._view.scene().nodes
        for other in self._lit:
            if other in nodes:
                nodes[other].mark(hovered=False, twin=False)
        twins = self._view.scene().selection.twins = self._view.scene().twins(node_id)
        self._lit = twins | ({node_id} if node_id in nodes else set())
        for other in self._lit:
            nodes[other].mark(hovered=other == node_id, twin=other != node_id)

    def _light_wire(self, wire: Wire | None, mark: str) -> None:
        scene = self._view.scene()
        scene.mark_wire(wire, "" if wire in scene.selected_wires else mark)

    # Words ---------------------------------------------------------------------------------------

    def explain(self, hit: Hit) -> str:
        """Return what there is to say about what is under the mouse, as plain text."""
        if hit.kind == "ring":
            return self._explain_ring(hit)
        if hit.kind == "wire":
            return self._explain_wire(hit.wire)
        if hit.kind == "node":
            return self._explain_node(hit.node)
        if hit.kind in ("note", "frame"):
            return self._explain_plate(hit.node)
        return ""

    def _explain_plate(self, node_id: str) -> str:
        """Return all the words of a note or frame where it has no room for them."""
        item, zoom = self._view.scene().nodes[node_id], self._view.camera.zoom
        return "" if item.shows_all(zoom) else self._view.session.document.label(node_id)

    def _explain_node(self, node_id: str) -> str:
        session, scene = self._view.session, self._view.scene()
        item, verdict = scene.nodes[node_id], session.verdict(node_id)
        lines = [f"{session.document.label(node_id)} ({item.face.kind_text})"]
        lines += [f"{name}: {value}" for name, value in item.shortened_rows()]
        lines += [problem.message for problem in verdict.problems]
        if verdict.blocked_by in scene.nodes:
            lines.append(f"Waits for {session.document.label(verdict.blocked_by)}.")
        lines += [f"{port}: {spec.show(dtype=True)}" for port, spec in verdict.outputs]
        if verdict.parameters:
            lines.append(f"{verdict.parameters:,} parameters".replace(",", " "))
        twins = len(scene.twins(node_id))
        if twins:
            lines.append(f"Shares its weights with {twins} other call{'s' * (twins > 1)}.")
        if isinstance(item, NodeItem):
            lines += self._explain_use(node_id, item)
        return "\n".join(lines)

    def _explain_use(self, node_id: str, item: NodeItem) -> Iterator[str]:
        """Yield what the marks of a node mean, in sentences."""
        scene, session, face = self._view.scene(), self._view.session, item.face
        if face.kind == "frame":
            names = map(session.document.label, scene.folds.members(node_id))
            yield f"Holds {listed(sorted(set(names)), 6)}. A double click unfolds it."
        if face.bypassed:
            yield "Bypassed: hands on what comes in, and the model does not know of it."
        if face.pinned:
            yield "Stays where it is when others are arranged."
        layer = session.document.layers.get(scene.kinship.layer_of(node_id))
        origin = origin_of(layer) if layer is not None else None
        if face.origin and origin is not None:
            anew = session.verdict(node_id).anew
            where = f"{origin[1]} in {PurePath(origin[0]).name}"
            yield f"Starts anew: {anew}" if anew else f"Keeps the weights of {where}."
        if face.copies:
            yield f"One of {face.copies} copies, each with weights of its own."
        if face.frozen:
            yield "Frozen: its weights stay as they are in training."
        elif face.partly_frozen:
            share = scene.portraits.share_of(layer)
            count = f"{share[0]} of the {share[1]}" if share else "Some of the"
            yield f"{count} layers inside are frozen."

    def _explain_ring(self, hit: Hit) -> str:
        session = self._view.session
        label, port = session.document.label(hit.node), hit.slot.ring.port
        if hit.side == "in":
            place = f", wire {hit.slot.ring.index + 1}" if hit.slot.ring.index else ""
            return f"{port} of {label}{place}"
        spec = session.verdict(hit.node).spec(port)
        return f"{port} of {label}" + (f"\n{spec.show(dtype=True)}" if spec else "")

    def _explain_wire(self, wire: Wire) -> str:
        session = self._view.session
        names = f"{session.document.label(wire.source.node)} to {session.document.label(wire.node)}"
        spec = session.verdict(wire.source.node).spec(wire.source.port)
        lines = [names, *([spec.show(dtype=True)] if spec else ())]
        verdict = session.verdict(wire.node)
        problem = problem_of(wire, verdict) or caution_of(wire, verdict)
        if problem is not None:
            shown = self._view.scene().wires[wire].look.mismatch
            lines += [problem.message, *([shown.words] if shown is not None else ())]
        return "\n".join(lines)


_CURSORS = {
    "ring": Qt.CursorShape.CrossCursor,
    "grip": Qt.CursorShape.SizeFDiagCursor,
}
