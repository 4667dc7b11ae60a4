"""Which gesture a press begins: one table from what was hit to what follows."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt

from composer_gui.core.document import Frame, Wire
from composer_gui.core.layer_kinds import Submodel
from composer_gui.ui.canvas import flow_commands, layer_commands
from composer_gui.ui.canvas.hits import Hit
from composer_gui.ui.canvas.inline_editor import edit_value, row_at
from composer_gui.ui.canvas.interactions.box_select import ADDING, BoxSelect
from composer_gui.ui.canvas.interactions.context_menu import dot_here
from composer_gui.ui.canvas.interactions.copy_nodes import CopyNodes
from composer_gui.ui.canvas.interactions.cut_wires import CutWires
from composer_gui.ui.canvas.interactions.draw_wire import Anchor, DrawWire
from composer_gui.ui.canvas.interactions.gesture import Gesture
from composer_gui.ui.canvas.interactions.move_nodes import MoveNodes
from composer_gui.ui.canvas.interactions.resize import Resize


def gesture_for(view, hit: Hit, at: QPointF, modifiers: Qt.KeyboardModifier) -> Gesture:
    """Begin the gesture that a press of the left button at `at` asks for."""
    if hit.kind == "ring":
        return _wire_from_ring(view, hit)
    alt = modifiers & Qt.KeyboardModifier.AltModifier
    if hit.kind in ("node", "note", "frame"):
        return (CopyNodes if alt else MoveNodes)(view, hit, at, modifiers)
    if hit.kind == "grip":
        return Resize(view, hit.node, at)
    if alt:
        return CutWires(view, at)
    if hit.kind == "wire":
        _select_wire(view, hit.wire, modifiers)
        return _wire_from_wire(view, hit)
    return BoxSelect(view, at, modifiers)


def double_click(view, hit: Hit, at: QPointF) -> None:
    """Do what a double click means.

    It enters a submodel, writes on what has words and on parameters, folds and unfolds a frame,
    puts a dot on a wire, and searches on the empty canvas.
    """
    node = view.session.document.nodes.get(hit.node)
    if hit.kind == "node" and isinstance(layer_commands.called(view, hit.node), Submodel):
        view.session.enter(hit.node)
    elif isinstance(node, Frame) and (node.folded or (hit.kind == "frame" and not hit.on_title)):
        view.select((hit.node,))
        flow_commands.fold(view)
    elif hit.kind == "note" or hit.on_title:
        view.rename(hit.node)
    elif hit.kind == "node" and not hit.on_mark:
        _write_value(view, hit.node, at)
    elif hit.kind == "wire":
        dot_here(view, hit.wire, at)
    elif hit.kind == "canvas":
        view.quick_add(at)


def _write_value(view, node_id: str, at: QPointF) -> None:
    """Write the parameter in whose row a double click was; beside the rows the one that matters."""
    item = view.scene().nodes[node_id]
    if item.face.kind != "dot":
        edit_value(view, node_id, row_at(item, at))


def _wire_from_ring(view, hit: Hit) -> DrawWire:
    """An output begins a wire; an input too, unless it has one: then that is picked up."""
    ring = hit.slot.ring
    node_id = ring.node or hit.node  # a ring of a folded frame is that of a node in it
    if hit.side == "out":
        return DrawWire(view, Anchor("out", node_id, ring.port))
    node = view.scene().session.document.nodes[node_id]
    sources = node.inputs.get(ring.port, ())
    if ring.index < len(sources):
        source = sources[ring.index]
        loose = Wire(source, node_id, ring.port, ring.index)
        return DrawWire(view, Anchor("out", source.node, source.port), loose)
    return DrawWire(view, Anchor("in", node_id, ring.port, ring.index))


def _wire_from_wire(view, hit: Hit) -> DrawWire:
    """Dragging a wire near its start moves that end, anywhere else the other one."""
    wire = hit.wire
    if hit.near_start:
        return DrawWire(view, Anchor("in", wire.node, wire.port, wire.index), wire)
    return DrawWire(view, Anchor("out", wire.source.node, wire.source.port), wire)


def _select_wire(view, wire: Wire, modifiers: Qt.KeyboardModifier) -> None:
    scene = view.scene()
    if not modifiers & ADDING:
        scene.select((), {wire})
    else:
        scene.select(scene.selected_nodes, scene.selected_wires ^ {wire})
