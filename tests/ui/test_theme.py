"""The themes: every word can be read, every mark seen, and one signal tells of another theme."""

import pytest
from PySide6.QtGui import QFontInfo

from composer_gui.storage import resources
from composer_gui.ui import theme

WORDS = ("text", "secondary", "tertiary", "accent", "right", "warning", "wrong")
GROUNDS = ("panel", "card")


def luminance(colour):
    parts = (colour.redF(), colour.greenF(), colour.blueF())
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    """The ratio that WCAG 2 defines."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.fixture
def keep_dark(qapp):
    yield
    theme.apply(qapp, "dark")


@pytest.mark.parametrize("name", theme.NAMES[1:])
def test_words_stand_out_from_panel_and_card(name):
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


def test_what_is_chosen_in_a_list_can_be_read():
    for name in theme.NAMES[1:]:
        shown = theme.named(name)
        assert contrast(shown.text, shown.selection) >= 4.5
        assert contrast(shown.secondary, shown.selection) >= 4.5


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
