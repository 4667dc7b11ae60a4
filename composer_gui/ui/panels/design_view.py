"""The inspector's views of the design as a whole, and of several nodes at once."""

from __future__ import annotations

from collections import Counter
from typing import Any

from PySide6.QtWidgets import QWidget

from composer_gui.core import edits
from composer_gui.core.bill import counts
from composer_gui.core.document import Call, Document, Dot
from composer_gui.core.edit_nodes import LARGEST_SEED
from composer_gui.core.layer_kinds import KerasLayer, Operation, SavedModel, Submodel
from composer_gui.core.layers.parameters import Parameter
from composer_gui.session.session import Session
from composer_gui.ui.panels.fields import Field
from composer_gui.ui.panels.node_view import NodeView, Rows, figure, show_text
from composer_gui.ui.panels.object_editors import field_for
from composer_gui.ui.panels.weights import TrainableChoice, layers_of
from composer_gui.ui.totals import cost_rows, totals
from composer_gui.ui.words import Head, Line, Paragraph, count_of

SEED = Parameter(
    "Seed",
    "integer",
    default=7,
    minimum=0,
    maximum=LARGEST_SEED,
    help="Makes the weights of new layers the same in every export.",
)


class DesignView(NodeView):
    """Shown while nothing is selected: name, seed, signature and totals."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.begin()
        self.name = self.text_field("Name", self._rename, tip="What the exported model is called")
        self.seed = field_for(SEED, session.catalog)
        self.seed.edited.connect(self._set_seed)
        self.seed.reset.connect(self._reset_seed)
        self.add(self.seed)
        self.rule()
        self.add(Head("Model"))
        self.empty = Paragraph(
            "Drop a saved model on the canvas, or drag a layer from the palette.",
            tone="tertiary",
        )
        self.signature, self.cost = Rows(), Rows()
        self.add(self.empty, self.signature)
        self.rule()
        self.add(Head("Cost"), self.cost)

    def follow(self) -> None:
        document = self.document
        self.title.setText(document.name)
        found = totals(document, self.session.verdicts)
        self.subtitle.setText(
            f"design · {count_of(found.nodes, 'node')} · {count_of(found.wires, 'wire')}"
        )
        show_text(self.name.editor, document.name)
        self.seed.show_value(document.seed, is_set=document.seed != SEED.default)
        rows = list(self._signature_rows())
        self.empty.setVisible(not rows)
        self.signature.show_rows((_signature_widgets(*row) for row in rows), rows)
        cost = cost_rows(found.parameters, found.trainable, is_whole=found.is_whole)
        if found.shared:
            cost.append(("shared, counted once", count_of(found.shared, "layer")))
        self.cost.show_figures(cost)

    def _signature_rows(self):
        for side, ids in (("in", self.document.inputs), ("out", self.document.outputs)):
            for node_id in ids:
                yield side, self.document.label(node_id), self._flowing(node_id)

    def _flowing(self, node_id: str) -> str:
        node = self.document.nodes[node_id]
        for sources in node.inputs.values():
            for source in sources:
                spec = self.session.verdict(source.node).spec(source.port)
                return spec.show(dtype=True) if spec else "not known yet"
        outputs = self.session.verdict(node_id).outputs
        return outputs[0][1].show(dtype=True) if outputs else "no wire"

    def _rename(self, text: str) -> None:
        self.change(self.name, "Name the design", edits.set_name, text, merge=("name",))

    def _set_seed(self, name: str, value: Any) -> None:
        merge = ("seed", self.seed.visits)
        self.change(self.seed, "Set seed", edits.set_seed, value, merge=merge)

    def _reset_seed(self, name: str) -> None:
        self._set_seed(name, SEED.default)


def _signature_widgets(side: str, name: str, spec: str) -> tuple[QWidget, ...]:
    return (
        Line(side, px=12, mono=True, tone="tertiary"),
        Line(name, px=12, mono=True),
        figure(spec, tone="secondary"),
    )


class SeveralView(NodeView):
    """Shown while several nodes are selected: what they are, and what can be set for all."""

    def __init__(
        self, session: Session, ids: tuple[str, ...], parent: QWidget | None = None
    ) -> None:
        super().__init__(session, parent)
        self.ids = ids
        self.begin()
        self.trainable = Field("Trainable", TrainableChoice(("yes", "no, frozen")))
        self.trainable.editor.edited.connect(self._set_trainable)
        self.add(self.trainable)
        self.kinds, self.cost = Rows(), Rows()
        self.rule()
        self.add(Head("Selected"), self.kinds)
        self.rule()
        self.add(Head("Cost"), self.cost)

    def follow(self) -> None:
        document = self.document
        self.title.setText(count_of(len(self.ids), "node"))
        self.subtitle.setText("selected together")
        layers = layers_of(document, self.ids)
        self.trainable.setVisible(bool(layers))
        self._show_trainable([layer.trainable for layer in layers])
        counts = Counter(_kind(document, node_id) for node_id in self.ids)
        rows = [(kind, str(count)) for kind, count in sorted(counts.items())]
        self.kinds.show_figures(rows)
        self._show_cost()

    def _show_trainable(self, states: list[bool]) -> None:
        if len(set(states)) == 1:
            self.trainable.editor.show_value(states[0], is_set=True)
        elif states:
            self.trainable.editor.show_mixed()

    def _show_cost(self) -> None:
        found: dict[str, tuple[int, int]] = {}
        for node_id in set(self.ids) & set(self.document.nodes):
            node = self.document.nodes[node_id]
            if isinstance(node, Call) and not node.bypassed:
                layer = self.document.layers[node.layer]
                found[node.layer] = counts(layer, self.session.verdict(node_id))
        rows = cost_rows(sum(a for a, _ in found.values()), sum(b for _, b in found.values()))
        self.cost.show_figures(rows)

    def _set_trainable(self, trainable: bool) -> None:
        words = "Let the selected train" if trainable else "Freeze the selected"
        self.change(self.trainable, words, set_all_trainable, self.ids, trainable)


def set_all_trainable(document: Document, ids: tuple[str, ...], trainable: bool) -> Document:
    """Freeze the layers that these nodes call, or let them train: one edit for all."""
    for layer in layers_of(document, ids):
        document = edits.set_trainable(document, layer.id, trainable)
    return document


def _kind(document: Document, node_id: str) -> str:
    node = document.nodes[node_id]
    if isinstance(node, Dot):
        return "reroute dot"  # Keras has a layer that is called Dot
    if not isinstance(node, Call):
        return type(node).__name__
    layer = document.layers[node.layer]
    return layer.class_name if isinstance(layer, KerasLayer) else _KINDS[type(layer)]


_KINDS = {SavedModel: "saved model", Submodel: "submodel", Operation: "operation"}
