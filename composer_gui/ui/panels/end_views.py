"""The inspector's views of what is not a layer: Input, Output, Dot, Frame and Note."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from composer_gui.core import edits
from composer_gui.core.document import DOT_PORT, OUTPUT_PORT, Input
from composer_gui.core.layers.parameters import Parameter
from composer_gui.session.session import Session
from composer_gui.ui import theme
from composer_gui.ui.controls import SignButton
from composer_gui.ui.panels.fields import Field
from composer_gui.ui.panels.node_view import NodeView, show_text
from composer_gui.ui.panels.object_editors import field_for
from composer_gui.ui.panels.ports_part import PortsPart
from composer_gui.ui.reasons import allow
from composer_gui.ui.words import Line

SHAPE = Parameter(
    "Shape",
    "shape",
    minimum=1,
    default=(),
    help="Sizes of the axes without the batch axis, such as 28, 28, 1. "
    "None is an axis of any size; an empty shape is a single number.",
)
BATCH = Parameter(
    "Batch size",
    "integer",
    optional=True,
    minimum=1,
    help="Fixes the size of the batch axis. None, as is usual, leaves it free.",
)


class EndView(NodeView):
    """An Input or Output: its label and its place in the model's signature."""

    WORD = ""
    SIDE = ""
    REORDER = staticmethod(edits.reorder_inputs)

    def __init__(self, session: Session, node_id: str, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.node_id = node_id
        self.begin()
        self.label = self.text_field("Label", self._rename, tip="The name in the exported model")
        self.fill()
        self.place = Line(tone="text")
        self.earlier = SignButton("up", "Earlier in the model's signature")
        self.later = SignButton("down", "Later in the model's signature")
        holder = self.row(self.place, self.earlier, self.later, spacing=0)
        self.order = Field("Order", holder, tip=f"Place among the model's {self.SIDE}")
        self.add(self.order)
        self.rule()
        self.ports = PortsPart(session)
        self.add(self.ports)
        self.earlier.clicked.connect(self._earlier)
        self.later.clicked.connect(self._later)

    def fill(self) -> None:
        """Add the fields between label and order."""

    def follow(self) -> None:
        label = self.document.label(self.node_id)
        self.title.setText(label)
        self.subtitle.setText(self.WORD)
        self.problems.show_verdict(self.node_id)
        show_text(self.label.editor, label)
        ids = getattr(self.document, self.SIDE)
        at = ids.index(self.node_id)
        self.order.setVisible(len(ids) > 1)
        self.place.setText(f"{at + 1} of {len(ids)}")
        allow(self.earlier, "" if at > 0 else "It is the first already.")
        allow(self.later, "" if at < len(ids) - 1 else "It is the last already.")
        self.ports.show_node(self.node_id)

    def _rename(self, text: str) -> None:
        self.rename(self.label, self.node_id, text)

    def _earlier(self) -> None:
        self._swap(-1)

    def _later(self) -> None:
        self._swap(1)

    def _swap(self, step: int) -> None:
        ids = list(getattr(self.document, self.SIDE))
        at = ids.index(self.node_id)
        ids[at], ids[at + step] = ids[at + step], ids[at]
        self.change(None, f"Change order of {self.SIDE}", type(self).REORDER, tuple(ids))


class InputView(EndView):
    """An Input: shape, dtype and batch size besides."""

    WORD = "Input of the model"
    SIDE = "inputs"

    def fill(self) -> None:
        catalog = self.session.catalog
        dtype = Parameter("Dtype", "choice", choices=catalog.dtypes, default="float32")
        self.fields = {
            parameter.name: field_for(parameter, catalog) for parameter in (SHAPE, dtype, BATCH)
        }
        for field in self.fields.values():
            field.edited.connect(self._set)
            field.reset.connect(self._reset)
            self.add(field)

    def follow(self) -> None:
        super().follow()
        node: Input = self.document.nodes[self.node_id]
        # A shape always stands there: an empty one is a value too, a single number
        self.fields["Shape"].show_value(node.shape, is_set=node.shape != ())
        self.fields["Shape"].offer_default(False)
        self.fields["Shape"].editor.setPlaceholderText("a single number")
        self.fields["Dtype"].show_value(node.dtype, is_set=node.dtype != "float32")
        batch = node.batch_size
        self.fields["Batch size"].show_value(batch, is_set=batch is not None)

    def _set(self, name: str, value: Any) -> None:
        field = self.fields[name]
        named = {name.lower().replace(" ", "_"): value}
        merge = ("input", self.node_id, name, field.visits)
        label = f"Set {name.lower()} of {self.document.label(self.node_id)}"
        self.change(field, label, edits.set_input, self.node_id, merge=merge, **named)

    def _reset(self, name: str) -> None:
        self._set(name, self.fields[name].parameter.default)


class OutputView(EndView):
    """An Output: its label and place."""

    WORD = "Output of the model"
    SIDE = "outputs"
    REORDER = staticmethod(edits.reorder_outputs)

    def follow(self) -> None:
        super().follow()
        sources = self.document.nodes[self.node_id].inputs.get(OUTPUT_PORT, ())
        if sources:
            self.subtitle.setText(
                f"Output of the model, from {self.document.label(sources[0].node)}"
            )


class DotView(NodeView):
    """A Dot: what it hands on, and its ports."""

    def __init__(self, session: Session, node_id: str, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.node_id = node_id
        self.begin()
        self.ports = PortsPart(session)
        self.add(self.ports)

    def follow(self) -> None:
        sources = self.document.nodes[self.node_id].inputs.get(DOT_PORT, ())
        self.title.setText("Reroute dot")
        if sources:
            cause = self.document.label(sources[0].node)
            self.subtitle.setText(f"Hands on what {cause} sends; the model does not know of it")
        else:
            self.subtitle.setText("Hands on what is wired to it; the model does not know of it")
        self.problems.show_verdict(self.node_id)
        self.ports.show_node(self.node_id)


class FrameView(NodeView):
    """A Frame: its title."""

    def __init__(self, session: Session, node_id: str, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.node_id = node_id
        self.begin()
        self.label = self.text_field("Title", self._rename)

    def follow(self) -> None:
        label = self.document.label(self.node_id)
        self.title.setText(label or "Frame")
        self.subtitle.setText("Frame, without effect on the model")
        show_text(self.label.editor, label)

    def _rename(self, text: str) -> None:
        self.rename(self.label, self.node_id, text)


class NoteText(QPlainTextEdit):
    """Takes the text of a note; undo is the design's."""

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and event.key() in (90, 89):
            event.ignore()
            return False
        return super().event(event)


class NoteView(NodeView):
    """A Note: its text."""

    def __init__(self, session: Session, node_id: str, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.node_id = node_id
        self.begin()
        self.text = NoteText()
        self.text.setProperty("role", "field")
        self.text.setAccessibleName("Text of the note")
        self.text.setFont(theme.font(theme.BODY))
        self.text.setTabChangesFocus(True)
        self.text.setUndoRedoEnabled(False)
        self.text.setMinimumHeight(140)
        self.add(self.text)
        self.text.textChanged.connect(self._write)

    def follow(self) -> None:
        self.title.setText("Note")
        self.subtitle.setText("Without effect on the model")
        text = self.document.nodes[self.node_id].text
        if self.text.toPlainText() != text:
            self.text.blockSignals(True)
            self.text.setPlainText(text)
            self.text.blockSignals(False)

    def _write(self) -> None:
        text = self.text.toPlainText()
        merge = ("note", self.node_id)
        self.change(None, "Write note", edits.set_text, self.node_id, text, merge=merge)
