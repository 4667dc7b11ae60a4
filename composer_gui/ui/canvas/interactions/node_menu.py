"""The menu of the right button for nodes: what can be done with them, and with how they stand."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QMenu

from composer_gui.core import edits
from composer_gui.core.document import Call, Dot, Frame, Input, Note, Output, Wire
from composer_gui.ui.canvas import flow_commands, layer_commands, lining_up
from composer_gui.ui.canvas.commands import delete_all, duplicate_shared
from composer_gui.ui.canvas.flow_commands import FRAME_COLOURS
from composer_gui.ui.canvas.inline_editor import edit_value
from composer_gui.ui.canvas.interactions.menu_entries import add, submenu
from composer_gui.ui.canvas.interactions.menu_repairs import MenuRepairs

NO_WIRES = "No wire leads to or from what is selected."

_SWATCH = 14


def fill_for_nodes(menu: QMenu, view, node_id: str) -> None:
    """Fill a menu for what is selected, of which `node_id` was pressed."""
    document, chosen = view.session.document, view.selected()
    nodes = [document.nodes[i] for i in chosen]
    calls = [node.id for node in nodes if isinstance(node, Call)]
    alone = len(chosen) == 1
    if alone:
        _fill_for_one(menu, view, nodes[0])
    if calls:
        _fill_for_layers(menu, view, calls, alone)
    _fill_for_flow(menu, view, nodes, bool(calls))
    menu.addSeparator()
    add(menu, "Cut", view.cut, key="cut")
    add(menu, "Copy", view.copy, key="copy")
    add(menu, "Duplicate", view.duplicate, key="duplicate")
    if calls:
        add(menu, "Duplicate sharing weights", duplicate_shared, view, key="duplicate_shared")
    add(menu, "Delete", view.delete_selection, key="delete")
    if any(isinstance(node, Call | Dot) for node in nodes):
        add(menu, "Delete and heal", layer_commands.delete_and_heal, view, key="delete_and_heal")
    menu.addSeparator()
    _fill_for_places(menu, view, nodes)


def _fill_for_one(menu: QMenu, view, node) -> None:
    MenuRepairs(menu, view, view.session.verdict(node.id).problems)
    if isinstance(node, Input | Call):
        add(menu, "Edit in place", edit_value, view, node.id, key="edit")
    if not isinstance(node, Dot):
        text = "Edit text" if isinstance(node, Note) else "Rename"
        add(menu, text, view.rename, node.id, key="rename")
    if isinstance(node, Frame):
        _fill_for_frame(menu, view, node)


def _fill_for_frame(menu: QMenu, view, frame: Frame) -> None:
    add(menu, "Unfold" if frame.folded else "Fold", flow_commands.fold, view, key="fold")
    colours = submenu(menu, "Colour")
    for name, words in FRAME_COLOURS:
        entry = add(colours, words, _colour, view, frame.id, name)
        is_own = name == frame.color
        ring = view.ink.theme.text if is_own else None
        entry.setIcon(_swatch(view.ink.frame(name), ring))
        entry.setCheckable(True)
        entry.setChecked(is_own)


def _colour(view, frame_id: str, name: str) -> None:
    view.session.try_apply("Colour frame", edits.set_frame_color, frame_id, name)


def _swatch(colour: QColor, ring: QColor | None) -> QIcon:
    """Return a patch of a colour; the one that a frame has stands in a `ring`."""
    picture = QPixmap(QSize(_SWATCH, _SWATCH) * 2)
    picture.setDevicePixelRatio(2)
    picture.fill(QColor(0, 0, 0, 0))
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    inset = 3.5 if ring is not None else 1.5
    patch = QRectF(0, 0, _SWATCH, _SWATCH).adjusted(inset, inset, -inset, -inset)
    painter.drawRoundedRect(patch, 2.5, 2.5)
    if ring is not None:
        painter.setPen(QPen(ring, 1.4))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(1, 1, _SWATCH - 2, _SWATCH - 2), 4, 4)
    painter.end()
    return QIcon(picture)


def _fill_for_layers(menu: QMenu, view, calls: list[str], alone: bool) -> None:
    can = layer_commands.abilities(view)
    if "submodel" in can:
        add(menu, "Enter", layer_commands.enter, view, key="enter")
        add(menu, "Ungroup", layer_commands.ungroup, view, key="ungroup")
    if "saved model" in can:
        layer = layer_commands.called(view, calls[0])
        why = view.session.why_sealed(layer)
        add(menu, "Open up", layer_commands.open_up, view, key="open_up", why_not=why)
    add(menu, "Group into submodel", layer_commands.group, view, key="group")
    if alone:
        add(menu, "Replace with…", layer_commands.replace_with, view, key="replace_with")
        menu.addSeparator()
        label = "Use again with shared weights"
        add(menu, label, layer_commands.use_again, view, key="use_again")
        if "shared" in can:
            independent = layer_commands.make_independent
            add(menu, "Make independent", independent, view, key="make_independent")
    if "weights" in can:
        label = "Freeze" if layer_commands.any_trains(view) else "Thaw"
        add(menu, label, layer_commands.freeze, view, key="freeze")
    if "model" in can:
        label = "Inference only" if layer_commands.any_learns(view) else "Train as usual"
        add(menu, label, layer_commands.inference_only, view, key="inference_only")


def _fill_for_flow(menu: QMenu, view, nodes: list, has_calls: bool) -> None:
    """What has to do with the wires: bypass, pull out, disconnect."""
    if not any(isinstance(node, Input | Call | Output | Dot) for node in nodes):
        return
    menu.addSeparator()
    if has_calls:
        label = "Bypass" if flow_commands.any_acts(view) else "End bypass"
        add(menu, label, flow_commands.bypass, view, key="bypass")
    wires = _wires_at(view, [node.id for node in nodes])
    why_not = "" if wires else NO_WIRES
    if any(isinstance(node, Call | Dot) for node in nodes):
        add(menu, "Pull out", flow_commands.pull_out, view, key="pull_out", why_not=why_not)
    add(menu, "Disconnect", _disconnect, view, wires, why_not=why_not)


def _wires_at(view, node_ids: Iterable[str]) -> set[Wire]:
    return set().union(*(view.scene().wires_at[node_id] for node_id in node_ids))


def _disconnect(view, wires: set[Wire]) -> None:
    view.session.try_apply("Disconnect", delete_all, frozenset(), wires)


def _fill_for_places(menu: QMenu, view, nodes: list) -> None:
    """What has to do with where nodes stand: pins, frames, lines, layout."""
    if any(isinstance(node, Input | Call | Output | Dot) for node in nodes):
        label = "Pin in place" if flow_commands.any_loose(view) else "Let go of the place"
        add(menu, label, flow_commands.pin, view, key="pin")
        add(menu, "Frame the selection", flow_commands.frame_selection, view, key="frame_selection")
    if len(nodes) > 1:
        _fill_for_lines(submenu(menu, "Align"), view)
        add(menu, "Arrange", view.arrange, key="arrange")
    add(menu, "Fit selection", view.fit_selection, key="fit_selection")


def _fill_for_lines(menu: QMenu, view) -> None:
    too_few = lining_up.why_not(view, lining_up.ALIGNED)
    for name, (_, text) in lining_up.ALIGN.items():
        add(menu, text.removeprefix("Align "), lining_up.COMMANDS[name], view, why_not=too_few)
    menu.addSeparator()
    too_few = lining_up.why_not(view, lining_up.DISTRIBUTED)
    for name, (_, text) in lining_up.DISTRIBUTE.items():
        add(menu, text, lining_up.COMMANDS[name], view, why_not=too_few)
