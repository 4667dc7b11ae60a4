"""What people do with models they have: tap and freeze, open up and replace, bring in a class."""

import subprocess
import sys

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog, QMessageBox

from composer_gui.core.document import Call
from composer_gui.core.layer_kinds import Submodel
from composer_gui.ui.panels.inside_delegate import ZONE
from tests.hand import Hand
from tests.journeys.test_first_model import export_by_dialog, labels

LEFT = Qt.MouseButton.LeftButton
SHIFT = Qt.KeyboardModifier.ShiftModifier

MAKE_MODELS = """
import sys
from pathlib import Path
import keras
from keras import layers

folder = Path(sys.argv[1])
keras.utils.set_random_seed(1)
x = picture = keras.Input((32, 32, 3), name="picture")
for block in (1, 2, 3):
    x = layers.Conv2D(8 * block, 3, padding="same", name=f"block{block}_conv")(x)
    x = layers.BatchNormalization(name=f"block{block}_bn")(x)
    x = layers.ReLU(name=f"block{block}_relu")(x)
x = layers.GlobalAveragePooling2D(name="avg")(x)
x = layers.Dropout(0.3, name="drop")(x)
kind = layers.Dense(5, activation="softmax", name="kind")(x)
keras.Model(picture, kind, name="functional_1").save(folder / "backbone.keras")

sys.path.insert(0, str(folder))
from my_layers import Scale
x = keras.Input((4,), name="values")
y = layers.Dense(3, name="d")(Scale(name="scale")(x))
keras.Model(x, y, name="scaled").save(folder / "scaled.keras")
"""

MY_LAYERS = '''
"""A layer that somebody wrote."""

import keras


class Scale(keras.layers.Layer):
    def build(self, shape):
        self.factor = self.add_weight(shape=(shape[-1],), initializer="ones", name="factor")

    def call(self, inputs):
        return inputs * self.factor

    def compute_output_shape(self, input_shape):
        return input_shape
'''


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """A backbone of three blocks, and a model with a class of somebody's own."""
    folder = tmp_path_factory.mktemp("mine")
    (folder / "my_layers.py").write_text(MY_LAYERS, encoding="utf-8")
    subprocess.run([sys.executable, "-c", MAKE_MODELS, str(folder)], check=True, timeout=120)
    return folder


def drop_model(trip, path, at=(300, 100)):
    """Drop a file from the file manager; return the node that calls it."""
    Hand(trip.canvas).drop_files([path], QPointF(*at))
    trip.until(lambda: path.stem in labels(trip))
    return trip.named(path.stem)


def select(trip, *nodes):
    """Click on the nodes, one after the other."""
    for number, node in enumerate(nodes):
        keys = SHIFT if number else Qt.KeyboardModifier.NoModifier
        trip.hand.click(trip.hand.title(node), keys=keys)
    assert set(trip.canvas.selected()) == set(nodes)


def alone(trip, text):
    """Add a node by keyboard that is wired to nothing: nothing is selected before."""
    trip.canvas.select(())
    return trip.type_new(text)


def inspected(trip, node):
    """Select a node and return the inspector's view of it, once it shows what is inside."""
    select(trip, node)
    inspector = trip.window.workspace.inspector
    trip.until(lambda: getattr(inspector.view, "node_id", None) == node)
    return inspector.view


def layers_inside(trip, node):
    view = inspected(trip, node)
    trip.until(lambda: view.inside.inside is not None)
    trip.window.workspace.inspector.ensureWidgetVisible(view.inside.list, 0, 200)
    return view.inside


def press_row(trip, part, name, *, right):
    """Press the row of a layer so many pixels from its right end."""
    model = part.list.model()
    names = [model.rows[number].name for number in model.shown]
    index = model.index(names.index(name))
    part.list.scrollTo(index)
    rect = part.list.visualRect(index)
    at = QPoint(rect.right() - right, rect.center().y())
    trip.qtbot.mouseClick(part.list.viewport(), LEFT, pos=at)


def tap(trip, part, name):
    press_row(trip, part, name, right=ZONE + ZONE // 2)


def do(trip, action):
    trip.window.actions_by_id[action].trigger()


def check_names(report):
    return {check.name for check in report.checks}


def test_two_layers_are_tapped_into_a_new_head_the_rest_is_frozen_and_the_export_is_proved(
    trip, models, tmp_path
):
    trip.new_design()
    backbone = drop_model(trip, models / "backbone.keras")
    part = layers_inside(trip, backbone)
    QTest.keyClicks(part.search, "relu")
    tap(trip, part, "block2_relu")
    tap(trip, part, "block3_relu")
    part.search.clear()
    trip.settle()
    verdict = trip.session.verdict(backbone)
    assert verdict.spec("block2_relu").shape == (None, 32, 32, 16)
    assert verdict.spec("block3_relu").shape == (None, 32, 32, 24)

    freezing = part.freezing
    trip.window.workspace.inspector.ensureWidgetVisible(freezing.field)
    QTest.keyClicks(freezing.field, "block[1-3]_*")
    assert len(freezing.matched) == 9
    assert "9 layers" in freezing.count.text()
    QTest.keyClick(freezing.field, Qt.Key.Key_Return)
    trip.settle()
    assert trip.session.verdict(backbone).trainable_parameters == 24 * 5 + 5

    both, pooled, head, result = (
        alone(trip, text) for text in ("concatenate", "globalaveragepooling2d", "dense 4", "output")
    )
    for node, at in ((both, 620), (pooled, 900), (head, 1260), (result, 1500)):
        trip.place(node, at, 320)
    trip.canvas.fit()
    trip.wire(backbone, both, "inputs", out="block2_relu")
    trip.wire(backbone, both, "inputs", out="block3_relu", index=1)
    trip.wire(both, pooled, "inputs")
    trip.wire(pooled, head, "inputs")
    trip.wire(head, result, "input")
    trip.settle()
    assert trip.errors() == []

    report = export_by_dialog(trip, tmp_path, "two_taps")
    assert report.ok, report.to_plain()
    assert "training" in check_names(report)
    text = (tmp_path / "two_taps.py").read_text(encoding="utf-8")
    assert 'get_layer("block2_relu").output' in text


def test_a_model_is_opened_up_its_last_block_replaced_closed_and_used_twice(trip, models, tmp_path):
    trip.new_design()
    backbone = drop_model(trip, models / "backbone.keras")
    select(trip, backbone)
    with trip.qtbot.waitSignal(trip.session.opened, timeout=60_000):
        do(trip, "open_up")
    trip.settle()
    assert {"block3_conv", "kind", "avg"} <= labels(trip)
    trip.canvas.fit()

    # The last block gets more filters, so what is behind it starts anew as well
    view = inspected(trip, trip.named("block3_conv"))
    editor = view.parameters.fields["filters"].editor
    trip.window.workspace.inspector.ensureWidgetVisible(editor)
    editor.setFocus()
    editor.selectAll()
    QTest.keyClicks(editor, "32")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    trip.settle()
    anew = trip.session.verdict(trip.named("block3_conv")).anew
    assert "24" in anew and "32" in anew
    assert trip.session.verdict(trip.named("block2_conv")).anew == ""

    calls = [n.id for n in trip.session.document.nodes.values() if isinstance(n, Call)]
    trip.canvas.select(calls)  # all but the Input, as a box around them would
    do(trip, "group")
    (layer,) = trip.session.document.layers.values()
    assert isinstance(layer, Submodel)
    (node,) = (n for n in trip.session.document.nodes.values() if isinstance(n, Call))
    trip.settle()
    select(trip, node.id)
    do(trip, "use_again")
    trip.settle()
    twins = [n.id for n in trip.session.document.nodes.values() if isinstance(n, Call)]
    assert len(twins) == 2
    second = next(n for n in twins if n != node.id)
    other, distance, result = (
        alone(trip, text) for text in ("input 32 32 3", "subtract", "output")
    )
    trip.arrange()
    trip.canvas.fit()
    port_in = next(iter(node.inputs))
    port_out = trip.session.verdict(node.id).outputs[0][0]
    trip.wire(other, second, port_in)
    trip.wire(node.id, distance, "inputs", out=port_out)
    trip.wire(second, distance, "inputs", out=port_out, index=1)
    trip.wire(distance, result, "input")
    trip.settle()
    assert trip.errors() == []

    report = export_by_dialog(trip, tmp_path, "twins")
    assert report.ok, report.to_plain()
    (kept,) = (check.detail for check in report.checks if check.name == "kept")
    assert kept.startswith("1,488 weights are those of the saved models")
    assert "new" in kept and "block3_conv" in kept


def test_a_placeholder_is_resolved_by_naming_its_python_file(trip, models, tmp_path, monkeypatch):
    trip.new_design()
    scaled = drop_model(trip, models / "scaled.keras")
    result = alone(trip, "output")
    trip.place(result, 900, 100)
    port = trip.session.document.layer_of(trip.session.document.nodes[scaled]).outputs[0].name
    trip.wire(scaled, result, "input", out=port)
    trip.settle()
    (problem,) = (p for p in trip.session.problems() if p.code == "missing_class")
    assert "Scale" in problem.message
    assert trip.session.verdict(result).outputs[0][1].shape == (None, 3)

    monkeypatch.setattr(
        QFileDialog, "getOpenFileName", lambda *_, **__: (str(models / "my_layers.py"), "")
    )
    agree(trip)
    press_name_button(trip)
    trip.until(lambda: trip.session.allowed_code() != ())
    trip.settle()
    assert [p for p in trip.session.problems() if p.code == "missing_class"] == []

    report = export_by_dialog(trip, tmp_path, "with_scale")
    assert report.ok, report.to_plain()
    assert (tmp_path / "my_layers.py").exists()


def agree(trip):
    """Press "Run It" as soon as the dialog asks."""

    def look():
        box = QApplication.activeModalWidget()
        if isinstance(box, QMessageBox):
            box.run.click()
        else:
            QTimer.singleShot(20, look)

    QTimer.singleShot(0, look)


def press_name_button(trip):
    """Press the button at the problem, in the list of problems."""
    problems = trip.window.workspace.problems
    trip.window.desk.open_dock("problems")

    def button():
        found = problems.findChildren(QAbstractButton)
        return next((b for b in found if b.isVisible() and "Python file" in b.text()), None)

    trip.until(lambda: button() is not None)
    trip.qtbot.mouseClick(button(), LEFT)
