"""The bar at the top: menus, the design's name, and what one wants most."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QMenuBar, QSizePolicy, QWidget

from composer_gui.ui.controls import push_button
from composer_gui.ui.words import Hairline, Line

HEIGHT = 45


class TopBar(QWidget):
    """Menu bar at the left, name in the middle, Export at the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.menus = QMenuBar()
        self.name = Line(weight=600)
        self.state = Line(px=12, tone="tertiary")
        self.add = push_button("Add a layer")
        self.export = push_button("Export…", role="primary")
        self._lay_out()

    def _lay_out(self) -> None:
        self.menus.setNativeMenuBar(True)
        self.menus.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Preferred)
        for button in (self.add, self.export):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setFixedHeight(30)
        self.state.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.name.setAccessibleName("Name of the design")
        grid = QGridLayout(self)
        grid.setSpacing(0)
        grid.addWidget(self.menus, 0, 0, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(self._middle(), 0, 1)
        grid.addWidget(self._right(), 0, 2, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(Hairline(), 1, 0, 1, 3)
        for column in (0, 2):
            grid.setColumnStretch(column, 1)
        grid.setContentsMargins(0, 0, 0, 0)
        self.setFixedHeight(HEIGHT)

    def _middle(self) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(8)
        row.addWidget(self.name)
        row.addWidget(self.state)
        return holder

    def _right(self) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 14, 0)
        row.setSpacing(9)
        row.addWidget(self.add)
        row.addWidget(self.export)
        return holder

    def join(self, add: QAction, export: QAction) -> None:
        """Let the buttons do what the menu's actions do."""
        self.add.clicked.connect(add.trigger)
        self.export.clicked.connect(export.trigger)
        self.add.setToolTip("Search for a layer and put it on the canvas (Tab)")
        self.export.setToolTip(f"{export.toolTip()} ({export.shortcut().toString()})")

    def show_design(self, name: str, *, is_clean: bool) -> None:
        """Say which design is open and whether it is saved."""
        self.name.setText(name)
        self.state.setText("" if is_clean else "not saved")
        self.name.setMaximumWidth(self.name.sizeHint().width())

    def show_gallery(self) -> None:
        """Say that no design is on the screen."""
        self.name.clear()
        self.state.clear()

    def set_working(self, working: bool) -> None:
        """Show the buttons that need a design, or not."""
        self.add.setVisible(working)
        self.export.setVisible(working)
