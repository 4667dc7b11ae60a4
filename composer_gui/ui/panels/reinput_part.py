"""Other sizes, batch sizes or dtypes for the inputs of a saved model than it was saved with."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from composer_gui.core import edits
from composer_gui.core.layer_kinds import SavedModel, SavedPort
from composer_gui.core.layers.parameters import Parameter
from composer_gui.core.shapes.tensor_spec import TensorSpec
from composer_gui.ui.controls import push_button
from composer_gui.ui.panels.fields import Column, ParameterField
from composer_gui.ui.panels.node_view import ProblemsPart
from composer_gui.ui.panels.object_editors import field_for
from composer_gui.ui.panels.parameters_part import Fold
from composer_gui.ui.words import Line

if TYPE_CHECKING:
    from composer_gui.ui.panels.call_view import CallView


class ReinputPart(Column):
    """Fields for shape, dtype and batch size of each input, folded away while they are as saved.

    An Input that is wired to nothing but such a port follows it. What the engine says of a size
    that does not go stands below the fields, with its repairs.
    """

    def __init__(self, view: CallView) -> None:
        super().__init__(spacing=6)
        self._view = view
        self._saved: tuple[SavedPort, ...] | None = None
        self.fields: dict[tuple[str, str], ParameterField] = {}
        self.fold = Fold("Other sizes or dtypes")
        self.body = Column(spacing=6)
        self.below = Column(spacing=6)
        self.problems = ProblemsPart(view.session)
        self.back = push_button("As it was saved", role="quiet")
        self.body.add(self.below, self.problems, self.row(self.back, stretched=False))
        self.add(self.fold, self.body)
        self.body.hide()
        self.fold.toggled.connect(self._toggle)
        self.back.clicked.connect(self._go_back)

    @property
    def layer(self) -> SavedModel:
        """The saved model that is shown."""
        return self._view.layer

    def follow(self) -> None:
        """Show the inputs as they are used now."""
        saved = saved_inputs(self.layer)
        self.setVisible(bool(saved) and all(port.shape is not None for port in self.layer.inputs))
        if saved != self._saved:
            self._saved = saved
            self._clear()
        if self.layer.reinput and not self.fold.isChecked():
            self.fold.setChecked(True)
        if self.fold.isChecked():
            self._show()

    def _toggle(self, opened: bool) -> None:
        self.body.setVisible(opened)
        if opened:
            self._show()

    def _clear(self) -> None:
        self.fields = {}
        column = self.below.column
        while column.count():
            widget = column.takeAt(0).widget()
            widget.hide()
            widget.deleteLater()

    def _show(self) -> None:
        if not self.fields:
            self._build()
        for port, saved in zip(self.layer.inputs, self._saved, strict=True):
            values = {
                "shape": (port.shape[1:], saved.shape[1:]),
                "dtype": (port.dtype, saved.dtype),
            }
            values["batch size"] = (port.shape[0], saved.shape[0])
            for kind, (value, default) in values.items():
                self.fields[port.name, kind].show_value(value, is_set=value != default)
        if self.layer.reinput:
            self.problems.show_verdict(self._view.node_id)
        else:
            self.problems.hide()
        self.back.setVisible(bool(self.layer.reinput))

    def _build(self) -> None:
        for port in self._saved:
            if len(self._saved) > 1:
                self.below.add(Line(port.name, px=12, mono=True))
            for parameter in _parameters(port, self._view.session.catalog.dtypes):
                field = field_for(parameter, self._view.session.catalog)
                field.caption.setText(parameter.name.capitalize())
                field.setProperty("port", port.name)
                field.edited.connect(self._edit)
                field.reset.connect(self._reset)
                self.fields[port.name, parameter.name] = field
                self.below.add(field)

    # Changing ------------------------------------------------------------------------------------

    def _edit(self, kind: str, value: Any) -> None:
        self._set(self.sender(), kind, value)

    def _reset(self, kind: str) -> None:
        self._set(self.sender(), kind, self.sender().parameter.default)

    def _set(self, field: ParameterField, kind: str, value: Any) -> None:
        name = field.property("port")
        ports = tuple(
            _changed(port, kind, value) if port.name == name else port for port in self.layer.inputs
        )
        wanted = () if ports == self._saved else ports
        label = f"Set {kind} of {name}"
        merge = ("reinput", self._view.node.layer, name, kind, field.visits)
        self._view.change(
            field, label, edits.use_inputs, self._view.node.layer, wanted, merge=merge
        )

    def _go_back(self) -> None:
        label = "Use the inputs as saved"
        self._view.change(None, label, edits.use_inputs, self._view.node.layer, ())


def saved_inputs(layer: SavedModel) -> tuple[SavedPort, ...]:
    """Return the ports that a saved model has without other sizes."""
    return replace(layer, reinput=()).inputs


def _parameters(port: SavedPort, dtypes: tuple[str, ...]) -> tuple[Parameter, ...]:
    shown = TensorSpec(port.shape, port.dtype).show(dtype=True)
    return (
        Parameter(
            "shape",
            "shape",
            minimum=1,
            default=port.shape[1:],
            help=f"Sizes of the axes without the batch axis. Saved with {shown}; None is any size. "
            "An Input that feeds nothing else follows.",
        ),
        Parameter("dtype", "choice", choices=dtypes, default=port.dtype),
        Parameter(
            "batch size",
            "integer",
            optional=True,
            minimum=1,
            default=port.shape[0],
            help="Fixes the size of the batch axis. None leaves it free.",
        ),
    )


def _changed(port: SavedPort, kind: str, value: Any) -> SavedPort:
    if kind == "dtype":
        return replace(port, dtype=value)
    if kind == "shape":
        return replace(port, shape=(port.shape[0], *value))
    return replace(port, shape=(value, *port.shape[1:]))
