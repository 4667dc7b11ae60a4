"""The bar above the canvas while a submodel is open: the way to it, each step a button."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from composer_gui.ui.controls import push_button
from composer_gui.ui.words import Hairline, Line

if TYPE_CHECKING:
    from composer_gui.session.session import Session

HEIGHT = 34
SHOWN = 5
"""Steps that are written out; of a longer way the first and the last ones."""
LONGEST = 28
"""Letters of a name that are written out."""


class LevelBar(QWidget):
    """Shows where one is: the design, then each submodel that was entered. Hidden outside."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.steps: list[QPushButton] = []
        self.setAccessibleName("The way to this submodel")
        self._row = QHBoxLayout()
        self._row.setContentsMargins(10, 0, 10, 0)
        self._row.setSpacing(2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        way = QWidget()  # takes all the height: the line is below it
        way.setLayout(self._row)
        column.addWidget(way, 1)
        column.addWidget(Hairline())
        self.setFixedHeight(HEIGHT)
        self.setAutoFillBackground(True)  # what is behind has the colour of lines
        self._shown: tuple | None = None
        self._connect()
        self._follow()

    def _connect(self) -> None:
        self._session.level_changed.connect(self._follow)
        self._session.path_changed.connect(self._follow)
        self._session.changed.connect(self._follow)

    def _follow(self, _: object = None) -> None:
        """Show the way to the level that is open now, where it is another one."""
        trail = self._session.trail
        names = (self._session.title, *(name for _, name in trail))
        shown = names if trail else None
        if shown != self._shown:
            self._shown = shown
            self._fill(names)
        self.setVisible(bool(trail))

    def _fill(self, names: tuple[str, ...]) -> None:
        while self._row.count():
            widget = self._row.takeAt(0).widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.steps = []
        deepest = len(names) - 1
        for depth, name in enumerate(names):
            if len(names) > SHOWN and 0 < depth < len(names) - SHOWN + 1:
                if depth == 1:
                    self._row.addWidget(Line("›  …", tone="tertiary"))
                continue
            if depth:
                self._row.addWidget(Line("›", tone="tertiary"))
            if depth == deepest:
                self._row.addWidget(Line(_short(name), weight=600))
            else:
                self._row.addWidget(self._step(name, deepest - depth))
        self._row.addStretch(1)
        self._row.addWidget(Line("Esc leaves", px=12, tone="tertiary"))

    def _step(self, name: str, levels: int) -> QPushButton:
        # An ampersand in a button underlines the next letter
        button = push_button(_short(name).replace("&", "&&"), role="quiet")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setToolTip("Go back to this level")
        button.setAccessibleName(f"Go back to {name}")
        button.clicked.connect(partial(self._leave, levels))
        self.steps.append(button)
        return button

    def _leave(self, levels: int, _checked: bool = False) -> None:
        self._session.leave(levels)


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
