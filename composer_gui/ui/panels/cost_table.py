"""What the nodes of a design cost, as a table that sorts, with what they come to below it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from composer_gui.core.bill import Bill, Row
from composer_gui.core.cost import show_bytes, show_flops
from composer_gui.ui import theme
from composer_gui.ui.totals import show_parameters

ROW_HEIGHT = 24
NO_ROW = QModelIndex()
AGAIN, NOT_KNOWN = "shared", "–"
FIRST = 0
"""The column of the nodes' labels."""
LEAST_LABEL, LEAST, MOST = 130, 100, 116
"""Widths in pixels: of the labels at least, of figures at least and at most."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `figure` is what it sorts by, None where it is not known."""

    head: str
    tip: str
    figure: Callable[[Row | Bill, int], Any]
    show: Callable[[int], str]
    is_of_weights: bool = False


def _held(row: Row | Bill, batch: int) -> int | None:
    return None if row.activations is None else batch * row.activations


COLUMNS = (
    Column("Node", "", lambda row, batch: None, str),
    Column(
        "Parameters",
        "Numbers in the layer's weights; those of a shared layer stand at its first node",
        lambda row, batch: row.parameters,
        show_parameters,
        is_of_weights=True,
    ),
    Column(
        "Trainable",
        "Parameters that training fits: not those that are frozen, and no statistics",
        lambda row, batch: row.trainable,
        show_parameters,
        is_of_weights=True,
    ),
    Column(
        "Weights",
        "Memory of the weights",
        lambda row, batch: row.weights,
        show_bytes,
        is_of_weights=True,
    ),
    Column("Activations", "Memory of all that flows, for the batch", _held, show_bytes),
    Column(
        "FLOPs",
        "Operations of a forward pass for one sample; multiplying and adding are two",
        lambda row, batch: row.flops,
        show_flops,
    ),
)


class CostModel(QAbstractTableModel):
    """Rows of costs in the order that was last asked for; figures that are not known come last."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[Row] = []
        self.batch = 1
        self._labels: dict[str, str] = {}
        self._found: Sequence[Row] = ()
        self._by, self._order = -1, Qt.SortOrder.AscendingOrder

    def show(self, rows: Sequence[Row], labels: dict[str, str], batch: int) -> None:
        """Show these rows; where they are the same nodes in the same order, only figures change."""
        if (list(rows), labels, batch) == (list(self._found), self._labels, self.batch):
            return
        before = [row.node for row in self.rows]
        self._found, labels_before, self._labels = rows, self._labels, labels
        self.batch = batch
        ordered = self._ordered()
        if before == [row.node for row in ordered] and labels_before.keys() == labels.keys():
            self.rows = ordered
            if ordered:
                last = self.index(len(ordered) - 1, len(COLUMNS) - 1)
                self.dataChanged.emit(self.index(0, 0), last)
            return
        self.layoutAboutToBeChanged.emit()
        kept = self.persistentIndexList()
        nodes = [before[index.row()] for index in kept]
        self.rows = ordered
        self._move(kept, nodes)
        self.layoutChanged.emit()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._by, self._order = column, order
        self.layoutAboutToBeChanged.emit()
        kept = self.persistentIndexList()
        nodes = [self.rows[index.row()].node for index in kept]
        self.rows = self._ordered()
        self._move(kept, nodes)
        self.layoutChanged.emit()

    def _move(self, kept: list[QModelIndex], nodes: list[str]) -> None:
        """Lead what points at rows to where these are now."""
        at = {row.node: number for number, row in enumerate(self.rows)}
        places = [
            self.index(at[node], index.column()) if node in at else QModelIndex()
            for index, node in zip(kept, nodes, strict=True)
        ]
        self.changePersistentIndexList(kept, places)

    def _ordered(self) -> list[Row]:
        found = list(self._found)
        if self._by < 0:
            return found
        falling = self._order == Qt.SortOrder.DescendingOrder
        if self._by == FIRST:
            found.sort(key=lambda row: self._labels[row.node].casefold(), reverse=falling)
            return found
        column = COLUMNS[self._by]
        sign = -1 if falling else 1

        def place(row: Row) -> tuple[bool, int]:
            figure = self.figure(row, column)
            return figure is None, sign * (figure or 0)

        found.sort(key=place)
        return found

    def figure(self, row: Row, column: Column) -> int | None:
        """Return a figure of a row, None where it is not known or counted at another node."""
        if not row.is_known and not row.parameters:
            return None
        if column.is_of_weights and row.again:
            return None
        return column.figure(row, self.batch)

    def words(self, row: Row, number: int) -> str:
        """Return what stands in a cell."""
        column = COLUMNS[number]
        if number == FIRST:
            return self._labels[row.node]
        figure = self.figure(row, column)
        if figure is None:
            return AGAIN if row.again and column.is_of_weights else NOT_KNOWN
        return column.show(figure)

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = NO_ROW) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = NO_ROW) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, number = self.rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self.words(row, number)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _aligned(number)
        if role == Qt.ItemDataRole.FontRole and number != FIRST:
            return theme.mono(12)
        if role == Qt.ItemDataRole.ForegroundRole and number != FIRST:
            tells = self.words(row, number) not in (AGAIN, NOT_KNOWN) and self.figure(
                row, COLUMNS[number]
            )
            return theme.current().text if tells else theme.current().tertiary
        if role == Qt.ItemDataRole.AccessibleTextRole:
            head = COLUMNS[number].head
            return f"{self._labels[row.node]}, {head}: {self._spoken(row, number)}"
        return None

    def _spoken(self, row: Row, number: int) -> str:
        words = self.words(row, number)
        return {NOT_KNOWN: "not known", AGAIN: "shared, counted at another node"}.get(words, words)

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section].head
        if role == Qt.ItemDataRole.ToolTipRole:
            return COLUMNS[section].tip or None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _aligned(section)
        if role == Qt.ItemDataRole.InitialSortOrderRole and section != FIRST:
            return Qt.SortOrder.DescendingOrder  # the dearest first
        return None


def _aligned(number: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if number == FIRST else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter


class SumModel(QAbstractTableModel):
    """One row: what the others come to."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bill = Bill()
        self.batch = 1

    def show(self, bill: Bill, batch: int) -> None:
        """Show another sum."""
        if (bill, batch) != (self.bill, self.batch):
            self.bill, self.batch = bill, batch
            self.dataChanged.emit(self.index(0, 0), self.index(0, len(COLUMNS) - 1))

    def words(self, number: int) -> str:
        """Return what stands in a cell."""
        if number == FIRST:
            return "Total" if self.bill.is_whole else "Total so far"
        return COLUMNS[number].show(COLUMNS[number].figure(self.bill, self.batch))

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = NO_ROW) -> int:
        return 0 if parent.isValid() else 1

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = NO_ROW) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        number = index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self.words(number)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _aligned(number)
        if role == Qt.ItemDataRole.FontRole:
            return theme.font(theme.BODY, 600) if number == FIRST else theme.mono(12, 600)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self.words(FIRST)}, {COLUMNS[number].head}: {self.words(number)}"
        return None


class CostTable(QTableView):
    """Shows a CostModel. `chosen(node id)` when a row is pressed, or Return on the current one."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.costs = CostModel(self)
        self.setModel(self.costs)
        dress(self)
        self.setAccessibleName("Cost of each node")
        self.setAccessibleDescription(
            f"Return goes to the node; a press on a head sorts, as do the keys 1 to {len(COLUMNS)}."
        )
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        header = self.horizontalHeader()
        header.setSortIndicatorShown(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setSortIndicatorClearable(True)
        self.setSortingEnabled(True)
        self.clicked.connect(self._choose)

    def resizeEvent(self, event) -> None:
        """Share out the width; where there is too little of it, one scrolls to the side."""
        super().resizeEvent(event)
        room, figures = self.viewport().width(), len(COLUMNS) - 1
        width = max(LEAST, min(MOST, (room - LEAST_LABEL) // figures))
        for number in range(1, len(COLUMNS)):
            self.setColumnWidth(number, width)
        self.setColumnWidth(FIRST, max(LEAST_LABEL, room - width * figures))

    def _choose(self, index: QModelIndex) -> None:
        self.chosen.emit(self.costs.rows[index.row()].node)

    def _sort_by(self, column: int) -> None:
        """Sort by a column, the dearest first; by the same one again, the other way round."""
        header = self.horizontalHeader()
        orders = [Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder]
        if column != FIRST:
            orders.reverse()
        again = header.sortIndicatorSection() == column and header.sortIndicatorOrder() == orders[0]
        self.sortByColumn(column, orders[again])

    def focusInEvent(self, event) -> None:
        """Have a row selected, so that one sees where the keys are."""
        super().focusInEvent(event)
        if self.costs.rows and not self.selectionModel().hasSelection():
            self.selectRow(max(0, self.currentIndex().row()))

    def keyPressEvent(self, event) -> None:
        returned = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        column = event.key() - Qt.Key.Key_1
        if 0 <= column < len(COLUMNS):
            self._sort_by(column)
            return
        if returned and self.currentIndex().isValid():
            self._choose(self.currentIndex())
        else:
            super().keyPressEvent(event)


class SumTable(QTableView):
    """Shows the sum below a CostTable, column below column."""

    def __init__(self, above: CostTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sums = SumModel(self)
        self.setModel(self.sums)
        dress(self)
        self.setAccessibleName("Cost of all nodes")
        self.horizontalHeader().hide()
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedHeight(ROW_HEIGHT + 4)
        header = above.horizontalHeader()
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        above.horizontalScrollBar().valueChanged.connect(self.horizontalScrollBar().setValue)
        header.sectionResized.connect(self._follow)

    def _follow(self, number: int, _before: int, width: int) -> None:
        """Keep a column as wide as the one above: there a scroll bar takes room."""
        self.setColumnWidth(number, width)


def dress(table: QTableView) -> None:
    """Give a table the look of both: no grid, narrow rows, the first column takes what is left."""
    table.setFrameShape(QFrame.Shape.NoFrame)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setCornerButtonEnabled(False)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
    table.verticalHeader().setMinimumSectionSize(ROW_HEIGHT)
    header = table.horizontalHeader()
    header.setHighlightSections(False)
    header.setMinimumSectionSize(40)
    header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    table.viewport().setAutoFillBackground(False)
