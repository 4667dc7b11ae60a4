"""Editors for values that are built from a class: initializers, regularizers, nested layers."""

from __future__ import annotations

from typing import Any

from immutables import Map
from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from composer_gui.core.document import EMPTY
from composer_gui.core.layer_kinds import Construct
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.layers.layer_spec import LayerSpec, ObjectSpec
from composer_gui.core.layers.parameters import OBJECT_KINDS, Parameter, alike
from composer_gui.ui import theme
from composer_gui.ui.controls import SignButton, push_button
from composer_gui.ui.panels.fields import CAPTION_WIDTH, ParameterField
from composer_gui.ui.panels.parameter_editors import REQUIRED, ChoiceEditor, simple_editor

RARE_KINDS = (*OBJECT_KINDS, "seed", "dtype")
RARE_NAMES = ("lora_rank", "lora_alpha", "data_format", "use_cudnn", "implementation", "unroll")


class Indented(QWidget):
    """Holds what belongs to the value above it, with a line down its left edge."""

    INDENT = 12

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(self.INDENT, 2, 0, 4)
        self.column.setSpacing(6)

    def clear(self) -> None:
        """Take everything out."""
        while self.column.count():
            widget = self.column.takeAt(0).widget()
            widget.hide()
            widget.deleteLater()

    def paintEvent(self, event) -> None:
        QPainter(self).fillRect(QRectF(0, 2, 1, self.height() - 6), theme.current().line)


class ConstructEditor(QWidget):
    """Takes a class by name; `inside` holds the parameters of that class, to be put below it.

    A class with nothing set is the name that stands for it where there is one, else a Construct.
    """

    edited = Signal(object)
    cleared = Signal()
    refused = Signal(str)

    def __init__(
        self, parameter: Parameter, catalog: Catalog, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._parameter = parameter
        self._catalog = catalog
        self._kind = "layer" if parameter.kind in ("layer", "layers") else parameter.kind
        self._specs = {_name_of(spec): spec for spec in self._known_specs()}
        names = [None, *self._specs] if parameter.optional else list(self._specs)
        self.choice = ChoiceEditor(names)
        self.inside = Indented()
        self._fields: dict[str, ParameterField] = {}
        self._class_name = ""
        self._value: Any = None
        self._lay_out()
        self.choice.edited.connect(self._choose)
        self.setFocusProxy(self.choice)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.choice)
        self.inside.hide()

    TAKEN = ChoiceEditor.TAKEN

    def make_room(self, room: int) -> None:
        """Keep `room` pixels before the arrow free of text."""
        self.choice.make_room(room)

    def _known_specs(self) -> list[ObjectSpec | LayerSpec]:
        if self._kind != "layer":
            return list(self._catalog.objects(self._kind))
        wanted = self._parameter.classes
        if wanted:
            return [self._catalog.layers[name] for name in wanted if name in self._catalog.layers]
        placed = (spec for specs in self._catalog.categories().values() for spec in specs)
        return sorted(placed, key=lambda spec: spec.class_name)

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self.choice.setAccessibleName(name)

    # Showing -------------------------------------------------------------------------------------

    def show_value(self, value: Any, *, is_set: bool) -> None:
        """Show a class and its parameters."""
        self._value = value
        spec = self._spec_of(value)
        self.choice.show_value(_name_of(spec) if spec else value, is_set=is_set)
        if spec is None and value is None and not is_set and self._parameter.required:
            self.choice.setPlaceholderText(REQUIRED)
        class_name = spec.class_name if spec and is_set else ""
        if class_name != self._class_name:
            self._class_name = class_name
            self._build(spec if class_name else None)
        given = value.parameters if isinstance(value, Construct) else EMPTY
        for name, field in self._fields.items():
            field.show_value(given.get(name, field.parameter.default), is_set=name in given)

    def _spec_of(self, value: Any) -> ObjectSpec | LayerSpec | None:
        if isinstance(value, Construct):
            return self._catalog.construct(value)
        return self._specs.get(value)

    def _build(self, spec: ObjectSpec | LayerSpec | None) -> None:
        self.inside.clear()
        self._fields.clear()
        for parameter in worth_showing(spec):
            field = field_for(parameter, self._catalog)
            field.caption.setFixedWidth(CAPTION_WIDTH - Indented.INDENT)
            field.edited.connect(self._set)
            field.reset.connect(self._unset)
            self._fields[parameter.name] = field
            self.inside.column.addWidget(field)
        self.inside.setVisible(bool(self._fields))

    # Taking --------------------------------------------------------------------------------------

    def _choose(self, name: str | None) -> None:
        spec = self._specs.get(name)
        if spec is None:
            self.edited.emit(None)
        else:
            self.edited.emit(_value(self._kind, spec, spec.sample if _needs(spec) else EMPTY))

    def _set(self, name: str, value: Any) -> None:
        self._put(name, value, drop=False)

    def _unset(self, name: str) -> None:
        self._put(name, None, drop=True)

    def _put(self, name: str, value: Any, *, drop: bool) -> None:
        spec = self._spec_of(self._value)
        if spec is None:
            return
        given = self._value.parameters if isinstance(self._value, Construct) else EMPTY
        parameter = spec.parameter(name)
        plain = drop or (not parameter.required and alike(value, parameter.default))
        if plain:
            given = given.delete(name) if name in given else given
        else:
            given = given.set(name, value)
        self.edited.emit(_value(self._kind, spec, given))


def worth_showing(spec: ObjectSpec | LayerSpec | None) -> list[Parameter]:
    """Return the parameters of a nested class; of a layer those that shape what it does."""
    if spec is None:
        return []
    if isinstance(spec, ObjectSpec):
        return list(spec.parameters)
    return [parameter for parameter in spec.parameters if not is_rare(parameter)]


def is_rare(parameter: Parameter) -> bool:
    """Return whether few people want to set a layer's parameter."""
    rare = parameter.kind in RARE_KINDS or parameter.name in RARE_NAMES
    return rare and not parameter.required


def _name_of(spec: ObjectSpec | LayerSpec) -> str:
    return getattr(spec, "alias", None) or spec.class_name


def _needs(spec: ObjectSpec | LayerSpec) -> bool:
    return any(parameter.required for parameter in spec.parameters)


def _value(kind: str, spec: ObjectSpec | LayerSpec, given: Map) -> Any:
    alias = getattr(spec, "alias", None)
    return alias if alias and not given else Construct(kind, spec.class_name, given)


class ConstructsEditor(QWidget):
    """Takes several nested layers in order; `inside` holds one editor for each."""

    edited = Signal(object)
    cleared = Signal()
    refused = Signal(str)

    def __init__(
        self, parameter: Parameter, catalog: Catalog, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._parameter = parameter
        self._catalog = catalog
        self._editors: list[ConstructEditor] = []
        self._values: tuple[Any, ...] = ()
        self.inside = Indented()
        self.inside.hide()
        self.add_button = push_button("Add a layer")
        self.add_button.clicked.connect(self._add)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.add_button)
        self.setFocusProxy(self.add_button)

    def show_value(self, value: Any, *, is_set: bool) -> None:
        """Show one editor for each layer."""
        values = value if isinstance(value, tuple) else (() if value is None else (value,))
        while len(self._editors) > len(values):
            self._drop_last()
        while len(self._editors) < len(values):
            self._append()
        self._values = values
        self.inside.setVisible(bool(values))
        for editor, item in zip(self._editors, values, strict=True):
            editor.show_value(item, is_set=True)

    def _append(self) -> None:
        editor = ConstructEditor(self._parameter, self._catalog)
        editor.setAccessibleName(f"{self._parameter.name} {len(self._editors) + 1}")
        remove = SignButton("remove", "Take this layer out")
        editor.edited.connect(_at(self._replace, len(self._editors)))
        remove.clicked.connect(_at(self._remove, len(self._editors)))
        self.inside.column.addWidget(_holder(editor, remove))
        self._editors.append(editor)

    def _drop_last(self) -> None:
        holder = self._editors.pop().parentWidget()
        self.inside.column.removeWidget(holder)
        holder.hide()
        holder.deleteLater()

    def _add(self) -> None:
        names = self._parameter.classes or ("Dense",)
        spec = self._catalog.layers[names[0]]
        self.edited.emit((*self._values, Construct("layer", spec.class_name, spec.sample)))

    def _replace(self, index: int, value: Any) -> None:
        self.edited.emit((*self._values[:index], value, *self._values[index + 1 :]))

    def _remove(self, index: int, *_: Any) -> None:
        left = (*self._values[:index], *self._values[index + 1 :])
        if left:
            self.edited.emit(left)
        else:
            self.refused.emit(f"{self._parameter.name} wants at least one layer.")


def _holder(editor: ConstructEditor, remove: QWidget) -> QWidget:
    """Return an editor with the button that removes it, and its parameters below."""
    holder = QWidget()
    grid = QGridLayout(holder)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(2)
    grid.setVerticalSpacing(2)
    grid.addWidget(editor, 0, 0)
    grid.addWidget(remove, 0, 1)
    grid.addWidget(editor.inside, 1, 0, 1, 2)
    return holder


def _at(method, index: int):
    """Return a slot that hands the place of its row on."""

    def slot(*values: Any) -> None:
        method(index, *values)

    return slot


# Which editor for which kind --------------------------------------------------------------------


def field_for(parameter: Parameter, catalog: Catalog) -> ParameterField:
    """Return a fresh field with an editor that fits the parameter's kind."""
    if parameter.kind == "layers":
        editor: QWidget = ConstructsEditor(parameter, catalog)
    elif parameter.kind in (*OBJECT_KINDS, "layer"):
        editor = ConstructEditor(parameter, catalog)
    else:
        editor = simple_editor(parameter, catalog)
    return ParameterField(parameter, editor)
