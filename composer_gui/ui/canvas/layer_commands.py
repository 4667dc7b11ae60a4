"""What is done with the layers of selected nodes: open up, group, share, freeze, replace."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from composer_gui.core import edits
from composer_gui.core.document import Call, Document
from composer_gui.core.layer_kinds import Layer, Operation, SavedModel, Submodel
from composer_gui.ui.canvas import flow_commands, lining_up
from composer_gui.ui.canvas.room_below import place_below

LARGE = 200
"""Nodes from which grouping and ungrouping take longer than a frame."""

# What there is to do ------------------------------------------------------------------------------


def abilities(view) -> frozenset[str]:
    """Return what can be done now with what is selected, by the needs of the actions' table."""
    session, chosen = view.session, view.selected()
    found = {"inside"} if session.trail else set()
    found |= flow_commands.abilities(view) | lining_up.abilities(view)
    layers = _layers(view)
    models = _models(layers)
    if layers:
        found.add("call")
    if any(not isinstance(layer, Operation) for layer in layers):
        found |= {"weights"} if _any_trains(layers) else {"weights", "frozen"}
    if models:
        found |= {"model"} if _any_learns(models) else {"model", "inference only"}
    if len(chosen) == 1 and layers:
        (layer,) = layers
        found.add("one call")
        found |= {"saved model"} if isinstance(layer, SavedModel) else set()
        found |= {"openable"} if isinstance(layer, SavedModel | Submodel) else set()
        found |= {"submodel"} if isinstance(layer, Submodel) else set()
        found |= {"shared"} if view.scene().twins(chosen[0]) else set()
    return frozenset(found)


def _layers(view) -> list[Layer]:
    """Return the layers that the selected nodes call, each once, in the order of the nodes."""
    document, chosen = view.session.document, view.selected()
    nodes = (document.nodes.get(node_id) for node_id in chosen)
    ids = dict.fromkeys(node.layer for node in nodes if isinstance(node, Call))
    return [document.layers[layer_id] for layer_id in ids]


def _models(layers: Iterable[Layer]) -> list[SavedModel | Submodel]:
    return [layer for layer in layers if isinstance(layer, SavedModel | Submodel)]


def _one_call(view) -> str:
    """Return the selected node if there is one and it calls a layer, else ""."""
    chosen = view.selected()
    nodes = view.session.document.nodes
    return chosen[0] if len(chosen) == 1 and isinstance(nodes[chosen[0]], Call) else ""


def called(view, node_id: str) -> Layer | None:
    """Return the layer that a node calls, None for one that calls none."""
    node = view.session.document.nodes.get(node_id)
    return view.session.document.layers[node.layer] if isinstance(node, Call) else None


# Levels -------------------------------------------------------------------------------------------


def open_up(view) -> None:
    """Take the selected model apart: its layers stand in its place, each with its weights."""
    node_id = _one_call(view)
    layer = called(view, node_id)
    if isinstance(layer, SavedModel):
        view.session.open_up(node_id)
    elif isinstance(layer, Submodel):
        ungroup(view)


def group(view) -> None:
    """Put the selected nodes into a submodel, and select it."""
    session, chosen = view.session, view.selected()
    if chosen:
        put = session.rework if len(chosen) > LARGE else partial(_added, view)
        verdicts = dict(session.verdicts)
        put("Group into submodel", edits.group, session.catalog, chosen, verdicts=verdicts)


def ungroup(view) -> None:
    """Put what is in the selected submodel in its place, and select it."""
    node_id = _one_call(view)
    layer = called(view, node_id)
    if isinstance(layer, Submodel):
        put = view.session.rework if len(layer.design.nodes) > LARGE else partial(_added, view)
        put("Ungroup", edits.ungroup, node_id)


def enter(view) -> bool:
    """Show the inside of the selected submodel; return whether one is selected."""
    node_id = _one_call(view)
    is_submodel = isinstance(called(view, node_id), Submodel)
    return is_submodel and view.session.enter(node_id)


def leave(view) -> bool:
    """Show the level around the one that is shown; return whether there is one."""
    is_inside = bool(view.session.trail)
    if is_inside:
        view.session.leave()
    return is_inside


# Sharing ------------------------------------------------------------------------------------------


def use_again(view) -> None:
    """Add another call of the selected node's layer below it; the two share their weights."""
    node_id = _one_call(view)
    if node_id:
        place = place_below(view.session.document, view.session.catalog, node_id)
        _added(view, "Use again", edits.use_again, node_id, *place)


def make_independent(view) -> None:
    """Give the selected node weights of its own."""
    node_id = _one_call(view)
    if node_id:
        view.session.try_apply("Make independent", edits.make_independent, node_id)


# Freezing -----------------------------------------------------------------------------------------


def any_trains(view) -> bool:
    """Return whether freezing would change something."""
    return _any_trains(_layers(view))


def _any_trains(layers: Iterable[Layer]) -> bool:
    return any(layer.trainable for layer in layers if not isinstance(layer, Operation))


def freeze(view) -> None:
    """Let the selected layers keep their weights in training, or where all do, let them train."""
    layers = [layer.id for layer in _layers(view) if not isinstance(layer, Operation)]
    trains = any_trains(view)
    label = "Freeze" if trains else "Thaw"
    view.session.try_apply(label, _each, layers, edits.set_trainable, not trains)


def any_learns(view) -> bool:
    """Return whether a selected model behaves otherwise in training than afterwards."""
    return _any_learns(_models(_layers(view)))


def _any_learns(models: Iterable[SavedModel | Submodel]) -> bool:
    return any(not model.inference for model in models)


def inference_only(view) -> None:
    """Let the selected models do in training as they do afterwards, or take that back."""
    models = [layer.id for layer in _models(_layers(view))]
    learns = any_learns(view)
    label = "Inference only" if learns else "Train as usual"
    view.session.try_apply(label, _each, models, edits.set_inference, learns)


def _each(document: Document, layer_ids: Iterable[str], edit: Callable, value: bool) -> Document:
    for layer_id in layer_ids:
        document = edit(document, layer_id, value)
    return document


# Replacing ----------------------------------------------------------------------------------------


def replace_with(view) -> None:
    """Ask for the class that shall stand in the selected node's place."""
    node_id = _one_call(view)
    if node_id:
        card = view.scene().nodes[node_id].card()
        view.search.open_at(card.bottomLeft(), replaced=node_id)


def delete_and_heal(view) -> None:
    """Delete the selected nodes and lead the wires on that went through them."""
    session, chosen = view.session, view.selected()
    if chosen:
        label = "Delete and heal"
        session.try_apply(label, edits.delete_and_heal, session.catalog, chosen)


def _added(view, label: str, edit: Callable, *args, **kwargs) -> None:
    change = view.session.try_apply(label, edit, *args, **kwargs)
    if change is not None:
        view.show_added(change.added)
