"""What the window opens on: the examples as cards, a new design, and the designs of last time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from composer_gui.session.examples import examples
from composer_gui.ui import theme
from composer_gui.ui.controls import push_button
from composer_gui.ui.gallery_cards import GAP, Cards
from composer_gui.ui.progress import Progress
from composer_gui.ui.reasons import allow
from composer_gui.ui.recent_row import WIDTH, RecentRow
from composer_gui.ui.words import Head, Line, Paragraph

if TYPE_CHECKING:
    from composer_gui.core.layers.catalog import Catalog


class GalleryPage(QWidget):
    """Shows where one can begin. `catalog` is asked once designs are drawn.

    Signals: `example_chosen(name)`, `new_wanted()`, `open_wanted()`, `recent_chosen(Path)`,
    `cancelled()` while an example is being made; `keys_wanted()` and `problems_wanted()` for help.
    """

    example_chosen = Signal(str)
    new_wanted = Signal()
    open_wanted = Signal()
    recent_chosen = Signal(object)
    cancelled = Signal()
    keys_wanted = Signal()
    problems_wanted = Signal()

    def __init__(self, catalog: Callable[[], Catalog], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cards = Cards(examples(), catalog)
        self.new = push_button("New design", role="primary")
        self.open = push_button("Open…")
        self.keys = push_button("Keyboard shortcuts", role="link")
        self.problems = push_button("What the problems mean", role="link")
        self.recent = QVBoxLayout()
        self.recent_head = Head("Recent")
        self.progress = Progress()
        self.setAccessibleName("Gallery")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(40, 0, 0, 0)
        row.setSpacing(28)
        row.addLayout(self._side())
        right = QVBoxLayout()
        right.setContentsMargins(0, 34, 12, 0)
        right.setSpacing(4)
        head = Line("Examples", px=16, weight=600)
        top = QHBoxLayout()
        top.setContentsMargins(GAP // 2, 0, GAP // 2, 4)
        top.addWidget(head, 1)
        right.addLayout(top)
        holder = QVBoxLayout()
        holder.setContentsMargins(GAP // 2, 0, GAP // 2, 0)
        holder.addWidget(self.progress)
        right.addLayout(holder)
        right.addWidget(self.cards, 1)
        row.addLayout(right, 1)
        self.progress.hide()

    def _side(self) -> QVBoxLayout:
        side = QVBoxLayout()
        side.setContentsMargins(0, 34, 0, 20)
        side.setSpacing(8)
        name = Line("Composer", px=26, weight=600)
        about = Paragraph(
            "New Keras models out of saved ones. Drop a .keras file here to begin with it.",
            tone="secondary",
        )
        about.setFixedWidth(WIDTH)
        side.addWidget(name)
        side.addWidget(about)
        side.addSpacing(14)
        for button in (self.new, self.open):
            button.setFixedSize(WIDTH, 34)
            side.addWidget(button)
        side.addSpacing(20)
        side.addWidget(self.recent_head)
        self.recent.setSpacing(0)
        side.addLayout(self.recent)
        side.addStretch(1)
        for link in (self.keys, self.problems):
            link.setCursor(Qt.CursorShape.PointingHandCursor)
            side.addWidget(link, 0, Qt.AlignmentFlag.AlignLeft)
        return side

    def _connect(self) -> None:
        self.cards.chosen.connect(self.example_chosen)
        self.new.clicked.connect(self.new_wanted)
        self.open.clicked.connect(self.open_wanted)
        self.keys.clicked.connect(self.keys_wanted)
        self.problems.clicked.connect(self.problems_wanted)
        self.progress.cancelled.connect(self.cancelled)
        theme.watch().changed.connect(self.update)

    def show_recent(self, paths: Sequence[Path]) -> None:
        """List the designs that were open last; those that are gone are greyed."""
        while self.recent.count():
            self.recent.takeAt(0).widget().deleteLater()
        self.recent_head.setVisible(bool(paths))
        for path in paths:
            row = RecentRow(path)
            row.pressed.connect(self.recent_chosen)
            self.recent.addWidget(row)

    def show_making(self, text: str, part: float) -> None:
        """Say how far the example is that is being made ready."""
        self.progress.show_progress(text, part)
        allow(self.cards, "An example is being made ready.")

    def end_making(self) -> None:
        """Show no progress any more."""
        self.progress.hide()
        allow(self.cards)

    def showEvent(self, event) -> None:
        super().showEvent(event)
        if not self.cards.cards.draws:
            QTimer.singleShot(0, self, self._draw)

    def _draw(self) -> None:
        self.cards.cards.draws = True
        self.cards.viewport().update()

    def paintEvent(self, event) -> None:
        QPainter(self).fillRect(self.rect(), theme.current().window)
