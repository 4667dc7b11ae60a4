"""Warnings about masks that are lost: what is padded would be taken for data further on.

What each class of Keras does with masks is a small table here, which a test compares with Keras.
Keras hands a mask on from layer to layer without a word, and drops it with one on standard error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from composer_gui.core.caution_sight import gives
from composer_gui.core.document import Call, Document, Node, number_of
from composer_gui.core.kinds_of_warnings import KINDS
from composer_gui.core.layer_kinds import Construct, KerasLayer, Layer, Operation
from composer_gui.core.layers.families import (
    ATTENTION,
    CONV_LSTM,
    ELEMENTWISE,
    KEEPS_SHAPE,
    SEQUENCES,
    for_each_rank,
)
from composer_gui.core.problems import Problem
from composer_gui.core.shapes.flow_order import sources_of
from composer_gui.core.verdicts import FINE, Verdict

MAKES = frozenset({"Embedding", "Masking", "ReversibleEmbedding"})
"""Make a mask; an embedding with `mask_zero` only, and drops one else."""

RECURRENT = SEQUENCES | CONV_LSTM
"""Use a mask, and hand it on where they return sequences."""

FIRST_ONLY = ATTENTION
"""Use the masks of what comes in, and hand on that of the query."""

USES = RECURRENT | FIRST_ONLY | {"GlobalAveragePooling1D"}
"""Work on what is not masked only."""

ALL_OR_NONE = ELEMENTWISE
"""Hand a mask on if all that comes in has one."""

PASSES = KEEPS_SHAPE - {"Masking", "RMSNormalization"} | {"Concatenate", "Dense", "TimeDistributed"}
"""Hand on what mask there is."""

ENDS = frozenset(
    {"Dot", "Flatten", "RepeatVector"} | for_each_rank("GlobalAveragePooling", "GlobalMaxPooling")
)
"""Drop a mask rightly: what comes out has another axis of steps than the masked one, or none."""

Consumers = Callable[[str], Iterable[str]]


def makes(layer: Layer) -> bool:
    """Return whether a mask comes out of a layer, whatever comes in."""
    if not isinstance(layer, KerasLayer) or layer.class_name not in MAKES:
        return False
    return layer.class_name == "Masking" or layer.parameters.get("mask_zero") is True


def sign(layer: Layer) -> tuple[Any, ...]:
    """Return what of a layer decides what becomes of masks in it."""
    if not isinstance(layer, KerasLayer):
        return type(layer).__name__, "", False, False
    returns = _returns_sequences(layer.parameters, layer.class_name)
    return "keras", layer.class_name, makes(layer), returns


def found(
    document: Document,
    verdicts: Mapping[str, Verdict],
    makers: Iterable[str],
    consumers: Consumers,
) -> Iterator[Problem]:
    """Yield a warning for each node that drops a mask which is wanted behind it.

    `makers` are the nodes that make masks. Looks at what is behind these only. Of saved models
    and submodels nothing is said: what they do with masks is inside them.
    """
    behind = _in_order(document.nodes, makers, consumers)
    masked: dict[str, str] = {}
    losers: list[tuple[str, str, list[str]]] = []
    for node_id in behind:
        node, verdict = document.nodes[node_id], verdicts.get(node_id)
        if not isinstance(node, Call) or verdict is None or verdict.kind != FINE:
            continue
        layer = document.layers[node.layer]
        if makes(layer):
            masked[node_id] = node_id
            continue
        come = _masks(node, masked, document)
        maker = next((mask for mask in come if mask), "")
        if not maker:
            continue
        goes_on = hands_on(layer, come)
        if goes_on:
            masked[node_id] = maker
        elif goes_on is False:
            losers.append((node_id, maker, come))
    if losers:
        users = _users_behind(document, behind, consumers)
        for node_id, maker, come in losers:
            if users.get(node_id):
                words = {"maker": document.label(maker), "user": document.label(users[node_id])}
                words["why"] = _why(document, node_id, come)
                yield _lost(document, verdicts[node_id], node_id, words)


def _in_order(nodes: Mapping[str, Node], starts: Iterable[str], consumers: Consumers) -> list[str]:
    """Return some nodes and all behind them, sources first."""
    region: dict[str, int] = {}
    waiting = sorted(starts, key=number_of)
    while waiting:
        at = waiting.pop()
        if at not in region and at in nodes:
            region[at] = 0
            waiting.extend(consumers(at))
    for at in region:
        region[at] = sum(source in region for source in sources_of(nodes[at]))
    ready = [at for at in region if not region[at]]
    ordered = []
    while ready:
        at = ready.pop()
        ordered.append(at)
        for behind in consumers(at):
            region[behind] -= 1
            if not region[behind]:
                ready.append(behind)
    return ordered


def _masks(node: Call, masked: Mapping[str, str], document: Document) -> list[str]:
    """Return who made the mask that comes on each wire of data; "" where none does.

    States that come out of a layer beside its sequences have no mask, nor are they data.
    """
    found = []
    for port, sources in node.inputs.items():
        if "mask" in port or port == "initial_state":
            continue
        for source in sources:
            has = source.port in ("output", "backward_output")
            found.append((port, masked.get(source.node, "") if has else ""))
    layer = document.layers[node.layer]
    if isinstance(layer, KerasLayer) and layer.class_name in FIRST_ONLY:
        found.sort(key=lambda item: item[0] != "query")
    return [maker for _, maker in found]


def hands_on(layer: Layer, come: list[str]) -> bool | None:
    """Return whether a mask goes on, None where it rightly ends or nobody knows.

    `come` says who made the mask that comes on each wire of data, "" where none does; of an
    attention the query's is the first.
    """
    if isinstance(layer, Operation):
        return False
    if not isinstance(layer, KerasLayer):
        return None
    name = layer.class_name
    if name in ENDS:
        return None
    if name in RECURRENT:
        return True if _returns_sequences(layer.parameters, name) else None
    if name in FIRST_ONLY:
        return True if come[0] else None
    if name in ALL_OR_NONE:
        return all(come)
    return name in PASSES


def _returns_sequences(parameters: Mapping[str, Any], class_name: str) -> bool:
    if class_name == "Bidirectional":
        inner = parameters.get("layer")
        return isinstance(inner, Construct) and _returns_sequences(inner.parameters, "")
    return parameters.get("return_sequences") is True


def _users_behind(document: Document, ordered: list[str], consumers: Consumers) -> dict[str, str]:
    """Return, for each node, the first behind it that works on what is not masked, or ""."""
    users: dict[str, str] = {}
    for node_id in reversed(ordered):
        users[node_id] = ""
        for behind in sorted(consumers(node_id), key=number_of):
            node = document.nodes[behind]
            layer = document.layers[node.layer] if isinstance(node, Call) else None
            if isinstance(layer, Operation):
                users[node_id] = users.get(behind, "")
            elif not isinstance(layer, KerasLayer) or layer.class_name in ENDS - USES:
                continue
            elif layer.class_name in USES and _wants(node, node_id):
                users[node_id] = behind
            elif layer.class_name not in MAKES | RECURRENT:
                users[node_id] = users.get(behind, "")
            if users[node_id]:
                break
    return users


def _wants(node: Call, source: str) -> bool:
    """Return whether a node takes data from another, and has no mask wired to it."""
    given = any("mask" in port for port in node.inputs)
    return not given and any(
        one.node == source and one.port in ("output", "backward_output")
        for port, sources in node.inputs.items()
        if port != "initial_state"
        for one in sources
    )


def _why(document: Document, node_id: str, come: list[str]) -> str:
    """Return why a merge of which only some inputs are masked drops the mask."""
    node = document.nodes[node_id]
    layer = document.layers[node.layer]
    if not isinstance(layer, KerasLayer) or layer.class_name not in ALL_OR_NONE:
        return ""
    sources = [source.node for port in node.inputs for source in node.inputs[port]]
    bare = [source for source, maker in zip(sources, come, strict=True) if not maker]
    return f", because {document.label(bare[0])} has none"


def _lost(document: Document, verdict: Verdict, node_id: str, words: dict[str, str]) -> Problem:
    known = {"node": document.label(node_id), "given": gives(verdict), **words}
    return KINDS["lost_mask"].problem(node_id, words=known, actual=known["given"])
