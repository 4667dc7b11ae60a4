"""From an empty canvas to a proved model: what somebody does in the first minutes."""

import json
import subprocess
import sys

import pytest
from PySide6.QtCore import QEventLoop, QPointF, Qt, QTimer
from PySide6.QtTest import QTest

from composer_gui.session import gallery
from composer_gui.ui.export_dialog import ExportDialog
from tests.hand import Hand


@pytest.fixture(scope="module")
def models(engine_of_all, tmp_path_factory):
    """The saved models of the first example, in a folder as a person has them."""
    folder = tmp_path_factory.mktemp("saved")
    writing = gallery.write("chain", folder / "chain.composer", engine_of_all.engine)
    loop = QEventLoop()
    writing.done.connect(loop.quit)
    writing.failed.connect(loop.quit)
    QTimer.singleShot(120_000, loop.quit)
    loop.exec()
    return folder / "models"


def draw_the_chain(trip, models):
    """Drop two models (the first brings its Input), add an Output, draw two wires by mouse."""
    trip.new_design()
    files = [models / "feature_extractor.keras", models / "classifier.keras"]
    for file, x in zip(files, (300, 600), strict=True):
        Hand(trip.canvas).drop_files([file], QPointF(x, 100))
        trip.until(lambda label=file.stem: label in labels(trip))
    digit = trip.type_new("output")
    trip.place(digit, 900, 100)
    (image,) = trip.session.document.inputs
    extractor, classifier = trip.named("feature_extractor"), trip.named("classifier")
    document = trip.session.document
    first = document.layer_of(document.nodes[extractor]).interface
    second = document.layer_of(document.nodes[classifier]).interface
    trip.wire(extractor, classifier, second.inputs[0].name, out=first.outputs[0].name)
    trip.wire(classifier, digit, "input", out=second.outputs[0].name)
    trip.settle()
    return image, extractor, classifier, digit


def export_by_dialog(trip, folder, name):
    """Press Export, say where, press Export there, and wait for the proof to be shown."""
    trip.window.actions_by_id["export"].trigger()
    (dialog,) = trip.window.findChildren(ExportDialog)
    dialog.folder.setText(str(folder))
    dialog.name.setText(name)
    with trip.qtbot.waitSignal(dialog.exported, timeout=120_000) as exported:
        trip.qtbot.mouseClick(dialog.export_button, Qt.MouseButton.LeftButton)
    assert dialog.report.isVisible()
    dialog.close()
    return exported.args[0]


def labels(trip):
    document = trip.session.document
    return {document.label(node) for node in document.nodes}


def test_the_first_example_is_drawn_from_nothing_and_exported_with_proof(trip, models, tmp_path):
    image, extractor, _classifier, digit = draw_the_chain(trip, models)
    assert trip.errors() == []
    assert trip.session.verdict(image).spec("output").shape == (None, 28, 28, 1)
    assert trip.session.verdict(extractor).outputs[0][1].shape == (None, 26 * 26 * 32)
    assert trip.session.verdict(digit).outputs[0][1].shape == (None, 10)

    report = export_by_dialog(trip, tmp_path, "digits")
    assert report.ok, json.dumps(report.to_plain(), indent=1)
    python_file = tmp_path / "digits.py"
    assert (tmp_path / "digits.keras").exists()
    ran = subprocess.run(
        [sys.executable, "-I", python_file], capture_output=True, text=True, timeout=120
    )
    assert ran.returncode == 0, ran.stderr
    assert "Total params" in ran.stdout


def test_everything_drawn_is_undone_and_done_again(trip, models):
    draw_the_chain(trip, models)
    whole = trip.session.document
    trip.undo_all()
    assert len(trip.session.document.nodes) == 0
    while trip.session.history.redo_label is not None:
        trip.window.actions_by_id["redo"].trigger()
    assert trip.session.document == whole
    trip.settle()
    assert trip.errors() == []


def test_a_wire_that_would_close_a_loop_is_refused_while_it_is_dragged(trip, models):
    _image, extractor, classifier, _digit = draw_the_chain(trip, models)
    document = trip.session.document
    model = document.layer_of(document.nodes[classifier]).interface
    hand = Hand(trip.canvas)
    start = hand.output(classifier, model.outputs[0].name)
    first = document.layer_of(document.nodes[extractor]).interface.inputs[0].name
    end = hand.input(extractor, first)
    hand.press(start)
    hand.move(start + (end - start) / 2)
    hand.move(end)
    assert trip.canvas.notice.isVisible()
    assert "loop" in trip.canvas.notice.text()
    hand.release(end)
    assert trip.session.document is document


def test_a_dense_is_pulled_out_of_a_saved_model_by_keyboard(trip, models):
    trip.new_design()
    Hand(trip.canvas).drop_files([models / "feature_extractor.keras"], QPointF(300, 100))
    trip.until(lambda: "feature_extractor" in labels(trip))
    model = trip.named("feature_extractor")
    document = trip.session.document
    port = document.layer_of(document.nodes[model]).interface.outputs[0].name
    hand = Hand(trip.canvas)
    hand.drag(hand.output(model, port), QPointF(700, 120))
    search = trip.canvas.search
    assert search.isVisible()
    QTest.keyClicks(search.field, "dense 10")
    QTest.keyClick(search.field, Qt.Key.Key_Return)
    dense = trip.named("dense")
    node = trip.session.document.nodes[dense]
    assert [source.node for source in node.inputs["inputs"]] == [model]
    assert 'layers.Dense(10, name="dense")(' in trip.session.script().text


def test_an_input_can_be_typed_and_wired_where_a_model_has_none(trip, models):
    trip.new_design()
    image = trip.type_new("input 28 28 1")
    trip.place(image, 0, 100)
    Hand(trip.canvas).drop_files([models / "feature_extractor.keras"], QPointF(300, 100))
    trip.until(lambda: "feature_extractor" in labels(trip))
    model = trip.named("feature_extractor")
    document = trip.session.document
    assert document.inputs == (image,)
    trip.wire(image, model, document.layer_of(document.nodes[model]).interface.inputs[0].name)
    trip.settle()
    assert {problem.code for problem in trip.errors()} == {"no_output"}
