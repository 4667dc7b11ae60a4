"""Palette, canvas, inspector, source and problems around one session, joined to each other."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from composer_gui.session.session import Session
from composer_gui.session.settings import Settings
from composer_gui.ui.canvas.cost_bars import CostBars
from composer_gui.ui.canvas.level_bar import LevelBar
from composer_gui.ui.canvas.view import CanvasView
from composer_gui.ui.controls import SignButton, Tabs
from composer_gui.ui.panels.cost_panel import CostPanel
from composer_gui.ui.panels.inspector import Inspector
from composer_gui.ui.panels.palette import Palette
from composer_gui.ui.panels.problem_list import ProblemList, by_weight
from composer_gui.ui.panels.source_preview import SourcePreview
from composer_gui.ui.placing import middle, place
from composer_gui.ui.words import Hairline

SIDES_KEY, HEIGHTS_KEY = "window/widths", "window/heights"
PALETTE_WIDTH, INSPECTOR_WIDTH, BOTTOM_HEIGHT = 264, 331, 212
PYTHON, PROBLEMS, COST = 0, 1, 2


class Bottom(QWidget):
    """Tabs below the canvas: the source, the problems and the cost."""

    def __init__(
        self, session: Session, settings: Settings | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.tabs = Tabs()
        self.source = SourcePreview(session)
        self.problems = ProblemList(session)
        self.cost = CostPanel(session, settings)
        self.copy = SignButton("copy", "Copy the source")
        self._pages = QStackedWidget()
        self._set_up()
        self._connect()

    def _set_up(self) -> None:
        self.tabs.setAccessibleName("Source, problems and cost")
        pages = (("Python", self.source), ("Problems", self.problems), ("Cost", self.cost))
        for name, page in pages:
            self.tabs.addTab(name)
            self._pages.addWidget(page)
        top = QHBoxLayout()
        top.setContentsMargins(4, 0, 10, 0)
        top.addWidget(self.tabs, 1)
        top.addWidget(self.copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(Hairline())
        column.addWidget(self._pages, 1)
        self.setMinimumHeight(90)

    def _connect(self) -> None:
        self.tabs.currentChanged.connect(self._show_page)
        self.problems.counted.connect(self._count)
        self.copy.clicked.connect(self.source.copy_all)

    def _show_page(self, index: int) -> None:
        self._pages.setCurrentIndex(index)
        self.copy.setVisible(index == PYTHON)

    def _count(self, count: int, wrong: int) -> None:
        self.tabs.setTabText(PROBLEMS, f"Problems  {count}" if count else "Problems")
        self.tabs.set_tone(PROBLEMS, "wrong" if wrong else "")

    def show_problems(self) -> None:
        """Bring the list of problems to the front."""
        self.tabs.setCurrentIndex(PROBLEMS)


class Workspace(QWidget):
    """Everything one works with on an open design.

    `design_dropped(Path)` when a design file is dropped on the canvas, `code_dropped(Path)` when a
    Python file is.
    """

    design_dropped = Signal(object)
    code_dropped = Signal(object)

    def __init__(
        self, session: Session, settings: Settings | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.session = session
        self._settings = settings
        self.canvas = CanvasView(session)
        self.levels = LevelBar(session)
        self.layer_palette = Palette(session, settings)
        self.inspector = Inspector(session)
        self.bottom = Bottom(session, settings)
        self.bars = CostBars(self.canvas.scene(), settings)
        self._set_up()
        self._connect()

    def _set_up(self) -> None:
        self.middle = _split(Qt.Orientation.Vertical, self._stage(), self.bottom, grows=0)
        self.sides = _split(
            Qt.Orientation.Horizontal, self.layer_palette, self.middle, self.inspector, grows=1
        )
        self.canvas.setMinimumSize(QSize(240, 160))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.sides)
        self._restore()

    def _stage(self) -> QWidget:
        """Return the canvas, with the way to the level it shows above it."""
        stage = QWidget()
        column = QVBoxLayout(stage)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.levels)
        column.addWidget(self.canvas, 1)
        return stage

    def _connect(self) -> None:
        self.canvas.selection_changed.connect(self.inspector.show_nodes)
        self.canvas.selection_changed.connect(self.bottom.source.mark)
        self.canvas.design_dropped.connect(self.design_dropped)
        self.canvas.code_dropped.connect(self.code_dropped)
        self.layer_palette.layer_chosen.connect(self._add_layer)
        self.layer_palette.node_chosen.connect(self.add_node)
        self.layer_palette.model_chosen.connect(self._add_model)
        below = self.bottom
        for panel in (below.source, below.problems, below.cost, self.inspector):
            panel.node_chosen.connect(self.canvas.show_node)
        for panel in (self.bottom.problems, self.inspector):
            panel.looked_at.connect(self.canvas.preview.show)

    # Adding from the palette ---------------------------------------------------------------------

    def _add_layer(self, class_name: str) -> None:
        place(self.canvas, "layer", class_name)

    def add_node(self, what: str) -> None:
        """Put an "input", "output", "frame" or "note" in the middle of the canvas."""
        place(self.canvas, what)

    def _add_model(self, path: Path) -> None:
        self.add_models([path])

    def add_models(self, paths: list[Path]) -> None:
        """Put saved models in the middle of the canvas."""
        self.session.add_models(paths, *self.canvas.scene().free_place(*middle(self.canvas)))

    # Going to problems ---------------------------------------------------------------------------

    def next_problem(self) -> None:
        """Select the next node that has a problem, round and round, as the list has them."""
        problems = sorted(self.session.problems(), key=by_weight)
        nodes = list(dict.fromkeys(p.node for p in problems if p.node))
        if not nodes:
            self.session.noticed.emit("Nothing is wrong with any node.")
            return
        chosen = self.canvas.selected()
        at = nodes.index(chosen[0]) + 1 if chosen and chosen[0] in nodes else 0
        self.canvas.show_node(nodes[at % len(nodes)])

    def focus_next_panel(self) -> None:
        """Move the focus on: palette, canvas, inspector, source or problems, and round again."""
        panels = (self.layer_palette, self.canvas, self.inspector, self.bottom)
        enter = (
            self.layer_palette.find,
            self.canvas.setFocus,
            self.inspector.focus_first,
            self.bottom.tabs.setFocus,
        )
        shown = [n for n, panel in enumerate(panels) if panel.isVisible()]
        now = QApplication.focusWidget()
        at = next((n for n in shown if now is not None and _is_within(now, panels[n])), shown[-1])
        enter[shown[(shown.index(at) + 1) % len(shown)]]()

    # Sizes ---------------------------------------------------------------------------------------

    def _restore(self) -> None:
        self.sides.setSizes([PALETTE_WIDTH, 1000, INSPECTOR_WIDTH])
        self.middle.setSizes([700, BOTTOM_HEIGHT])
        if self._settings:
            for key, splitter in ((SIDES_KEY, self.sides), (HEIGHTS_KEY, self.middle)):
                kept = self._settings.value(key)
                if kept is not None:
                    splitter.restoreState(kept)

    def remember(self) -> None:
        """Keep the sizes of the panels for the next time."""
        if self._settings:
            self._settings.remember(SIDES_KEY, self.sides.saveState())
            self._settings.remember(HEIGHTS_KEY, self.middle.saveState())

    def fit_soon(self) -> None:
        """Show the whole design once the canvas has its size."""
        QTimer.singleShot(0, self.canvas.fit)


def _is_within(widget: QWidget, panel: QWidget) -> bool:
    return widget is panel or panel.isAncestorOf(widget)


def _split(orientation: Qt.Orientation, *parts: QWidget, grows: int) -> QSplitter:
    """Return parts side by side, a line of one pixel between; one of them takes what is left."""
    splitter = QSplitter(orientation)
    splitter.setHandleWidth(1)
    splitter.setChildrenCollapsible(False)
    for number, part in enumerate(parts):
        splitter.addWidget(part)
        splitter.setStretchFactor(number, 1 if number == grows else 0)
    return splitter
