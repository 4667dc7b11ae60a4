"""What an export came to: the files, each check with its tick, and what else is to be known."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPointF, QSize, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QPainter
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from composer_gui.session.exports import Check, Report
from composer_gui.ui import theme
from composer_gui.ui.controls import draw_sign, push_button
from composer_gui.ui.words import Head, Line, Paragraph


class Verdict(QWidget):
    """A tick for a check that held, a cross for one that did not."""

    def __init__(self, ok: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ok = ok
        self.setAccessibleName("holds" if ok else "does not hold")
        self.setFixedSize(QSize(18, 18))

    def paintEvent(self, event) -> None:
        now = theme.current()
        sign, colour = ("tick", now.right) if self._ok else ("close", now.wrong)
        draw_sign(QPainter(self), sign, QPointF(9, 9), colour)


class ReportView(QScrollArea):
    """Shows a report; it can be read to the end, also where it is long."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("What was exported, and its proof")
        self.viewport().setAutoFillBackground(False)

    def show_report(self, report: Report) -> None:
        """Show the files, the checks and the warnings."""
        inside = QWidget()
        inside.setAutoFillBackground(False)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 4, 8, 4)
        column.setSpacing(8)
        column.addWidget(Paragraph(report.sentence, tone="secondary"))
        if report.checks:
            column.addSpacing(4)
            column.addWidget(Head("Proof"))
            column.addWidget(_checks(report.checks))
        column.addSpacing(4)
        column.addWidget(Head("Files"))
        column.addWidget(_files(report.files))
        for warning in report.warnings:
            column.addWidget(Paragraph(warning, px=12, tone="tertiary"))
        column.addStretch(1)
        self.setWidget(inside)

    def missing_height(self) -> int:
        """Return by how many pixels the report is higher than what is seen of it."""
        wanted = self.widget().heightForWidth(self.viewport().width() - 8)
        return max(0, max(wanted, self.widget().sizeHint().height()) - self.viewport().height())


def _files(paths: tuple[Path, ...]) -> QWidget:
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(4)
    for path in paths:
        column.addWidget(FileRow(path))
    return holder


class FileRow(QWidget):
    """A file that was written, and a button that shows its folder."""

    def __init__(self, path: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folder = path.parent
        name = Line(path.name, px=12, mono=True)
        where = Line(str(path.parent), px=12, tone="tertiary", elide=Qt.TextElideMode.ElideMiddle)
        show = push_button("Show in folder", role="quiet")
        show.setAutoDefault(False)
        show.setAccessibleName(f"Show {path.name} in its folder")
        show.clicked.connect(self._show)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(name)
        row.addWidget(where, 1)
        row.addWidget(show)

    def _show(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._folder)))


def _checks(checks: tuple[Check, ...]) -> QWidget:
    holder = QWidget()
    grid = QGridLayout(holder)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(8)
    grid.setVerticalSpacing(6)
    for number, check in enumerate(checks):
        grid.addWidget(Verdict(check.ok), number, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(Paragraph(check.detail or check.name), number, 1)
    grid.setColumnStretch(1, 1)
    return holder
