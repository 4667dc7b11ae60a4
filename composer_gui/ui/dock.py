"""A dock of the window: a thin head, and below it the panel of the design that is shown."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import (
    QDockWidget,
    QHBoxLayout,
    QMenu,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from composer_gui.ui import theme
from composer_gui.ui.controls import SignButton
from composer_gui.ui.words import Line

HEAD_HEIGHT = 30


class DockHead(QWidget):
    """The name of a dock, and what makes it float or takes it away; drags the dock along."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_outlined = False
        self.name = Line(name, px=12, weight=600, tone="secondary")
        self.detach = SignButton("detach", f"Let {name} float, or put it back")
        self.close_button = SignButton("close", f"Close {name}")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 8, 0)
        row.setSpacing(0)
        row.addWidget(self.name, 1)
        row.addWidget(self.detach)
        row.addWidget(self.close_button)
        self.setFixedHeight(HEAD_HEIGHT)

    def say(self, text: str, tone: str) -> None:
        """Show the name, in the colour of a tone of the theme."""
        self.name.setText(text)
        self.name.set_tone(tone or "secondary")

    def set_outlined(self, outlined: bool) -> None:
        """Draw a line around, or none."""
        self._is_outlined = outlined
        self.update()

    def paintEvent(self, event) -> None:
        now = theme.current()
        painter = QPainter(self)
        painter.fillRect(self.rect(), now.panel)
        if self._is_outlined:
            painter.setPen(QPen(now.line, 1))
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, 1))


class _NoHead(QWidget):
    """Stands in the place of a head that is not wanted: behind a tab the tab is the head."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(0)


class Dock(QDockWidget):
    """Holds one panel for each design and shows that of one; `name` is what the layout knows it by.

    A panel is shown as long as it can be seen: behind a tab it has nothing to follow.

    Signals: `looks_changed(Dock)` when it was opened, closed, moved, or brought before or behind
    another.
    """

    looks_changed = Signal(object)

    def __init__(self, name: str, title: str, parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self.name = name
        self.title = title
        self.tone = ""
        self.head = DockHead(title, self)
        self._no_head = _NoHead(self)
        self._panel: QWidget | None = None
        self._nothing = QWidget()
        self._stack = QStackedWidget()
        self._stack.addWidget(self._nothing)
        self._frame = _Frame(self._stack)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setTitleBarWidget(self.head)
        self.setWidget(self._frame)
        self._connect()

    def _connect(self) -> None:
        self.head.detach.clicked.connect(self.toggle_floating)
        self.head.close_button.clicked.connect(self.close)
        self.visibilityChanged.connect(self._fill)
        self.visibilityChanged.connect(self._tell)
        self.topLevelChanged.connect(self._tell)
        self.dockLocationChanged.connect(self._tell)

    def _tell(self, *_: object) -> None:
        self.looks_changed.emit(self)

    @property
    def is_open(self) -> bool:
        """Whether it is there, if only behind a tab or in a window of its own."""
        return not self.isHidden()

    @property
    def is_seen(self) -> bool:
        """Whether its panel can be seen, and is not behind another one."""
        return self.isVisible() and not self.visibleRegion().isEmpty()

    # What it holds -------------------------------------------------------------------------------

    def add(self, panel: QWidget) -> None:
        """Take in the panel of a design."""
        self._stack.addWidget(panel)

    def drop(self, panel: QWidget) -> None:
        """Let go of the panel of a design, which the caller deletes."""
        self._stack.removeWidget(panel)
        if self._panel is panel:
            self._panel = None

    def show_panel(self, panel: QWidget, text: str = "", tone: str = "") -> None:
        """Show the panel of a design, with a head of its own or the usual one."""
        self._panel = panel
        self._fill(self.is_seen)
        self.say(text, tone)

    def _fill(self, seen: bool) -> None:
        # A window that is an icon tells of docks that are not visible, but it keeps its focus
        wanted = self._panel if seen or self.is_seen else None
        self._stack.setCurrentWidget(wanted or self._nothing)

    def say(self, text: str = "", tone: str = "") -> None:
        """Let the head say `text`, or the usual name, in the colour of a tone."""
        self.tone = tone
        self.setWindowTitle(text or self.title)
        self.head.say(text or self.title, tone)

    # How it stands -------------------------------------------------------------------------------

    def toggle_floating(self) -> None:
        """Make it a window of its own, or put it back where it was."""
        self.setFloating(not self.isFloating())

    def use_head(self, wanted: bool) -> None:
        """Show the head, or leave it to the tab."""
        head = self.head if wanted else self._no_head
        if self.titleBarWidget() is not head:
            self.titleBarWidget().hide()
            self.setTitleBarWidget(head)
            head.show()
        for part in (self.head, self._frame):
            part.set_outlined(self.isFloating())

    def contextMenuEvent(self, event) -> None:
        if self.head.geometry().contains(event.pos()):
            self.menu().popup(event.globalPos())
            event.accept()

    def menu(self) -> QMenu:
        """Return the menu of its head or tab."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        text = "Put Back" if self.isFloating() else "Float"
        menu.addAction(text).triggered.connect(self.toggle_floating)
        menu.addAction("Close").triggered.connect(self.close)
        return menu


class _Frame(QWidget):
    """Holds the panels; outlined where the dock is a window without a border of its own."""

    def __init__(self, stack: QStackedWidget) -> None:
        super().__init__()
        self._is_outlined = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(stack)

    def set_outlined(self, outlined: bool) -> None:
        """Draw a line around, or none."""
        if outlined != self._is_outlined:
            self._is_outlined = outlined
            margin = 1 if outlined else 0
            self.layout().setContentsMargins(margin, 0, margin, margin)
            self.update()

    def paintEvent(self, event) -> None:
        now = theme.current()
        painter = QPainter(self)
        painter.fillRect(self.rect(), now.panel)
        if self._is_outlined:
            painter.setPen(QPen(now.line, 1))
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, -1, -0.5, -0.5))


class DockTabs(QWidget):
    """Dresses the tab bars that Qt puts above docks that share a place, and paints them."""

    def __init__(self, docks: dict[str, Dock], parent: QWidget) -> None:
        super().__init__(parent)
        self.hide()
        self._docks = docks

    def dress(self, bar: QTabBar) -> None:
        """Take over how a tab bar looks, and its menu."""
        bar.setDrawBase(False)
        bar.setExpanding(False)
        bar.setDocumentMode(True)
        bar.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        bar.setFont(theme.font(theme.BODY, 600))
        bar.setAccessibleName("Panels")
        bar.installEventFilter(self)

    def dock(self, bar: QTabBar, index: int) -> Dock | None:
        """Return the dock behind a tab."""
        text = bar.tabText(index)
        docks = (dock for dock in self._docks.values() if not dock.isFloating())
        return next((dock for dock in docks if dock.windowTitle() == text), None)

    def eventFilter(self, bar, event) -> bool:
        if event.type() == QEvent.Type.Paint:
            self._paint(bar)
            return True
        if event.type() == QEvent.Type.ContextMenu:
            self._open_menu(bar, event.pos(), event.globalPos())
            return True
        return False

    def _open_menu(self, bar: QTabBar, at: QPoint, there: QPoint) -> None:
        dock = self.dock(bar, bar.tabAt(at))
        if dock is not None:
            dock.menu().popup(there)

    def _paint(self, bar: QTabBar) -> None:
        now = theme.current()
        painter = QPainter(bar)
        painter.fillRect(bar.rect(), now.panel)
        for index in range(bar.count()):
            rect, chosen = bar.tabRect(index), index == bar.currentIndex()
            dock = self.dock(bar, index)
            tone = (dock.tone if dock else "") or ("text" if chosen else "secondary")
            painter.setFont(theme.font(theme.BODY, 600 if chosen else 500))
            painter.setPen(getattr(now, tone))
            painter.drawText(rect, int(Qt.AlignmentFlag.AlignCenter), bar.tabText(index))
            if chosen:
                painter.fillRect(rect.adjusted(12, rect.height() - 2, -12, 0), now.accent)
                if bar.hasFocus():
                    painter.setPen(QPen(now.accent, 1))
                    painter.drawRect(rect.adjusted(5, 6, -6, -7))
        painter.fillRect(0, bar.height() - 1, bar.width(), 1, now.line)
