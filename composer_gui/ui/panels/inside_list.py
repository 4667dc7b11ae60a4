"""The list of what is inside a saved model: rows to tap, freeze and unfold, however many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QPoint, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QToolTip, QWidget

from composer_gui.ui import theme
from composer_gui.ui.panels.inside_delegate import (
    FOLD,
    FREEZE,
    ROW_HEIGHT,
    ROW_ROLE,
    STATE_ROLE,
    TAP,
    InsideDelegate,
    RowState,
    zone_at,
)
from composer_gui.ui.panels.inside_rows import InsideRow, is_within
from composer_gui.ui.totals import show_parameters
from composer_gui.ui.words import plain_tip

MOST_ROWS = 10
"""How many rows are seen at once; the others are scrolled to."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What a node does with the layers inside its model.

    `tapped`, `begins` and `ends` are addresses; `frozen` and `matched`, those that the pattern
    being typed would freeze, are paths of layers. With `all_frozen` the model as a whole is.
    `opened` are the addresses of nested models whose rows are shown. With `paths` the rows are
    named by the whole path. `within` are the paths of what a cut leaves, None without one.
    """

    tapped: frozenset[str] = frozenset()
    frozen: frozenset[str] = frozenset()
    matched: frozenset[str] = frozenset()
    begins: frozenset[str] = frozenset()
    ends: frozenset[str] = frozenset()
    opened: frozenset[str] = frozenset()
    all_frozen: bool = False
    paths: bool = False
    within: frozenset[str] | None = None

    def has(self, path: str) -> bool:
        """Return whether a part is used: itself, something inside it, or what it is in."""
        return self.within is None or is_within(path, self.within)


class InsideModel(QAbstractListModel):
    """The rows that are shown, as numbers of all rows; what is marked is asked for when painted."""

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self.rows: Sequence[InsideRow] = ()
        self.shown: list[int] = []
        self.marks = Marks()
        self.leaves: dict[str, tuple[str, ...]] = {}

    def show(self, rows: Sequence[InsideRow], shown: list[int]) -> None:
        """List these of the rows."""
        if rows is self.rows and shown == self.shown:
            return
        self.beginResetModel()
        if rows is not self.rows:
            self.leaves = {}
        self.rows, self.shown = rows, shown
        self.endResetModel()

    def mark(self, marks: Marks) -> None:
        """Show what is tapped, frozen and so on now."""
        if marks != self.marks:
            self.marks = marks
            if self.shown:
                self.dataChanged.emit(self.index(0), self.index(len(self.shown) - 1))

    def row_at(self, index: QModelIndex) -> InsideRow | None:
        """Return the row behind an index."""
        return self.rows[self.shown[index.row()]] if index.isValid() else None

    def state(self, row: InsideRow) -> RowState:
        """Return what is marked of a row."""
        marks = self.marks
        frozen, partly = self._frozen(row)
        return RowState(
            tapped=row.address in marks.tapped,
            frozen=frozen,
            partly=partly,
            fixed=marks.all_frozen or not row.is_trainable,
            matched=row.path in marks.matched and not row.is_again,
            begins=row.address in marks.begins,
            ends=row.address in marks.ends,
            opened=row.address in marks.opened,
            unused=not marks.has(row.path),
            whole_path=marks.paths,
        )

    def _frozen(self, row: InsideRow) -> tuple[bool, bool]:
        """Return whether all of a row is frozen, and whether only some of it is."""
        marks = self.marks
        if marks.all_frozen or not row.is_trainable:
            return True, False
        if not row.is_folder:
            return row.path in marks.frozen, False
        if row.path not in self.leaves:
            start = f"{row.path}/"
            self.leaves[row.path] = tuple(
                other.path
                for other in self.rows
                if not other.is_folder
                and not other.is_again
                and other.path.startswith(start)
                and other.can_freeze
            )
        inside = self.leaves[row.path]
        count = sum(path in marks.frozen for path in inside)
        return bool(inside) and count == len(inside), 0 < count < len(inside)

    def rowCount(self, parent=QModelIndex()) -> int:  # noqa: B008 Qt's signature
        return 0 if parent.isValid() else len(self.shown)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole):
        row = self.row_at(index)
        if row is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return row.name
        if role == ROW_ROLE:
            return row
        if role == STATE_ROLE:
            return self.state(row)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return spoken(row, self.state(row))
        return None


def spoken(row: InsideRow, state: RowState) -> str:
    """Return a row in words: what it is, and what is done with it."""
    name = (row.address if row.is_again else row.path) if state.whole_path else row.name
    said = [name, row.class_name, row.spec]
    if row.parameters:
        said.append(f"{show_parameters(row.parameters)} weights")
    said += [
        word
        for word, holds in (
            ("tapped", state.tapped),
            ("frozen", state.frozen and row.can_freeze),
            ("partly frozen", state.partly),
            ("begins here", state.begins),
            ("ends here", state.ends),
            ("not used", state.unused),
            ("open" if state.opened else "closed", row.is_folder),
        )
        if holds
    ]
    return ", ".join(word for word in said if word)


class InsideList(QListView):
    """Shows the rows. A press on ring, lock or arrow, or a key, asks for what it stands for.

    Signals, each with the row's number among all rows: `tap_wanted`, `freeze_wanted`,
    `fold_wanted`, `menu_wanted` with a global place besides; `current_changed` when another row is
    the current one, -1 for none.
    """

    tap_wanted = Signal(int)
    freeze_wanted = Signal(int)
    fold_wanted = Signal(int)
    current_changed = Signal(int)
    menu_wanted = Signal(int, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = InsideModel(self)
        self._set_up()
        self.setModel(self._model)
        self.selectionModel().currentChanged.connect(self._tell_current)
        self._model.modelReset.connect(self._tell_current)
        theme.watch().changed.connect(self.viewport().update)

    def _set_up(self) -> None:
        self.setItemDelegate(InsideDelegate(self))
        self.setUniformItemSizes(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self.verticalScrollBar().setSingleStep(ROW_HEIGHT)
        self.setAccessibleName("Layers inside")
        self.setAccessibleDescription("T taps a layer, F freezes it, the arrows open a model.")

    def model(self) -> InsideModel:
        return self._model

    def show_rows(self, rows: Sequence[InsideRow], shown: list[int]) -> None:
        """List these of the rows, as high as they need; the current row stays where it can."""
        number = self.current_number()
        self._model.show(rows, shown)
        self.setFixedHeight(max(1, min(len(shown), MOST_ROWS)) * ROW_HEIGHT)
        if number in shown and self.current_number() != number:
            self.setCurrentIndex(self._model.index(shown.index(number)))

    def current_number(self) -> int:
        """Return the number of the current row among all rows, -1 where there is none."""
        index = self.currentIndex()
        shown = self._model.shown
        return shown[index.row()] if index.isValid() and index.row() < len(shown) else -1

    def choose(self, number: int) -> None:
        """Make a row the current one and scroll to it."""
        if number in self._model.shown:
            index = self._model.index(self._model.shown.index(number))
            self.setCurrentIndex(index)
            self.scrollTo(index)

    def _tell_current(self, *_: object) -> None:
        self.current_changed.emit(self.current_number())

    # Mouse and keys ------------------------------------------------------------------------------

    def mousePressEvent(self, event) -> None:
        zone, number = self._hit(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and zone:
            self.choose(number)
            self._ask(zone, number)
            event.accept()
            return
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event) -> None:
        zone, number = self._hit(event.position().toPoint())
        if zone:
            self._ask(zone, number)  # a quick second press is one as well
        elif number >= 0 and self._model.rows[number].is_folder:
            self.fold_wanted.emit(number)

    def _hit(self, at: QPoint) -> tuple[str, int]:
        """Return what is at a place of a row, empty for its words, and the row's number, or -1."""
        index = self.indexAt(at)
        row = self._model.row_at(index)
        if row is None:
            return "", -1
        zone = zone_at(self.visualRect(index), at, row, whole_path=self._model.marks.paths)
        return zone, self._model.shown[index.row()]

    def _ask(self, zone: str, number: int) -> None:
        wanted = {TAP: self.tap_wanted, FREEZE: self.freeze_wanted, FOLD: self.fold_wanted}
        wanted[zone].emit(number)

    def event(self, event) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and self._zone_of(event):
            event.accept()  # the letter is meant for the row, and not for the window
            return True
        return super().event(event)

    def _zone_of(self, event) -> str:
        number = self.current_number()
        if number < 0 or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return ""
        row, keys = self._model.rows[number], Qt.Key
        is_open = row.address in self._model.marks.opened
        zones = {
            keys.Key_T: TAP if row.can_tap else "",
            keys.Key_F: FREEZE if row.can_freeze else "",
            keys.Key_Return: FOLD if row.is_folder else (TAP if row.can_tap else ""),
            keys.Key_Right: FOLD if row.is_folder and not is_open else "",
            keys.Key_Left: FOLD if row.is_folder and is_open else "",
        }
        return zones.get(event.key(), "")

    def keyPressEvent(self, event) -> None:
        zone = self._zone_of(event)
        if zone:
            self._ask(zone, self.current_number())
        elif event.key() == Qt.Key.Key_Left and self.current_number() >= 0:
            self.choose(self._model.rows[self.current_number()].parent)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event) -> None:
        _, number = self._hit(event.pos())
        if event.reason() == event.Reason.Keyboard:
            number = self.current_number()
        if number >= 0:
            self.choose(number)
            self.menu_wanted.emit(number, event.globalPos())

    def viewportEvent(self, event) -> bool:
        if event.type() == QEvent.Type.ToolTip:
            tip = self._tip(*self._hit(event.pos()))
            QToolTip.showText(event.globalPos(), plain_tip(tip), self.viewport())
            return True
        return super().viewportEvent(event)

    def _tip(self, zone: str, number: int) -> str:
        if number < 0:
            return ""
        row = self._model.rows[number]
        state = self._model.state(row)
        if zone == TAP:
            return f"Take the tap of {row.name} away" if state.tapped else f"Tap {row.name}"
        if zone == FREEZE:
            if not row.is_trainable:
                return f"{row.name} was saved frozen"
            if state.fixed:
                return "The whole model is frozen"
            return f"Let {row.name} train" if state.frozen else f"Freeze {row.name}"
        return spoken(row, state)
