"""One problem as it is shown everywhere: a mark, its sentence, Keras's words, and its repairs."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from composer_gui.core.document import Call
from composer_gui.core.errors import EditRefused
from composer_gui.core.fixes import Fix
from composer_gui.core.layer_kinds import Layer
from composer_gui.core.problems import ERROR, Problem
from composer_gui.core.saved_files import files_of
from composer_gui.session.session import Session
from composer_gui.ui import file_dialogs, theme
from composer_gui.ui.canvas.faces import UNFINISHED
from composer_gui.ui.controls import ElidedButton, paint_mark, push_button
from composer_gui.ui.panels import code_consent
from composer_gui.ui.words import Paragraph

MOST_FIXES = 4

LOST = ("file_absent", "file_changed")
"""Codes of problems that another file may mend."""


UNDONE = UNFINISHED | {"no_input", "no_output"}
"""Codes of problems that say what is still to be done, and not that something is wrong."""


def is_wrong(problem: Problem) -> bool:
    """Return whether a problem is more than a warning or something that is still to be done."""
    return problem.severity == ERROR and problem.code not in UNDONE


class SeverityMark(QWidget):
    """A disc with an exclamation mark: red for what is wrong, amber for all else."""

    def __init__(self, problem: Problem, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tone = "wrong" if is_wrong(problem) else "warning"
        self.setAccessibleName("Error" if problem.severity == ERROR else "Warning")
        self.setFixedSize(QSize(16, 18))

    def paintEvent(self, event) -> None:
        now = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_mark(painter, QPointF(8, 9), getattr(now, self.tone), now.panel)


class ProblemRow(QWidget):
    """A problem to press and to repair. `chosen(node id)` when it is pressed."""

    chosen = Signal(str)

    def __init__(
        self,
        session: Session,
        problem: Problem,
        *,
        titled: bool = True,
        margins: tuple[int, int, int, int] = (16, 7, 16, 7),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self.problem = problem
        self.fixes: tuple[Fix, ...] = session.fixes(problem)[:MOST_FIXES]
        self.setAccessibleName(problem.message)
        if problem.node:
            self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._lay_out(titled, margins)

    def _lay_out(self, titled: bool, margins: tuple[int, int, int, int]) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(*margins)
        row.setSpacing(9)
        row.addWidget(SeverityMark(self.problem), 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(3)
        title = self.problem.title
        if titled and title and title != self.problem.message:
            words.addWidget(Paragraph(title, weight=600))
        words.addWidget(Paragraph(self.problem.message, tone="secondary" if titled else "text"))
        if self.fixes or self._lost_layer() is not None or self._lacks_class():
            words.addLayout(self._buttons(QHBoxLayout() if titled else QVBoxLayout()))
        row.addLayout(words, 1)

    def _buttons(self, line: QBoxLayout) -> QBoxLayout:
        line.setContentsMargins(0, 3, 0, 2)
        line.setSpacing(6)
        for fix in self.fixes:
            button = ElidedButton(fix.title)
            button.setProperty("fix", self.fixes.index(fix))
            button.clicked.connect(self._repair)
            line.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        if self._lost_layer() is not None:
            button = push_button("Choose its file…")
            button.clicked.connect(self._choose_file)
            line.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        if self._lacks_class():
            button = ElidedButton(code_consent.deed(self._session))
            button.clicked.connect(self._name_code)
            line.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        line.addStretch(1)
        return line

    def _lacks_class(self) -> bool:
        return self.problem.code == code_consent.MISSING_CLASS

    def _name_code(self) -> None:
        layer = self._layer()
        near = _folder_of(layer) if layer is not None else None
        code_consent.name_code(self, self._session, self.problem.actual or "its classes", near)

    def _lost_layer(self) -> Layer | None:
        """Return the layer whose file is not there, where that is the problem."""
        layer = self._layer()
        lost = self.problem.code in LOST and layer is not None
        return layer if lost and next(files_of(layer), None) else None

    def _layer(self) -> Layer | None:
        document = self._session.document
        node = document.nodes.get(self.problem.node or "")
        return document.layers[node.layer] if isinstance(node, Call) else None

    def _choose_file(self) -> None:
        layer = self._lost_layer()
        if layer is None:
            return
        path = file_dialogs.one_model(self, f"File of {layer.name}", _folder_of(layer))
        if path is not None:
            self._session.relocate_model(layer.id, path)

    def _repair(self) -> None:
        fix = self.fixes[self.sender().property("fix")]
        try:
            self._session.apply(fix.title, fix.edit)
        except EditRefused as refusal:
            self._session.noticed.emit(refusal.whole)

    def mouseReleaseEvent(self, event) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.problem.node:
            self.chosen.emit(self.problem.node)

    def keyPressEvent(self, event) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.problem.node:
            self.chosen.emit(self.problem.node)
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event) -> None:
        self.update()

    def leaveEvent(self, event) -> None:
        self.update()

    def focusInEvent(self, event) -> None:
        self.update()
        super().focusInEvent(event)

    def paintEvent(self, event) -> None:
        now = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.problem.node and (self.underMouse() or self.hasFocus()):
            painter.setPen(QPen(now.accent, 1) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(now.hover)
            rect = QRectF(self.rect()).adjusted(4.5, 1.5, -4.5, -1.5)
            painter.drawRoundedRect(rect, 5, 5)


def _folder_of(layer: Layer) -> Path | None:
    """Return the folder of a layer's file, where it is there."""
    folders = (Path(path).parent for path, _ in files_of(layer))
    return next((folder for folder in folders if folder.is_dir()), None)
