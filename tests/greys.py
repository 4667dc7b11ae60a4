"""What is grey in a window and does not say why."""

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget


def greys_without_reason(root):
    """Return what cannot be used in a window or menu and does not say why, in tip and status."""
    actions = [action for action in root.findChildren(QAction) if action.text()]
    widgets = root.findChildren(QWidget)
    found = [
        action.text()
        for action in actions
        if not (action.isEnabled() or action.isSeparator() or action.menu())
        and not _says_why(action, action.text())
    ]
    for widget in widgets:
        is_grey = not widget.isEnabled() and not widget.isHidden()
        beside = widget.parentWidget()
        inherits = beside is not None and not beside.isEnabled()
        if is_grey and not inherits and not _says_why(widget, widget.accessibleName()):
            found.append(f"{type(widget).__name__} {widget.accessibleName()}")
    return found


def _says_why(target, name):
    said = target.statusTip()
    return said.endswith(".") and said != name and target.toolTip() not in ("", name)
