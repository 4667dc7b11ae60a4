"""The desk: the canvas of the design that is shown, with the docks around it."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QEvent, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QApplication,
    QMainWindow,
    QStackedWidget,
    QTabBar,
    QTabWidget,
    QWidget,
)

from composer_gui.session.settings import Settings
from composer_gui.ui import theme
from composer_gui.ui.dock import Dock, DockTabs
from composer_gui.ui.workspace import (
    COST,
    HISTORY,
    INSPECTOR,
    PALETTE,
    PROBLEMS,
    PYTHON,
    Workspace,
)

STATE_KEY = "window/docks"
STATE_VERSION = 1
"""Another number when docks come or go: a kept layout is of the docks of its time."""

LEFT, RIGHT, BELOW = (
    Qt.DockWidgetArea.LeftDockWidgetArea,
    Qt.DockWidgetArea.RightDockWidgetArea,
    Qt.DockWidgetArea.BottomDockWidgetArea,
)

DOCKS = (
    (PALETTE, "Palette", LEFT),
    (INSPECTOR, "Inspector", RIGHT),
    (PYTHON, "Python", BELOW),
    (PROBLEMS, "Problems", BELOW),
    (COST, "Cost", BELOW),
    (HISTORY, "History", RIGHT),
)
"""Name, title and first place of each dock."""

CANVAS = "canvas"
CLOSED_AT_FIRST = (HISTORY,)
BOTTOM = (PYTHON, PROBLEMS, COST)
WIDTHS = {PALETTE: 264, INSPECTOR: 331}
BOTTOM_HEIGHT = 240
"""Pixels that the docks take at first."""
HISTORY_HEIGHT = 320
"""Pixels that the history takes when it is first opened: Qt would leave it three lines."""


class Desk(QMainWindow):
    """Shows one of the workspaces that were put on it: its canvas in the middle, its panels around.

    The docks belong to the desk, and each holds the panel of every workspace, so that another
    design is shown without anything being made. `docks_changed()` when a dock was opened, closed
    or brought to the front.
    """

    docks_changed = Signal()

    def __init__(self, settings: Settings | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._history_has_room = False
        self.setWindowFlags(Qt.WindowType.Widget)  # a part of the window, and none of its own
        self.workspace: Workspace | None = None
        self.stages = QStackedWidget()
        self.docks: dict[str, Dock] = {}
        self._hidden: list[Dock] = []
        self._looking = QTimer(self, singleShot=True, interval=0)
        self._looking.timeout.connect(self._look)
        self._tabs = DockTabs(self.docks, self)
        self._set_up()

    def _set_up(self) -> None:
        self.setCentralWidget(self.stages)
        options = QMainWindow.DockOption
        # Grouped dragging lets a tab be dragged away; it is the only head that a dock has there
        self.setDockOptions(
            options.AllowNestedDocks | options.AllowTabbedDocks | options.GroupedDragging
        )
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self.setCorner(Qt.Corner.BottomLeftCorner, LEFT)
        self.setCorner(Qt.Corner.BottomRightCorner, RIGHT)
        for name, title, area in DOCKS:
            dock = self.docks[name] = Dock(name, title, self)
            self.addDockWidget(area, dock)
            dock.looks_changed.connect(self._look_soon)
        theme.watch().changed.connect(self.update)

    # Designs -------------------------------------------------------------------------------------

    def take_in(self, workspace: Workspace) -> None:
        """Put canvas and panels of a workspace on the desk, to be shown later."""
        self.stages.addWidget(workspace.stage)
        for name, dock in self.docks.items():
            dock.add(workspace.panels[name])
        workspace.headed.connect(self._head)

    def show_workspace(self, workspace: Workspace) -> None:
        """Show canvas and panels of a workspace that was taken in."""
        self.workspace = workspace
        self.stages.setCurrentWidget(workspace.stage)
        for name, dock in self.docks.items():
            dock.show_panel(workspace.panels[name], *workspace.heads.get(name, ()))
        self._paint_tabs()

    def _head(self, name: str) -> None:
        workspace = self.sender()
        if workspace is self.workspace:
            self.docks[name].say(*workspace.heads.get(name, ()))
            self._paint_tabs()

    def forget(self, workspace: Workspace) -> None:
        """Let a workspace go that was shown here."""
        if self.workspace is workspace:
            self.workspace = None
        for name, dock in self.docks.items():
            dock.drop(workspace.panels[name])
        workspace.let_go()

    # Docks ---------------------------------------------------------------------------------------

    def open_dock(self, name: str) -> None:
        """Show a dock, before all others that share its place."""
        dock = self.docks[name]
        dock.show()
        dock.raise_()
        if name == HISTORY and not self._history_has_room:
            self._history_has_room = True
            self.resizeDocks([dock], [HISTORY_HEIGHT], Qt.Orientation.Vertical)
        self.docks_changed.emit()

    def toggle_dock(self, name: str) -> None:
        """Show a dock or bring it to the front; close it where it is seen already."""
        dock = self.docks[name]
        if dock.is_open and dock.is_seen:
            dock.close()
        else:
            self.open_dock(name)

    @property
    def has_bottom(self) -> bool:
        """Whether any of what is below the canvas at first is there."""
        return any(self.docks[name].is_open for name in BOTTOM)

    def toggle_bottom(self) -> None:
        """Close what is below the canvas, or show it again."""
        wanted = not self.has_bottom
        for name in BOTTOM:
            self.docks[name].setVisible(wanted)
        if wanted:
            self.docks[PYTHON].raise_()

    def reset(self) -> None:
        """Put every dock where it was at first."""
        for name, _, area in DOCKS:
            dock = self.docks[name]
            dock.setFloating(False)
            self.addDockWidget(area, dock)
            dock.setVisible(name not in CLOSED_AT_FIRST)
        first, *others = (self.docks[name] for name in BOTTOM)
        for other in others:
            self.tabifyDockWidget(first, other)
        first.raise_()
        self.resizeDocks(
            [self.docks[name] for name in WIDTHS], list(WIDTHS.values()), Qt.Orientation.Horizontal
        )
        self.resizeDocks([first], [BOTTOM_HEIGHT], Qt.Orientation.Vertical)
        self._look_soon()

    def lay_out(self, size: QSize) -> None:
        """Put the docks where they were last time, or where they are at first.

        The sizes hold for a desk of `size`; so it gets that before.
        """
        self.resize(size)
        if not self._restore():
            self.reset()

    def remember(self) -> None:
        """Keep where the docks are for the next time."""
        if self._settings:
            self._come_back()
            self._settings.remember(STATE_KEY, self.saveState(STATE_VERSION))

    def _restore(self) -> bool:
        kept = self._settings.value(STATE_KEY) if self._settings else None
        is_restored = isinstance(kept, QByteArray) and self.restoreState(kept, STATE_VERSION)
        self._history_has_room = is_restored and self.docks[HISTORY].is_open
        return is_restored

    def focus_next(self) -> None:
        """Move the focus on, from panel to canvas to panel, and round again."""
        if self.workspace is None:
            return
        panels = self.workspace.panels
        order = (PALETTE, CANVAS, INSPECTOR, HISTORY, *BOTTOM)
        seen = [name for name in order if name == CANVAS or self.docks[name].is_seen]
        now = QApplication.focusWidget()
        around = [panels.get(name, self.workspace.stage) for name in seen]
        at = next((n for n, widget in enumerate(around) if _is_within(now, widget)), -1)
        self.workspace.enter_panel(seen[(at + 1) % len(seen)])

    # Looks ---------------------------------------------------------------------------------------

    def _look_soon(self, *_: object) -> None:
        self._looking.start()

    def _look(self) -> None:
        """Give a head to each dock that has no tab."""
        for dock in self.docks.values():
            beside = [other for other in self.tabifiedDockWidgets(dock) if other.is_open]
            dock.use_head(dock.isFloating() or not beside)
        self.update()
        self.docks_changed.emit()

    def _paint_tabs(self) -> None:
        for bar in self.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly):
            bar.update()

    def childEvent(self, event) -> None:
        super().childEvent(event)
        if event.type() == QEvent.Type.ChildPolished and isinstance(event.child(), QTabBar):
            self._tabs.dress(event.child())

    def showEvent(self, event) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self._come_back()

    def hideEvent(self, event) -> None:
        super().hideEvent(event)
        if not event.spontaneous():  # docks that float do not go with the desk by themselves
            self._hidden = [d for d in self.docks.values() if d.isFloating() and d.is_open]
            for dock in self._hidden:
                dock.hide()

    def _come_back(self) -> None:
        hidden, self._hidden = self._hidden, []
        for dock in hidden:
            dock.show()

    def paintEvent(self, event) -> None:
        """Draw what no dock and no canvas covers: a line of one pixel in the gaps between them."""
        now = theme.current()
        painter = QPainter(self)
        painter.fillRect(self.rect(), now.panel)
        painter.fillRect(self.stages.geometry().adjusted(-1, -1, 1, 1), now.line)
        for line in self._lines():
            painter.fillRect(line, now.line)

    def _lines(self) -> list[QRect]:
        """Return the lines between docks that stand in the same area."""
        docked = [d for d in self.docks.values() if d.isVisible() and not d.isWindow()]
        below = [d.geometry() for d in docked if self.dockWidgetArea(d) == BELOW]
        beside = [d.geometry() for d in docked if self.dockWidgetArea(d) in (LEFT, RIGHT)]
        first = min((rect.left() for rect in below), default=0)
        upright = [QRect(r.left() - 1, r.top(), 1, r.height()) for r in below if r.left() > first]
        flat = [QRect(r.left(), r.top() - 1, r.width(), 1) for r in beside if r.top() > 0]
        return upright + flat


def _is_within(widget: QWidget | None, panel: QWidget) -> bool:
    return widget is not None and (widget is panel or panel.isAncestorOf(widget))
