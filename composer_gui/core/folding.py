"""Keeps folded frames in step with the nodes that they hold."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from composer_gui.core.document import Document, Frame


def with_folded(document: Document, ids: Iterable[str]) -> set[str]:
    """Return these nodes and all that is folded away in the frames among them."""
    found = {node_id for node_id in ids if node_id in document.nodes}
    waiting = list(found)
    for node_id in waiting:
        node = document.nodes[node_id]
        for inner in node.folded if isinstance(node, Frame) else ():
            if inner not in found and inner in document.nodes:
                found.add(inner)
                waiting.append(inner)
    return found


def may_hold(document: Document, frame_id: str, node_id: str) -> bool:
    """Return whether a frame may fold a node away: it is there, and the frame not within it."""
    return node_id in document.nodes and frame_id not in with_folded(document, [node_id])


def frames_without(
    document: Document, gone: Collection[str], newcomers: Iterable[str] = ()
) -> list[Frame]:
    """Return the folded frames that hold what goes, without it and with what came in its place."""
    newcomers = tuple(newcomers)
    altered = []
    for node in document.nodes.values():
        if isinstance(node, Frame) and any(node_id in gone for node_id in node.folded):
            kept = (node_id for node_id in node.folded if node_id not in gone)
            altered.append(replace(node, folded=tuple(dict.fromkeys((*kept, *newcomers)))))
    return altered
