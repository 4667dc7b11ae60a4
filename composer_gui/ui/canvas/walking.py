"""Walking on the canvas by keys: along wires, among siblings, and through all nodes in turn."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from composer_gui.core.document import DOWN, Document, number_of
from composer_gui.ui.canvas.scene import CanvasScene

LEFT, RIGHT, UPWARDS, DOWNWARDS = "left", "right", "up", "down"
"""The four directions in which one can walk, by their arrows."""

_ALONG = {LEFT: -1, RIGHT: 1}
_ACROSS = {UPWARDS: -1, DOWNWARDS: 1}
TURNED = {UPWARDS: LEFT, DOWNWARDS: RIGHT, LEFT: UPWARDS, RIGHT: DOWNWARDS}
"""What an arrow means where the wires run down, in the words of a design where they run right."""

ASIDE = 2.0
"""How much more a step aside counts than one straight on, where no wire shows the way."""


class Walker:
    """Knows the node at which the keys are, and takes it on.

    `here` is that node, "" before the first step. Along a wire it goes to the neighbour that lies
    straightest ahead, and back to where it came from; siblings are those that were as near on the
    last step. Where there are none it goes to the nearest node that way.
    """

    def __init__(self, view) -> None:
        self._view = view
        self._scene: CanvasScene = view.scene()
        self.here = ""
        self._came: dict[tuple[str, int], str] = {}
        self._siblings: list[str] = []

    # Where the keys are --------------------------------------------------------------------------

    def stand(self) -> str:
        """Return the node at which the keys are now: one that is selected, if any is."""
        chosen = self._scene.selected_nodes
        if self.here not in self._scene.nodes or (chosen and self.here not in chosen):
            self.here = min(chosen, key=number_of, default="")
            self._siblings = []
            self._came.clear()
        return self.here

    def put(self, node_id: str, *, adding: bool = False) -> None:
        """Go to a node: select it, or with `adding` select it too, and bring it into view."""
        self.here = node_id
        kept = self._scene.selected_nodes if adding else frozenset()
        self._scene.select(kept | {node_id}, self._scene.selected_wires if adding else ())
        self._view.camera.reveal(self._scene.nodes[node_id].card())

    def let_go(self) -> None:
        """Take the node at hand out of what is selected, and go to another that is."""
        here = self.stand()
        self._scene.select(self._scene.selected_nodes - {here}, self._scene.selected_wires)

    # Steps ---------------------------------------------------------------------------------------

    def step(self, way: str, *, adding: bool = False) -> None:
        """Take a step that way; say so where nothing lies there."""
        here = self.stand()
        if not here:
            self._begin()
            return
        if self._scene.session.document.flow == DOWN:
            way = TURNED[way]
        if way in _ALONG:
            found = self._along(here, _ALONG[way])
        else:
            found = self._across(here, _ACROSS[way])
        if found:
            self.put(found, adding=adding)
        else:
            self._say_end(here, way)

    def turn(self, by: int) -> None:
        """Go to the next node (1) or the one before it (-1), row by row, round and round."""
        order, here = self.in_order_of_reading(), self.stand()
        if order:
            at = order.index(here) + by if here in order else min(by, 0)
            self._leap(order[at % len(order)])

    def go_to_end(self, end: int) -> None:
        """Go to the first node (0) or the last one (-1)."""
        order = self.in_order_of_reading()
        if order:
            self._leap(order[end])

    def _leap(self, node_id: str) -> None:
        self._siblings = []
        self._came.clear()
        self.put(node_id)

    def _begin(self) -> None:
        """Go to the node nearest to the middle of what is seen."""
        document, middle = self._scene.session.document, self._view.center()
        shown = list(self._shown(document.nodes))
        if shown:
            self._leap(min(shown, key=_distance(document, middle.x(), middle.y())))

    def _along(self, here: str, by: int) -> str:
        """Return the neighbour to which a wire leads, "" where there is none."""
        neighbours = list(self._shown(self._neighbours(here, by)))
        if not neighbours:
            return ""
        self._siblings = neighbours
        came = self._came.get((here, by))
        found = came if came in neighbours else min(neighbours, key=self._bend(here))
        self._came[found, -by] = here
        return found

    def _across(self, here: str, by: int) -> str:
        """Return the next sibling that way, else the nearest node there, else ""."""
        document = self._scene.session.document
        at = self._rank(document, here)
        siblings = [i for i in self._shown(self._known_siblings(here)) if i != here]
        beyond = [i for i in siblings if (self._rank(document, i) > at) == (by > 0)]
        if beyond:
            rank = min if by > 0 else max
            found = rank(beyond, key=lambda node_id: self._rank(document, node_id))
        else:
            found = self._nearest(document, here, by)
            self._siblings = []
        ways = [(way, self._came[here, way]) for way in (-1, 1) if (here, way) in self._came]
        self._came = {(found, way): before for way, before in ways}
        return found

    def _known_siblings(self, here: str) -> list[str]:
        """Return what was as near on the last step, else what shares a neighbour with the node."""
        if here not in self._siblings:
            shared = {
                other
                for by in (-1, 1)
                for neighbour in self._neighbours(here, by)
                for other in self._neighbours(neighbour, -by)
            }
            self._siblings = sorted(shared | {here}, key=number_of)
        return self._siblings

    def _neighbours(self, node_id: str, by: int) -> list[str]:
        graph = self._scene.session.graph
        return graph.consumers(node_id) if by > 0 else graph.sources(node_id)

    def _nearest(self, document: Document, here: str, by: int) -> str:
        """Return the nearest node on that side, "" where there is none."""
        x, y = self._place(document, here)

        def distance(node_id: str) -> float:
            other_x, other_y = self._place(document, node_id)
            return abs(other_y - y) + ASIDE * abs(other_x - x)

        beyond = (i for i in document.nodes if (self._place(document, i)[1] - y) * by > 0)
        return min(self._shown(beyond), key=distance, default="")

    def in_order_of_reading(self) -> list[str]:
        """Return all nodes that are shown, from where the wires come to where they lead."""
        document = self._scene.session.document
        return sorted(self._shown(document.nodes), key=lambda i: self._rank(document, i, 0))

    # Places --------------------------------------------------------------------------------------

    def _shown(self, node_ids: Iterable[str]) -> Iterable[str]:
        items = self._scene.nodes
        return (i for i in node_ids if i in items and items[i].isVisible())

    def _place(self, document: Document, node_id: str) -> tuple[float, float]:
        """Return where a node is (along the wires, across them), whichever way they run."""
        node = document.nodes[node_id]
        return (node.y, node.x) if document.flow == DOWN else (node.x, node.y)

    def _rank(self, document: Document, node_id: str, first: int = 1) -> tuple:
        """Return what nodes are ordered by: across the wires first, or along them (0)."""
        place = self._place(document, node_id)
        return place[first], place[1 - first], number_of(node_id)

    def _bend(self, here: str) -> Callable[[str], tuple]:
        """Return how far aside of `here` a node lies, and then how far ahead."""
        cards = self._scene.nodes
        start = cards[here].card().center()
        down = self._scene.session.document.flow == DOWN

        def bend(node_id: str) -> tuple:
            way = cards[node_id].card().center() - start
            ahead, aside = (way.y(), way.x()) if down else (way.x(), way.y())
            return abs(aside), abs(ahead), number_of(node_id)

        return bend

    def _say_end(self, here: str, way: str) -> None:
        session = self._scene.session
        label = session.document.label(here)
        said = {
            LEFT: f"No wire leads to {label}.",
            RIGHT: f"No wire leads on from {label}.",
            UPWARDS: f"{label} is the outermost node on this side.",
            DOWNWARDS: f"{label} is the outermost node on this side.",
        }
        session.noticed.emit(said[way])


def _distance(document: Document, x: float, y: float) -> Callable[[str], tuple]:
    def distance(node_id: str) -> tuple:
        node = document.nodes[node_id]
        return abs(node.x - x) + abs(node.y - y), number_of(node_id)

    return distance
