"""The colours, pens and fonts of the canvas, made once for a theme and shared by all items."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPen

from composer_gui.ui import theme

TITLE, KIND, SMALL = 14, 12, 11
FAR_TITLE, FAR_FOOT = 20, 18
"""Sizes of the label and of the shape when there is room for nothing else."""
FARTHEST_TITLE = 25
"""Size of the label where even the shape could not be read."""

_BREAKS = " _-./"
"""Where a label is broken into two lines, behind one of these."""

_RANK_WIDTHS = (1.6, 2.0, 2.6, 3.2, 3.8)


class Ink:
    """What to paint with. Items keep a reference; `refresh` fills it anew for another theme.

    One made for a `fixed` theme keeps its colours whatever the window's are. `specs_at_rest` says
    whether a wire shows what flows in it though nobody points at it.
    """

    def __init__(self, fixed: theme.Theme | None = None) -> None:
        self._fixed = fixed
        self.specs_at_rest = True
        self._metrics: dict[str, QFontMetricsF] = {}
        self._widths: dict[tuple[str, str], float] = {}
        self._elided: dict[tuple[str, str, float], str] = {}
        self._lines: dict[tuple[str, str, float], tuple[str, ...]] = {}
        self._wire_pens: dict[tuple, QPen] = {}
        self.refresh()

    def refresh(self) -> None:
        """Take colours and fonts from the theme that holds now."""
        self.theme = self._fixed or theme.current()
        self.fonts = _fonts()
        self._metrics = {style: QFontMetricsF(font) for style, font in self.fonts.items()}
        self._widths.clear()
        self._elided.clear()
        self._lines.clear()
        self._wire_pens.clear()
        now = self.theme
        self.card = QBrush(now.card)
        # On white a card needs an edge below; on dark grounds nobody would see it
        self.shadow = None if now.canvas.lightness() < 128 else QBrush(QColor(20, 30, 50, 28))
        self.card_pen = QPen(now.card_line, 1.0)
        self.selected_pen = QPen(now.accent, 2.0)
        self.wrong_pen = QPen(now.wrong, 2.0)
        self.wrong_focus_pen = QPen(now.wrong, 3.0)
        self.warning_pen = QPen(now.warning, 1.6)
        self.twin_pen = QPen(now.accent, 1.6, Qt.PenStyle.DashLine)
        self.hairline = QPen(now.line, 1.0)
        hatch = QColor(now.card_line)
        hatch.setAlphaF(0.2 if now.name.startswith("contrast") else 0.4)  # words stand on it
        self.hatch_pen = QPen(hatch, 1.0)
        self.ring_pen = QPen(now.tertiary, 2.0)
        self.quiet_ring_pen = QPen(now.tertiary, 1.4)
        self.candidate_pen = QPen(now.accent, 2.4)
        self.canvas = QBrush(now.canvas)
        # As faint as it may be to be seen: less on white, where all colours are darker grounds
        self.border_alpha = 0.6 if now.canvas.lightness() < 128 else 0.8

    def category(self, name: str) -> QColor:
        """Return the colour of a category; grey for a class that the catalog does not know.

        That of "frame " with the name of a colour is the colour of such a frame.
        """
        kind, _, colour = name.partition(" ")
        return self.frame(colour) if kind == "frame" and colour else self.theme.category(name)

    def frame(self, name: str) -> QColor:
        """Return the colour of a frame: a token of the theme or a category, else grey."""
        token = getattr(self.theme, name, None)
        return token if isinstance(token, QColor) else self.theme.category(name)

    def measure(self, style: str, text: str) -> float:
        """Return the width of `text` in pixels at a zoom of 100 %."""
        key = (style, text)
        width = self._widths.get(key)
        if width is None:
            width = self._widths[key] = self._metrics[style].horizontalAdvance(text)
        return width

    def elided(self, style: str, text: str, room: float) -> str:
        """Return `text`, shortened with an ellipsis where it is wider than `room`."""
        if self.measure(style, text) <= room:
            return text
        key = (style, text, room)
        short = self._elided.get(key)
        if short is None:
            metrics = self._metrics[style]
            short = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0.0, room))
            self._elided[key] = short
        return short

    def height(self, style: str, text: str, width: float, flags: int) -> float:
        """Return the height of `text` that is wrapped in a column."""
        column = QRectF(0, 0, width, 1e6)
        return self._metrics[style].boundingRect(column, flags, text).height()

    def lines(self, style: str, text: str, room: float) -> tuple[str, ...]:
        """Return `text` in two lines where one is too narrow for it, the second one shortened."""
        if self.measure(style, text) <= room:
            return (text,)
        key = (style, text, room)
        found = self._lines.get(key)
        if found is None:
            fits = [n for n in range(1, len(text)) if self.measure(style, text[:n]) <= room]
            breaks = [n for n in fits if text[n - 1] in _BREAKS]
            cut = max(breaks or fits or [1])
            found = (text[:cut].rstrip(), self.elided(style, text[cut:].lstrip(), room))
            self._lines[key] = found
        return found

    def baseline(self, style: str, centre: float) -> float:
        """Return where the baseline lies for text that is centred at height `centre`."""
        return centre + self._metrics[style].capHeight() / 2

    def line(self, style: str) -> float:
        """Return the height of a line of words."""
        return self._metrics[style].height()

    def ascent(self, style: str) -> float:
        """Return how far below the top of a line its baseline lies."""
        return self._metrics[style].ascent()

    def wire_pen(self, rank: int | None, dtype: str, state: str) -> QPen:
        """Return the pen of a wire: width says rank, line style dtype, colour its state."""
        key = (rank, dtype, state)
        pen = self._wire_pens.get(key)
        if pen is None:
            pen = self._wire_pens[key] = self._new_wire_pen(rank, dtype, state)
        return pen

    def _new_wire_pen(self, rank: int | None, dtype: str, state: str) -> QPen:
        now = self.theme
        colours = {"wrong": now.wrong, "warning": now.warning, "lit": now.accent, "hot": now.text}
        width = _RANK_WIDTHS[1] if rank is None else _RANK_WIDTHS[min(rank, 4)]
        pen = QPen(colours.get(state, now.tertiary), width)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        pattern = (3.0, 2.0) if state == "waiting" else _dashes(dtype)
        if pattern:
            # Qt counts dashes in widths of the pen; thick and thin wires shall have the same.
            pen.setDashPattern([length * 2.0 / width for length in pattern])
        return pen


def screen_pen(
    colour: QColor, width: float, ratio: float, style: Qt.PenStyle = Qt.PenStyle.SolidLine
) -> QPen:
    """Return a pen that is `width` pixels wide at any zoom.

    Qt counts the width of such a pen in pixels of the screen: `ratio` is how many of them make one.
    """
    pen = QPen(colour, width * ratio, style)
    pen.setCosmetic(True)
    return pen


def _dashes(dtype: str) -> tuple[float, ...] | None:
    if dtype == "bool":
        return (6.0, 2.5, 1.2, 2.5)
    if "int" in dtype:
        return (8.0, 3.0)
    return (1.2, 2.0) if dtype == "string" else None


def _fonts() -> dict[str, QFont]:
    return {
        "title": theme.font(TITLE, 600),
        "far": theme.font(FAR_TITLE, 600),
        "far_foot": theme.mono(FAR_FOOT),
        "farthest": theme.font(FARTHEST_TITLE, 600),
        "kind": theme.font(KIND, 400),
        "name": theme.font(KIND, 400),
        "value": theme.mono(KIND),
        "foot": theme.mono(SMALL),
        "sentence": theme.font(SMALL, 400),
        "count": theme.font(SMALL, 400),
        "label": theme.mono(SMALL),
        "marked": theme.mono(SMALL, 600),
        "note": theme.font(13, 400),
        "far_note": theme.font(FAR_TITLE, 400),
        "farthest_note": theme.font(FARTHEST_TITLE, 400),
        "frame": theme.font(13, 600),
    }
