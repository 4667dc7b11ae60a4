"""The inspector's view of a node that calls a layer: its weights, parameters, file and ports."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from composer_gui.core import edits
from composer_gui.core.bill import counts
from composer_gui.core.document import Call
from composer_gui.core.layer_kinds import KerasLayer, Layer, Operation, SavedModel, Submodel
from composer_gui.core.verdicts import FINE
from composer_gui.session.session import Session
from composer_gui.ui import file_dialogs, theme
from composer_gui.ui.controls import SignButton, TickBox
from composer_gui.ui.operation_words import expression
from composer_gui.ui.panels.class_field import ClassField
from composer_gui.ui.panels.fields import Field
from composer_gui.ui.panels.foreign_part import ForeignPart
from composer_gui.ui.panels.inside_part import InsidePart
from composer_gui.ui.panels.node_view import NodeView, Rows, show_text
from composer_gui.ui.panels.parameters_part import ArgumentsPart, ParametersPart
from composer_gui.ui.panels.ports_part import PortsPart
from composer_gui.ui.panels.reinput_part import ReinputPart
from composer_gui.ui.panels.saved_words import kind_words, use_words, weights_words
from composer_gui.ui.panels.submodel_part import SubmodelPart
from composer_gui.ui.panels.use_part import UsePart
from composer_gui.ui.panels.weights import WeightsChoice, trainable_choice
from composer_gui.ui.reasons import allow
from composer_gui.ui.totals import cost_rows, show_parameters, work_rows
from composer_gui.ui.words import Head, Line, Paragraph

INFERENCE = "Nothing in it trains while it is for inference only."
"""Why it cannot be said which layers train."""

WEIGHTLESS = ("merge", "reshaping", "pooling")
"""Categories whose layers never hold weights."""


class CallView(NodeView):
    """Shows a layer of any kind and where it is called."""

    def __init__(self, session: Session, node_id: str, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.node_id = node_id
        self.spec = session.catalog.layers.get(getattr(self.layer, "class_name", ""))
        self.about = Paragraph(px=12, tone="tertiary")
        self.begin()
        self._add_identity()
        self.parameters = self.arguments = self.ports = self.reinput = self.inside = None
        if isinstance(self.layer, KerasLayer):
            self._add_parameters()
        if isinstance(self.layer, Operation):
            self._add_expression()
        self._add_ports()
        self._add_cost()

    @property
    def node(self) -> Call:
        """The node that is shown."""
        return self.document.nodes[self.node_id]

    @property
    def layer(self) -> Layer:
        """The layer that the node calls."""
        return self.document.layers[self.node.layer]

    def turn_to(self, node_id: str) -> None:
        super().turn_to(node_id)
        if self.weights is not None:
            self.weights.editor.turn_to(node_id)
        self.parameters.unfold()

    def begin(self) -> None:
        self.add(self.title, self.subtitle)
        if self.spec is not None:
            self.about.setText(self.spec.description)
            self.add(self.about)
        self.add(self.problems)
        self.rule()

    # Building ------------------------------------------------------------------------------------

    def _add_identity(self) -> None:
        layer = self.layer
        self.label = self.text_field("Label", self._rename, tip="What the node is called")
        self.weights = self.trainable = self.file = self.class_field = self.inference = None
        if isinstance(layer, KerasLayer):
            self._add_class()
        holds = self.spec is None or self.spec.category not in WEIGHTLESS
        if holds and not isinstance(layer, Operation):
            self._add_weights()
        if isinstance(layer, SavedModel | Submodel):
            self._add_inference()
        if isinstance(layer, SavedModel):
            self._add_file()
        self.use = UsePart(self)
        self.add(self.use)
        if not holds:
            self.use.hide()

    def _add_class(self) -> None:
        self.class_field = ClassField(self.session.catalog)
        self.class_field.chosen.connect(self._replace_class)
        self.saved = Paragraph(px=12, tone="secondary")
        self.add(self.class_field, self.saved)

    def _add_weights(self) -> None:
        self.weights = Field(
            "Weights",
            WeightsChoice(self.session, self.node_id),
            tip="Whether the node has weights of its own or shares those of another node",
        )
        self.trainable = Field(
            "Trainable",
            trainable_choice(isinstance(self.layer, SavedModel | Submodel)),
            tip="Whether training changes the weights",
        )
        self.trainable.editor.edited.connect(self._set_trainable)
        self.add(self.weights, self.trainable)

    def _add_inference(self) -> None:
        tip = "In training it does as it does afterwards: nothing trains, no Dropout acts"
        self.inference = Field("Inference only", TickBox(), tip=tip)
        self.inference.editor.clicked.connect(self._set_inference)
        self.add(self.inference)

    def _add_file(self) -> None:
        self.path = Line(px=12, mono=True, elide=Qt.TextElideMode.ElideMiddle)
        self.choose = SignButton("folder", "Choose the model's file")
        self.choose.clicked.connect(self._choose_file)
        self.path.setAccessibleName("File")
        self.file = Field("File", self.row(self.path, self.choose, spacing=2))
        self.foreign = ForeignPart(self)
        self.add(self.file, self.foreign)

    def _add_parameters(self) -> None:
        self.parameters = ParametersPart(self)
        self.add(self.parameters)
        if self.spec and self.spec.arguments:
            self.arguments = ArgumentsPart(self)
            self.rule()
            self.add(self.arguments)

    def _add_expression(self) -> None:
        self.rule()
        self.expression = Paragraph(tone="text")
        self.expression.setFont(theme.mono(12))
        self.expression.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.expression.setAccessibleName("What it computes")
        self.add(Head("Computes"), self.expression)

    def _add_ports(self) -> None:
        self.rule()
        self.ports = (
            SubmodelPart(self) if isinstance(self.layer, Submodel) else PortsPart(self.session)
        )
        self.add(self.ports)
        if isinstance(self.layer, SavedModel):
            self.reinput = ReinputPart(self)
            self.add(self.reinput)
            self.rule()
            self.inside = InsidePart(self)
            self.add(self.inside)

    def _add_cost(self) -> None:
        self.rule()
        self.add(Head("Cost"))
        self.cost = Rows()
        self.add(self.cost)

    # Following -----------------------------------------------------------------------------------

    def follow(self) -> None:
        self.title.setText(self.document.label(self.node_id))
        self.subtitle.setText(self._kind())
        self.problems.show_verdict(self.node_id)
        show_text(self.label.editor, self.node.label or self.layer.name)
        self._follow_weights()
        if self.class_field is not None:
            self.class_field.show_class(self.layer.class_name)
        if self.inference is not None:
            self.inference.editor.setChecked(self.layer.inference)
            allow(self.trainable, INFERENCE if self.layer.inference else "")
        if self.file is not None:
            self._follow_file()
        if isinstance(self.layer, Operation):
            self.expression.setText(expression(self.layer, "keras.ops."))
        for part in (self.use, self.parameters, self.arguments, self.reinput, self.inside):
            if part is not None:
                part.follow()
        if isinstance(self.ports, SubmodelPart):
            self.ports.follow()
        else:
            self.ports.show_node(self.node_id)
        self._follow_cost()

    def _follow_weights(self) -> None:
        if self.weights is not None:
            self.weights.editor.follow()
            if isinstance(self.layer, SavedModel):
                all_of_it = "all but frozen" if self.layer.frozen else "all layers"
                self.trainable.editor.setItemText(0, all_of_it)
            self.trainable.editor.show_value(self.layer.trainable, is_set=True)
        if self.class_field is not None:
            words, tone = weights_words(self.layer, self.session.verdict(self.node_id))
            self.saved.setText(words)
            self.saved.set_tone(tone)
            self.saved.setVisible(bool(words))

    def _kind(self) -> str:
        layer = self.layer
        if isinstance(layer, KerasLayer):
            kind = layer.class_name
            return f"{kind} · {self.spec.category}" if self.spec else kind
        words = kind_words(layer)
        if isinstance(layer, SavedModel):
            words += _size(layer.path) if not layer.part else []
            words += use_words(layer)
        return " · ".join(words)

    def _follow_file(self) -> None:
        path = Path(self.layer.path)
        self.path.setText(path.name)
        self.path.set_tip(str(path))
        self.foreign.follow()

    def _follow_cost(self) -> None:
        verdict = self.session.verdict(self.node_id)
        parameters, trainable = counts(self.layer, verdict)
        if not parameters and self.inside is not None:
            parameters = self.inside.weights() or 0
        rows = [("Parameters", "not known yet")]
        if self.node.bypassed:
            rows = [("Parameters", "none while bypassed")]
        elif verdict.parameters:
            rows = cost_rows(parameters, trainable)
        elif parameters or verdict.kind == FINE:
            rows = [("Parameters", show_parameters(parameters))]
        rows += work_rows(verdict.cost)
        self.cost.show_figures(rows)

    # Changing ------------------------------------------------------------------------------------

    def _rename(self, text: str) -> None:
        self.rename(self.label, self.node_id, text)

    def _set_trainable(self, trainable: bool) -> None:
        label = self.document.label(self.node_id)
        words = f"Let {label} train" if trainable else f"Freeze {label}"
        self.change(self.trainable, words, edits.set_trainable, self.node.layer, trainable)

    def _set_inference(self, inference: bool) -> None:
        label = self.document.label(self.node_id)
        words = f"Use {label} for inference only" if inference else f"Let {label} train"
        self.change(self.inference, words, edits.set_inference, self.node.layer, inference)

    def _replace_class(self, class_name: str) -> None:
        label = f"Replace {self.document.label(self.node_id)} with {class_name}"
        args = (self.session.catalog, self.node_id, class_name)
        self.change(self.class_field, label, edits.replace_class, *args)

    def _choose_file(self) -> None:
        near = Path(self.layer.path).parent
        title = f"File of {self.document.label(self.node_id)}"
        path = file_dialogs.one_model(self, title, near)
        if path is not None:
            self.session.relocate_model(self.node.layer, path)

    def set_parameter(self, field: Any, name: str, value: Any) -> None:
        """Set a constructor parameter; typing in a row is one undo step."""
        merge = ("parameter", self.node.layer, name, field.visits)
        args = (self.session.catalog, self.node.layer, name, value)
        self.change(field, f"Set {name}", edits.set_parameter, *args, merge=merge)

    def reset_parameter(self, field: Any, name: str) -> None:
        """Let a constructor parameter have its default again."""
        args = (self.session.catalog, self.node.layer, name)
        self.change(field, f"Reset {name}", edits.reset_parameter, *args)

    def set_argument(self, field: Any, name: str, value: Any) -> None:
        """Set a call argument."""
        merge = ("argument", self.node_id, name, field.visits)
        args = (self.session.catalog, self.node_id, name, value)
        self.change(field, f"Set {name}", edits.set_argument, *args, merge=merge)

    def reset_argument(self, field: Any, name: str) -> None:
        """Let a call argument have its default again."""
        args = (self.session.catalog, self.node_id, name)
        self.change(field, f"Reset {name}", edits.reset_argument, *args)

    def twins(self) -> list[str]:
        """Return the other nodes that call the same layer, in order of making."""
        callers = self.session.graph.callers(self.node.layer)
        return [node_id for node_id in callers if node_id != self.node_id]


def _size(path: str) -> list[str]:
    try:
        size = Path(path).stat().st_size
    except OSError:
        return []
    for limit, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "KB")):
        if size >= limit:
            return [
                f"{size / limit:.1f} {unit}" if size < 10 * limit else f"{size / limit:.0f} {unit}"
            ]
    return [f"{size} bytes"]
