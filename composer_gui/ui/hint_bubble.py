"""A hint on the canvas: a small card in a place that nothing else needs, and who puts it there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from composer_gui.core.verdicts import FINE
from composer_gui.ui import hints, preferences, theme
from composer_gui.ui.controls import push_button
from composer_gui.ui.hints import ABOVE, BELOW, Hint, Moment
from composer_gui.ui.words import Paragraph

if TYPE_CHECKING:
    from composer_gui.ui.canvas.view import CanvasView
    from composer_gui.ui.main_window import MainWindow

WIDTH, GAP = 320, 16
REST = 1500
"""Milliseconds without a change after which somebody may be told something."""

LARGE = 2000
"""Nodes from which nobody is told anything: looking through them takes longer than it helps."""

QUIET = 20_000
"""Milliseconds after a hint was dismissed before there is another."""


class HintBubble(QFrame):
    """A hint on a canvas, where no node, wire or map is; where all is full it waits unseen.

    Signals: `dismissed(str)` its id, `refused()` when no hints are wanted at all, `view_moved()`
    when something else is seen now.
    """

    dismissed = Signal(str)
    refused = Signal()
    view_moved = Signal()

    def __init__(self, view: CanvasView, hint: Hint) -> None:
        super().__init__(view.viewport())
        self._view = view
        self.hint = hint
        self.words = Paragraph(hint.words(), px=12)
        self.got_it = push_button("Got it", role="link")
        self.no_more = push_button("No more hints", role="quiet link")
        self._set_up()
        self._connect()
        self.hide()

    def _set_up(self) -> None:
        self.setObjectName("hintBubble")
        self.setAccessibleName("Hint")
        self.setAccessibleDescription(self.hint.words())
        self.setAutoFillBackground(True)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addStretch(1)
        for button in (self.no_more, self.got_it):
            button.setFont(theme.font(12, 500))
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setCursor(Qt.CursorShape.PointingHandCursor)
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 11, 14, 9)
        column.setSpacing(6)
        column.addWidget(self.words)
        column.addLayout(row)
        self._dress()

    def _dress(self) -> None:
        now = theme.current()
        self.setStyleSheet(
            f"#hintBubble {{ background: {now.card.name()}; border-radius: 8px;"
            f" border: 1px solid {now.card_line.name()}; border-left: 3px solid"
            f" {now.accent.name()}; }}"
        )

    def _connect(self) -> None:
        view, scene = self._view, self._view.scene()
        self.got_it.clicked.connect(self._dismiss)
        self.no_more.clicked.connect(self.refused)
        theme.watch().changed.connect(self._dress)
        view.viewport().installEventFilter(self)
        for bar in (view.horizontalScrollBar(), view.verticalScrollBar()):
            bar.valueChanged.connect(self.find_room)
            bar.valueChanged.connect(self._tell_moved)
        view.zoomed.connect(self._tell_moved)
        for moved in (view.zoomed, scene.moved, scene.followed, scene.drawn):
            moved.connect(self.find_room)

    def _dismiss(self) -> None:
        self.dismissed.emit(self.hint.id)

    def _tell_moved(self, *_: object) -> None:
        self.view_moved.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.find_room()
        return False

    def find_room(self, *_: object) -> None:
        """Go where nothing is; stay where that is so already; be gone where there is no room."""
        if not self.isHidden() and self._is_free(self.geometry()):
            return
        place = next(filter(self._is_free, self._places()), None)
        if place is None:
            self.hide()
            return
        was_hidden = self.isHidden()
        self.setGeometry(place)
        self.show()
        self.raise_()
        if was_hidden:
            said = QAccessibleAnnouncementEvent(self, self.hint.words())
            QAccessible.updateAccessibility(said)

    def _places(self) -> Iterator[QRect]:
        """Yield the places to look at, the best first."""
        room = self._view.viewport().size()
        width = min(WIDTH, room.width() - 2 * GAP)
        size = QSize(width, max(self.heightForWidth(width), self.minimumSizeHint().height()))
        left, right = GAP, room.width() - width - GAP
        middle = (room.width() - width) // 2
        top, bottom = GAP, room.height() - size.height() - GAP
        orders = {
            BELOW: ((middle, bottom), (left, bottom), (right, bottom), (middle, top)),
            ABOVE: ((middle, top), (right, top), (left, top), (middle, bottom)),
        }
        others = ((right, top), (middle, top), (right, bottom), (middle, bottom), (left, top))
        for x, y in orders.get(self.hint.place, others):
            yield QRect(x, y, size.width(), size.height())

    def _is_free(self, place: QRect) -> bool:
        """Return whether nothing is at a place of the viewport, nor near it."""
        near = place.adjusted(-GAP // 2, -GAP // 2, GAP // 2, GAP // 2)
        view = self._view
        if not view.viewport().rect().contains(place) or view.minimap.region().intersects(near):
            return False
        covers = (view.card, view.search)
        if any(part.isVisible() and part.geometry().intersects(near) for part in covers):
            return False
        return not view.items(near)


class HintGiver(QObject):
    """Gives a window's user the hint that helps, once work rests; one at a time, and seldom."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.bubble: HintBubble | None = None
        self.rest = QTimer(self, singleShot=True, interval=REST)
        self.quiet = QTimer(self, singleShot=True, interval=QUIET)
        self.rest.timeout.connect(self.look)
        self.quiet.timeout.connect(self.rest.start)
        hints.current().changed.connect(self._follow)
        preferences.current().changed.connect(self._follow)

    def soon(self) -> None:
        """Look once nothing has happened for a moment."""
        shown = self._shown()
        if shown is not None and not self._is_here(shown):
            self._drop()
        if not self.quiet.isActive():
            self.rest.start()

    def look(self) -> None:
        """Say the hint that helps now, if one does and nobody is in the middle of something."""
        window, shown = self._window, self._shown()
        if not window.is_working or not window.isVisible():
            return
        view = window.canvas
        if len(view.session.document.nodes) > LARGE or not hints.current().are_left:
            self._drop()
        elif shown is not None:
            if not shown.hint.helps(_moment(view)):
                self._drop()
        elif view.gesture is not None or view.search.isVisible() or view.card.isVisible():
            self.rest.start()
        else:
            self._give(view, hints.current().next(_moment(view)))

    def _give(self, view: CanvasView, hint: Hint | None) -> None:
        if hint is not None:
            self.bubble = HintBubble(view, hint)
            self.bubble.dismissed.connect(self._dismiss)
            self.bubble.refused.connect(self._refuse)
            self.bubble.view_moved.connect(self.rest.start)  # it may help no more
            self.bubble.find_room()

    def _shown(self) -> HintBubble | None:
        """Return the hint that is given now; a tab that was closed has taken its own with it."""
        if self.bubble is not None and not shiboken6.isValid(self.bubble):
            self.bubble = None
        return self.bubble

    def _is_here(self, shown: HintBubble) -> bool:
        """Return whether a hint is on the canvas in front."""
        window = self._window
        return window.is_working and shown.parent() is window.canvas.viewport()

    def _dismiss(self, name: str) -> None:
        self._drop()
        self.quiet.start()
        hints.current().dismiss(name)

    def _refuse(self) -> None:
        self._drop()
        preferences.current().choose(preferences.HINTS, False)

    def _follow(self, *_: object) -> None:
        """Another window may have dismissed it; the settings may want none, or all again."""
        shown = self._shown()
        wanted = preferences.current().value(preferences.HINTS)
        if shown is not None and (not wanted or shown.hint.id in hints.current().dismissed):
            self._drop()
        elif shown is None and not self.quiet.isActive():
            self.rest.start()

    def _drop(self) -> None:
        shown = self._shown()
        if shown is not None:
            had_focus = shown.isAncestorOf(self._window.focusWidget())
            if had_focus:
                self._window.canvas.setFocus()
            shown.hide()
            shown.deleteLater()
        self.bubble = None


def _moment(view: CanvasView) -> Moment:
    """Return what hints look at, of the canvas in front."""
    session = view.session
    is_right = session.is_settled and session.engine_state == "ready" and not session.problems()
    verdicts = session.verdicts.values()
    content = view.scene().content_rect()
    return Moment(
        session.document,
        is_right=is_right and bool(verdicts) and all(v.kind == FINE for v in verdicts),
        is_whole=content.isNull() or view.camera.seen().contains(content),
        steps=session.history.present,
    )
