"""One editor for each kind of parameter: shows a value, reads what is typed, refuses nonsense."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.layers.parameters import Parameter, expected, parse, refusal, show
from composer_gui.ui.controls import ChoiceBox, TextField, TickBox

# Every editor is a widget with three signals and one method:
#   edited(value)    the user gave a value that the parameter accepts
#   cleared()        the user wants the default
#   refused(str)     what is typed will not do, and why; the value stays as it was
#   show_value(value, is_set)   `value` is the default where it was not set

REQUIRED = "wanted"
"""Stands in the field of a parameter that has no default and was not given."""


class LineEditor(TextField):
    """Takes numbers, lists, shapes and text as they are typed; arrow keys step whole numbers."""

    edited = Signal(object)
    cleared = Signal()
    refused = Signal(str)

    def __init__(self, parameter: Parameter, catalog: Catalog, parent: QWidget | None = None):
        super().__init__(mono=True, parent=parent)
        self._parameter = parameter
        self._catalog = catalog
        self._shown: tuple[Any, bool] | None = None
        self._connect()

    def _connect(self) -> None:
        self.textEdited.connect(self._read)
        self.editingFinished.connect(self._tidy)

    def show_value(self, value: Any, *, is_set: bool) -> None:
        """Show a value, or the default as a placeholder; leaves alone what is being typed."""
        if self._shown is not None and self._shown == (value, is_set):
            return
        self._shown = (value, is_set)
        unset = REQUIRED if self._parameter.required else show(value)
        self.setPlaceholderText("" if is_set else unset)
        if self.hasFocus() and self._reads_as(value):
            return  # also a default that was typed: perhaps more is to follow
        self.setText(_one_line(show(value)) if is_set else "")
        self.setCursorPosition(0)

    def make_room(self, room: int) -> None:
        """Keep `room` pixels at the right end free of text."""
        self.setTextMargins(0, 0, room, 0)

    def _reads_as(self, value: Any) -> bool:
        try:
            read = parse(self._parameter, self.text(), self._catalog)
        except ValueError:
            return False
        return read == value and type(read) is type(value)

    def _read(self, text: str) -> None:
        if not text.strip() and not self._takes_empty():
            self._clear()
            return
        try:
            value = parse(self._parameter, text, self._catalog)
        except ValueError as why:
            self.refused.emit(str(why))
        else:
            self._shown = (value, True)
            self.edited.emit(value)

    def _takes_empty(self) -> bool:
        """Text of no characters is a value only where the default is text as well."""
        return self._parameter.kind == "text" and isinstance(self._parameter.default, str)

    def _clear(self) -> None:
        if self._parameter.required:
            self.refused.emit(f"{self._parameter.name} wants {expected(self._parameter)}.")
        else:
            self.cleared.emit()

    def _tidy(self) -> None:
        """Write a value that was read as it is shown everywhere: "3,3" becomes "3, 3"."""
        if self._shown is not None and self._reads_as(self._shown[0]):
            value, is_set = self._shown
            self.setText(_one_line(show(value)) if is_set else "")

    def keyPressEvent(self, event: QEvent) -> None:
        step = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(event.key(), 0)
        if step and self._parameter.kind in ("integer", "seed", "number"):
            self._step(step)
        elif event.key() == Qt.Key.Key_Escape and self._shown is not None:
            self._revert()
        else:
            super().keyPressEvent(event)

    def _step(self, step: int) -> None:
        known = self._shown[0] if self._shown is not None else None
        start = known if isinstance(known, int | float) and not isinstance(known, bool) else 0
        if refusal(self._parameter, start + step, self._catalog) is None:
            self.setText(show(start + step))
            self.edited.emit(start + step)

    def _revert(self) -> None:
        value, is_set = self._shown
        self._shown = None
        self.show_value(value, is_set=is_set)
        self.setText(_one_line(show(value)) if is_set else "")
        self.refused.emit("")


def _one_line(text: str) -> str:
    return " ".join(text.split("\n"))


class ChoiceEditor(ChoiceBox):
    """Takes one of several values by name; None is among them where the parameter allows it."""

    edited = Signal(object)
    cleared = Signal()
    refused = Signal(str)

    def __init__(self, choices: list[Any], parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._values = list(choices)
        for value in self._values:
            self.addItem(show(value))
        self.activated.connect(self._take)

    def show_value(self, value: Any, *, is_set: bool) -> None:
        """Show a value; one that is not among the choices joins them."""
        at = _index_of(self._values, value)
        if at is None and not (value is None and not is_set):
            at = len(self._values)
            self._values.append(value)
            self.addItem(show(value))
        self.setCurrentIndex(-1 if at is None else at)
        self.setPlaceholderText(REQUIRED if at is None else "")
        self.set_quiet(not is_set)

    def _take(self, index: int) -> None:
        self.edited.emit(self._values[index])


def _index_of(values: list[Any], wanted: Any) -> int | None:
    for index, value in enumerate(values):
        if value == wanted and type(value) is type(wanted):
            return index
    return None


class TickEditor(QWidget):
    """Takes True or False."""

    edited = Signal(object)
    cleared = Signal()
    refused = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box = TickBox()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.box)
        row.addStretch(1)
        self.setFocusProxy(self.box)
        self.box.clicked.connect(self._take)

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self.box.setAccessibleName(name)

    def show_value(self, value: Any, *, is_set: bool) -> None:
        """Tick the box, or not."""
        self.box.setChecked(bool(value))

    def _take(self, ticked: bool) -> None:
        self.edited.emit(ticked)


# Which editor for which kind --------------------------------------------------------------------


def simple_editor(parameter: Parameter, catalog: Catalog, parent: QWidget | None = None) -> QWidget:
    """Return a fresh editor for a parameter whose values are not built from a class."""
    make = _EDITORS.get(parameter.kind, LineEditor)
    return make(parameter, catalog, parent)


def _choice(parameter: Parameter, catalog: Catalog, parent: QWidget | None) -> QWidget:
    choices = list(parameter.choices)
    return ChoiceEditor(_with_none(parameter, choices), parent)


def _activation(parameter: Parameter, catalog: Catalog, parent: QWidget | None) -> QWidget:
    return ChoiceEditor(_with_none(parameter, list(catalog.activations)), parent)


def _dtype(parameter: Parameter, catalog: Catalog, parent: QWidget | None) -> QWidget:
    names = parameter.choices or catalog.layer_dtypes
    return ChoiceEditor(_with_none(parameter, list(names)), parent)


def _boolean(parameter: Parameter, catalog: Catalog, parent: QWidget | None) -> QWidget:
    if parameter.optional:
        return ChoiceEditor([None, True, False], parent)
    return TickEditor(parent)


def _with_none(parameter: Parameter, choices: list[Any]) -> list[Any]:
    return [None, *choices] if parameter.optional and None not in choices else choices


_EDITORS: dict[str, Callable[..., QWidget]] = {
    "boolean": _boolean,
    "choice": _choice,
    "activation": _activation,
    "dtype": _dtype,
}
