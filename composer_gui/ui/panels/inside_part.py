"""The layers inside a saved model: found, tapped, frozen, and used from one to another only."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtWidgets import QMenu, QWidget

from composer_gui.core import edits, freezing, opening
from composer_gui.core.document import Document
from composer_gui.core.errors import ComposerError, EditRefused
from composer_gui.core.inside import Inside
from composer_gui.core.layer_kinds import SavedModel, SavedPort
from composer_gui.ui.controls import TextField, push_button
from composer_gui.ui.panels.cut_part import CutPart
from composer_gui.ui.panels.fields import Column
from composer_gui.ui.panels.freeze_part import FreezePart
from composer_gui.ui.panels.inside_list import InsideList, Marks
from composer_gui.ui.panels.inside_rows import (
    InsideRow,
    Leaves,
    inside_rows,
    matching,
    toggled,
    total,
    unfolded,
)
from composer_gui.ui.reasons import allow
from composer_gui.ui.words import Head, Line, Paragraph, count_of

if TYPE_CHECKING:
    from composer_gui.ui.panels.call_view import CallView

NO_ROW = "Choose a layer in the list first."
NO_TENSOR = "This is an input of the model: what comes in there is at hand already."


class InsidePart(Column):
    """Lists what a saved model is made of, as its archive tells, with all that can be done there.

    While the archive is being read it says so; where nobody but the model's code knows, why.
    """

    def __init__(self, view: CallView) -> None:
        super().__init__(spacing=6)
        self._view = view
        self.inside: Inside | None = None
        self.rows: list[InsideRow] = []
        self.leaves: Leaves = ()
        self._frozen: tuple[tuple[str, ...], frozenset[str]] = ((), frozenset())
        self._opened: frozenset[str] = frozenset()
        self._found: list[int] = []
        self.count = Line(px=11, tone="tertiary")
        self.sealed = Paragraph(px=12, tone="secondary")
        self.search = TextField()
        self.list = InsideList()
        self.nothing = Paragraph("No layer is called that.", px=12, tone="tertiary")
        self.sentence = Paragraph(px=12, tone="wrong")
        self.freezing = FreezePart(self)
        self.cutting = CutPart(self)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self.search.setPlaceholderText("Find a layer by name or class")
        self.search.setAccessibleName("Find a layer inside")
        self.tap = push_button("Tap", role="quiet")
        self.freeze = push_button("Freeze", role="quiet")
        self.begin = push_button("Begin here", role="quiet")
        self.end = push_button("End here", role="quiet")
        self.tap.setToolTip("Let what this layer gives come out of the node (T)")
        self.freeze.setToolTip("Let training leave this layer as it is (F)")
        self.begin.setToolTip("Use the model from here on: what is before is left out")
        self.end.setToolTip("Use the model up to here: what is behind is left out")
        buttons = (self.tap, self.freeze, self.begin, self.end)
        self.buttons = self.row(*buttons, spacing=0, stretched=False)
        self.body = Column(spacing=6)
        self.body.add(self.search, self.list, self.nothing, self.buttons, self.sentence)
        self.body.add(self.cutting, self.freezing)
        self.add(self.row(Head("Layers inside"), self.count), self.sealed, self.body)
        self.count.setAlignment(Qt.AlignmentFlag.AlignRight)
        for widget in (self.nothing, self.sentence):
            widget.hide()

    def _connect(self) -> None:
        self.search.textChanged.connect(self._search)
        self.search.installEventFilter(self)
        self.list.tap_wanted.connect(self.toggle_tap)
        self.list.freeze_wanted.connect(self.toggle_freeze)
        self.list.fold_wanted.connect(self.toggle_fold)
        self.list.current_changed.connect(self._show_buttons)
        self.list.menu_wanted.connect(self._show_menu)
        self.tap.clicked.connect(lambda: self.toggle_tap(self.list.current_number()))
        self.freeze.clicked.connect(lambda: self.toggle_freeze(self.list.current_number()))
        self.begin.clicked.connect(lambda: self.cutting.begin_at(self._current()))
        self.end.clicked.connect(lambda: self.cutting.end_at(self._current()))
        self.freezing.pattern_changed.connect(self._mark)

    @property
    def layer(self) -> SavedModel:
        """The saved model that is shown."""
        return self._view.layer

    # Following -----------------------------------------------------------------------------------

    def follow(self) -> None:
        """Show the model as it is used now."""
        session = self._view.session
        inside = session.inside(self.layer)
        if inside is not self.inside:
            self._take(inside)
        self.body.setVisible(inside is not None)
        self.sealed.setVisible(inside is None)
        if inside is None:
            why = session.why_sealed(self.layer)
            self.sealed.setText(why or "Reading what the model is made of…")
            self.count.setText("")
            return
        self.freezing.follow()
        self.cutting.follow()
        self._say_count()
        self._mark()
        self._show_buttons()

    def _take(self, inside: Inside | None) -> None:
        """Make the rows of another model; a single nested model is open from the beginning."""
        self.inside = inside
        self.rows = inside_rows(inside, self._view.session.catalog) if inside else []
        self.leaves = [(path, part.class_name) for path, part in inside.leaves()] if inside else ()
        self._frozen = ((), frozenset())
        tops = [row for row in self.rows if row.level == 0 and row.is_folder]
        self._opened = frozenset(row.address for row in tops if len(tops) == 1)
        self._list()

    def _list(self) -> None:
        """Show the rows that the search finds, or those of the models that are open."""
        text = self.search.text()
        is_searching = bool(text.strip())
        shown = matching(self.rows, text) if is_searching else unfolded(self.rows, self._opened)
        self._found = shown
        self.list.show_rows(self.rows, shown)
        self.list.setVisible(bool(shown))
        self.nothing.setVisible(not shown)
        self._say_count()
        self._mark()

    def _say_count(self) -> None:
        is_searching = bool(self.search.text().strip())
        found = f"{len(self._found)} found"
        self.count.setText(found if is_searching else self._layer_count())

    def _layer_count(self) -> str:
        """Return how many layers there are as Keras counts them, and how many further inside."""
        if self.inside is None:
            return ""
        words = count_of(self.layer.interface.layer_count or len(self.leaves), "layer")
        deeper = sum("/" in path for path, _ in self.leaves)
        words += f", {deeper} further inside" if deeper else ""
        return f"{words}, sizes as saved" if self.layer.reinput else words

    def _search(self) -> None:
        self._list()
        if self._found and self.search.text().strip():
            self.list.choose(self._found[0])
        elif not self.search.text():
            self.list.scrollTo(self.list.currentIndex())

    def _mark(self) -> None:
        layer = self.layer
        self.list.model().mark(
            Marks(
                tapped=frozenset(tap.address for tap in layer.taps),
                frozen=self.frozen(),
                matched=self.freezing.matched,
                begins=frozenset(self.cutting.begins() if self.inside else ()),
                ends=frozenset(self.cutting.ends() if self.inside else ()),
                opened=self._opened,
                all_frozen=not layer.trainable or layer.inference,
                paths=bool(self.search.text().strip()),
                within=self.cutting.within() if self.inside else None,
            )
        )

    def frozen(self) -> frozenset[str]:
        """Return the paths of the layers that the patterns freeze."""
        patterns = self.layer.frozen
        if patterns != self._frozen[0]:
            self._frozen = (patterns, freezing.frozen_paths(patterns, self.leaves))
        return self._frozen[1]

    def weights(self) -> int | None:
        """Return how many weights the whole model holds, None where nobody counted them."""
        if self.inside is None:
            return None
        return total(part.parameters for _, part in self.inside.leaves())

    def _current(self) -> InsideRow | None:
        number = self.list.current_number()
        return self.rows[number] if number >= 0 else None

    def _show_buttons(self, *_: object) -> None:
        row = self._current()
        state = self.list.model().state(row) if row else None
        unfrozen = self._why_not_frozen(row)
        self.tap.setText("Untap" if state and state.tapped else "Tap")
        self.freeze.setText("Thaw" if not unfrozen and state.frozen else "Freeze")
        for button in (self.tap, self.end):
            allow(button, NO_ROW if row is None else "" if row.can_tap else NO_TENSOR)
        allow(self.freeze, unfrozen)
        allow(self.begin, "" if row else NO_ROW)

    def eventFilter(self, watched: QWidget, event) -> bool:
        """Let arrows leave the search field for the list, and Escape clear it."""
        if watched is self.search and event.type() == event.Type.KeyPress:
            if event.key() == Qt.Key.Key_Down and self._found:
                self.list.setFocus(Qt.FocusReason.TabFocusReason)
                if self.list.current_number() < 0:
                    self.list.choose(self._found[0])
                return True
            if event.key() == Qt.Key.Key_Escape and self.search.text():
                self.search.clear()
                return True
        return super().eventFilter(watched, event)

    # Changing ------------------------------------------------------------------------------------

    def change(self, label: str, edit: Callable[..., Document], *args: Any) -> bool:
        """Change the layer by an edit; a refusal is said below the list."""
        try:
            self._view.session.apply(label, edit, self._view.node.layer, *args)
        except EditRefused as refusal:
            self.tell(refusal.whole)
            return False
        self.tell("")
        self.follow()
        return True

    def tell(self, sentence: str) -> None:
        """Say below the list why something cannot be done; an empty sentence goes away.

        Where that place is scrolled out of sight, the status bar says it too.
        """
        self.sentence.setText(sentence)
        self.sentence.setVisible(bool(sentence))
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        if sentence and self.sentence.visibleRegion().isEmpty():
            self._view.session.noticed.emit(sentence)

    def toggle_fold(self, number: int) -> None:
        """Open a nested model, or close it; a search ends with it and shows it among the others."""
        row = self.rows[number]
        if self.search.text().strip():
            opened = self._opened | {row.address, *self._around(row)}
            self.search.clear()
        else:
            opened = self._opened ^ {row.address}
        self._opened = frozenset(opened)
        self._list()
        self.list.choose(number)

    def _around(self, row: InsideRow) -> list[str]:
        found = []
        while row.parent >= 0:
            row = self.rows[row.parent]
            found.append(row.address)
        return found

    def toggle_tap(self, number: int) -> None:
        """Let what a row gives come out of the node besides, or no longer."""
        row, taps = self.rows[number], self.layer.taps
        kept = tuple(tap for tap in taps if tap.address != row.address)
        if len(kept) < len(taps):
            self.change(f"Untap {row.name}", edits.set_taps, kept)
            return
        if self.list.model().state(row).unused:
            self.tell(f"{row.name} is not in the stretch that is used. Use the whole model first.")
            return
        tap = self._tensor(row)
        if tap is not None:
            self.change(f"Tap {row.name}", edits.set_taps, (*taps, tap))

    def _tensor(self, row: InsideRow) -> SavedPort | None:
        try:
            taken = [port.name for port in self.layer.outputs]
            return opening.tap(self.inside, row.address, taken)
        except ComposerError as refusal:
            self.tell(refusal.whole)
            return None

    def toggle_freeze(self, number: int) -> None:
        """Freeze a row's layer or all layers of its model, or let them train."""
        row = self.rows[number]
        state = self.list.model().state(row)
        if state.fixed:
            self.tell(self._why_fixed(row))
            return
        patterns = self.layer.frozen
        wanted = toggled(patterns, row, self.leaves, freeze=not state.frozen)
        word = "Thaw" if state.frozen else "Freeze"
        self.change(f"{word} {row.name}", edits.set_frozen, wanted)

    def _why_fixed(self, row: InsideRow) -> str:
        if not row.is_trainable:
            return f"{row.name} was saved frozen. Open the model up to let it train."
        if self.layer.inference:
            return "Nothing in it trains while it is for inference only."
        return "The whole model is frozen. Choose “all layers” at Trainable first."

    def _why_not_frozen(self, row: InsideRow | None) -> str:
        """Return why a row's layer cannot be frozen or thawed here, "" where it can."""
        if row is None:
            return NO_ROW
        if row.is_again:
            return f"{row.name} is frozen where it is called first."
        if not row.can_freeze:
            return f"{row.name} has no weights to freeze."
        return self._why_fixed(row) if self.list.model().state(row).fixed else ""

    def _show_menu(self, number: int, at: QPoint) -> None:
        row = self.rows[number]
        state = self.list.model().state(row)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if row.can_tap:
            menu.addAction("Untap" if state.tapped else "Tap", lambda: self.toggle_tap(number))
        if row.can_freeze:
            words = "Thaw" if state.frozen and not state.fixed else "Freeze"
            menu.addAction(words, lambda: self.toggle_freeze(number))
            same = menu.addAction(f"Freeze every {row.class_name}")
            same.triggered.connect(lambda: self.freezing.add_pattern(row.class_name))
            same.setVisible(not row.is_folder)
        menu.addSeparator()
        menu.addAction("Begin Here", lambda: self.cutting.begin_at(row))
        if row.can_tap:
            menu.addAction("End Here", lambda: self.cutting.end_at(row))
            if self.layer.cut is not None:
                menu.addAction("End Here Too", lambda: self.cutting.end_at(row, also=True))
        menu.popup(at)
