"""What the user may choose: kept, read back as what it was, told to whoever goes by it."""

import pytest

from composer_gui.session.settings import Settings
from composer_gui.ui import preferences, theme
from composer_gui.ui.export_source import STYLES
from composer_gui.ui.preferences import PREFERENCES, Preferences


@pytest.fixture
def chosen(qapp, settings):
    found = Preferences()
    found.use(settings)
    return found


@pytest.mark.parametrize("preference", PREFERENCES, ids=lambda preference: preference.key)
def test_every_choice_is_kept_between_runs_as_what_it_was(preference, chosen, settings, tmp_path):
    values = [value for value, _ in preference.choices] or [True, False]
    values = values if not preference.most else [preference.least, preference.most, 7]
    for value in values:
        chosen.choose(preference.key, value)
        settings._store.sync()
        later = Preferences()
        later.use(Settings(tmp_path / "composer.ini"))
        found = later.value(preference.key)
        assert found == value and type(found) is type(value)


@pytest.mark.parametrize("kept", ["nonsense", "", "-3", "99999999", None])
@pytest.mark.parametrize("preference", PREFERENCES, ids=lambda preference: preference.key)
def test_what_makes_no_sense_is_the_default(preference, kept, chosen, settings):
    if kept is not None:
        settings.remember(preference.key, kept)
    assert chosen.value(preference.key) == preference.default


def test_a_choice_is_told_once(chosen, qtbot):
    told = []
    chosen.changed.connect(told.append)
    chosen.choose(preferences.SNAP, False)
    chosen.choose(preferences.SNAP, False)
    assert told == [preferences.SNAP]


def test_what_cannot_be_chosen_is_refused(chosen):
    for key, value in ((preferences.THEME, "pink"), (preferences.BATCH, 0)):
        with pytest.raises(ValueError, match="is no choice"):
            chosen.choose(key, value)


def test_other_settings_tell_what_differs(chosen, tmp_path, qtbot):
    chosen.choose(preferences.SNAP, False)
    told = []
    chosen.changed.connect(told.append)
    chosen.use(Settings(tmp_path / "other.ini"))
    assert told == [preferences.SNAP] and chosen.value(preferences.SNAP) is True


def test_without_settings_a_choice_holds_as_long_as_the_program(qapp):
    chosen = Preferences()
    chosen.choose(preferences.BATCH, 5)
    assert chosen.value(preferences.BATCH) == 5
    chosen.use(None)
    assert chosen.value(preferences.BATCH) == 5


def test_the_table_agrees_with_who_goes_by_it():
    table = {preference.key: preference for preference in PREFERENCES}
    assert [value for value, _ in table[preferences.STYLE].choices] == [
        value for value, _ in STYLES
    ]
    assert {value for value, _ in table[preferences.THEME].choices} == set(theme.NAMES)
