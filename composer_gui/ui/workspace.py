"""Canvas and panels of one design, joined to each other; the desk puts them on the screen."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from composer_gui.session.session import Session
from composer_gui.session.settings import Settings
from composer_gui.ui.canvas.cost_bars import CostBars
from composer_gui.ui.canvas.level_bar import LevelBar
from composer_gui.ui.canvas.telling import told
from composer_gui.ui.canvas.view import CanvasView
from composer_gui.ui.controls import SignButton
from composer_gui.ui.explaining import explain
from composer_gui.ui.panels.cost_panel import CostPanel
from composer_gui.ui.panels.history_list import HistoryList
from composer_gui.ui.panels.inspector import Inspector
from composer_gui.ui.panels.palette import Palette
from composer_gui.ui.panels.problem_list import ProblemList, by_weight
from composer_gui.ui.panels.source_preview import SourcePreview
from composer_gui.ui.placing import middle, place
from composer_gui.ui.running_totals import RunningTotals

PALETTE, INSPECTOR, PYTHON, PROBLEMS, COST, HISTORY = (
    "palette",
    "inspector",
    "python",
    "problems",
    "cost",
    "history",
)


class Workspace(QObject):
    """Everything one works with on one open design.

    `stage` is the canvas with the way to the level it shows, `panels` are the panels by the names
    of the docks that show them. None of them is on the screen before somebody puts it there.

    Signals: `design_dropped(Path)` when a design file is dropped on the canvas,
    `code_dropped(Path)` when a Python file is; `headed(name)` when the head of a panel is another.
    """

    design_dropped = Signal(object)
    code_dropped = Signal(object)
    headed = Signal(str)

    def __init__(
        self, session: Session, settings: Settings | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.session = session
        self.canvas = CanvasView(session)
        self.levels = LevelBar(session)
        self.layer_palette = Palette(session, settings)
        self.inspector = Inspector(session)
        self.source = SourcePreview(session)
        self.copy = SignButton("copy", "Copy the source", over_text=True)
        self.problems = ProblemList(session)
        self.totals = RunningTotals(session, self)
        self.cost = CostPanel(session)
        self.history = HistoryList(session)
        self.bars = CostBars(self.canvas.scene(), settings)
        self.stage = self._stage()
        self.panels: dict[str, QWidget] = {
            PALETTE: self.layer_palette,
            INSPECTOR: self.inspector,
            PYTHON: self._source_panel(),
            PROBLEMS: self.problems,
            COST: self.cost,
            HISTORY: self.history,
        }
        self.heads: dict[str, tuple[str, str]] = {}
        self._connect()

    def _stage(self) -> QWidget:
        stage = QWidget()
        self.canvas.setMinimumSize(QSize(240, 160))
        column = QVBoxLayout(stage)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.levels)
        column.addWidget(self.canvas, 1)
        return stage

    def _source_panel(self) -> QWidget:
        """Return the source with the button that copies it in its corner."""
        panel = QWidget()
        room = QVBoxLayout()
        room.setContentsMargins(0, 4, 14, 0)  # beside the scroll bar
        room.addWidget(self.copy)
        grid = QGridLayout(panel)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(self.source, 0, 0)
        grid.addLayout(room, 0, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight)
        panel.setFocusProxy(self.source)
        return panel

    def _connect(self) -> None:
        self.canvas.selection_changed.connect(self.inspector.show_nodes)
        self.canvas.selection_changed.connect(self.source.mark)
        self.canvas.design_dropped.connect(self.design_dropped)
        self.canvas.code_dropped.connect(self.code_dropped)
        self.layer_palette.layer_chosen.connect(self._add_layer)
        self.layer_palette.node_chosen.connect(self.add_node)
        self.layer_palette.model_chosen.connect(self._add_model)
        self.copy.clicked.connect(self.source.copy_all)
        self.problems.counted.connect(self._count)
        for panel in (self.source, self.problems, self.cost, self.inspector):
            panel.node_chosen.connect(self.canvas.show_node)
        for panel in (self.problems, self.inspector):
            panel.looked_at.connect(self.canvas.preview.show)

    def let_go(self) -> None:
        """Delete canvas and panels; the workspace is not used afterwards."""
        for widget in (self.stage, *self.panels.values()):
            widget.deleteLater()
        self.deleteLater()

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

    # Problems ------------------------------------------------------------------------------------

    def _count(self, count: int, wrong: int) -> None:
        """Let the head of the list of problems say how many there are."""
        text = f"Problems  {count}" if count else ""
        self.heads[PROBLEMS] = (text, "wrong" if wrong else "")
        self.headed.emit(PROBLEMS)

    def next_problem(self, step: int = 1) -> None:
        """Select the next node that has a problem, round and round, as the list has them.

        `step` is -1 for the one before.
        """
        problems = sorted(self.session.problems(), key=by_weight)
        nodes = list(dict.fromkeys(p.node for p in problems if p.node))
        if not nodes:
            self.session.noticed.emit("Nothing is wrong with any node.")
            return
        chosen = self.canvas.selected()
        if chosen and chosen[0] in nodes:
            at = nodes.index(chosen[0]) + step
        else:
            at = 0 if step > 0 else -1
        self.canvas.show_node(nodes[at % len(nodes)])

    def explain_problem(self) -> None:
        """Open the page at the problem of the selected node, or where none has one, the first."""
        session = self.session
        chosen = [p for node_id in self.canvas.selected() for p in told(session.verdict(node_id))]
        problems = chosen or sorted(session.problems(), key=by_weight)
        if problems:
            explain(self.canvas, problems[0].code)
        else:
            session.noticed.emit("Nothing is wrong with any node.")

    # Focus and view ------------------------------------------------------------------------------

    def enter_panel(self, name: str) -> None:
        """Put the focus where one begins in a panel, or on the canvas."""
        enter = {PALETTE: self.layer_palette.find, INSPECTOR: self.inspector.focus_first}
        if name in enter:
            enter[name]()
            return
        first = {PYTHON: self.source, COST: self.cost.table}
        widget = first.get(name) or self.panels.get(name, self.canvas)
        widget.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def fit_soon(self) -> None:
        """Show the whole design once the canvas has its size."""
        QTimer.singleShot(0, self.canvas, self.canvas.fit)
