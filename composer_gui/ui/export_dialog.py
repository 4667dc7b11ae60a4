"""Export: names the two files, shows how far it is, then the proof."""

from PySide6.QtWidgets import QDialog


class ExportDialog(QDialog):
    def __init__(self, session, folder, parent):
        super().__init__(parent)
