"""The inspector's view of a node that calls a layer: its weights, parameters, file and ports."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from composer_gui.core import edits
from composer_gui.core.document import Call, KerasLayer, SavedModel
from composer_gui.core.verdicts import FINE
from composer_gui.session.session import Session
from composer_gui.ui import file_dialogs
from composer_gui.ui.controls import SignButton, push_button
from composer_gui.ui.panels.fields import Field
from composer_gui.ui.panels.node_view import NodeView, Rows, figure, show_text
from composer_gui.ui.panels.parameters_part import ArgumentsPart, ParametersPart
from composer_gui.ui.panels.ports_part import PortsPart
from composer_gui.ui.panels.weights import WeightsChoice, trainable_choice
from composer_gui.ui.totals import show_parameters
from composer_gui.ui.words import Head, Line, Paragraph, count_of

AGAIN = 144.0
"""How far below a node, in pixels, the next call of its layer is put."""

WEIGHTLESS = ("merge", "reshaping", "pooling")
"""Categories whose layers never hold weights."""


class CallView(NodeView):
    """Shows a KerasLayer or a SavedModel and where it is called."""

    def __init__(self, session: Session, node_id: str, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.node_id = node_id
        self.spec = session.catalog.layers.get(getattr(self.layer, "class_name", ""))
        self.about = Paragraph(px=12, tone="tertiary")
        self.begin()
        self._add_identity()
        self.parameters = ParametersPart(self) if isinstance(self.layer, KerasLayer) else None
        if self.parameters is not None:
            self.add(self.parameters)
        self.arguments = ArgumentsPart(self) if self.spec and self.spec.arguments else None
        if self.arguments is not None:
            self.rule()
            self.add(self.arguments)
        self.rule()
        self.ports = PortsPart(session)
        self.add(self.ports)
        self._add_cost()

    @property
    def node(self) -> Call:
        """The node that is shown."""
        return self.document.nodes[self.node_id]

    @property
    def layer(self) -> KerasLayer | SavedModel:
        """The layer that the node calls."""
        return self.document.layers[self.node.layer]

    def begin(self) -> None:
        self.add(self.title, self.subtitle)
        if self.spec is not None:
            self.about.setText(self.spec.description)
            self.add(self.about)
        self.add(self.problems)
        self.rule()

    # Building ------------------------------------------------------------------------------------

    def _add_identity(self) -> None:
        self.label = self.text_field("Label", self._rename, tip="What the node is called")
        self.weights = self.trainable = self.file = None
        if self.spec is None or self.spec.category not in WEIGHTLESS:
            self._add_weights()
        if isinstance(self.layer, SavedModel):
            self._add_file()

    def _add_weights(self) -> None:
        self.weights = Field(
            "Weights",
            WeightsChoice(self.session, self.node_id),
            tip="Whether the node has weights of its own or shares those of another node",
        )
        self.again = push_button("Use again", role="quiet")
        self.again.setToolTip("Add another node that shares these weights")
        self.again.clicked.connect(self._use_again)
        self.trainable = Field(
            "Trainable",
            trainable_choice(isinstance(self.layer, SavedModel)),
            tip="Whether training changes the weights",
        )
        self.trainable.editor.edited.connect(self._set_trainable)
        self.add(self.weights, self.trainable, Field("", self.row(self.again, stretched=False)))

    def _add_file(self) -> None:
        self.path = Line(px=12, mono=True, elide=Qt.TextElideMode.ElideMiddle)
        self.choose = SignButton("folder", "Choose the model's file")
        self.choose.clicked.connect(self._choose_file)
        self.path.setAccessibleName("File")
        self.file = Field("File", self.row(self.path, self.choose, spacing=2))
        self.add(self.file)

    def _add_cost(self) -> None:
        self.rule()
        self.add(Head("Cost"))
        self.cost = Rows()
        self.add(self.cost)

    # Following -----------------------------------------------------------------------------------

    def follow(self) -> None:
        label = self.document.label(self.node_id)
        self.title.setText(label)
        self.subtitle.setText(self._kind())
        self.problems.show_verdict(self.node_id)
        show_text(self.label.editor, self.node.label or self.layer.name)
        if self.weights is not None:
            self.weights.editor.follow()
            self.trainable.editor.show_value(self.layer.trainable, is_set=True)
        if self.file is not None:
            self._follow_file()
        if self.parameters is not None:
            self.parameters.follow()
        if self.arguments is not None:
            self.arguments.follow()
        self.ports.show_node(self.node_id)
        self._follow_cost()

    def _kind(self) -> str:
        if isinstance(self.layer, KerasLayer):
            kind = self.layer.class_name
            return f"{kind} · {self.spec.category}" if self.spec else kind
        found = self.layer.interface
        parts = ["saved model", found.class_name]
        if found.layer_count:
            parts.append(count_of(found.layer_count, "layer"))
        return " · ".join([*parts, *_size(self.layer.path)])

    def _follow_file(self) -> None:
        path = Path(self.layer.path)
        self.path.setText(path.name)
        self.path.set_tip(str(path))

    def _follow_cost(self) -> None:
        verdict = self.session.verdict(self.node_id)
        count = verdict.parameters
        if not count and isinstance(self.layer, SavedModel):
            count = self.layer.interface.parameters or 0
        trains = verdict.trainable_parameters if verdict.parameters else None
        is_known = bool(count) or verdict.kind == FINE
        rows = [("Parameters", show_parameters(count) if is_known else "not known yet")]
        if count and trains is not None:
            rows.append(("of these trainable", show_parameters(trains)))
        self.cost.show_rows([(Line(a, tone="secondary"), figure(b)) for a, b in rows], rows)

    # Changing ------------------------------------------------------------------------------------

    def _rename(self, text: str) -> None:
        self.rename(self.label, self.node_id, text)

    def _set_trainable(self, trainable: bool) -> None:
        label = self.document.label(self.node_id)
        words = f"Let {label} train" if trainable else f"Freeze {label}"
        self.change(self.trainable, words, edits.set_trainable, self.node.layer, trainable)

    def _use_again(self) -> None:
        node = self.node
        label = f"Use {self.document.label(self.node_id)} again"
        change = self.session.try_apply(label, edits.add_call, node.layer, node.x, node.y + AGAIN)
        if change is not None:
            self.node_chosen.emit(next(iter(change.added)))

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
