"""The tabs at the top of the window: a tab for each open design, and one for the gallery."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QPainter, QPen
from PySide6.QtWidgets import QMenu, QTabBar, QToolButton, QWidget

from composer_gui.ui import theme
from composer_gui.ui.controls import draw_sign
from composer_gui.ui.reasons import allow
from composer_gui.ui.words import plain_tip

GALLERY = "Gallery"

NARROWEST = 132
"""Pixels of a tab that can still be told from others."""


class CloseButton(QToolButton):
    """Closes a tab; while nobody points at it, a dot says that something is not saved."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_clean = True
        self.setFixedSize(22, 22)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Ctrl+W does the same

    def set_clean(self, is_clean: bool) -> None:
        """Say whether all is saved."""
        self._is_clean = is_clean
        self.update()

    @property
    def has_dot(self) -> bool:
        """Whether the dot is shown in the place of the cross."""
        return not self._is_clean and not self.underMouse()

    def paintEvent(self, event) -> None:
        now = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        centre = QPointF(self.width() / 2, self.height() / 2)
        if self.has_dot:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(now.text)
            painter.drawEllipse(centre, 3.5, 3.5)
            return
        if self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(now.selection)
            painter.drawRoundedRect(self.rect().adjusted(2, 2, -2, -2), 4, 4)
        draw_sign(painter, "close", centre, now.text if self.underMouse() else now.tertiary)


class DesignTabs(QTabBar):
    """Shows what is open. What a tab stands for is any object with `title`, `is_clean` and `place`.

    Signals: `turned(object)` when another tab is in front, None for the gallery's;
    `close_wanted(object)` and `others_unwanted(object)`, to keep only that one.
    """

    turned = Signal(object)
    close_wanted = Signal(object)
    others_unwanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._open: dict[int, object] = {}
        self._next = 0
        self._set_up()
        self.currentChanged.connect(self._turn)
        theme.watch().changed.connect(self.update)

    def _set_up(self) -> None:
        self.setMovable(True)
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setUsesScrollButtons(True)
        self.setElideMode(Qt.TextElideMode.ElideRight)
        self.setSelectionBehaviorOnRemove(QTabBar.SelectionBehavior.SelectPreviousTab)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFont(theme.font(theme.BODY, 500))
        self.setAccessibleName("Open designs")

    # What is open --------------------------------------------------------------------------------

    def at(self, index: int) -> object:
        """Return what the tab at a place stands for; None for the gallery, or where none is."""
        return self._open.get(self.tabData(index))

    def __iter__(self) -> Iterator[object]:
        """Iterate over what is open, from left to right, without the gallery."""
        return (found for n in range(self.count()) if (found := self.at(n)) is not None)

    def place_of(self, opened: object) -> int:
        """Return where the tab of something is, -1 where it has none."""
        places = (n for n in range(self.count()) if self.at(n) is opened)
        return next(places, -1)

    def add(self, opened: object | None) -> None:
        """Give something a tab at the right end, None for the gallery, and bring it to the front.

        Something that has a tab only is brought to the front.
        """
        place = self.place_of(opened)
        if place < 0:
            self.blockSignals(True)  # the tab says nothing before it knows what it stands for
            place = self.addTab(GALLERY if opened is None else "")
            self.setTabData(place, self._next)
            self.blockSignals(False)
            if opened is not None:
                self._open[self._next] = opened
            self._next += 1
            self._add_button(place)
            self.name_all()
        if self.currentIndex() == place:
            self.turned.emit(opened)
        self.setCurrentIndex(place)

    def remove(self, opened: object | None) -> None:
        """Take a tab away."""
        place = self.place_of(opened)
        if place >= 0:
            number = self.tabData(place)
            self.removeTab(place)
            self._open.pop(number, None)
            self.name_all()

    def _add_button(self, place: int) -> None:
        button = CloseButton(self)
        button.clicked.connect(self._press_close)
        self.setTabButton(place, QTabBar.ButtonPosition.RightSide, button)

    def step(self, by: int) -> None:
        """Bring a tab so many further to the front, round and round."""
        if self.count():
            self.setCurrentIndex((self.currentIndex() + by) % self.count())

    def _turn(self, place: int) -> None:
        if place >= 0:
            self.turned.emit(self.at(place))

    # Names ---------------------------------------------------------------------------------------

    def name_all(self) -> None:
        """Write the titles; two files of one name say their folders, what has none is numbered."""
        titles = [opened.title for opened in self]
        numbers: Counter[str] = Counter()
        for number in sorted(self._open):  # as they were opened: a number stays with its tab
            opened = self._open[number]
            if titles.count(opened.title) > 1:
                numbers[opened.title] += opened.path is None
                self._name(opened, _extra(opened, numbers[opened.title]))
            else:
                self._name(opened, "")
        for place in range(self.count()):
            self._name_button(place)

    def _name(self, opened: object, extra: str) -> None:
        place = self.place_of(opened)
        path = opened.path
        title = f"{opened.title}{extra}"
        saved = "" if opened.is_clean else ", not saved"
        # An ampersand in a tab underlines the next letter
        self.setTabText(place, title.replace("&", "&&"))
        self.setTabToolTip(place, plain_tip(f"{path or title}{saved}"))
        self.setAccessibleTabName(place, f"{title}{saved}")

    def _name_button(self, place: int) -> None:
        opened = self.at(place)
        button = self.tabButton(place, QTabBar.ButtonPosition.RightSide)
        title = GALLERY if opened is None else opened.title
        button.set_clean(opened is None or opened.is_clean)
        button.setAccessibleName(f"Close {title}")
        button.setToolTip(plain_tip(f"Close {title}"))

    # Hand ----------------------------------------------------------------------------------------

    def _press_close(self) -> None:
        button = self.sender()
        side = QTabBar.ButtonPosition.RightSide
        for place in range(self.count()):
            if self.tabButton(place, side) is button:
                self.close_wanted.emit(self.at(place))
                return

    def mouseReleaseEvent(self, event) -> None:
        place = self.tabAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.MiddleButton and place >= 0:
            self.close_wanted.emit(self.at(place))
        else:
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event) -> None:
        if event.key() == Qt.Key.Key_Delete and self.count():
            self.close_wanted.emit(self.at(self.currentIndex()))
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event) -> None:
        by_key = event.reason() == event.Reason.Keyboard
        place = self.currentIndex() if by_key else self.tabAt(event.pos())
        if place >= 0:
            self.menu(place).popup(event.globalPos())

    def menu(self, place: int) -> QMenu:
        """Return what can be done with a tab."""
        opened = self.at(place)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        menu.addAction("Close").triggered.connect(lambda: self.close_wanted.emit(opened))
        others = menu.addAction("Close Others")
        others.triggered.connect(lambda: self.others_unwanted.emit(opened))
        allow(others, "" if self.count() > 1 else "No other tab is open.")
        menu.addSeparator()
        path = getattr(opened, "path", None)
        copy = menu.addAction("Copy Path")
        copy.triggered.connect(lambda: QGuiApplication.clipboard().setText(str(path)))
        allow(copy, "" if path is not None else "It was not saved yet, so it has no path.")
        return menu

    # Looks ---------------------------------------------------------------------------------------

    def minimumTabSizeHint(self, index: int) -> QSize:
        """Return how small a tab may become before the bar is rolled instead."""
        size = self.tabSizeHint(index)
        return QSize(min(size.width(), NARROWEST), size.height())

    def changeEvent(self, event) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.updateGeometry()

    def paintEvent(self, event) -> None:
        super().paintEvent(event)
        now = theme.current()
        painter = QPainter(self)
        for place in range(self.count()):
            rect = self.tabRect(place)
            if place not in (self.currentIndex() - 1, self.currentIndex()):  # its ground is an edge
                painter.fillRect(rect.right(), rect.top() + 14, 1, rect.height() - 28, now.line)
            if place == self.currentIndex():
                painter.fillRect(rect.left(), rect.top(), rect.width(), 2, now.accent)
        if self.hasFocus() and self.currentIndex() >= 0:
            painter.setPen(QPen(now.accent, 1))
            painter.drawRect(self.tabRect(self.currentIndex()).adjusted(4, 6, -5, -7))


def _extra(opened: object, number: int) -> str:
    """Return what tells something from another of the same title."""
    if opened.path is not None:
        return f" · {opened.path.parent.name}"
    return f" {number}" if number > 1 else ""
