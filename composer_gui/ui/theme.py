"""The one table of colours and fonts: dark, light and high contrast, on Qt's Fusion style."""

from __future__ import annotations

import functools
import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from composer_gui.storage import shipped
from composer_gui.ui.stylesheet import stylesheet

NAMES = ("system", "dark", "light", "contrast-dark", "contrast-light")
"""What the user may choose."""

BODY = 13
"""Size of ordinary text, in pixels."""

_FONT_FILES = ("Inter-Regular.otf", "Inter-Medium.otf", "Inter-SemiBold.otf")
_MONO_FILES = ("JetBrainsMono-Regular.ttf", "JetBrainsMono-SemiBold.ttf")

_SHARED_HUES = {
    "pooling": "convolution",
    "attention": "recurrent",
    "regularization": "normalization",
    "reshaping": "normalization",
    "preprocessing": "normalization",
    "activation": "core",
    "wrapper": "recurrent",
    "saved_model": "saved model",
    "submodel": "saved model",
    "frame": "output",
    "note": "output",
}
"""Categories of the catalog that share the colour of another."""


@dataclass(frozen=True)
class Theme:
    """The colours by their roles. Words stand out 4.5 to 1 from panel and card, marks 3 to 1.

    `field` is the ground of what one types in, `on_accent` the ink on a button in the accent
    colour, `hover` what lies under the mouse. `categories` maps the categories of the catalog.
    """

    name: str
    is_dark: bool
    window: QColor
    panel: QColor
    canvas: QColor
    grid: QColor
    card: QColor
    card_line: QColor
    text: QColor
    secondary: QColor
    tertiary: QColor
    line: QColor
    accent: QColor
    selection: QColor
    right: QColor
    warning: QColor
    wrong: QColor
    field: QColor
    hover: QColor
    on_accent: QColor
    categories: Mapping[str, QColor]

    def category(self, name: str) -> QColor:
        """Return the colour of a category; grey for one that is not known."""
        return self.categories.get(_SHARED_HUES.get(name, name), self.tertiary)

    def words(self, colour: QColor) -> QColor:
        """Return a colour of marks as one of words: with as much of that of text as it needs.

        It then stands out 4.5 to 1 from panel and from what is chosen.
        """
        for part in range(0, 101, 5):
            mixed = _mixed(self.text, colour, part / 100)
            if min(contrast(mixed, ground) for ground in (self.panel, self.selection)) >= WORDS:
                break
        return mixed


def _theme(name: str, is_dark: bool, tokens: str, categories: str) -> Theme:
    """Return a theme from its colours in the order of the fields and of `_HUES`."""
    names = [field.name for field in fields(Theme)][2:-1]
    colours = {key: QColor(code) for key, code in zip(names, tokens.split(), strict=True)}
    hues = dict(zip(_HUES, map(QColor, categories.split()), strict=True))
    return Theme(name, is_dark, **colours, categories=MappingProxyType(hues))


_HUES = (
    "input",
    "saved model",
    "core",
    "convolution",
    "recurrent",
    "merge",
    "normalization",
    "output",
)


@functools.cache
def named(name: str) -> Theme:
    """Return one of the four themes; raises KeyError."""
    return _theme(name, name.endswith("dark"), *_TABLE[name])


# window panel canvas grid card card_line text secondary tertiary line accent selection
# right warning wrong field hover on_accent
_TABLE = {
    "dark": (
        "#16181d #1c1f26 #14161a #23272f #242933 #3a4250 #e8eaf0 #a3abba #8b94a4 #2b313c "
        "#6ea8fe #243859 #5fd08a #f2b84b #ff7a70 #14161a #252a34 #0d1420",
        "#7cc4f5 #f0b35a #8fa8ff #5fcfa5 #d59be0 #f28b66 #9aa4b5 #d7dce6",
    ),
    "light": (
        "#eef0f4 #f7f8fa #ffffff #e9ecf1 #ffffff #c5ccd8 #1a1e26 #4d5665 #5f6877 #d9dee7 "
        "#1f5fd0 #dbe7fb #16733d #8a5a00 #c02a20 #ffffff #eceff4 #ffffff",
        "#1b7fbf #b06a00 #3f57c9 #0f8a60 #9140a5 #c44f24 #6a7382 #5a6475",
    ),
    "contrast-dark": (
        "#000000 #000000 #000000 #262626 #000000 #d0d0d0 #ffffff #f0f0f0 #d8d8d8 #a8a8a8 "
        "#8ec1ff #0e2c58 #6ff0a0 #ffd166 #ffa198 #000000 #202020 #000000",
        "#9bd6ff #ffc878 #b3c4ff #7eedc2 #edb8f6 #ffae90 #d0d6e0 #ffffff",
    ),
    "contrast-light": (
        "#ffffff #ffffff #ffffff #e0e0e0 #ffffff #303030 #000000 #1c1c1c #303030 #565656 "
        "#003c9e #cfe0ff #00511f #5c3800 #8c0f08 #ffffff #eeeeee #ffffff",
        "#004a7c #633a00 #22348f #00513a #5f1a70 #7a2600 #3a3f48 #2c3340",
    ),
}


# Contrast -----------------------------------------------------------------------------------------

WORDS, MARKS = 4.5, 3.0
"""How much words and marks stand out from their ground at least."""


def contrast(one: QColor, other: QColor) -> float:
    """Return the contrast ratio of two colours, from 1 to 21, after WCAG 2.2."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: QColor) -> float:
    """Return the relative luminance of a colour, from 0 to 1, after WCAG 2.2."""
    parts = (colour.redF(), colour.greenF(), colour.blueF())
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _mixed(one: QColor, other: QColor, part: float) -> QColor:
    """Return a colour that is `one` for a `part` from 0 to 1, and else the other."""
    first, second = one.getRgbF()[:3], other.getRgbF()[:3]
    return QColor.fromRgbF(*(a * part + b * (1 - part) for a, b in zip(first, second, strict=True)))


# What holds now -----------------------------------------------------------------------------------


class Watch(QObject):
    """Says by `changed()` that another theme holds; `name` is what the user chose."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.name = "dark"
        self.theme = named("dark")
        self._application: QApplication | None = None

    def use(self, application: QApplication, name: str) -> None:
        """Dress the application; an unknown name follows the system."""
        if self._application is not application:
            self._application = application
            application.styleHints().colorSchemeChanged.connect(self._follow_system)
        self.name = name if name in NAMES else "system"
        self._dress()

    def _follow_system(self) -> None:
        if self.name == "system":
            self._dress()

    def _dress(self) -> None:
        self.theme = named(_of_system() if self.name == "system" else self.name)
        application = self._application
        if application.style().objectName() != "fusion":
            application.setStyle("Fusion")
        application.setFont(font(BODY))
        application.setPalette(_palette(self.theme))
        application.setStyleSheet(stylesheet(self.theme))
        self.changed.emit()


@functools.cache
def watch() -> Watch:
    """Return the object whose `changed` signal tells of another theme."""
    return Watch()


def current() -> Theme:
    """Return the theme that holds now."""
    return watch().theme


def apply(application: QApplication, name: str) -> None:
    """Dress the application in a theme of `NAMES`; "system" follows the desktop where it tells."""
    watch().use(application, name)


def _of_system() -> str:
    """Return what the desktop prefers; dark where it says nothing, as plain X11 does."""
    hints = QGuiApplication.styleHints()
    name = "light" if hints.colorScheme() == Qt.ColorScheme.Light else "dark"
    wants_contrast = hasattr(hints, "accessibility") and (
        hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast
    )
    return f"contrast-{name}" if wants_contrast else name


def _palette(theme: Theme) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    colours = {
        role.Window: theme.panel,
        role.WindowText: theme.text,
        role.Base: theme.field,
        role.AlternateBase: theme.panel,
        role.Text: theme.text,
        role.PlaceholderText: theme.tertiary,
        role.Button: theme.card,
        role.ButtonText: theme.text,
        role.BrightText: theme.wrong,
        role.Highlight: theme.selection,
        role.HighlightedText: theme.text,
        role.Accent: theme.accent,
        role.Link: theme.accent,
        role.LinkVisited: theme.accent,
        role.ToolTipBase: theme.card,
        role.ToolTipText: theme.text,
        role.Light: theme.card_line,
        role.Midlight: theme.line,
        role.Mid: theme.line,
        role.Dark: theme.line,
        role.Shadow: theme.window,
    }
    for key, colour in colours.items():
        palette.setColor(key, colour)
    for key in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, key, theme.tertiary)
    return palette


# Fonts --------------------------------------------------------------------------------------------


@functools.cache
def _text_family() -> str:
    """Return the interface face: the system's where it has a good one, else Inter."""
    if sys.platform in ("darwin", "win32"):
        return QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()
    return _load(_FONT_FILES) or QFont().family()


@functools.cache
def _mono_family() -> str:
    fixed = QFontDatabase.SystemFont.FixedFont
    return _load(_MONO_FILES) or QFontDatabase.systemFont(fixed).family()


def _load(names: tuple[str, ...]) -> str:
    """Make the font files of the resources known; return their family, empty where they fail."""
    family = ""
    for name in names:
        number = QFontDatabase.addApplicationFont(str(shipped.folder() / "fonts" / name))
        families = QFontDatabase.applicationFontFamilies(number) if number >= 0 else []
        family = family or (families[0] if families else "")
    return family


def font(px: int, weight: int = 400) -> QFont:
    """Return the interface face, `px` pixels high, in a weight of 400, 500 or 600."""
    face = QFont(_text_family())
    face.setPixelSize(px)
    face.setWeight(QFont.Weight(weight))
    return face


def mono(px: int, weight: int = 400) -> QFont:
    """Return the monospaced face; without ligatures, so that source reads as it is written."""
    face = QFont(_mono_family())
    face.setPixelSize(px)
    face.setWeight(QFont.Weight(weight))
    face.setStyleHint(QFont.StyleHint.Monospace)
    for feature in ("calt", "liga"):
        if hasattr(face, "setFeature"):
            face.setFeature(QFont.Tag(feature), 0)
    return face
