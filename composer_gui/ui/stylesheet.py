"""The one stylesheet: fields, buttons, menus, tabs and scroll bars in a theme's colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QColor

if TYPE_CHECKING:
    from composer_gui.ui.theme import Theme

_SHEET = """
QMessageBox, QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QToolTip { color: $text; background: $card; border: 1px solid $card_line; padding: 4px 6px; }
QMenuBar { background: $panel; padding: 4px 6px; spacing: 2px; }
QMenuBar::item { padding: 5px 8px; border-radius: 5px; background: transparent; }
QMenuBar::item:selected, QMenuBar::item:pressed { background: $selection; }
QMenu { background: $card; border: 1px solid $card_line; padding: 5px; }
QMenu::item { padding: 5px 26px 5px 12px; border-radius: 4px; }
QMenu::item:selected { background: $selection; }
QMenu::item:disabled { color: $tertiary; background: transparent; }
QMenu::separator { height: 1px; background: $line; margin: 5px 8px; }
QMenu::icon { padding-left: 8px; }
QLineEdit { background: $field; border: 1px solid $card_line; border-radius: 5px;
  padding: 4px 8px; selection-background-color: $selection; selection-color: $text; }
QPlainTextEdit[role="field"] { background: $field; border: 1px solid $card_line;
  border-radius: 5px; padding: 3px 4px; }
QPlainTextEdit[role="field"]:focus { border-color: $accent; }
QPlainTextEdit[role="source"] { background: $panel; border: 1px solid transparent; }
PaletteList { background: transparent; border: 1px solid transparent; }
QPlainTextEdit[role="source"]:focus, PaletteList:focus { border-color: $accent; }
QLineEdit:focus { border-color: $accent; }
QLineEdit[wrong="true"] { border-color: $wrong; }
QLineEdit:disabled { color: $tertiary; background: $panel; }
QPushButton { background: $card; border: 1px solid $card_line; border-radius: 6px;
  padding: 5px 14px; min-height: 16px; }
QPushButton:hover { background: $hover; border-color: $tertiary; }
QPushButton:focus { border-color: $accent; }
QPushButton:pressed { background: $selection; }
QPushButton:disabled { color: $tertiary; border-color: $line; background: $panel; }
QPushButton[role="primary"] { background: $accent; color: $on_accent; border-color: $accent;
  font-weight: 600; }
QPushButton[role="primary"]:hover { background: $accent_hover; }
QPushButton[role="primary"]:focus { border: 2px solid $text; padding: 4px 13px; }
QPushButton[role="primary"]:disabled { background: $line; color: $tertiary; border-color: $line; }
QPushButton[role="quiet"] { background: transparent; border: 1px solid transparent;
  color: $accent; padding: 3px 6px; }
QPushButton[role="quiet"]:hover { background: $hover; }
QPushButton[role="quiet"]:focus { border-color: $accent; }
QPushButton[role="quiet"]:disabled { color: $tertiary; }
QPushButton[role="link"], QPushButton[role="quiet link"] { background: transparent; border: none;
  border-radius: 3px; color: $accent; padding: 2px 0; min-height: 0; }
QPushButton[role="quiet link"] { color: $tertiary; }
QPushButton[role="link"]:hover, QPushButton[role="quiet link"]:hover { background: transparent;
  text-decoration: underline; }
QPushButton[role="link"]:focus, QPushButton[role="quiet link"]:focus { background: $selection;
  text-decoration: underline; }
QPushButton[role="sentence"] { background: transparent; border: none; border-radius: 4px;
  padding: 0; min-height: 0; }
QPushButton[role="fix"], QPushButton[role="first fix"] { background: transparent; border: none;
  padding: 0; min-height: 0; }
QPushButton[role="first fix"] { background: $selection; }
QPushButton[role="sentence"]:hover, QPushButton[role="fix"]:hover,
QPushButton[role="first fix"]:hover { background: $hover; }
QScrollBar { background: transparent; border: none; }
QScrollBar:vertical { width: 10px; margin: 0; }
QScrollBar:horizontal { height: 10px; margin: 0; }
QScrollBar::handle { background: $card_line; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::handle:hover { background: $tertiary; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QSplitter::handle { background: $line; }
QMainWindow::separator { background: transparent; width: 4px; height: 4px; }
QMainWindow > QTabBar::tab { padding: 0 12px; height: 34px; border: none; }
DesignTabs { background: transparent; border: none; }
DesignTabs::tab { background: transparent; color: $secondary; border: none;
  padding: 0 4px 0 16px; height: 44px; min-width: 64px; max-width: 240px; }
DesignTabs::tab:hover { background: $hover; color: $text; }
DesignTabs::tab:selected { background: $canvas; color: $text; }
DesignTabs QToolButton { background: $panel; border: none; border-left: 1px solid $line; }
QTableView { background: transparent; border: none; selection-background-color: $selection;
  selection-color: $text; }
QTableView::item { padding: 0 12px 0 16px; border: none; }
QTableView::item:selected { background: $selection; }
QHeaderView { background: transparent; border: none; }
QHeaderView::section { background: $panel; color: $secondary; border: none;
  border-bottom: 1px solid $line; padding: 4px 14px 4px 4px; }
QHeaderView::section:first { padding-left: 18px; }
QAbstractScrollArea::corner { background: transparent; border: none; }
QHeaderView::section:hover { color: $text; }
QStatusBar { background: $panel; border-top: 1px solid $line; }
QStatusBar::item { border: none; }
QProgressBar { background: $field; border: 1px solid $card_line; border-radius: 4px;
  max-height: 6px; min-height: 6px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
QLabel[tone="secondary"] { color: $secondary; }
QLabel[tone="tertiary"] { color: $tertiary; }
QLabel[tone="wrong"] { color: $wrong; }
QLabel[tone="warning"] { color: $warning; }
QLabel[tone="right"] { color: $right; }
QLabel[tone="accent"] { color: $accent; }
"""


def stylesheet(theme: Theme) -> str:
    """Return the stylesheet of the application in a theme's colours."""
    sheet = _SHEET
    tokens = {name: value for name, value in vars(theme).items() if isinstance(value, QColor)}
    tokens["accent_hover"] = (
        theme.accent.lighter(108) if theme.is_dark else theme.accent.darker(108)
    )
    # Longest names first: $card_line begins like $card
    for name in sorted(tokens, key=len, reverse=True):
        sheet = sheet.replace(f"${name}", tokens[name].name())
    return sheet
