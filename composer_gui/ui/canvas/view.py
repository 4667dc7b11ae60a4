"""The canvas: hands every event of mouse, wheel and keys to the gesture or command it means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPixmapCache
from PySide6.QtWidgets import QFrame, QGraphicsView, QToolTip

from composer_gui.core.change import Change
from composer_gui.ui import keymap, preferences, theme
from composer_gui.ui.canvas.arranging import Arranging
from composer_gui.ui.canvas.backlog import AT_ONCE
from composer_gui.ui.canvas.camera import Camera
from composer_gui.ui.canvas.command_view import CommandView
from composer_gui.ui.canvas.hint import paint_corners
from composer_gui.ui.canvas.hits import NOTHING
from composer_gui.ui.canvas.hover import Hover
from composer_gui.ui.canvas.ink import Ink
from composer_gui.ui.canvas.interactions.choose import double_click
from composer_gui.ui.canvas.interactions.context_menu import open_menu
from composer_gui.ui.canvas.interactions.drop import Drop
from composer_gui.ui.canvas.keyboard import Keyboard
from composer_gui.ui.canvas.looks import Looks
from composer_gui.ui.canvas.many_moves import ManyMoves
from composer_gui.ui.canvas.minimap import Minimap
from composer_gui.ui.canvas.notice import CursorNotice
from composer_gui.ui.canvas.overview import Overview
from composer_gui.ui.canvas.pointer import Pointer
from composer_gui.ui.canvas.preview import Preview
from composer_gui.ui.canvas.problem_card import ProblemCard
from composer_gui.ui.canvas.quick_search import QuickSearch
from composer_gui.ui.canvas.scene import CanvasScene
from composer_gui.ui.canvas.tags import Tags
from composer_gui.ui.preferences import ALWAYS, WIRE_SPECS
from composer_gui.ui.words import plain_tip

if TYPE_CHECKING:
    from composer_gui.session.session import Session

CACHE = 48 * 1024
"""Kibibytes for pictures of nodes: as many as a screen of two pixels to the point can show. In Qt's
ten mebibytes they push each other out, and all of them are painted anew for every picture."""


class CanvasView(CommandView):
    """Shows a session's design and lets it be changed by hand.

    Signals: `selection_changed(tuple)` ids of the selected nodes, in order of making;
    `design_dropped(Path)` when a `.composer` file is dropped, `code_dropped(Path)` when a Python
    file is; `zoomed(float)`.
    """

    selection_changed = Signal(tuple)
    design_dropped = Signal(object)
    code_dropped = Signal(object)
    zoomed = Signal(float)
    _is_ready = False
    _pan_key: int | None = None

    def __init__(self, session: Session, parent=None) -> None:
        super().__init__(parent)
        self.session = session
        self.ink = Ink()
        self.ink.specs_at_rest = preferences.current().value(WIRE_SPECS) == ALWAYS
        self.setScene(CanvasScene(session, self.ink, self))
        self.camera = Camera(self)
        self.overview = Overview(self.scene())
        self.minimap = Minimap(self)
        self.notice = CursorNotice(self)
        self.hover = Hover(self)
        self.tags = Tags(self)
        self.search = QuickSearch(self)
        self.preview = Preview(self)
        self.card = ProblemCard(self)
        self.pointer = Pointer(self)
        self.arranging = Arranging(self)
        self.keyboard = Keyboard(self)
        self._drop = Drop(self)
        self._is_ready = True
        self._fits_when_shown = bool(session.document.nodes)
        self.many_moves = ManyMoves(self)
        self._telling = QTimer(self, singleShot=True, interval=0)
        self._looks = Looks(self)
        self._set_up()
        self._connect()

    def _set_up(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.SmartViewportUpdate)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontSavePainterState)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.setAcceptDrops(True)
        self.viewport().grabGesture(Qt.GestureType.PinchGesture)
        QPixmapCache.setCacheLimit(max(QPixmapCache.cacheLimit(), CACHE))
        self.setAccessibleName("Design canvas")
        self.camera.look_at(QPointF(0, 0))

    def _connect(self) -> None:
        scene = self.scene()
        scene.selection_changed.connect(self._tell_selection)
        self._telling.timeout.connect(self._tell_selection)
        scene.followed.connect(self._follow)
        scene.opened.connect(self.pointer.cancel)  # what was meant by it is not seen any more
        scene.opened.connect(self._looks.open_level)
        self.session.opened.connect(self.show_added)
        theme.watch().changed.connect(self.refresh)
        preferences.current().changed.connect(self._take_choice)

    # Events: mouse -------------------------------------------------------------------------------

    @property
    def gesture(self):
        """What the mouse is in the middle of, or None."""
        return self.pointer.gesture

    def mousePressEvent(self, event) -> None:
        event.accept()
        self.keyboard.hand_used()
        self.pointer.press(event)

    def mouseMoveEvent(self, event) -> None:
        self.pointer.move(event)

    def mouseReleaseEvent(self, event) -> None:
        event.accept()
        self.pointer.release(event)

    def mouseDoubleClickEvent(self, event) -> None:
        event.accept()
        if event.button() == Qt.MouseButton.LeftButton:
            at = self.camera.scene_at(event.position())
            double_click(self, self.hit(at), at)

    def leaveEvent(self, event) -> None:
        self.hover.move(NOTHING)
        super().leaveEvent(event)

    def wheelEvent(self, event) -> None:
        event.accept()
        self.pointer.wheel(event)

    def viewportEvent(self, event) -> bool:
        kind = event.type()
        if kind in (QEvent.Type.NativeGesture, QEvent.Type.Gesture) and self.pointer.pinch(event):
            return True
        if kind == QEvent.Type.ToolTip:
            text = self.hover.explain(self.hit(self.camera.scene_at(QPointF(event.pos()))))
            QToolTip.showText(event.globalPos(), plain_tip(text), self.viewport())
            return True
        return super().viewportEvent(event)

    def contextMenuEvent(self, event) -> None:
        event.accept()
        if not self.pointer.takes_menu(event):
            self.pointer.cancel()
            self.menu = open_menu(self, event)

    # Events: drag and drop -----------------------------------------------------------------------

    def dragEnterEvent(self, event) -> None:
        if self._drop.accepts(event.mimeData()):
            event.acceptProposedAction()
        else:
            event.ignore()

    def dragMoveEvent(self, event) -> None:
        at = self.camera.scene_at(event.position())
        self._drop.move(event.mimeData(), at, event.modifiers())
        event.acceptProposedAction()

    def dragLeaveEvent(self, event) -> None:
        self._drop.cancel()

    def dropEvent(self, event) -> None:
        at = self.camera.scene_at(event.position())
        self._drop.finish(event.mimeData(), at, event.modifiers())
        event.acceptProposedAction()

    # Events: keys --------------------------------------------------------------------------------

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab opens the quick search; Shift+Tab leaves the canvas."""
        return False if forward else super().focusNextPrevChild(forward)

    def keyPressEvent(self, event) -> None:
        command = keymap.current().command(event)
        if self.gesture is not None and command == "step_back":
            self.pointer.cancel()
        elif command == "pan" and not event.isAutoRepeat():
            self._pan_key = event.key()
            self.pointer.hold_space()
        elif not self.keyboard.press(event):
            event.ignore()

    def keyReleaseEvent(self, event) -> None:
        if event.key() == self._pan_key and not event.isAutoRepeat():
            self._pan_key = None
            self.pointer.let_space_go()
        else:
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event) -> None:
        self.pointer.let_space_go()
        super().focusOutEvent(event)

    def showEvent(self, event) -> None:
        super().showEvent(event)
        if self._fits_when_shown:
            self.fit()

    # Painting ------------------------------------------------------------------------------------

    def paintEvent(self, event) -> None:
        if self.overview.holds(self):
            if not self.many_moves.are_going_on:
                # So Qt knows that its view was painted: a scene of which all was to be painted
                # would not ask for anything again before
                super().paintEvent(QPaintEvent(QRect()))
            self.overview.paint(self, event)
        else:
            self.overview.let_go()
            self._look_around()
            super().paintEvent(event)
        paint_corners(self, event.region())
        self.keyboard.mark.paint_border(event.region())

    def _look_around(self) -> None:
        """Have drawn what comes into view."""
        is_far = self.overview.holds(self)
        self.scene().unseen.look(QRectF() if is_far else self.camera.seen())

    def drawBackground(self, painter: QPainter, rect: QRectF) -> None:
        if rect.isEmpty():
            return
        painter.fillRect(rect, self.ink.canvas)
        self.overview.paint_grid(painter, rect, self.camera.zoom)

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:
        self.keyboard.spotlight.paint(painter, rect)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        if not self._is_ready:
            return
        self._look_around()
        # The pixels were moved, and with them what was painted in the corners
        if not self.session.document.nodes:
            self.viewport().update()
        corners = self.minimap.region()
        self.viewport().update(corners + corners.translated(dx, dy))
        self.keyboard.mark.scrolled(dx, dy)
        self.card.follow_view()
        self.tags.soon()
        self.pointer.scrolled()

    # Following -----------------------------------------------------------------------------------

    def _follow(self, change: Change) -> None:
        if len(change.added) == len(self.session.document.nodes):
            self.viewport().update()  # the hint on the empty canvas comes and goes
        self.pointer.follow(change)
        self.hover.forget(change)

    def _tell_selection(self) -> None:
        """Tell what is selected: at once, or in the next turn where much was drawn in this one."""
        scene = self.scene()
        is_much = not scene.is_drawn or len(scene.selected_nodes) > AT_ONCE
        if is_much and self.sender() is not self._telling:
            if not self._telling.isActive():  # ahead of those who would look at it anyway
                self._telling.start()
            return
        self.selection_changed.emit(self.selected())

    def _take_choice(self, key: str) -> None:
        """Go by what the user has chosen."""
        if key == WIRE_SPECS:
            self.scene().show_specs(at_rest=preferences.current().value(key) == ALWAYS)

    def refresh(self) -> None:
        """Take the theme that holds now."""
        before = self.ink.fonts
        self.ink.refresh()
        self.scene().refresh_all(same_fonts=self.ink.fonts == before)
        self.viewport().update()
