"""The dialog that names the versions at work."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel

from composer_gui.ui.help_dialogs import AboutDialog


def test_about_names_the_versions_and_copies_them(session, show, qtbot):
    dialog = show(AboutDialog(session), 440, 340)
    shown = [label.text() for label in dialog.findChildren(QLabel)]
    assert {"Composer", "Keras", "PySide6", "Python"} <= set(shown)
    qtbot.mouseClick(dialog.copy, Qt.MouseButton.LeftButton)
    assert "PySide6 6." in QGuiApplication.clipboard().text()


def test_about_says_that_qt_is_under_the_lgpl(session, show):
    dialog = show(AboutDialog(session), 440, 340)
    assert any("LGPL" in label.text() for label in dialog.findChildren(QLabel))


def test_escape_closes_a_dialog(session, show, qtbot):
    dialog = show(AboutDialog(session), 440, 340)
    with qtbot.waitSignal(dialog.rejected):
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
