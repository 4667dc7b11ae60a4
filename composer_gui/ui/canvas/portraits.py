"""Makes the faces of nodes: from their verdicts, twins and copies, and what is frozen inside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composer_gui.core.document import Frame
from composer_gui.core.layer_kinds import Layer, SavedModel, Submodel
from composer_gui.ui.canvas.faces import Face, face
from composer_gui.ui.canvas.folds import Folds, folded_face
from composer_gui.ui.canvas.kinship import Kinship
from composer_gui.ui.canvas.marks import Share, design_share, inside_share

if TYPE_CHECKING:
    from composer_gui.session.session import Session


class Portraits:
    """Knows what the faces of a session's nodes depend on besides the nodes themselves."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.kinship = Kinship()
        self.folds = Folds()
        self._waiting_for: dict[str, set[str]] = {}
        self._blocked_by: dict[str, str] = {}
        self._shares: dict[tuple, Share] = {}

    def face(self, node_id: str) -> Face:
        """Return the face of a node as it is now, and take note of what it waits for."""
        session, kin = self._session, self.kinship
        if isinstance(session.document.nodes[node_id], Frame):
            return folded_face(session, self.folds, node_id)
        self._remember_cause(node_id)
        layer = kin.layer_of(node_id)
        return face(
            session.document,
            session.catalog,
            session.verdict,
            node_id,
            calls=len(kin.calls(layer)),
            copies=len(kin.copies(layer)),
            share_of=self.share_of,
        )

    def share_of(self, layer: Layer) -> Share | None:
        """Return how many of the layers inside a layer are frozen, where that is known."""
        if isinstance(layer, Submodel):
            return design_share(layer.design)
        if not isinstance(layer, SavedModel) or not layer.frozen:
            return None
        key = (layer.path, layer.sha256, layer.part, layer.frozen)
        if key not in self._shares:
            inside = self._session.inside(layer)
            if inside is None:
                return None
            self._shares[key] = inside_share(inside, layer.frozen)
        return self._shares[key]

    def partly_frozen(self) -> set[str]:
        """Return the nodes whose saved models freeze some of their layers by patterns."""
        layers = self._session.document.layers.values()
        counted = (x.id for x in layers if isinstance(x, SavedModel) and x.frozen)
        return {node_id for layer_id in counted for node_id in self.kinship.calls(layer_id)}

    def waiting_for(self, node_id: str) -> frozenset[str]:
        """Return the nodes that say that they wait for this one."""
        return frozenset(self._waiting_for.get(node_id, ()))

    def forget(self, node_id: str) -> None:
        """Let go of a node that is no more."""
        self._waiting_for.get(self._blocked_by.pop(node_id, ""), set()).discard(node_id)

    def _remember_cause(self, node_id: str) -> None:
        cause = self._session.verdict(node_id).blocked_by or ""
        before = self._blocked_by.get(node_id, "")
        if cause != before:
            self._waiting_for.get(before, set()).discard(node_id)
            self._waiting_for.setdefault(cause, set()).add(node_id)
            self._blocked_by[node_id] = cause
