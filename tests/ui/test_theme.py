"""The themes: every word can be read, every mark seen, and one signal tells of another theme."""

import pytest
from PySide6.QtGui import QColor, QFontInfo

from composer_gui.storage import resources
from composer_gui.ui import theme
from composer_gui.ui.canvas.flow_commands import FRAME_COLOURS
from composer_gui.ui.canvas.ink import Ink
from composer_gui.ui.canvas.plates import FRAME_GROUND
from composer_gui.ui.panels.source_colours import _formats
from composer_gui.ui.theme import contrast

WORDS = ("text", "secondary", "tertiary", "accent", "right", "warning", "wrong")
GROUNDS = ("panel", "card", "canvas", "field", "window", "hover")
ON_CHOSEN = ("text", "secondary", "accent", "warning", "wrong")


@pytest.fixture
def keep_dark(qapp):
    yield
    theme.apply(qapp, "dark")


def under(colour, ground, part):
    """A colour that lets all but a part of its ground through."""
    mixed = (
        a * part + b * (1 - part)
        for a, b in zip(colour.getRgbF()[:3], ground.getRgbF()[:3], strict=True)
    )
    return QColor.fromRgbF(*mixed)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000000", "#ffffff", 21.0), ("#777777", "#ffffff", 4.48), ("#ff0000", "#ff0000", 1.0)],
)
def test_contrast_is_that_of_the_guidelines(one, other, ratio):
    assert contrast(QColor(one), QColor(other)) == pytest.approx(ratio, abs=0.01)


@pytest.mark.parametrize("name", theme.NAMES[1:])
def test_words_stand_out_from_every_ground(name):
    shown = theme.named(name)
    least = 7 if name.startswith("contrast") else 4.5
    for word in WORDS:
        for ground in GROUNDS:
            ratio = contrast(getattr(shown, word), getattr(shown, ground))
            assert ratio >= least - 0.05, f"{word} on {ground}: {ratio:.2f}"


@pytest.mark.parametrize("name", theme.NAMES[1:])
def test_marks_in_the_colour_of_a_category_can_be_seen(name):
    shown = theme.named(name)
    for category, colour in shown.categories.items():
        assert contrast(colour, shown.panel) >= 3, category
        assert contrast(colour, shown.canvas) >= 3, category


@pytest.mark.parametrize("name", theme.NAMES[1:])
def test_a_button_in_the_accent_colour_can_be_read(name):
    shown = theme.named(name)
    assert contrast(shown.on_accent, shown.accent) >= 4.5


@pytest.mark.parametrize("name", theme.NAMES[1:])
def test_what_is_chosen_in_a_list_can_be_read(name):
    shown = theme.named(name)
    least = 7 if name.startswith("contrast") else 4.5
    for word in ON_CHOSEN:
        assert contrast(getattr(shown, word), shown.selection) >= least, word


@pytest.mark.parametrize("name", theme.NAMES[1:])
def test_source_can_be_read_also_where_its_lines_are_marked(name):
    shown = theme.named(name)
    for kind, form in _formats(shown).items():
        for ground in (shown.panel, shown.selection):
            assert contrast(form.foreground().color(), ground) >= 4.5, kind


@pytest.mark.parametrize("name", theme.NAMES[1:])
def test_frames_of_every_colour_are_seen_and_their_titles_can_be_read(qapp, name):
    shown, ink = theme.named(name), Ink(fixed=theme.named(name))
    for colour, _ in FRAME_COLOURS:
        border = under(ink.frame(colour), shown.canvas, ink.border_alpha)
        assert contrast(border, shown.canvas) >= 3, colour
        ground = under(ink.frame(colour), shown.canvas, FRAME_GROUND)
        assert contrast(shown.secondary, ground) >= 4.5, colour


@pytest.mark.parametrize("name", theme.NAMES[1:])
def test_wires_rings_and_focus_can_be_seen(name):
    shown = theme.named(name)
    for mark in ("tertiary", "accent", "right", "warning", "wrong"):
        for ground in ("canvas", "card", "panel", "selection"):
            assert contrast(getattr(shown, mark), getattr(shown, ground)) >= 3, (mark, ground)


def test_every_category_of_the_catalog_has_a_colour():
    shown = theme.named("dark")
    for category in (*resources.catalog().categories(), "input", "output", "saved model"):
        assert shown.category(category) != shown.tertiary


def test_an_unknown_category_is_grey():
    shown = theme.named("light")
    assert shown.category("of the future") == shown.tertiary


def test_another_theme_is_told_and_dresses_the_application(qapp, qtbot, keep_dark):
    with qtbot.waitSignal(theme.watch().changed):
        theme.apply(qapp, "light")
    assert theme.current() is theme.named("light")
    assert qapp.palette().window().color() == theme.named("light").panel
    assert theme.named("light").accent.name() in qapp.styleSheet()


def test_an_unknown_name_follows_the_system(qapp, keep_dark):
    theme.apply(qapp, "no such theme")
    assert theme.watch().name == "system"
    assert theme.current().name in theme.NAMES


def test_no_token_is_left_in_the_stylesheet(qapp):
    assert "$" not in qapp.styleSheet()


def test_the_shipped_faces_are_found_in_all_their_weights(qapp):
    for weight in (400, 500, 600):
        assert QFontInfo(theme.font(13, weight)).weight() == weight
    assert QFontInfo(theme.mono(12)).fixedPitch()


def test_the_fonts_come_with_their_licence():
    licence = resources.text("fonts/OFL.txt")
    assert "SIL OPEN FONT LICENSE" in licence
    size = sum(path.stat().st_size for path in (resources.folder() / "fonts").iterdir())
    assert size < 2_000_000
