"""States of the canvas in the middle of what hands and keys do there."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication
from screenshot_stage import ALT, Stage


def wiring(stage: Stage) -> None:
    """A wire is being drawn: what fits, what does not, and why."""
    stage.open("image-and-text")
    start = stage.canvas.scene().ring_centre(stage.named("photo"), "out", "output")
    stage.drag(start, stage.middle(stage.named("match")))
    stage.rest(1500)


def quick_add(stage: Stage) -> None:
    """The quick search behind a wire."""
    stage.open("two-branches")
    stage.canvas.select(stage.session.document.inputs[:1])
    stage.key(Qt.Key.Key_Tab)
    stage.rest(1500)


def connect(stage: Stage) -> None:
    """A wire by keys: the list of its ends, and a draft of the one chosen."""
    stage.open("image-and-text")
    stage.canvas.select([stage.named("photo")])
    stage.canvas.setFocus(Qt.FocusReason.TabFocusReason)
    stage.key(Qt.Key.Key_C)
    stage.rest(1500)
    stage.key(Qt.Key.Key_Down, widget=stage.canvas.keyboard.connect.field)
    stage.rest(500)


def find(stage: Stage) -> None:
    """The find bar: what fits is in full light, the rest behind a veil."""
    stage.open("image-and-text")
    stage.do("find")
    stage.type(stage.canvas.keyboard.find.field, "encoder")


def find_far(stage: Stage) -> None:
    """The same in a large model seen from afar."""
    stage.resnet()
    stage.canvas.arrange()
    stage.rest(1500)
    stage.canvas.fit()
    stage.do("find")
    stage.type(stage.canvas.keyboard.find.field, "_add")
    stage.canvas.fit()


def inline(stage: Stage) -> None:
    """A parameter is written in place, and what was written will not do."""
    stage.open("image-and-text")
    stage.canvas.look(1.0, stage.middle(stage.named("head")))
    stage.canvas.select([stage.named("head")])
    stage.canvas.setFocus()
    stage.key(Qt.Key.Key_Return)
    field = QApplication.focusWidget()
    field.selectAll()
    stage.type(field, "-3")
    stage.key(Qt.Key.Key_Return, widget=field)


def inline_fine(stage: Stage) -> None:
    """A parameter is written in place; what it may be is said below."""
    stage.open("image-and-text")
    stage.canvas.look(1.0, stage.middle(stage.named("head")))
    stage.canvas.select([stage.named("head")])
    stage.canvas.setFocus()
    stage.key(Qt.Key.Key_Return)
    stage.key(Qt.Key.Key_Tab, widget=QApplication.focusWidget())


def guides(stage: Stage) -> None:
    """A node is dragged and stands in line with others."""
    stage.open("two-branches")
    stage.canvas.look(1.0, stage.middle(stage.named("joined")))
    node = stage.named("score")
    start, goal = stage.middle(node), stage.middle(stage.named("history"))
    stage.drag(start, QPointF(start.x() + 46, goal.y() + 3))
    stage.rest(200)


def over_wire(stage: Stage) -> None:
    """A new layer is dragged over a wire that it would be put on."""
    stage.open("two-branches")
    node = stage.layer("Dropout", 900, 320, rate=0.5)
    stage.settle()
    stage.canvas.look(1.0, stage.middle(stage.named("score")))
    stage.drag(stage.middle(node), _between(stage, "score", "purchase"))
    stage.rest(300)


def cut(stage: Stage) -> None:
    """A stroke across wires, before the release."""
    stage.open("image-and-text")
    start = _between(stage, "image_encoder", "fusion")
    end = _between(stage, "text_encoder", "fusion")
    stage.drag(start - QPointF(10, 90), end + QPointF(10, 90), ALT)
    stage.rest(300)


def box(stage: Stage) -> None:
    """A box is drawn around nodes."""
    stage.open("image-and-text")
    rect = stage.canvas.scene().content_rect([stage.named("fusion"), stage.named("head")])
    stage.drag(rect.topLeft() - QPointF(40, 60), rect.bottomRight() + QPointF(20, 60))
    stage.rest(200)


def menu(stage: Stage) -> None:
    """The menu of a node."""
    stage.open("image-and-text")
    place = stage.canvas.camera.screen_at(stage.middle(stage.named("head"))).toPoint()
    viewport = stage.canvas.viewport()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, viewport.mapToGlobal(place))
    QApplication.sendEvent(viewport, event)
    stage.rest(300)


def rename(stage: Stage) -> None:
    """A label is written anew."""
    stage.open("two-branches")
    stage.canvas.rename(stage.named("score"))
    stage.rest(200)


def hover(stage: Stage) -> None:
    """The mouse is on a wire: it is lit, and says what flows in it."""
    stage.open("image-and-text")
    stage.mouse(QEvent.Type.MouseMove, _between(stage, "fusion", "head"))
    stage.rest(300)


def _between(stage: Stage, source: str, node: str) -> QPointF:
    """Return the middle of the wire between two nodes, by their labels."""
    ids = stage.named(source), stage.named(node)
    scene = stage.canvas.scene()
    return next(
        item.middle() for wire, item in scene.wires.items() if (wire.source.node, wire.node) == ids
    )


GESTURES: Mapping[str, Callable[[Stage], None]] = {
    "wiring": wiring,
    "quick-add": quick_add,
    "connect": connect,
    "find": find,
    "find-far": find_far,
    "inline": inline_fine,
    "inline-refused": inline,
    "guides": guides,
    "over-wire": over_wire,
    "cut": cut,
    "box": box,
    "menu": menu,
    "rename": rename,
    "hover": hover,
}
