"""The constructor parameters and call arguments of a layer, the rarer ones folded away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QToolButton, QWidget

from composer_gui.core.layers.parameters import Parameter, show
from composer_gui.ui import theme
from composer_gui.ui.controls import chevron
from composer_gui.ui.panels.fields import Column, ParameterField
from composer_gui.ui.panels.node_view import Rows, figure
from composer_gui.ui.panels.object_editors import field_for, is_rare
from composer_gui.ui.words import Hairline, Head, Line

if TYPE_CHECKING:
    from composer_gui.ui.panels.call_view import CallView


class Fold(QToolButton):
    """A line that opens and closes what is below it."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(text)
        self.setCheckable(True)
        self.setFixedHeight(26)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(text)

    def sizeHint(self):
        size = super().sizeHint()
        size.setWidth(theme_width(self.text()) + 24)
        return size

    def paintEvent(self, event) -> None:
        now = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = now.text if self.underMouse() else now.secondary
        chevron(painter, QPointF(6, self.height() / 2), colour, turned=not self.isChecked())
        painter.setFont(theme.font(theme.BODY))
        painter.setPen(colour)
        room = self.rect().adjusted(18, 0, 0, 0)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, self.text())
        if self.hasFocus():
            painter.setPen(QPen(now.accent, 1))
            painter.drawRoundedRect(self.rect().adjusted(0, 2, -1, -3), 4, 4)


def theme_width(text: str) -> int:
    """Return the width of body text in pixels."""
    return Line(text).sizeHint().width()


class ParametersPart(Column):
    """One field for each constructor parameter."""

    is_open = False
    """Whether the fold was open the last time: it stays so from node to node."""

    def __init__(self, view: CallView) -> None:
        super().__init__(spacing=6)
        self._view = view
        self.fields: dict[str, ParameterField] = {}
        self._rare: list[Parameter] = []
        self.column.setContentsMargins(0, 8, 0, 0)
        if view.spec is None:
            self._list_unknown()
            return
        parameters = view.spec.parameters
        if not parameters:
            return
        self.add(Hairline())
        self.column.addSpacing(8)
        self.add(Head("Parameters"))
        self._add_fields([p for p in parameters if not is_rare(p)], self)
        rare = [p for p in parameters if is_rare(p)]
        if rare:
            self._add_fold(rare)

    def _add_fold(self, rare: list[Parameter]) -> None:
        self._rare = rare
        self.fold = Fold(f"{len(rare)} more")
        self.below = Column(spacing=6)
        self.add(self.fold, self.below)
        self.below.hide()
        self.fold.toggled.connect(self._toggle)
        self.unfold()
        self.fold.clicked.connect(self._remember)

    def unfold(self) -> None:
        """Show the rare parameters where one of them is set, or where they were shown last."""
        if self._rare:
            given = self._view.layer.parameters
            is_given = any(parameter.name in given for parameter in self._rare)
            self.fold.setChecked(ParametersPart.is_open or is_given)

    def _toggle(self, opened: bool) -> None:
        if opened and not self.below.column.count():
            self._add_fields(self._rare, self.below)
            self.follow()
        self.below.setVisible(opened)

    def _remember(self, opened: bool) -> None:
        ParametersPart.is_open = opened

    def _add_fields(self, parameters: list[Parameter], column: Column) -> None:
        for parameter in parameters:
            field = field_for(parameter, self._view.session.catalog)
            field.edited.connect(self._set)
            field.reset.connect(self._reset)
            self.fields[parameter.name] = field
            column.add(field)

    def _list_unknown(self) -> None:
        given = self._view.layer.parameters
        rows = Rows()
        shown = [(name, show(value)) for name, value in sorted(given.items())]
        rows.show_rows([(Line(n, tone="secondary"), figure(v)) for n, v in shown], shown)
        self.add(rows)

    def follow(self) -> None:
        """Show the layer's parameters as they are now."""
        given = self._view.layer.parameters
        for name, field in self.fields.items():
            field.show_value(given.get(name, field.parameter.default), is_set=name in given)

    def _set(self, name: str, value: Any) -> None:
        self._view.set_parameter(self.fields[name], name, value)

    def _reset(self, name: str) -> None:
        self._view.reset_parameter(self.fields[name], name)


class ArgumentsPart(Column):
    """One field for each call argument of this node."""

    def __init__(self, view: CallView) -> None:
        super().__init__(spacing=6)
        self._view = view
        self.fields: dict[str, ParameterField] = {}
        self.add(Head("When called"))
        for argument in view.spec.arguments:
            field = field_for(argument, view.session.catalog)
            field.edited.connect(self._set)
            field.reset.connect(self._reset)
            self.fields[argument.name] = field
            self.add(field)

    def follow(self) -> None:
        """Show the node's arguments as they are now."""
        given = self._view.node.arguments
        for name, field in self.fields.items():
            field.show_value(given.get(name, field.parameter.default), is_set=name in given)

    def _set(self, name: str, value: Any) -> None:
        self._view.set_argument(self.fields[name], name, value)

    def _reset(self, name: str) -> None:
        self._view.reset_argument(self.fields[name], name)
