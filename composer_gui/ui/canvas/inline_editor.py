"""Writing a parameter in place: one floating field over a node's row; Tab goes to the next one."""

from __future__ import annotations

from itertools import count

from PySide6.QtCore import QPoint, QPointF, QRect, Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QLineEdit, QWidget

from composer_gui.core.change import Change
from composer_gui.core.errors import EditRefused
from composer_gui.ui import theme
from composer_gui.ui.canvas.geometry import ROW
from composer_gui.ui.canvas.inline_values import InlineValue, edit_for, hint, stepped, values_of
from composer_gui.ui.canvas.interactions.rename import write_on
from composer_gui.ui.canvas.node_item import NodeItem
from composer_gui.ui.search_field import ENTER

NARROWEST = 236
"""Width of the field on the screen at least, in pixels, however far away the node is."""
_STEPS = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}
_openings = count()


def edit_value(view, node_id: str, name: str = "") -> QWidget | None:
    """Open the field over a node's parameter `name`, else over the one that matters most.

    That is the first required one without a value, else the first that the node shows. Where a
    node has no parameters its label or its text is written. Return the field, None where there is
    nothing to be written on.
    """
    item = view.scene().nodes.get(node_id)
    if item is None:
        return None
    values = _values(view, node_id)
    names = [value.name for value in values]
    if not names or (name and name not in names):
        return write_on(view, node_id)
    editor = InlineEditor(view, node_id)
    editor.open_at(name or names[0])
    return editor


def row_at(item: NodeItem, at: QPointF) -> str:
    """Return the name of the parameter in whose row `at` lies, in the scene; "" beside the rows."""
    below = at.y() - item.y() - item.layout.rows_top
    row = int(below // ROW)
    if below < 0 or row >= len(item.face.rows) or not item.card().contains(at):
        return ""
    return item.face.rows[row][0]


def _values(view, node_id: str) -> tuple[InlineValue, ...]:
    item, session = view.scene().nodes[node_id], view.session
    shown = tuple(name for name, _ in item.face.rows) if isinstance(item, NodeItem) else ()
    return values_of(session.document, session.catalog, node_id, shown)


class InlineEditor(QFrame):
    """A child of the viewport. Enter and leaving it keep, Tab keeps and goes on, Escape does not.

    What was kept from its opening to its end is one undo step. What will not do is said below the
    field, which stays. It follows its node when the view moves, and goes with it.
    """

    closed = Signal()

    def __init__(self, view, node_id: str) -> None:
        super().__init__(view.viewport())
        self._view = view
        self._node_id = node_id
        self._value: InlineValue | None = None
        self._merge = ("inline", node_id, next(_openings))
        self._done = False
        self._name = QLabel(self)
        self.field = _Field(self)
        self.sentence = QLabel(self)
        self._set_up()
        self._connect()

    def _set_up(self) -> None:
        self.setObjectName("inlineEditor")
        self.setAccessibleName("Parameter in place")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._name.setFont(theme.font(12, 500))
        self.field.setFont(theme.mono(12))
        self.sentence.setFont(theme.font(11, 400))
        self.sentence.setWordWrap(True)
        self.sentence.setTextFormat(Qt.TextFormat.PlainText)
        grid = QGridLayout(self)
        grid.setContentsMargins(15, 5, 8, 6)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.addWidget(self._name, 0, 0)
        grid.addWidget(self.field, 0, 1)
        grid.addWidget(self.sentence, 1, 0, 1, 2)
        grid.setColumnStretch(1, 1)

    def _connect(self) -> None:
        self.field.kept.connect(self._end_kept)
        self.field.cancelled.connect(self.cancel)
        self.field.went_on.connect(self._go_on)
        self.field.stepped.connect(self._step)
        self.field.left.connect(self._leave)
        self.field.textEdited.connect(self._forgive)
        self._view.session.changed.connect(self._follow)

    # Opening and closing -------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The parameter that is being written."""
        return self._value.name if self._value is not None else ""

    def open_at(self, name: str) -> None:
        """Show the field over the row of a parameter, with what it is now chosen."""
        self._take(name)
        self._view.pointer.editor = self
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def cancel(self) -> None:
        """Close without keeping what the field says."""
        if self._done:
            return
        self._done = True
        had_focus = self.field.hasFocus()
        self._view.session.changed.disconnect(self._follow)
        if self._view.pointer.editor is self:
            self._view.pointer.editor = None
        self.hide()
        if had_focus:
            self._view.setFocus()
        self.closed.emit()
        self.deleteLater()

    def keep(self) -> bool:
        """Set the parameter to what the field says; say why not where it will not do."""
        session, value = self._view.session, self._value
        try:
            edit = edit_for(value, self.field.text(), session.catalog)
            if edit is not None:
                session.apply(value.label, edit, merge=self._merge)
        except ValueError as why:
            self._tell(str(why), "wrong")
        except EditRefused as why:
            self._tell(why.whole, "wrong")
        else:
            return True
        return False

    def _end_kept(self) -> None:
        if self.keep():
            self.cancel()

    def _leave(self) -> None:
        """Keep what will do; what will not is dropped, as nobody looks at it any more."""
        if not self._done:
            self.keep()
            self.cancel()

    # Going on ------------------------------------------------------------------------------------

    def _go_on(self, step: int) -> None:
        before = [value.name for value in _values(self._view, self._node_id)]
        if not self.keep():
            return
        # In the order in which they were: a value that came may have put its row elsewhere
        at = before.index(self.name)
        self._take(before[(at + step) % len(before)])

    def _take(self, name: str) -> None:
        values = {value.name: value for value in _values(self._view, self._node_id)}
        self._value = value = values[name]
        self._name.setText(name)
        self.field.setAccessibleName(name)
        self.field.setAccessibleDescription(value.parameter.help)
        self.field.setPlaceholderText(_placeholder(value))
        self.field.setText(value.text)
        self.field.selectAll()
        self._forgive()

    def _step(self, step: int) -> None:
        text = stepped(self._value, self.field.text(), step, self._view.session.catalog)
        if text is not None:
            self.field.setText(text)
            self.field.selectAll()
            self._forgive()

    def _follow(self, change: Change) -> None:
        if self._node_id not in self._view.session.document.nodes:
            self.cancel()
        else:
            self.place()

    # How it looks --------------------------------------------------------------------------------

    def _forgive(self, _text: str = "") -> None:
        """Say what is wanted; what was wrong is being mended."""
        self._tell(hint(self._value, self._view.session.catalog), "tertiary")

    def _tell(self, sentence: str, tone: str) -> None:
        now = theme.current()
        is_wrong = tone == "wrong"
        line = now.wrong if is_wrong else now.accent
        self.field.setAccessibleDescription(sentence)
        self.setStyleSheet(
            f"#inlineEditor {{ background: {now.panel.name()}; border-radius: 6px;"
            f" border: 1px solid {line.name()}; }}"
            "QLineEdit { border: none; padding: 0; background: transparent; }"
            f"QLabel {{ color: {now.secondary.name()}; background: transparent; }}"
        )
        colour = getattr(now, tone).name()
        self.sentence.setStyleSheet(f"color: {colour}; background: transparent;")
        self.sentence.setText(sentence)
        self.place()

    def place(self) -> None:
        """Stand over the row, as wide as the node, inside the view."""
        view = self._view
        item = view.scene().nodes.get(self._node_id)
        if item is None or self._value is None:
            return
        card = item.card()
        corner = view.camera.screen_at(QPointF(card.left(), self._row_top(item)))
        width = max(NARROWEST, round(card.width() * view.camera.zoom))
        self.setFixedWidth(width)
        self.layout().activate()
        height = max(self.layout().heightForWidth(width), self.layout().minimumSize().height())
        row = round(ROW * view.camera.zoom)
        head = self.field.sizeHint().height() + 10
        at = QPoint(round(corner.x()), round(corner.y()) + (row - head) // 2)
        room = self.parentWidget().rect()
        x = max(4, min(at.x(), room.width() - width - 4))
        y = max(4, min(at.y(), room.height() - height - 4))
        self.setGeometry(QRect(x, y, width, height))

    def _row_top(self, item) -> float:
        """Return where the parameter's row begins, in the scene; where it would, if it has none."""
        names = [name for name, _ in item.face.rows]
        row = names.index(self.name) if self.name in names else len(names)
        return item.y() + item.layout.rows_top + ROW * row


class _Field(QLineEdit):
    """A line that hands on what its keys mean to the editor around it."""

    kept = Signal()
    cancelled = Signal()
    went_on = Signal(int)
    stepped = Signal(int)
    left = Signal()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes from parameter to parameter."""
        return False

    def keyPressEvent(self, event) -> None:
        key = event.key()
        if key in ENTER:
            self.kept.emit()
        elif key == Qt.Key.Key_Escape:
            self.cancelled.emit()
        elif key == Qt.Key.Key_Tab:
            self.went_on.emit(1)
        elif key == Qt.Key.Key_Backtab:
            self.went_on.emit(-1)
        elif key in _STEPS:
            self.stepped.emit(_STEPS[key])
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event) -> None:
        super().focusOutEvent(event)
        stays = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)
        if event.reason() not in stays:
            self.left.emit()


def _placeholder(value: InlineValue) -> str:
    if value.parameter.name == "shape" and not value.parameter.required:
        return "a single number"
    return "no value yet" if value.parameter.required else ""
