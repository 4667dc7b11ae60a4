"""A repair as a button of the inspector and the problem list; its words wrap."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from composer_gui.core.trials import Offer
from composer_gui.ui import theme
from composer_gui.ui.canvas.fix_buttons import WrappedButton


class OfferButton(WrappedButton):
    """A repair. `looked_at(Offer)` when mouse or keys are on it, `looked_at(None)` afterwards."""

    looked_at = Signal(object)

    def __init__(self, offer: Offer, parent: QWidget | None = None) -> None:
        super().__init__(offer.title, 0, parent, margins=(10, 5, 10, 5))
        self.offer = offer
        self.words = offer.title
        self.put(offer.title, theme.font(13, 400))

    def enterEvent(self, event) -> None:
        super().enterEvent(event)
        self.looked_at.emit(self.offer)

    def leaveEvent(self, event) -> None:
        super().leaveEvent(event)
        self.looked_at.emit(None)

    def focusInEvent(self, event) -> None:
        super().focusInEvent(event)
        self.looked_at.emit(self.offer)

    def focusOutEvent(self, event) -> None:
        super().focusOutEvent(event)
        self.looked_at.emit(None)

    def hideEvent(self, event) -> None:
        if self.underMouse() or self.hasFocus():
            self.looked_at.emit(None)
        super().hideEvent(event)
