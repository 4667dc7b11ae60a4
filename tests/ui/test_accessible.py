"""Whatever can be used has a name for screen readers: in the window, its panels and its dialogs."""

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QTabBar,
    QTextEdit,
    QWidget,
)

from composer_gui.core import edits

USED = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTabBar,
    QTextEdit,
)
QT_OWN = ("qt_", "_q_")
"""How the names of widgets begin that Qt makes inside others."""


def is_used(widget):
    """Whether a person does something with a widget, or the keys stop at it."""
    is_inner = isinstance(widget, QScrollBar | QHeaderView) or widget.objectName().startswith(
        QT_OWN
    )
    is_inner |= isinstance(widget, QTabBar) and not widget.count()
    is_stop = widget.focusPolicy() != Qt.FocusPolicy.NoFocus and widget.focusProxy() is None
    in_choice = isinstance(widget.window(), QWidget) and widget.window().inherits(
        "QComboBoxPrivateContainer"
    )
    return not is_inner and not in_choice and (isinstance(widget, USED) or is_stop)


def nameless(root):
    """Return what is used below a widget and has no name."""
    QCoreApplication.processEvents()
    found = []
    for widget in (root, *root.findChildren(QWidget)):
        if not is_used(widget):
            continue
        interface = QAccessible.queryAccessibleInterface(widget)
        if interface is None or not interface.text(QAccessible.Text.Name).strip():
            owner = widget.parentWidget()
            found.append(f"{type(widget).__name__} {widget.objectName()} in {type(owner).__name__}")
    return found


@pytest.fixture
def full(working, design):
    """A window on a design that has one of each kind of node."""
    session = working.session
    nodes = {
        "input": design.input(0, 0, label="photo", shape=(28, 28, 1)),
        "layer": design.layer("Conv2D", 300, 0, name="edges", filters=8),
        "output": design.output(900, 0, label="digit"),
        "model": design.model(x=300, y=300),
        "frame": design.add(edits.add_frame, 0, 600, 300, 200),
        "note": design.add(edits.add_note, 400, 600, text="more"),
    }
    inner = design.layer("Dense", 600, 300, name="hidden", units=4)
    session.apply("Group", edits.group, session.catalog, [inner])
    nodes["submodel"] = max(session.document.nodes, key=lambda node: int(node[1:]))
    design.wire(nodes["input"], nodes["layer"])
    return working, nodes


def test_the_gallery_and_the_bars_have_names(window):
    assert nameless(window) == []


@pytest.mark.parametrize("kind", ["input", "layer", "output", "model", "submodel", "frame", "note"])
def test_the_panels_have_names_whatever_is_selected(full, kind):
    window, nodes = full
    window.canvas.select([nodes[kind]])
    assert nameless(window) == []


def test_the_panels_have_names_with_nothing_and_with_several_selected(full):
    window, nodes = full
    window.canvas.select([])
    assert nameless(window) == []
    window.canvas.select([nodes["layer"], nodes["model"]])
    assert nameless(window) == []


def test_what_floats_above_the_canvas_has_names(full):
    window, nodes = full
    canvas = window.canvas
    canvas.select([nodes["layer"]])
    canvas.keyboard.find.open_bar()
    assert nameless(canvas.keyboard.find) == []
    canvas.keyboard.find.close_bar()
    canvas.keyboard.connect.open_for(nodes["layer"])
    assert nameless(canvas.keyboard.connect) == []
    canvas.keyboard.connect.close_mode()
    canvas.quick_add()
    canvas.card.show_for(nodes["layer"])
    assert nameless(canvas) == []
    canvas.rename(nodes["layer"])
    assert nameless(canvas) == []
    canvas.keyboard.edit()
    assert nameless(canvas) == []


@pytest.mark.parametrize(
    "action", ["export", "export_picture", "settings", "shortcuts", "problem_help", "about"]
)
def test_the_dialogs_have_names_and_so_has_all_in_them(full, action):
    window, _ = full
    window.actions_by_id[action].trigger()
    QCoreApplication.processEvents()
    (dialog,) = (
        d for d in QApplication.topLevelWidgets() if isinstance(d, QDialog) and d.isVisible()
    )
    try:
        assert dialog.windowTitle() or dialog.accessibleName()
        assert nameless(dialog) == []
    finally:
        dialog.close()


def test_every_menu_entry_has_words_and_keys_that_are_its_own(full):
    window, _ = full
    for action in window.actions_by_id.values():
        assert action.text().strip()


def test_the_command_palette_has_names(full):
    window, _ = full
    window.actions_by_id["command_palette"].trigger()
    assert nameless(window) == []


def stops(root):
    """Return the widgets at which Tab stops, as far as they are on the screen."""
    for widget in root.findChildren(QWidget):
        by_tab = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        is_seen = widget.visibleRegion().boundingRect().width() > 4
        if by_tab and is_seen and widget.isEnabled() and not widget.focusProxy():
            yield widget


def shows_focus(window, widget):
    """Whether a widget looks otherwise with the focus than without it."""

    def grabbed():
        QCoreApplication.processEvents()
        shown = widget.parentWidget() or widget
        return shown.grab().toImage()

    if hasattr(widget, "setCursorWidth"):
        widget.setCursorWidth(0)  # a blinking line alone is little
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    with_focus = grabbed()
    widget.clearFocus()
    window.top.setFocus()
    return with_focus != grabbed()


@pytest.mark.parametrize("kind", ["layer", "model", "input"])
def test_where_the_focus_is_can_be_seen(full, kind, qtbot):
    window, nodes = full
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.canvas.select([nodes[kind]])
    QCoreApplication.processEvents()
    hidden = [
        f"{type(widget).__name__} {widget.accessibleName()}"
        for widget in list(stops(window))
        # what is read of a file meanwhile may show that a button leads nowhere
        if not shows_focus(window, widget) and widget.isEnabled()
    ]
    assert hidden == []
