"""The canvas as screen readers see it: a list whose entries are the nodes.

Qt asks a factory for the interface of a widget, remembers what it gets, and deletes it; Python has
to keep it alive till then, whatever becomes of the canvas: what Python freed, Qt would delete once
more. It asks again when the class of a widget seems another one, as that of Python's objects does
with every slot that is added, so that a canvas may have several. Interfaces hold the canvas weakly.
Those of nodes are made when somebody asks for them, and go with the nodes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from functools import cache, partial
from typing import TypeVar
from weakref import ref

from PySide6.QtCore import QPoint, QPointF, QRect
from PySide6.QtGui import (
    QAccessible,
    QAccessibleActionInterface,
    QAccessibleInterface,
    QContextMenuEvent,
)
from PySide6.QtWidgets import QAccessibleWidget, QApplication
from shiboken6 import VoidPtr, isValid

from composer_gui.core.verdicts import WRONG
from composer_gui.core.wording import counted
from composer_gui.ui.canvas import accessible_words as words

_TEXTS = {
    QAccessible.Text.Name: lambda view, node: words.name_of(view.session, node),
    QAccessible.Text.Value: lambda view, node: words.value_of(view.session, node),
    QAccessible.Text.Description: lambda view, node: words.description_of(view.scene(), node),
}
_given: deque[QAccessibleInterface] = deque()
"""What Qt was given and has to delete itself."""
Given = TypeVar("Given", bound=QAccessibleInterface)
_USE = "The arrow keys walk along the wires, C draws one, Enter edits the node."


class NodeActions(QAccessibleActionInterface):
    """What a screen reader can do with a node: go to it, edit it, open its menu."""

    def __init__(self, view, node_id: str) -> None:
        super().__init__()
        self._held = ref(view)
        self._node_id = node_id

    def actionNames(self) -> list[str]:
        own = QAccessibleActionInterface
        return [own.setFocusAction(), own.pressAction(), own.showMenuAction()]

    def doAction(self, name: str) -> None:
        view, own = self._held(), QAccessibleActionInterface
        if view is None or self._node_id not in view.scene().nodes:
            return
        view.setFocus()
        view.keyboard.walker.put(self._node_id)
        if name == own.pressAction():
            view.keyboard.edit()
        elif name == own.showMenuAction():
            middle = rect_of(view, self._node_id).center()
            place = view.viewport().mapFromGlobal(middle)
            asked = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, place, middle)
            QApplication.sendEvent(view.viewport(), asked)

    def keyBindingsForAction(self, _: str) -> list[str]:
        return []


class NodeInterface(QAccessibleInterface):
    """A node as an entry of the canvas."""

    def __init__(self, view, node_id: str) -> None:
        super().__init__()
        self._held = ref(view)
        self.node_id = node_id
        self._actions = NodeActions(view, node_id)

    @property
    def _view(self):
        return self._held()

    @property
    def _is_there(self) -> bool:
        view = self._view
        is_alive = view is not None and isValid(view)
        return is_alive and self.node_id in view.session.document.nodes

    def isValid(self) -> bool:
        return self._is_there

    def object(self):
        return None

    def window(self):
        return self._view.window().windowHandle() if self._is_there else None

    def parent(self) -> QAccessibleInterface | None:
        return QAccessible.queryAccessibleInterface(self._view) if self._is_there else None

    def child(self, _: int):
        return None

    def childAt(self, _x: int, _y: int):
        return None

    def childCount(self) -> int:
        return 0

    def indexOfChild(self, _: QAccessibleInterface) -> int:
        return -1

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.ListItem

    def text(self, which: QAccessible.Text) -> str:
        told = _TEXTS.get(which)
        return told(self._view, self.node_id) if told is not None and self._is_there else ""

    def setText(self, which: QAccessible.Text, text: str) -> None:
        """A node is renamed by its label on the canvas."""

    def rect(self) -> QRect:
        return rect_of(self._view, self.node_id) if self._is_there else QRect()

    def state(self) -> QAccessible.State:
        state = QAccessible.State()
        if not self._is_there:
            state.invalid = True
            return state
        view = self._view
        state.focusable = state.selectable = state.multiSelectable = True
        state.selected = self.node_id in view.scene().selected_nodes
        at_hand = view.keyboard.walker.stand() == self.node_id
        state.focused = state.active = at_hand and view.hasFocus()
        state.invalidEntry = view.session.verdict(self.node_id).kind == WRONG
        state.busy = words.is_pending(view.session, self.node_id)
        state.offscreen = not view.camera.seen().intersects(_card(view, self.node_id))
        return state

    def interface_cast(self, kind: QAccessible.InterfaceType):
        # None would bring the process down: a pointer is wanted
        wants_actions = kind == QAccessible.InterfaceType.ActionInterface
        return self._actions if wants_actions else VoidPtr(0)


class CanvasInterface(QAccessibleWidget):
    """A canvas: its children are the nodes, and behind them what floats above it."""

    def __init__(self, view, nodes: NodeInterfaces) -> None:
        super().__init__(view, QAccessible.Role.List, view.accessibleName())
        self._held = ref(view)
        self._nodes = nodes

    @property
    def _view(self):
        """The canvas, or None where it is being taken away."""
        view = self._held()
        return view if view is not None and isValid(view) else None

    def isValid(self) -> bool:
        return self._view is not None and super().isValid()

    def childCount(self) -> int:
        return len(self._nodes.order()) + 1 if self._view is not None else 0

    def child(self, index: int) -> QAccessibleInterface | None:
        if not 0 <= index < self.childCount():
            return None
        order = self._nodes.order()
        return self._nodes.of(order[index]) if index < len(order) else self._viewport()

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        if self._view is None:
            return -1
        if isinstance(child, NodeInterface):
            return self._nodes.place_of(child.node_id)
        return len(self._nodes.order()) if child.object() is self._view.viewport() else -1

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:
        view = self._view
        if view is None:
            return None
        at = view.viewport().mapFromGlobal(QPoint(x, y))
        if not view.viewport().rect().contains(at):
            return None
        if view.viewport().childAt(at) is None:
            node_id = view.hit(view.camera.scene_at(QPointF(at))).node
            if node_id:
                return self._nodes.of(node_id)
        return self._viewport()

    def focusChild(self) -> QAccessibleInterface | None:
        view = self._view
        here = view.keyboard.walker.stand() if view is not None and view.hasFocus() else ""
        return self._nodes.of(here) if here else super().focusChild()

    def text(self, which: QAccessible.Text) -> str:
        if which != QAccessible.Text.Description or self._view is None:
            return super().text(which)
        session = self._view.session
        wrong = sum(verdict.kind == WRONG for verdict in session.verdicts.values())
        count = counted(len(session.document.nodes), "node")
        return f"{count}, {wrong} of them wrong. {_USE}" if wrong else f"{count}. {_USE}"

    def _viewport(self) -> QAccessibleInterface:
        return QAccessible.queryAccessibleInterface(self._view.viewport())


class NodeInterfaces:
    """The interfaces of a canvas and of those of its nodes that were asked for."""

    def __init__(self, view) -> None:
        install()
        self._held = ref(view)
        self._made: dict[str, NodeInterface] = {}
        self._order: tuple[object, tuple[str, ...], dict[str, int]] = (None, (), {})
        view.viewport().setAccessibleName("Fields above the design")
        view.destroyed.connect(partial(_let_go, self._made))

    @property
    def _view(self):
        return self._held()

    def __contains__(self, node_id: str) -> bool:
        return node_id in self._made

    def make_canvas(self) -> CanvasInterface:
        """Return an interface of the canvas, a new one each time, as Qt wants it."""
        return _give(CanvasInterface(self._view, self))

    def of(self, node_id: str) -> NodeInterface:
        """Return the interface of a node, the same one as long as it is there."""
        made = self._made.get(node_id)
        if made is None:
            made = self._made[node_id] = _give(NodeInterface(self._view, node_id))
            QAccessible.registerAccessibleInterface(made)
        return made

    def forget(self, node_ids: Iterable[str]) -> None:
        """Let go of the interfaces of nodes that are gone."""
        _let_go({i: self._made.pop(i) for i in self._made.keys() & set(node_ids)})

    def order(self) -> tuple[str, ...]:
        """Return the nodes that are shown, in the order in which one reads them."""
        scene = self._view.scene()
        now = (scene.session.document, len(scene.nodes))
        known = self._order[0]
        if known is None or known[0] is not now[0] or known[1] != now[1]:
            order = tuple(self._view.keyboard.walker.in_order_of_reading())
            self._order = now, order, {node_id: place for place, node_id in enumerate(order)}
        return self._order[1]

    def place_of(self, node_id: str) -> int:
        """Return which child of the canvas a node is, -1 for none."""
        self.order()
        return self._order[2].get(node_id, -1)


def _give(interface: Given) -> Given:
    """Keep an interface for as long as Qt may use it, and of others some that Qt has deleted."""
    _given.append(interface)
    for _ in range(2):
        known = _given.popleft()
        if isValid(known):
            _given.append(known)
    return interface


def _let_go(made: dict[str, NodeInterface], *_: object) -> None:
    """Have Qt delete the interfaces of nodes; those of widgets it deletes with these."""
    for interface in made.values():
        if isValid(interface):
            QAccessible.deleteAccessibleInterface(QAccessible.uniqueId(interface))
    made.clear()


def _card(view, node_id: str):
    return view.scene().content_rect((node_id,))


def rect_of(view, node_id: str) -> QRect:
    """Return where a node is on the screen."""
    shown = view.viewportTransform().mapRect(_card(view, node_id)).toAlignedRect()
    return shown.translated(view.viewport().mapToGlobal(QPoint(0, 0)))


@cache
def install() -> None:
    """Have Qt ask here for the interfaces of canvases."""
    QAccessible.installFactory(_interface)


def _interface(class_name: str, widget) -> QAccessibleInterface | None:
    keyboard = getattr(widget, "keyboard", None) if class_name == "CanvasView" else None
    return keyboard.ears.nodes.make_canvas() if keyboard is not None else None
