"""Pictures of a design: what is in the file, in which colours, how large, and what can go wrong."""

import re

import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtSvg import QSvgRenderer

from composer_gui.core import edits
from composer_gui.core.errors import FileProblem
from composer_gui.core.problems import Problem
from composer_gui.core.verdicts import WRONG, Verdict
from composer_gui.ui import theme
from composer_gui.ui.canvas import picture
from composer_gui.ui.canvas.picture import PictureJob, Wish

LIGHT, DARK = theme.named("light"), theme.named("dark")


@pytest.fixture
def chain(design):
    """image, head and answer in a row, wired, and all of them fine."""
    image = design.input(0, 0, label="image", shape=(64, 64, 3))
    head = design.layer("Dense", 300, 0, name="head", units=10)
    answer = design.output(600, 0, label="answer")
    design.wire(image, head)
    design.wire(head, answer)
    fine = design.fine(64, 64, 3)
    design.judge(**{image: fine, head: fine, answer: fine})
    return design, (image, head, answer)


@pytest.fixture
def draw(session, qtbot):
    """Draw the design into a file and return its path."""

    def draw(path, look=LIGHT, **wish):
        job = PictureJob(session, Wish(path, look, **wish))
        with qtbot.waitSignal(job.finished) as finished:
            job.start()
        assert finished.args == [path]
        return path

    return draw


def texts_of(path):
    """Return all that is written in an SVG."""
    return re.findall(r"<text[^>]*>\s*([^<]*?)\s*</text>", path.read_text(encoding="utf-8"))


def size_of(path):
    """Return width and height of an SVG, in pixels of the canvas."""
    return QSvgRenderer(str(path)).viewBox().size()


def test_an_svg_holds_the_words_of_the_nodes_as_text(chain, draw, tmp_path):
    written = texts_of(draw(tmp_path / "a.svg"))
    assert {"image", "head", "answer", "Input", "units", "10"} <= set(written)
    assert any(text.startswith("64×64×3") for text in written)


def test_an_svg_names_a_family_to_fall_back_on_for_each_of_ours(chain, draw, tmp_path):
    families = re.findall(r'font-family="([^"]*)"', (draw(tmp_path / "a.svg")).read_text("utf-8"))
    assert families
    assert all(family.endswith(("serif", "monospace")) for family in families)


def test_an_svg_is_as_large_as_what_it_shows(chain, draw, tmp_path):
    path = draw(tmp_path / "a.svg")
    assert QSvgRenderer(str(path)).isValid()
    assert 780 < size_of(path).width() < 1000
    assert 100 < size_of(path).height() < 260


def test_a_png_has_two_pixels_for_each_of_the_canvas(chain, draw, tmp_path):
    image = QImage(str(draw(tmp_path / "a.png")))
    assert image.size() == size_of(draw(tmp_path / "a.svg")) * 2


def test_a_png_of_a_very_large_design_stays_within_bounds(design, draw, tmp_path):
    design.input(0, 0)
    design.output(90_000, 3_000)
    image = QImage(str(draw(tmp_path / "a.png")))
    assert image.width() <= picture.LONGEST
    assert image.width() * image.height() <= picture.MOST


def test_a_pdf_is_one_page_of_the_size_of_the_design(chain, draw, tmp_path):
    data = draw(tmp_path / "a.pdf").read_bytes()
    size = size_of(draw(tmp_path / "a.svg"))
    box = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", data)
    assert data.startswith(b"%PDF")
    assert data.count(b"/Type /Page\n") == 1
    assert float(box[1]) == pytest.approx(size.width() * 0.75, abs=1)
    assert float(box[2]) == pytest.approx(size.height() * 0.75, abs=1)


@pytest.mark.parametrize("look", [LIGHT, DARK], ids=["light", "dark"])
def test_it_has_the_colours_that_were_wished_whatever_the_window_has(chain, draw, tmp_path, look):
    image = QImage(str(draw(tmp_path / "a.png", look)))
    assert image.pixelColor(3, 3) == look.canvas
    colours = {image.pixel(x, image.height() // 2) for x in range(image.width())}
    assert look.category("input").rgb() in colours


def test_without_a_ground_it_can_be_seen_through(chain, draw, tmp_path):
    image = QImage(str(draw(tmp_path / "a.png", ground=False)))
    assert image.pixelColor(3, 3).alpha() == 0


def test_only_what_is_wished_is_drawn_with_the_wires_between(chain, draw, tmp_path):
    _, (image, head, _) = chain
    path = draw(tmp_path / "a.svg", ids=frozenset((image, head)))
    assert "answer" not in texts_of(path)
    assert {"image", "head"} <= set(texts_of(path))
    whole = draw(tmp_path / "b.svg")
    assert size_of(path).width() < 600
    assert len(texts_of(path)) < len(texts_of(whole))


def test_what_is_selected_looks_as_if_it_were_not(chain, draw, tmp_path, new_view, session):
    _, ids = chain
    view = new_view(session)
    before = draw(tmp_path / "a.svg").read_bytes()
    view.select(ids)
    assert draw(tmp_path / "b.svg").read_bytes() == before


def test_the_sizes_that_do_not_fit_stand_on_the_wire(design, draw, tmp_path):
    image = design.input(0, 0, label="image", shape=(5, 5, 64))
    model = design.model(x=500, takes=(6, 6, 64))
    design.wire(image, model, "image")
    problem = Problem(
        "shape",
        "head wants 6×6×64.",
        model,
        "image",
        wanted=(None, 6, 6, 64),
        given=(None, 5, 5, 64),
        axes=(1, 2),
    )
    wrong = Verdict(WRONG, problems=(problem,))
    design.judge(**{image: design.fine(5, 5, 64), model: wrong})
    assert {"sends", "wants"} <= set(texts_of(draw(tmp_path / "a.svg")))


def test_a_node_that_does_not_exist_yet_is_not_drawn_and_nothing_is_written(
    session, qtbot, tmp_path
):
    job = PictureJob(session, Wish(tmp_path / "a.svg", LIGHT))
    with qtbot.waitSignal(job.failed) as failed:
        job.start()
    assert "nothing to draw" in failed.args[0].whole
    assert not (tmp_path / "a.svg").exists()


def test_another_suffix_is_refused_at_once(session, tmp_path):
    with pytest.raises(FileProblem, match=r"a\.gif"):
        PictureJob(session, Wish(tmp_path / "a.gif", LIGHT))


def test_a_folder_that_is_gone_is_told(chain, session, qtbot, tmp_path):
    job = PictureJob(session, Wish(tmp_path / "gone" / "a.svg", LIGHT))
    with qtbot.waitSignal(job.failed) as failed:
        job.start()
    assert failed.args[0].code == "absent"


def test_a_picture_that_is_there_stays_when_drawing_is_cancelled(chain, session, qtbot, tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(b"before")
    job = PictureJob(session, Wish(path, LIGHT))
    with qtbot.waitSignal(job.progressed):
        job.start()
    job.cancel()
    qtbot.wait_until(lambda: not job._timer.isActive())
    assert path.read_bytes() == b"before"


def test_a_large_design_is_drawn_in_slices(session, design, qtbot, tmp_path):
    for number in range(400):
        session.apply("Add", edits.add_input, 240 * (number % 20), 120 * (number // 20))
    parts = []
    job = PictureJob(session, Wish(tmp_path / "a.svg", LIGHT))
    job.progressed.connect(lambda _, part: parts.append(part))
    with qtbot.waitSignal(job.finished, timeout=20_000):
        job.start()
    assert len(parts) > 3
    assert parts == sorted(parts)


def test_the_wished_colours_are_not_those_of_the_window(chain, draw, tmp_path, dark):
    assert theme.current().name == "dark"
    image = QImage(str(draw(tmp_path / "a.png", LIGHT)))
    assert image.pixelColor(3, 3) == QColor("#ffffff")


def test_wires_are_led_around_nodes_in_a_picture_too(design, draw, tmp_path):
    source, end = design.input(0, 0), design.output(800, 0)
    design.layer("Dense", 300, 0, units=4)
    plain = size_of(draw(tmp_path / "plain.svg")).height()
    design.wire(source, end)
    assert size_of(draw(tmp_path / "led.svg")).height() > plain
