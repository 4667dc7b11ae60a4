"""Choices about weights: own or shared, trained or frozen."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from composer_gui.core import edits
from composer_gui.core.document import Call, Document
from composer_gui.core.layer_kinds import Layer
from composer_gui.session.session import Session
from composer_gui.ui.controls import ChoiceBox
from composer_gui.ui.panels.parameter_editors import ChoiceEditor
from composer_gui.ui.words import plain_tip

OWN = "own copy"
MOST = 12
"""How many layers to share with are offered."""


class WeightsChoice(ChoiceBox):
    """Lets a node have weights of its own, or share those of a layer of the same kind."""

    def __init__(self, session: Session, node_id: str, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._session = session
        self._node_id = node_id
        self._choices: list[tuple[str, str]] = []
        self.activated.connect(self._take)

    def turn_to(self, node_id: str) -> None:
        """Be about another node from now on."""
        self._node_id = node_id

    def follow(self) -> None:
        """Show whose weights the node has now, and whose it could have."""
        document = self._session.document
        node = document.nodes[self._node_id]
        callers = self._session.graph.callers(node.layer)
        twins = [node_id for node_id in callers if node_id != self._node_id]
        choices = [(OWN, "")]
        if twins:
            choices.append((_shared_words(document, self._node_id, twins), node.layer))
        others = self._session.alikes.others(document.layers[node.layer], MOST)
        choices += [(f"share with {layer.name}", layer.id) for layer in others]
        if choices != self._choices:
            self._choices = choices
            self.clear()
            self.addItems([words for words, _ in choices])
        self.setCurrentIndex(1 if twins else 0)
        self.setToolTip(plain_tip(self.currentText()))

    def _take(self, index: int) -> None:
        document = self._session.document
        node = document.nodes[self._node_id]
        layer_id = self._choices[index][1]
        label = document.label(self._node_id)
        if not layer_id and len(self._session.graph.callers(node.layer)) > 1:
            words = f"Give {label} its own weights"
            self._session.try_apply(words, edits.make_independent, self._node_id)
        elif layer_id and layer_id != node.layer:
            words = f"Share weights with {document.layers[layer_id].name}"
            self._session.try_apply(words, edits.share_layer, self._node_id, layer_id)
        self.follow()


def _shared_words(document: Document, node_id: str, twins: list[str]) -> str:
    """Return with whom a node shares its weights; twins of the same name are counted."""
    names = {document.label(twin) for twin in twins}
    if len(twins) == 1 and document.label(node_id) not in names:
        return f"shared with {names.pop()}"
    return f"shared by {len(twins) + 1} nodes"


class TrainableChoice(ChoiceEditor):
    """Lets a layer train, or freezes it; `edited(bool)`."""

    def __init__(self, words: tuple[str, str], parent: QWidget | None = None) -> None:
        super().__init__([True, False], parent)
        for index, text in enumerate(words):
            self.setItemText(index, text)

    def show_mixed(self) -> None:
        """Show that some of several layers train and some do not."""
        self.setCurrentIndex(-1)
        self.setPlaceholderText("some")


def trainable_choice(is_model: bool) -> TrainableChoice:
    """Return the choice in words that fit a saved model or a single layer."""
    return TrainableChoice(("all layers", "none, frozen") if is_model else ("yes", "no, frozen"))


def layers_of(document: Document, ids: tuple[str, ...]) -> list[Layer]:
    """Return the layers that these nodes call, each once."""
    found = {}
    for node_id in ids:
        node = document.nodes.get(node_id)
        if isinstance(node, Call):
            found[node.layer] = document.layers[node.layer]
    return list(found.values())
