"""The bar at the top: menus, a tab for each open design, and what one wants most."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenuBar, QSizePolicy, QVBoxLayout, QWidget

from composer_gui.ui import keymap
from composer_gui.ui.controls import push_button
from composer_gui.ui.design_tabs import DesignTabs
from composer_gui.ui.words import Hairline

HEIGHT = 45


class TopBar(QWidget):
    """Menu bar at the left, tabs in the middle, Export at the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.menus = QMenuBar()
        self.tabs = DesignTabs()
        self.add = push_button("Add a layer")
        self.export = push_button("Export…", role="primary")
        self._lay_out()

    def _lay_out(self) -> None:
        self.menus.setNativeMenuBar(True)
        self.menus.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Preferred)
        for button in (self.add, self.export):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setFixedHeight(30)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.menus, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addSpacing(18)
        row.addWidget(self.tabs, 1, Qt.AlignmentFlag.AlignLeft)
        row.addSpacing(18)
        row.addWidget(self._right())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row, 1)
        column.addWidget(Hairline())
        self.setFixedHeight(HEIGHT)

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
        self._joined = ((self.add, add), (self.export, export))
        for button, action in self._joined:
            button.clicked.connect(action.trigger)
            action.changed.connect(self._tell_keys)
        self._tell_keys()

    def _tell_keys(self) -> None:
        """Say in the tips which keys do the same now."""
        for button, action in self._joined:
            key = keymap.current().shown(action.objectName(), most=1)
            tip = action.toolTip()
            button.setToolTip(f"{tip} ({key})" if key else tip)

    def set_working(self, working: bool) -> None:
        """Show the buttons that need a design, or not."""
        self.add.setVisible(working)
        self.export.setVisible(working)
