"""The palette: what it lists, how it is searched, and the three ways to place something."""

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from composer_gui.ui import file_dialogs
from composer_gui.ui.panels.palette import FOLDED_KEY, Palette
from composer_gui.ui.panels.palette_rows import HEAD, LAYER, MIME, MODEL, NODE


@pytest.fixture
def palette(session, settings, show, qtbot):
    palette = show(Palette(session, settings), 264, 700)
    qtbot.waitUntil(lambda: bool(palette.model.rows))
    return palette


def texts(palette, *kinds):
    return [row.text for row in palette.model.rows if not kinds or row.kind in kinds]


def index_of(palette, text):
    at = next(n for n, row in enumerate(palette.model.rows) if row.text == text)
    return palette.model.index(at)


def press(palette, text, qtbot, *, double=False):
    index = index_of(palette, text)
    palette.list.scrollTo(index)
    at = palette.list.visualRect(index).center()
    qtbot.mouseClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    if double:
        qtbot.mouseDClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=at)


def test_saved_models_then_ends_then_merge_layers_stand_first(palette):
    assert texts(palette, HEAD)[:4] == ["Saved models", "Input and output", "Merge", "Core"]
    assert texts(palette, NODE) == ["Input", "Output", "Frame", "Note"]


def test_every_layer_of_the_catalog_is_listed_once(palette, session, qtbot):
    for head in [row.text for row in palette.model.rows if row.kind == HEAD and row.folded]:
        press(palette, head, qtbot)
    listed = texts(palette, LAYER)
    assert sorted(listed) == sorted(s.class_name for s in session.catalog.search(""))
    assert len(listed) == len(set(listed))


def test_typing_finds_and_chooses_the_likeliest(palette, qtbot):
    qtbot.keyClicks(palette.search, "mha")
    assert palette.list.currentIndex().data() == "MultiHeadAttention"
    with qtbot.waitSignal(palette.layer_chosen) as chosen:
        qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert chosen.args == ["MultiHeadAttention"]


def test_inputs_are_found_among_the_layers(palette, qtbot):
    qtbot.keyClicks(palette.search, "inp")
    with qtbot.waitSignal(palette.node_chosen) as chosen:
        qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert chosen.args == ["input"]


def test_a_search_without_result_says_so_and_chooses_nothing(palette, qtbot):
    qtbot.keyClicks(palette.search, "zzz")
    assert texts(palette) == ["Nothing is called that."]
    with qtbot.assertNotEmitted(palette.layer_chosen):
        qtbot.keyClick(palette.search, Qt.Key.Key_Return)


def test_escape_clears_the_search(palette, qtbot):
    qtbot.keyClicks(palette.search, "conv")
    qtbot.keyClick(palette.search, Qt.Key.Key_Escape)
    assert palette.search.text() == ""
    assert "Merge" in texts(palette, HEAD)


def test_the_down_key_leads_from_the_search_into_the_list(palette, qtbot):
    palette.search.setFocus()
    qtbot.keyClicks(palette.search, "conv")
    qtbot.keyClick(palette.search, Qt.Key.Key_Down)
    assert palette.list.hasFocus()


def test_a_double_click_chooses(palette, qtbot):
    with qtbot.waitSignal(palette.layer_chosen) as chosen:
        press(palette, "Dense", qtbot, double=True)
    assert chosen.args == ["Dense"]


def test_a_single_click_only_selects(palette, qtbot):
    with qtbot.assertNotEmitted(palette.layer_chosen):
        press(palette, "Dense", qtbot)
    assert palette.list.currentIndex().data() == "Dense"


def test_enter_in_the_list_chooses(palette, qtbot):
    palette.list.setFocus()
    palette.list.setCurrentIndex(index_of(palette, "Note"))
    with qtbot.waitSignal(palette.node_chosen) as chosen:
        qtbot.keyClick(palette.list, Qt.Key.Key_Return)
    assert chosen.args == ["note"]


def test_a_head_folds_its_group_and_that_is_remembered(palette, settings, session, qtbot):
    press(palette, "Core", qtbot)
    assert "Dense" not in texts(palette)
    assert "Core" in str(settings.value(FOLDED_KEY))
    press(palette, "Core", qtbot)
    assert "Dense" in texts(palette)


def test_a_dragged_layer_carries_its_class(palette):
    data = palette.model.mimeData([index_of(palette, "Dense")])
    carried = json.loads(bytes(data.data(MIME).data()))
    assert carried == {"what": "layer", "class_name": "Dense"}


@pytest.mark.parametrize("text", ["Input", "Output", "Frame", "Note"])
def test_a_dragged_node_carries_its_kind(palette, text):
    data = palette.model.mimeData([index_of(palette, text)])
    assert json.loads(bytes(data.data(MIME).data())) == {"what": text.lower()}


def test_heads_cannot_be_dragged(palette):
    flags = palette.model.flags(index_of(palette, "Core"))
    assert not flags & Qt.ItemFlag.ItemIsDragEnabled


def test_the_models_of_the_design_are_listed_with_their_shapes(palette, design, qtbot):
    design.model("/models/encoder.keras")
    (row,) = [row for row in palette.model.rows if row.kind == MODEL]
    assert (row.text, row.detail) == ("encoder", "8×8×3 → 16")
    with qtbot.waitSignal(palette.model_chosen) as chosen:
        press(palette, "encoder", qtbot, double=True)
    assert chosen.args == [Path("/models/encoder.keras")]


def test_a_dragged_model_is_a_file(palette, design):
    design.model("/models/encoder.keras")
    data = palette.model.mimeData([index_of(palette, "encoder")])
    assert [url.toLocalFile() for url in data.urls()] == ["/models/encoder.keras"]


def test_a_folder_can_be_chosen_from_the_list(palette, tmp_path, monkeypatch, qtbot):
    monkeypatch.setattr(file_dialogs, "folder", lambda parent, title, near: tmp_path)
    press(palette, "Choose a folder of models…", qtbot)
    assert palette.browser.folder == tmp_path
    qtbot.waitUntil(lambda: "No models here: choose another folder…" in texts(palette))


def test_markup_in_a_tooltip_is_escaped(palette, design):
    design.model("/models/<b>x<b>.keras")
    assert "<b>" not in palette.model.data(
        index_of(palette, "<b>x<b>"), Qt.ItemDataRole.ToolTipRole
    )


def test_every_row_can_be_read_out(palette):
    for number, row in enumerate(palette.model.rows):
        said = palette.model.data(palette.model.index(number), Qt.ItemDataRole.AccessibleTextRole)
        assert said.startswith(row.text)
