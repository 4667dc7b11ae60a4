"""One problem as it is shown everywhere: a mark, its sentence, Keras's words, and its repairs."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import (
    QApplication,
    QBoxLayout,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from composer_gui.core import edits
from composer_gui.core.document import Call
from composer_gui.core.layer_kinds import Layer
from composer_gui.core.problems import ERROR, Problem
from composer_gui.core.saved_files import files_of
from composer_gui.core.trials import Offer
from composer_gui.session.session import Session
from composer_gui.ui import file_dialogs, theme
from composer_gui.ui.canvas.fix_buttons import Waiting, link
from composer_gui.ui.canvas.problem_words import EXPLAIN, EXPLAIN_TIP, OriginLink
from composer_gui.ui.canvas.telling import SILENCE_TIP, Telling, can_be_silenced, telling_of
from composer_gui.ui.controls import ElidedButton, paint_mark, push_button
from composer_gui.ui.explaining import explain
from composer_gui.ui.flow import Flow
from composer_gui.ui.panels import code_consent
from composer_gui.ui.panels.offer_button import OfferButton
from composer_gui.ui.severity import is_wrong
from composer_gui.ui.words import Paragraph

MOST_FIXES = 4

LOST = ("file_absent", "file_changed")
"""Codes of problems that another file may mend."""


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
    """A problem to press and to repair. `chosen(node id)` when it or its cause is pressed;
    `looked_at(Offer)` while mouse or keys are on a repair, `looked_at(None)` when they are no more.

    A `titled` one is for a wide place: there repairs stand side by side. Once somebody sees the row
    (`look_for_fixes`) repairs are tried, and it is said where the value was set. What usually is
    meant and what Keras says is one press away.
    """

    chosen = Signal(str)
    looked_at = Signal(object)

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
        self.fixes: tuple[Offer, ...] = ()
        self.buttons: list[OfferButton] = []
        self._passing: list[QWidget] = []
        self._others: list[QPushButton] = []
        self._silencing: list[QPushButton] = []
        self.is_asked = False
        self._filled = ([], False)
        self._told: Telling | None = None
        self._more: QPushButton | None = None
        self._rest: _Rest | None = None
        self.setAccessibleName(problem.message)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # with none at all it has no place for Tab
        if problem.node:
            self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self.setAccessibleDescription("Return goes to the node.")
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._lay_out(titled, margins)
        self._add_others()
        session.fixes_found.connect(self._take_fixes)

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
        self._cause = QVBoxLayout()
        words.addLayout(self._cause)
        self._line: QBoxLayout | Flow = Flow() if titled else QVBoxLayout()
        self._line.setSpacing(6)
        words.addLayout(self._line)
        self._links = QHBoxLayout()
        self._links.setSpacing(14)
        if not titled:
            words.addLayout(self._links)
        self._words = words
        row.addLayout(words, 1)

    def _tell(self) -> None:
        """Say where the value was set, as far as that is known now."""
        telling = telling_of(self._session, self.problem)
        if telling == self._told:
            return
        self._told = telling
        while self._cause.count():
            _drop(self._cause.takeAt(0).widget())
        if telling.set_at:
            link = OriginLink(telling, self)
            link.went_to.connect(self.chosen)
            self._cause.addWidget(link)
        elif telling.cause:
            self._cause.addWidget(Paragraph(telling.cause, px=12, tone="secondary"))
        if self._cause.count() and self.isVisible():
            self._cause.itemAt(0).widget().show()
        if self._rest is not None:
            self._rest.tell(telling)
        has_more = bool(telling.usually or telling.problem.detail)
        if has_more and self._more is None:
            self._offer_more()
        if self._more is not None:
            self._more.setVisible(has_more)
        self.chain()

    def look_for_fixes(self) -> None:
        """Show the cause and the repairs; these are tried first, where they were not."""
        self.is_asked = True
        self._tell()
        self._show_fixes(self._session.fixes(self.problem)[:MOST_FIXES])

    def _take_fixes(self, problem: Problem) -> None:
        if self.is_asked and problem == self.problem:
            self._show_fixes(self._session.fixes(problem)[:MOST_FIXES])

    def _show_fixes(self, fixes: tuple[Offer, ...]) -> None:
        is_trying = self._session.is_trying(self.problem)
        if is_trying and not fixes and self.fixes:
            return  # what was found a moment ago stays while it is tried anew
        shown = [fix.title for fix in fixes], is_trying
        if shown != self._filled:
            self.fixes = fixes
            self._filled = shown
            self._fill_buttons()
        for button, fix in zip(self.buttons, fixes, strict=True):
            button.offer = fix

    def _fill_buttons(self) -> None:
        """Put the repairs before what else can be done, which stays."""
        for widget in self._passing:
            self._line.removeWidget(widget)
            _drop(widget)
        self.buttons = [OfferButton(fix, self) for fix in self.fixes]
        for button in self.buttons:
            button.clicked.connect(self._repair)
            button.looked_at.connect(self.looked_at)
        waits = self._filled[1] and not self.fixes
        self._passing = [*self.buttons, *([Waiting("Trying repairs", self)] if waits else ())]
        for place, widget in enumerate(self._passing):
            self._put(place, widget)
        self.chain()
        self._make_room()

    def chain(self, behind: QWidget | None = None) -> QWidget:
        """Have Tab lead through what can be pressed, from above to below; return the last of it.

        It comes `behind` another widget; without one, where it was. Qt would go in the order in
        which things were made, and repairs are found late.
        """
        if behind is not None:
            QWidget.setTabOrder(behind, self)
        last: QWidget = self
        cause = self._cause.itemAt(0).widget() if self._cause.count() else None
        links = [cause] if isinstance(cause, OriginLink) else []
        more = [self._more] if self._more is not None else []
        rest = [self._rest.explain] if self._rest is not None else []
        for widget in (*links, *self.buttons, *self._others, *more, *self._silencing, *rest):
            QWidget.setTabOrder(last, widget)
            last = widget
        return last

    def _add_others(self) -> None:
        """Add what can be done besides repairs, at the end of the line."""
        if self._lost_layer() is not None:
            self._add(push_button("Choose its file…")).clicked.connect(self._choose_file)
        if self._lacks_class():
            button = self._add(ElidedButton(code_consent.deed(self._session)))
            button.clicked.connect(self._name_code)
        if can_be_silenced(self.problem):
            silence = link("Silence here", self)
            self._links.addWidget(silence)
            self._silencing.append(silence)
            silence.setToolTip(SILENCE_TIP)
            silence.clicked.connect(self._silence)
        if isinstance(self._line, Flow):  # beside the repairs, in a wide place
            holder = QWidget(self)
            self._links.setContentsMargins(8, 0, 0, 0)
            holder.setLayout(self._links)
            self._line.addWidget(holder)
        else:
            self._links.addStretch(1)
        self._make_room()

    def _add(self, widget: QWidget) -> QWidget:
        self._put(self._line.count(), widget)
        self._others.append(widget)
        return widget

    def _put(self, place: int, widget: QWidget) -> None:
        self._line.insertWidget(place, widget)
        if self.isVisible():
            widget.show()  # now, and not with the next event: what is below is measured at once

    def _make_room(self) -> None:
        has_some = self._line.count() > 0
        self._line.setContentsMargins(0, 3 * has_some, 0, 2 * has_some)

    def _offer_more(self) -> None:
        """Add the way to what is folded; a row that nobody has seen does without."""
        self._more = link("More", self)
        self._more.setAccessibleName("More about this problem")
        self._more.clicked.connect(self._toggle)
        self._links.insertWidget(0, self._more)
        self._more.show()

    def _toggle(self) -> None:
        if self._rest is None:
            self._rest = _Rest(self)
            self._rest.tell(self._told)
            self._words.addWidget(self._rest)
            self.chain()
        self._rest.setVisible(self._rest.isHidden())
        is_open = not self._rest.isHidden()
        self._more.setText("Less" if is_open else "More")
        self._more.setAccessibleName(f"{self._more.text()} about this problem")

    def _silence(self) -> None:
        label = f"Silence a warning of {self._session.document.label(self.problem.node)}"
        args = (self.problem.node, self.problem.code)
        self._session.try_apply(label, edits.silence, *args)

    def _lacks_class(self) -> bool:
        return self.problem.code in (code_consent.MISSING_CLASS, "missing_class_inputs")

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
        offer = self.sender().offer
        self.looked_at.emit(None)
        self._session.apply_offer(offer)

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


class _Rest(QWidget):
    """What usually is meant, what Keras says, and the way to the page; folded at first."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._code = ""
        self._usual = Paragraph(px=12, tone="secondary")
        self._detail = Paragraph(px=11, tone="secondary")
        self._detail.setFont(theme.mono(11))
        self._detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._usual)
        column.addWidget(self._detail)
        self.explain = link(EXPLAIN, self)
        self.explain.setToolTip(EXPLAIN_TIP)
        self.explain.clicked.connect(self._explain)
        column.addWidget(self.explain, 0, Qt.AlignmentFlag.AlignLeft)
        self.hide()

    def _explain(self) -> None:
        explain(self, self._code)

    def tell(self, telling: Telling) -> None:
        """Have these words ready."""
        self._code = telling.problem.code
        for line, words in ((self._usual, telling.usually), (self._detail, telling.problem.detail)):
            line.setText(words)
            line.setVisible(bool(words))


def has_keys(widget: QWidget) -> bool:
    """Return whether the keys are on a widget or on something in it."""
    focused = QApplication.focusWidget()
    return focused is not None and (focused is widget or widget.isAncestorOf(focused))


def _drop(widget: QWidget) -> None:
    widget.hide()
    widget.deleteLater()


def _folder_of(layer: Layer) -> Path | None:
    """Return the folder of a layer's file, where it is there."""
    folders = (Path(path).parent for path, _ in files_of(layer))
    return next((folder for folder in folders if folder.is_dir()), None)
