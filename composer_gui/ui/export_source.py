"""How an exported source comes by its layers: from the saved models, or from scratch."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from composer_gui.core.codegen.keras_script import SAVED, SCRATCH
from composer_gui.ui import preferences
from composer_gui.ui.controls import ChoiceBox, TickBox
from composer_gui.ui.panels.fields import Column, Field
from composer_gui.ui.words import Paragraph

WEIGHTS_SUFFIX = ".weights.h5"

STYLES = (
    (SAVED, "from the saved models"),
    (SCRATCH, "from scratch, layers only"),
)
"""The styles of `keras_script`, and what they are called here."""

_SAYS = {
    (SAVED, False): "The source loads the saved models, which are put beside it. All weights stay.",
    (SCRATCH, True): "The source needs no saved model: it builds every layer, then loads weights.",
    (
        SCRATCH,
        False,
    ): "Only layers are kept: all weights start anew, also those of saved models.",
}


class SourceChoice(Column):
    """The style, and in the style from scratch whether a file of weights is written as well.

    `changed()` when something else is chosen.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, spacing=7)
        self._name = ""
        self.box = ChoiceBox()
        self.weights = TickBox()
        self.words = Paragraph(px=12, tone="tertiary")
        self.box.addItems([words for _, words in STYLES])
        tip = "Where the source has the layers of the saved models from"
        self.style_field = Field("Source", self.box, tip=tip)
        self.weights_field = Field("", self.weights)
        self.weights.setAccessibleName("Weights")
        self.add(self.style_field, self.weights_field, Field("", self.words))
        self._remembered()
        self.box.activated.connect(self._look)
        self.weights.clicked.connect(self._look)

    def _remembered(self) -> None:
        chosen = preferences.current()
        self.box.setCurrentIndex(int(chosen.value(preferences.STYLE) == SCRATCH))
        self.weights.setChecked(bool(chosen.value(preferences.WEIGHTS)))

    def remember(self) -> None:
        """Keep what is chosen for the next time."""
        preferences.current().choose(preferences.STYLE, self.chosen_style)
        preferences.current().choose(preferences.WEIGHTS, self.weights.isChecked())

    @property
    def chosen_style(self) -> str:
        """The style that is chosen; where nothing is to be chosen, weights stay."""
        return SAVED if self.isHidden() else STYLES[self.box.currentIndex()][0]

    @property
    def writes_weights(self) -> bool:
        """Whether a file of weights is to be written beside the source."""
        return self.chosen_style == SCRATCH and self.weights.isChecked()

    @property
    def weights_name(self) -> str:
        """What the file of weights is called; empty where none is written."""
        return f"{self._name}{WEIGHTS_SUFFIX}" if self.writes_weights else ""

    def follow(self, name: str, *, offered: bool) -> None:
        """Show what would be written under this name; there is a choice only where `offered`."""
        self._name = name
        self.setVisible(offered)
        self.weights.setText(f"{name}{WEIGHTS_SUFFIX}, the weights")
        self.weights_field.setVisible(self.chosen_style == SCRATCH)
        self.words.setText(_SAYS[self.chosen_style, self.writes_weights])
        loses = self.chosen_style == SCRATCH and not self.writes_weights
        self.words.set_tone("warning" if loses else "tertiary")

    def _look(self, *_: object) -> None:
        self.changed.emit()
