"""Nothing is grey without a reason: what cannot be used says why, where one looks for it."""

from __future__ import annotations

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from composer_gui.ui.words import plain_tip

KEPT = "said while usable"
"""The property that keeps what is said of something while it can be used."""

END = {-1: "first", 1: "last"}
"""What something is that cannot be moved a step further in a list."""

WHY_NOT = {
    "design": "No design is on the screen. Open one, or begin one with File > New Design.",
    "tab": "No tab is open in this window.",
    "tabs": "No other tab is open in this window.",
    "selection": "Nothing is selected. Click a node on the canvas first.",
    "anything": "Nothing is selected. Click a node or a wire on the canvas first.",
    "wire": "Select a wire: click it, or press W at the node that it leads from.",
    "undo": "Nothing was changed yet, so there is nothing to undo.",
    "redo": "Nothing was undone, so there is nothing to do again.",
    "call": "Select at least one node that calls a layer; inputs, outputs and notes call none.",
    "one call": "Select one node that calls a layer.",
    "weights": "Select a layer or a saved model: only these have weights to freeze.",
    "model": "Select a saved model or a submodel.",
    "openable": "Select one saved model or one submodel: only these have layers inside.",
    "submodel": "Select one submodel. A saved model becomes layers first, with Open Up.",
    "shared": "Select one node whose layer another node calls as well.",
    "wired": "Select at least one node that can have wires; frames and notes have none.",
    "several": "Select two nodes or more that wires lead from or to.",
    "two": "Select at least 2 nodes; what lies in a selected frame is part of it.",
    "three": "Select at least 3 nodes; what lies in a selected frame is part of it.",
    "frame": "Select a frame. Frame the Selection puts one around nodes.",
    "inside": "This is the whole design: there is no level around it.",
}
"""Why an action cannot be used, by what it needs (see `actions.Action`)."""


def allow(target: QAction | QWidget, why_not: str = "") -> None:
    """Let something be used, or say why it cannot be: in its tip, its status and to readers.

    What was said of it while it could be used is said again with that.
    """
    is_widget = isinstance(target, QWidget)
    if target.property(KEPT) is None:
        described = target.accessibleDescription() if is_widget else ""
        target.setProperty(KEPT, (target.toolTip(), target.statusTip(), described))
    tip, status, described = target.property(KEPT)
    target.setEnabled(not why_not)
    target.setToolTip(plain_tip(why_not) if why_not else tip)
    target.setStatusTip(why_not or status)
    if is_widget:
        target.setAccessibleDescription(why_not or described)
