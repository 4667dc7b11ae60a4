"""The field in which a layer's class is changed: a few letters find the class that is meant."""

from __future__ import annotations

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import QCompleter, QWidget

from composer_gui.core.layers.catalog import Catalog
from composer_gui.ui.controls import TextField
from composer_gui.ui.panels.fields import Field

MOST_OFFERED = 12


class ClassField(Field):
    """Shows a layer's class. `chosen(class name)` when another one is picked or typed."""

    chosen = Signal(str)

    def __init__(self, catalog: Catalog, parent: QWidget | None = None) -> None:
        super().__init__("Class", TextField(), tip="What kind of layer this is", parent=parent)
        self._catalog = catalog
        self._class_name = ""
        self._names = QStringListModel(self)
        self._offer = QCompleter(self._names, self)
        self._offer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._offer.setMaxVisibleItems(MOST_OFFERED)
        self.editor.setCompleter(self._offer)
        self.editor.textEdited.connect(self._search)
        self.editor.returnPressed.connect(self._take_typed)
        self.editor.editingFinished.connect(self._tidy)
        self._offer.activated.connect(self._take)

    def show_class(self, class_name: str) -> None:
        """Show the class that the layer has now."""
        if class_name != self._class_name:
            self._class_name = class_name
            self.tell("")
            self.editor.setText(class_name)
            self.editor.setCursorPosition(0)

    def _search(self, text: str) -> None:
        self.tell("")
        found = self._catalog.search(text)[:MOST_OFFERED] if text.strip() else []
        self._names.setStringList([spec.class_name for spec in found])

    def _take_typed(self) -> None:
        """Take what is highlighted in the list, or the likeliest of what was found."""
        popup = self._offer.popup()
        if popup.isVisible() and popup.currentIndex().isValid():
            return  # the list tells by itself
        text = self.editor.text().strip()
        if text == self._class_name:
            return
        found = self._catalog.search(text) if text else []
        same = [spec for spec in found if spec.class_name.lower() == text.lower()]
        if same or found:
            self._take((same or found)[0].class_name)
        else:
            self.tell(f"No layer class is called {text}. It stays {self._class_name}.")

    def _take(self, class_name: str) -> None:
        self._offer.popup().hide()
        self.tell("")
        if class_name != self._class_name:
            self.chosen.emit(class_name)
        self.editor.setText(self._class_name)

    def _tidy(self) -> None:
        """Show the class again that the layer has, when the field is left."""
        if not self.editor.hasFocus() and not self._offer.popup().isVisible():
            self.editor.setText(self._class_name)
            self.editor.setCursorPosition(0)

    def focus(self) -> None:
        """Put the cursor into the field, its text selected."""
        self.editor.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.editor.selectAll()
