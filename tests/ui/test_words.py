"""Labels: what comes from a file is shown as it is, shortened where it must be, never clipped."""

import pytest

from composer_gui.ui.words import Head, Line, Paragraph, breakable, count_of, plain_tip


def test_markup_in_a_name_is_shown_and_not_obeyed():
    assert plain_tip("<b>bold</b> & more") == "<span>&lt;b&gt;bold&lt;/b&gt; &amp; more</span>"


def test_an_empty_tooltip_stays_empty():
    assert plain_tip("") == ""


def test_the_lines_of_a_tooltip_are_kept():
    assert plain_tip("one\ntwo") == "<span>one<br>two</span>"


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 nodes"), (1, "1 node"), (2, "2 nodes"), (5000, "5\u202f000 nodes")]
)
def test_counts_are_said_with_the_right_word(number, words):
    assert count_of(number, "node") == words


def test_a_line_that_has_room_says_nothing_in_its_tooltip(show):
    assert show(Line("short"), 300, 20).toolTip() == ""


def test_a_line_without_room_says_all_of_it_in_its_tooltip(show):
    line = show(Line("a name that is much longer than the room there is for it"), 90, 20)
    assert "much longer" in line.toolTip()
    line.resize(700, 20)
    assert line.toolTip() == ""


def test_a_line_may_become_narrow():
    assert Line("a long name that would widen the panel").minimumSizeHint().width() < 60


def test_a_head_is_read_out_as_it_is_written():
    head = Head("Ports")
    assert (head.text(), head.accessibleName()) == ("PORTS", "Ports")


def test_a_paragraph_shows_markup_as_text(show):
    paragraph = show(Paragraph("<h1>big</h1>"), 300, 60)
    small = show(Paragraph("(h1)big(/h1)"), 300, 60)
    assert paragraph.sizeHint().height() == small.sizeHint().height()


def test_a_long_path_may_be_broken_where_its_parts_meet():
    path = "/home/somebody/models/a_long_name_of_an_encoder.keras"
    assert breakable(f"see {path}").replace("\u200b", "") == f"see {path}"
    assert "/\u200b" in breakable(path)
    assert breakable("short words stay whole") == "short words stay whole"


def test_a_word_without_any_joint_is_broken_all_the_same():
    assert "\u200b" in breakable("x" * 60)


def test_a_paragraph_keeps_every_word_within_its_width(show):
    paragraph = show(Paragraph("x" * 120), 200, 200)
    assert paragraph.heightForWidth(200) > 2 * paragraph.fontMetrics().height()
    assert paragraph.text() == "x" * 120


def test_a_dot_between_words_stays_at_the_end_of_its_line():
    assert breakable("cut · other input size") == "cut\u00a0· other input size"
