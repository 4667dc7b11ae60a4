"""The source: as the design is, read on undisturbed, lines and nodes pointing at each other."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from composer_gui.core import edits
from composer_gui.core.codegen.keras_script import Script
from composer_gui.ui import theme
from composer_gui.ui.panels import script_maker, source_preview
from composer_gui.ui.panels.source_preview import SourcePreview


@pytest.fixture
def preview(session, show):
    return show(SourcePreview(session), 700, 240)


@pytest.fixture
def page(preview):
    """A preview that shows what it is given, not the design."""
    preview._later.stop()
    return preview


@pytest.fixture
def chain(design):
    """An Input, a Dense and an Output in a row."""
    source, node, end = design.input(shape=(4,)), design.layer("Dense", units=8), design.output()
    design.wire(source, node)
    design.wire(node, end)
    return source, node, end


def line_of(preview, text):
    return next(n for n, line in enumerate(preview.toPlainText().split("\n"), 1) if text in line)


def test_the_source_is_that_of_the_design(preview, chain, session):
    preview.refresh()
    assert preview.toPlainText() == session.script().text.rstrip("\n")


def test_the_source_follows_an_edit(preview, chain, design, session, qtbot):
    args = (session.catalog, design.document.nodes[chain[1]].layer, "units", 16)
    session.apply("Set units", edits.set_parameter, *args)
    qtbot.waitUntil(lambda: "Dense(16" in preview.toPlainText())


def test_source_that_nobody_sees_is_written_when_it_is_shown(preview, chain, qtbot):
    preview.refresh()
    preview.hide()
    before = preview.toPlainText()
    preview._session.apply("Name", edits.set_name, "another")
    preview.refresh()
    assert preview.toPlainText() == before
    preview.show()
    qtbot.waitUntil(lambda: "another" in preview.toPlainText())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a\nb\nc", "a\nX\nc"),
        ("a\nb\nc", "a\nc"),
        ("a\nc", "a\nb\nc"),
        ("a\nb", "a\nb\nc\nd"),
        ("a\nb\nc", "b\nc"),
        ("a\nb\nc", "c"),
        ("a", "x\ny"),
        ("a\na\na", "a\na"),
        ("a\nb\nc", ""),
        ("", "a\nb"),
        ("a\n\nb", "a\n\n\nb"),
    ],
)
def test_lines_are_replaced_and_the_text_is_the_new_one(page, old, new):
    page._show(Script(old, {}))
    assert page.toPlainText() == old
    page._show(Script(new, {}))
    assert page.toPlainText() == new


def test_an_edit_elsewhere_does_not_scroll_what_is_read(page, qtbot):
    lines = [f"line {n}" for n in range(200)]
    page._show(Script("\n".join(lines), {}))
    qtbot.waitUntil(lambda: page.blockCount() == 200)
    page.verticalScrollBar().setValue(100)
    lines[180] = "changed"
    page._show(Script("\n".join(lines), {}))
    assert page.toPlainText() == "\n".join(lines)
    assert page.verticalScrollBar().value() == 100


def test_choosing_a_node_marks_its_lines(preview, chain):
    preview.refresh()
    preview.mark((chain[1],))
    marked = [mark.cursor.block().text() for mark in preview.extraSelections()]
    assert any("layers.Dense(8" in line for line in marked)


@pytest.mark.parametrize(("old", "new"), [(1, 1000), (1000, 1), (1000, 400), (400, 1000)])
def test_a_long_text_is_replaced_a_piece_at_a_time(page, qtbot, old, new):
    before, after = ("\n".join(f"{word}{n} = {n}" for n in range(count))
                     for word, count in (("x", old), ("y", new)))  # fmt: skip
    page._show(Script(before, {}))
    qtbot.waitUntil(lambda: page.toPlainText() == before)
    page._show(Script(after, {}))
    assert page.toPlainText() not in (before, after)
    qtbot.waitUntil(lambda: page.toPlainText() == after)


def test_a_newer_text_takes_the_place_of_one_that_is_half_there(page, qtbot):
    page._show(Script("\n".join(f"x{n}" for n in range(1000)), {}))
    newer = "\n".join(f"x{n}" for n in range(0, 2000, 2))
    page._show(Script(newer, {}))
    qtbot.waitUntil(lambda: page.toPlainText() == newer)


def test_marking_a_node_far_down_brings_its_line_into_view(page, qtbot):
    text = "\n".join(f"x{n} = 0" for n in range(300))
    page._show(Script(text, {"n1": (250,)}))
    qtbot.waitUntil(lambda: page.blockCount() == 300)
    page.mark(("n1",))
    first = page.firstVisibleBlock().blockNumber() + 1
    assert first < 250 < first + 30


LOADED = """
def build_model():
    source = keras.models.load_model(MODELS / "a.keras", compile=False)
    source.get_layer("b").trainable = False

    a = source.get_layer("a")(photo)
    b = source.get_layer("b")(a)
    c = keras.layers.Add()(
        [a, source.get_layer("c")(b)]
    )
"""


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        ({"a": (3, 6), "b": (3, 4, 7)}, 6),
        ({"a": (3, 6)}, 6),  # no other node out of the file
        ({"a": (3,), "b": (3, 4, 7)}, 3),
        ({"x": (3, 4, 7), "a": (3, 4, 7)}, 7),
        ({"a": (3, 8, 9), "b": (8, 9)}, 8),  # called within another's call
        ({"a": (2, 5, 6, 7), "b": (2,)}, 5),
    ],
)
def test_of_the_lines_of_a_node_that_is_shown_which_calls_it(lines, line):
    assert source_preview.lines_that_call(Script(LOADED, lines), ["a", "gone"]) == {line}


def test_marking_a_layer_of_a_file_goes_to_its_call_and_not_to_where_the_file_is_loaded(
    page, qtbot
):
    text = "x = load_model()\n" + "\n".join(f"x{n} = 0" for n in range(300))
    page._show(Script(text, {"n1": (1, 250), "n2": (1, 20)}))
    qtbot.waitUntil(lambda: page.blockCount() == 301)
    page.mark(("n1",))
    first = page.firstVisibleBlock().blockNumber() + 1
    assert first < 250 < first + 30
    assert len(page.extraSelections()) == 2


def test_pressing_a_line_chooses_its_node(preview, chain, qtbot):
    preview.refresh()
    line = line_of(preview, "layers.Dense(8")
    preview.mark((chain[1],))
    block = preview.document().findBlockByNumber(line - 1)
    rect = preview.blockBoundingGeometry(block).translated(preview.contentOffset())
    with qtbot.waitSignal(preview.node_chosen) as told:
        at = rect.center().toPoint()
        at.setX(60)
        qtbot.mouseClick(preview.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert told.args == [chain[1]]


def test_the_source_can_be_copied_but_not_written(preview, chain, session, qtbot):
    preview.refresh()
    before = preview.toPlainText()
    qtbot.keyClicks(preview, "x")
    assert preview.toPlainText() == before
    preview.copy_all()
    assert QGuiApplication.clipboard().text() == session.script().text


def test_lines_are_numbered(preview, chain, qtbot):
    preview.refresh()
    picture = preview.numbers.grab().toImage()
    ground = theme.current().panel
    seen = {
        picture.pixelColor(x, y).name()
        for x in range(0, picture.width(), 2)
        for y in range(0, picture.height(), 2)
    }
    assert seen != {ground.name()}


def colours(preview, line):
    """The colour of each character of a line, None where it has none of its own."""
    block = preview.document().findBlockByNumber(line - 1)
    shown = [None] * len(block.text())
    for part in block.layout().formats():
        for at in range(part.start, part.start + part.length):
            shown[at] = part.format.foreground().color()
    return shown


@pytest.mark.parametrize(
    ("text", "at", "category"),
    [
        ("import keras", 0, "recurrent"),
        ('x = "a # b"', 8, "convolution"),
        ("x = 12", 4, "saved model"),
        ("y = Dense(4)", 4, "core"),
        ("def build():", 4, "core"),
    ],
)
def test_source_is_coloured_by_what_it_is(preview, text, at, category):
    preview._show(Script(text, {}))
    assert colours(preview, 1)[at] == theme.current().category(category)


def test_a_comment_is_quiet_and_a_name_has_no_colour(preview):
    preview._show(Script("x = y  # why", {}))
    assert colours(preview, 1)[0] is None
    now = theme.current()
    assert colours(preview, 1)[8] == now.words(now.tertiary) != now.text


def test_a_long_string_is_one_colour_from_line_to_line(preview):
    preview._show(Script('"""one\nimport two\nthree""" + x', {}))
    string = theme.current().category("convolution")
    assert all(colour == string for colour in colours(preview, 2))
    assert colours(preview, 3)[0] == string
    assert colours(preview, 3)[-1] is None


def test_the_source_of_a_large_design_is_written_in_a_thread(preview, chain, monkeypatch, qtbot):
    monkeypatch.setattr(script_maker, "AT_ONCE", 1)
    preview.refresh()
    assert "Dense(8" not in preview.toPlainText()
    qtbot.waitUntil(lambda: "Dense(8" in preview.toPlainText())


def test_an_edit_while_the_source_is_written_is_not_forgotten(
    preview, chain, design, session, monkeypatch, qtbot
):
    monkeypatch.setattr(script_maker, "AT_ONCE", 1)
    preview.refresh()
    args = (session.catalog, design.document.nodes[chain[1]].layer, "units", 16)
    session.apply("Set units", edits.set_parameter, *args)
    preview.refresh()
    qtbot.waitUntil(lambda: "Dense(16" in preview.toPlainText())


def test_the_source_of_a_design_that_is_gone_is_not_shown(
    preview, chain, session, qtbot, monkeypatch
):
    monkeypatch.setattr(script_maker, "AT_ONCE", 1)
    shown = []
    preview._maker.made.connect(lambda script: shown.append(script.text))
    preview.refresh()
    session.new()
    qtbot.waitUntil(lambda: preview._maker._working is None)
    preview.refresh()
    assert shown and not any("Dense(8" in text for text in shown)


def test_the_source_of_a_large_design_is_written_once_the_edits_pause(
    preview, chain, design, session, qtbot, monkeypatch
):
    monkeypatch.setattr(script_maker, "AT_ONCE", 1)
    written = []
    monkeypatch.setattr(preview._maker, "make", lambda: written.append(session.document))
    preview._later.stop()
    for units in (16, 17):
        args = (session.catalog, design.document.nodes[chain[1]].layer, "units", units)
        session.apply("Set units", edits.set_parameter, *args)
        assert preview._later.remainingTime() > source_preview.DELAY
    qtbot.waitUntil(lambda: bool(written))
    assert written == [session.document]


def test_the_ground_follows_a_change_of_theme(preview, qapp):
    before = theme.watch().name
    try:
        for name in ("light", "dark", "light"):
            theme.apply(qapp, name)
            picture = preview.viewport().grab().toImage()
            corner = picture.pixelColor(picture.width() - 4, picture.height() - 4)
            assert corner.name() == theme.current().panel.name()
    finally:
        theme.apply(qapp, before)
