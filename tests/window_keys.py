"""What a machine that plays does with keys, menus, palettes and panels."""

import string

import shiboken6
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QKeySequence,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QGraphicsView,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QTabBar,
    QWidget,
)

from composer_gui.ui import actions, keymap
from composer_gui.ui.command_palette import CommandPalette
from tests.window_stage import (
    ALT,
    CTRL,
    LEAVES_THE_GAME,
    LEFT,
    NEEDS_KERAS,
    NONE,
    SHIFT,
    TEXTS,
    Stage,
)

ON_NODES = {"Edit", "Design", "Design/Align", "Layer"}
"""The menus of what is done to nodes."""


class ByKeys(Stage):
    """Keys into whatever has them, entries of menus, and what can be pressed around the canvas."""

    def command_key(self, dice):
        """Press keys that mean something somewhere."""
        found = keymap.current()
        names = [i for i in keymap.commands() if i not in LEAVES_THE_GAME and found.keys(i)]
        command = dice.choice(names)
        if command == "close_design" and not self.window.top.tabs.count():
            return
        if self._is_full() and command.startswith(("paste", "duplicate")):
            return
        pressed = QKeySequence(dice.choice(found.keys(command)))[0]
        self.log.append(f"  {command}")
        QTest.keyClick(self._target(), pressed.key(), pressed.keyboardModifiers())

    def canvas_key(self, dice):
        if self.view is not None:
            self.view.setFocus()
            self.command_key(dice)

    def letters(self, dice):
        """Type into whatever has the keys."""
        target = self._target()
        text = dice.choice(TEXTS) if dice.random() < 0.5 else dice.choice(string.printable[:95])
        for letter in text:
            if not shiboken6.isValid(target):
                break
            QTest.keyClick(target, letter if ord(letter) < 128 else "u")

    def plain_key(self, dice):
        keys = Qt.Key
        key = dice.choice(
            (keys.Key_Return, keys.Key_Return, keys.Key_Tab, keys.Key_Backtab, keys.Key_Up,
             keys.Key_Down, keys.Key_Left, keys.Key_Right, keys.Key_Backspace, keys.Key_Delete,
             keys.Key_Home, keys.Key_End, keys.Key_PageDown, keys.Key_Menu, keys.Key_Space)
        )  # fmt: skip
        QTest.keyClick(self._target(), key, dice.choice((NONE, NONE, NONE, SHIFT, CTRL, ALT)))

    def escape(self, _dice):
        QTest.keyClick(self._target(), Qt.Key.Key_Escape)
        popup, dialog = QApplication.activePopupWidget(), self._dialog()
        if popup is not None:
            popup.close()
        elif dialog is not None:
            dialog.close()

    # Menus, palettes and panels ------------------------------------------------------------------

    def menu_entry(self, dice):
        """Choose an entry of the menu that is open, or of the window's menus."""
        popup = QApplication.activePopupWidget()
        if isinstance(popup, QMenu):
            self._choose(popup, dice)
            return
        if self._modal() is not None:
            return
        made = self.window.actions_by_id
        names = [i for i in made if i not in LEAVES_THE_GAME and made[i].isEnabled()]
        if self._is_full():
            names = [i for i in names if not i.startswith(("paste", "duplicate", "use_again"))]
        if not self.window.top.tabs.count():
            names.remove("close_design") if "close_design" in names else None
        name = dice.choice(names)
        self.log.append(f"  {name}")
        made[name].trigger()

    def act(self, dice):
        """Select some nodes and do several things to them, one right after the other."""
        view = self.view
        if view is None or not self.document.nodes:
            return
        ids = sorted(self.document.nodes)
        view.select(dice.sample(ids, dice.randint(1, min(len(ids), dice.choice((1, 3, 60))))))
        made = self.window.actions_by_id
        rows = [row for row in actions.ACTIONS if row.menu in ON_NODES and not row.submenu]
        for _ in range(dice.choice((1, 1, 2, 3))):
            names = [row.id for row in rows if made[row.id].isEnabled()]
            if self._is_full():
                names = [
                    i for i in names if not i.startswith(("paste", "dupl", "use_again", "add"))
                ]
            name = dice.choice(names)
            self.log.append(f"  {name}")
            made[name].trigger()
            if dice.random() < 0.3:
                QApplication.processEvents()

    def _choose(self, menu, dice):
        entries = [a for a in menu.actions() if a.isEnabled() and not a.isSeparator()]
        if not entries or dice.random() < 0.1:
            menu.close()
            return
        entry = dice.choice(entries)
        self.log.append(f"  {entry.text()}")
        if entry.menu() is not None:
            inner = [a for a in entry.menu().actions() if a.isEnabled() and not a.isSeparator()]
            entry = dice.choice(inner) if inner else entry
        if self._is_full() and entry.text().startswith(("Paste", "Dupl", "Add", "Use")):
            menu.close()
            return
        entry.trigger()
        if shiboken6.isValid(menu):
            menu.close()

    def command_palette(self, dice):
        """Open the command palette, type some letters, and do what is found, or think better."""
        if self._modal() is not None or QApplication.activePopupWidget() is not None:
            return
        names = [a for a in actions.ACTIONS if not a.submenu and a.id not in LEAVES_THE_GAME]
        chosen = dice.choice(names)
        text = dice.choice((chosen.text[: dice.randrange(1, 9)], "@", "@d", "+de", "+", "zzz"))
        self.window.actions_by_id["command_palette"].trigger()
        palette = QApplication.focusWidget()
        if not isinstance(palette, QLineEdit):
            return
        palette.setText(text)
        QApplication.processEvents()
        for _ in range(dice.randrange(3)):
            QTest.keyClick(palette, Qt.Key.Key_Down)
        row = self.window.findChild(CommandPalette).list.currentIndex()
        leaves = any(word in str(row.data()) for word in ("Quit", "Close", "New Window"))
        gives_up = dice.random() < 0.2 or leaves or (self._is_full() and text.startswith("+"))
        self.log.append(f"  {row.data()}")
        QTest.keyClick(palette, Qt.Key.Key_Escape if gives_up else Qt.Key.Key_Return)

    def widget(self, dice):
        """Press something in a panel, bar or dialog."""
        root = self._dialog() or self.window
        if QApplication.activePopupWidget() is not None:
            return
        if root is not self.window and self._modal() is None and dice.random() < 0.5:
            root = self.window
        found = [w for w in root.findChildren(QWidget) if self._can_be_pressed(w)]
        if not found:
            return
        # Not those of which there are most, but first of all a kind
        kinds = sorted({type(w).__name__ for w in found})
        kind = dice.choice(kinds)
        target = dice.choice([w for w in found if type(w).__name__ == kind])
        self.log.append(f"  {kind} {target.accessibleName()}")
        if isinstance(target, QAbstractItemView | QPlainTextEdit):
            target = target.viewport()
        at = QPoint(dice.randrange(max(target.width(), 1)), dice.randrange(max(target.height(), 1)))
        if isinstance(target, QComboBox) and target.count():
            target.setFocus()
            QTest.keyClick(target, dice.choice((Qt.Key.Key_Up, Qt.Key.Key_Down)))
        elif dice.random() < 0.15:
            there = target.mapToGlobal(at)
            event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, there)
            QApplication.sendEvent(target, event)
        else:
            QTest.mouseMove(target, at)
            QTest.mousePress(target, LEFT, NONE, at)
            if shiboken6.isValid(target):
                QTest.mouseRelease(target, LEFT, NONE, at)
            if shiboken6.isValid(target) and dice.random() < 0.2:
                QTest.mouseDClick(target, LEFT, NONE, at)
                if shiboken6.isValid(target):
                    QTest.mouseRelease(target, LEFT, NONE, at)

    def _can_be_pressed(self, widget):
        if not widget.isVisible() or not widget.isEnabled() or widget.visibleRegion().isEmpty():
            return False
        if isinstance(widget, QGraphicsView):
            return False
        if isinstance(widget, QAbstractButton):
            name = f"{widget.accessibleName()} {widget.text()}"
            return not any(word in name for word in NEEDS_KERAS)
        kinds = (QAbstractButton, QAbstractItemView, QLineEdit, QComboBox, QPlainTextEdit, QTabBar)
        return isinstance(widget, kinds)
