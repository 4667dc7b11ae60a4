"""Rows of the inspector: a caption, an editor, one click back to the default, a sentence below."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from composer_gui.core.layers.parameters import Parameter, show
from composer_gui.ui.controls import FIELD_HEIGHT, SignButton, TextField
from composer_gui.ui.panels.parameter_editors import LineEditor
from composer_gui.ui.words import Line, Paragraph, plain_tip

CAPTION_WIDTH = 132
"""Width of the column of captions, in pixels."""

BACK_ROOM = 24
"""Width that the button back to the default takes in an editor, in pixels."""


class Field(QWidget):
    """A caption at the left, an editor at the right, and room for a sentence below the editor."""

    def __init__(
        self, caption: str, editor: QWidget, *, tip: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.editor = editor
        self.caption = Line(caption, tone="secondary")
        self.caption.set_tip(tip)
        self.caption.setFixedWidth(CAPTION_WIDTH)
        self.caption.setBuddy(editor)
        self.sentence = Paragraph(px=12, tone="wrong")
        self.sentence.hide()
        editor.setAccessibleName(caption)
        editor.setAccessibleDescription(tip)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(4)
        self._grid.setVerticalSpacing(3)
        self._grid.addWidget(self.caption, 0, 0, Qt.AlignmentFlag.AlignTop)
        self.caption.setFixedHeight(FIELD_HEIGHT)
        self._grid.addWidget(editor, 0, 1)
        self._grid.addWidget(self.sentence, 1, 1)
        self._grid.setColumnStretch(1, 1)

    @property
    def is_told(self) -> bool:
        """Whether a sentence stands below the editor."""
        return not self.sentence.isHidden()

    def tell(self, sentence: str) -> None:
        """Show a sentence below the editor; an empty one takes it away."""
        self.sentence.setText(sentence)
        self.sentence.setVisible(bool(sentence))
        if isinstance(self.editor, TextField):
            self.editor.set_wrong(bool(sentence))


class ParameterField(Field):
    """A field for one parameter: `edited(name, value)`, `reset(name)`, both only when it differs.

    What the editor refuses is said below it, with the value that stays.
    """

    edited = Signal(str, object)
    reset = Signal(str)

    def __init__(self, parameter: Parameter, editor: QWidget, parent: QWidget | None = None):
        super().__init__(parameter.name, editor, tip=_tip(parameter), parent=parent)
        self.parameter = parameter
        self.value: Any = parameter.default
        self.is_set = False
        self.visits = 0
        self.back = SignButton("reset", f"Set {parameter.name} back to {_named(parameter.default)}")
        self.back.setToolTip(plain_tip(f"Back to {_named(parameter.default)}"))
        self.back.setParent(self)
        self.back.hide()
        inside = getattr(editor, "inside", None)
        if inside is not None:  # what belongs to the value has the whole width
            self._grid.addWidget(inside, 2, 0, 1, 2)
        self._connect()

    def _connect(self) -> None:
        self.editor.edited.connect(self._take)
        self.editor.cleared.connect(self._go_back)
        self.editor.refused.connect(self._refuse)
        self.back.clicked.connect(self._go_back)
        if isinstance(self.editor, LineEditor):
            self.editor.editingFinished.connect(self._leave)

    def show_value(self, value: Any, *, is_set: bool) -> None:
        """Show what the document says; a sentence about an earlier attempt goes if it changed."""
        if (value, is_set) != (self.value, self.is_set):
            self.tell("")
        self.value, self.is_set = value, is_set
        self.editor.show_value(value, is_set=is_set)
        self.offer_default(is_set and not self.parameter.required)

    def offer_default(self, offered: bool) -> None:
        """Show the button that leads back to the default, or not; the editor makes room for it."""
        self.back.setVisible(offered)
        self.back.raise_()
        make_room = getattr(self.editor, "make_room", None)
        if make_room is not None:
            make_room(BACK_ROOM if offered else 0)
        self._place_back()

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        self._place_back()

    def _place_back(self) -> None:
        """Keep the button inside the editor, at its right end, before what else is there."""
        taken = getattr(self.editor, "TAKEN", 0)
        right = self.editor.geometry().right() - taken
        self.back.move(right - self.back.width() - 1, self.editor.y() + 2)

    def _take(self, value: Any) -> None:
        self.tell("")
        self.edited.emit(self.parameter.name, value)

    def _go_back(self) -> None:
        self.tell("")
        self.reset.emit(self.parameter.name)

    def _refuse(self, sentence: str) -> None:
        stays = f" It stays {_named(self.value)}." if self.is_set else ""
        self.tell(f"{sentence}{stays}" if sentence else "")

    def _leave(self) -> None:
        self.visits += 1  # typing from now on is another undo step


def _named(value: Any) -> str:
    text = show(value)
    return text if len(text) <= 40 else f"{text[:37]}…"


def _tip(parameter: Parameter) -> str:
    if parameter.required:
        return parameter.help
    return f"{parameter.help}\nDefault: {_named(parameter.default)}".strip()


def show_at_once(widget: QWidget) -> None:
    """Show what was put into a layout, unless it is hidden on purpose.

    Qt does it with the next event, so that a column would be painted halfway in between.
    """
    if not widget.testAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide):
        widget.show()


class Column(QWidget):
    """A column of fields, heads and lines, as all parts of the inspector are."""

    def __init__(self, parent: QWidget | None = None, *, spacing: int = 8) -> None:
        super().__init__(parent)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(spacing)

    def add(self, *widgets: QWidget) -> None:
        """Put widgets below each other."""
        for widget in widgets:
            self.column.addWidget(widget)
            show_at_once(widget)

    def row(self, *widgets: QWidget, spacing: int = 8, stretched: bool = True) -> QWidget:
        """Return a widget with others side by side; not `stretched`, they stand at the left."""
        holder = QWidget()
        line = QHBoxLayout(holder)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(spacing)
        for widget in widgets:
            line.addWidget(widget)
        if not stretched:
            line.addStretch(1)
        return holder
