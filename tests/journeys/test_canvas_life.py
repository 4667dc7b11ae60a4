"""Days on the canvas: a very large model, twins for another design, a model made by keys alone."""

import subprocess
import sys
from itertools import pairwise

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from composer_gui.core.document import Call, Dot, Frame
from composer_gui.core.layer_kinds import KerasLayer, SavedModel, Submodel
from composer_gui.core.ports import input_ports, output_ports
from composer_gui.ui.command_palette import CommandPalette
from composer_gui.ui.export_dialog import ExportDialog
from tests.hand import Hand
from tests.journeys.test_first_model import export_by_dialog, labels
from tests.journeys.test_saved_models import do, select

ALT, SHIFT, CONTROL = (
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)
Down, Enter, Escape, Left, Right, Tab = (
    Qt.Key.Key_Down,
    Qt.Key.Key_Return,
    Qt.Key.Key_Escape,
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Tab,
)
BLOCKS = 80

MAKE_MODELS = f"""
import sys
from pathlib import Path
import keras
from keras import layers

folder = Path(sys.argv[1])
keras.utils.set_random_seed(1)
x = signal = keras.Input((16, 4), name="signal")
for block in range({BLOCKS}):
    y = layers.Conv1D(4, 3, padding="same", name=f"block{{block}}_conv")(x)
    y = layers.ReLU(name=f"block{{block}}_relu")(y)
    x = layers.Add(name=f"block{{block}}_add")([x, y])
keras.Model(signal, x, name="deep").save(folder / "deep.keras")

x = keras.Input((12,), name="signature")
y = layers.Dense(6, activation="relu", name="code")(x)
keras.Model(x, y, name="encoder").save(folder / "encoder.keras")
"""


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """A model of 240 layers with skips, and an encoder."""
    folder = tmp_path_factory.mktemp("mine")
    subprocess.run([sys.executable, "-c", MAKE_MODELS, str(folder)], check=True, timeout=240)
    return folder


def drop(trip, path, at):
    """Drop a file from the file manager; return the node that calls it."""
    Hand(trip.canvas).drop_files([path], QPointF(*at))
    trip.until(lambda: path.stem in labels(trip))
    return trip.named(path.stem)


def cards(trip):
    """Return the rectangles of all nodes."""
    return [item.card() for item in trip.canvas.scene().nodes.values()]


def test_in_a_very_large_model_one_layer_is_found_and_changed(trip, models, qtbot):
    trip.new_design()
    deep = drop(trip, models / "deep.keras", (300, 100))
    trip.canvas.select([deep])
    do(trip, "open_up")
    trip.until(lambda: len(trip.session.document.nodes) > 3 * BLOCKS)
    trip.settle()
    # Arranged, it is as wide as it is high, about, and not a line
    trip.canvas.select(())
    trip.arrange()
    whole = trip.canvas.scene().content_rect()
    assert 0.5 < whole.width() / whole.height() < 4
    assert not any(one.intersects(other) for one, other in pairwise(cards(trip)))
    # Found by a few letters, in view and selected
    do(trip, "fit")
    far = trip.canvas.camera.zoom
    do(trip, "find")
    bar = trip.canvas.keyboard.find
    QTest.keyClicks(bar.field, "block57_c")
    assert [trip.session.document.label(m.node) for m in bar.matches] == ["block57_conv"]
    QTest.keyClick(bar.field, Escape)
    conv = trip.named("block57_conv")
    assert trip.canvas.selected() == (conv,)
    assert trip.canvas.camera.seen().contains(trip.canvas.scene().nodes[conv].card())
    # Changed in place; what follows is wrong before the hand has left the key
    trip.hand.key(Enter)
    editor = QApplication.focusWidget()
    editor.selectAll()
    QTest.keyClicks(editor, "6")
    QTest.keyClick(editor, Enter)
    trip.settle()
    assert (
        trip.session.document.layer_of(trip.session.document.nodes[conv]).parameters["filters"] == 6
    )
    assert any(problem.node == trip.named("block57_add") for problem in trip.errors())
    trip.window.actions_by_id["undo"].trigger()
    trip.settle()
    assert not any(problem.node for problem in trip.errors())
    # Back to where one was
    while trip.canvas.camera.zoom > far * 1.01:
        do(trip, "view_back")
    assert trip.canvas.camera.zoom == pytest.approx(far, rel=0.01)


def test_twins_are_grouped_and_taken_to_another_design(trip, models, tmp_path):
    trip.new_design()
    first = drop(trip, models / "encoder.keras", (300, 100))
    trip.canvas.select([first])
    do(trip, "use_again")
    (second,) = [n for n in trip.session.document.nodes if n != first and is_call(trip, n)]
    other = alone(trip, "input 12")
    trip.wire(other, second, "signature")
    join = alone(trip, "subtract")
    trip.canvas.look(0.8, QPointF(450, 200))
    trip.place(join, 700, 180)
    trip.canvas.look(0.8, QPointF(450, 200))
    for index, node in enumerate((first, second)):
        port = trip.session.document.layer_of(trip.session.document.nodes[node]).outputs[0].name
        trip.wire(node, join, "inputs", out=port, index=index)
    trip.settle()
    # Pointing at one lights its twin
    trip.hand.hover(trip.hand.middle(first))
    assert trip.canvas.scene().nodes[second].twin
    # Grouped, the two are one node that can be taken elsewhere
    select(trip, first, second, join)
    do(trip, "group")
    (group,) = [n for n in trip.session.document.nodes if is_call(trip, n)]
    assert isinstance(trip.session.document.layer_of(trip.session.document.nodes[group]), Submodel)
    trip.canvas.select([group])
    do(trip, "copy")
    before = trip.session
    do(trip, "new")
    trip.until(lambda: trip.session is not before)
    do(trip, "paste")
    (pasted,) = trip.session.document.nodes
    design = trip.session.document.layer_of(trip.session.document.nodes[pasted]).design
    called = [node.layer for node in design.nodes.values() if isinstance(node, Call)]
    encoders = [k for k in called if isinstance(design.layers[k], SavedModel)]
    assert len(encoders) == 2
    assert len(set(encoders)) == 1  # still twins
    for label in ("left", "right"):
        node = alone(trip, "input 12")
        trip.canvas.rename(node)
        QTest.keyClicks(QApplication.focusWidget(), label)
        QTest.keyClick(QApplication.focusWidget(), Enter)
    document = trip.session.document
    ports = [port.name for port in in_ports(trip, pasted)]
    for node, port in zip(document.inputs, ports, strict=True):
        trip.wire(node, pasted, port)
    answer = alone(trip, "output")
    trip.arrange()
    do(trip, "fit")
    trip.wire(pasted, answer, "input", out=out_port(trip, pasted))
    trip.settle()
    assert trip.errors() == []
    report = export_by_dialog(trip, tmp_path, "comparator")
    assert report.ok
    trip.session.history.mark_clean()
    # The first design is where it was left
    do(trip, "previous_design")
    assert trip.session is before
    assert group in trip.session.document.nodes
    do(trip, "next_design")


def is_call(trip, node_id):
    return isinstance(trip.session.document.nodes[node_id], Call)


def alone(trip, text):
    """Add a node by keyboard that is wired to nothing: nothing is selected before."""
    trip.canvas.select(())
    return trip.type_new(text)


def in_ports(trip, node_id):
    session = trip.session
    return input_ports(session.document, session.catalog, session.document.nodes[node_id])


def out_port(trip, node_id):
    session = trip.session
    return output_ports(session.document, session.catalog, session.document.nodes[node_id])[0]


def test_a_model_is_made_arranged_and_exported_by_keys_alone(trip, tmp_path, qtbot):
    window = trip.window
    do(trip, "new")
    trip.until(lambda: window.is_working)
    for text in ("input 8", "dense 4", "dense 4", "output"):
        trip.type_new(text)  # each behind the one before
    trip.settle()
    document = trip.session.document
    names = [document.label(n) for n in document.nodes]
    assert len(names) == 4
    assert trip.errors() == []
    # Arrows walk back along the wires
    (answer,), (start,) = document.outputs, document.inputs
    trip.canvas.select([answer])
    for _ in range(3):
        trip.hand.key(Left)
    assert trip.canvas.selected() == (start,)
    trip.hand.key(Right)
    (first,) = trip.canvas.selected()
    # Enter writes its units
    trip.hand.key(Enter)
    editor = QApplication.focusWidget()
    editor.selectAll()
    QTest.keyClicks(editor, "7")
    QTest.keyClick(editor, Enter)
    assert (
        trip.session.document.layer_of(trip.session.document.nodes[first]).parameters["units"] == 7
    )
    # C draws a second wire: a merge of both layers before the output
    trip.canvas.setFocus()
    trip.canvas.select([answer])
    trip.hand.key(Left)
    (second,) = trip.canvas.selected()
    trip.canvas.select([second])
    joined = trip.type_new("concatenate")
    trip.canvas.select([first])
    trip.hand.key(Qt.Key.Key_C)
    field = QApplication.focusWidget()
    QTest.keyClicks(field, trip.session.document.label(joined))
    QTest.keyClick(field, Enter)
    sources = trip.session.document.nodes[joined].inputs
    assert {source.node for port in sources.values() for source in port} == {first, second}
    # A palette of all commands arranges it and takes one step back
    before = trip.session.document
    press_in_palette(trip, "arrange from above")
    trip.come_to_rest()
    assert trip.session.document.flow == "down"
    trip.window.actions_by_id["undo"].trigger()
    assert trip.session.document.nodes == before.nodes
    trip.settle()
    # Out of the way, and exported
    trip.canvas.select([joined])
    trip.hand.key(Qt.Key.Key_Delete)
    trip.settle()
    press_in_palette(trip, "export")
    (dialog,) = window.findChildren(ExportDialog)
    dialog.folder.setText(str(tmp_path))
    dialog.name.setText("typed")
    with qtbot.waitSignal(dialog.exported, timeout=120_000) as exported:
        QTest.keyClick(dialog, Enter)
    assert exported.args[0].ok
    QTest.keyClick(dialog, Escape)
    assert (tmp_path / "typed.keras").exists()


def press_in_palette(trip, words):
    """Open the command palette, write, and take the first that it finds."""
    do(trip, "command_palette")
    field = trip.window.findChild(CommandPalette).field
    trip.until(field.isVisible)
    QTest.keyClicks(field, words)
    QTest.keyClick(field, Enter)


def test_dots_bypasses_and_folded_frames_leave_the_model_as_it_is(trip, tmp_path):
    trip.open_example("functional-mlp")
    document = trip.session.document
    (start,), (answer,) = document.inputs, document.outputs
    plain = export_by_dialog(trip, tmp_path, "plain")
    source = (tmp_path / "plain.py").read_text(encoding="utf-8")
    # A dot on a wire by double click, a frame around all but it, folded
    calls = [n for n in document.nodes if isinstance(document.nodes[n], Call)]
    wire = next(w for w in trip.canvas.scene().wires if w.node == answer)
    item = trip.canvas.scene().wires[wire]
    trip.canvas.look(1.0, item.middle())
    trip.hand.double_click(item.middle())
    assert any(isinstance(node, Dot) for node in trip.session.document.nodes.values())
    do(trip, "fit")
    select(trip, *calls)
    do(trip, "frame_selection")
    (frame,) = [n for n, node in trip.session.document.nodes.items() if isinstance(node, Frame)]
    trip.canvas.select([frame])
    do(trip, "fold")
    assert set(trip.session.document.nodes[frame].folded) >= set(calls)
    assert not trip.canvas.scene().nodes[calls[0]].isVisible()
    trip.settle()
    same = export_by_dialog(trip, tmp_path, "same")
    assert plain.ok
    assert same.ok
    assert (tmp_path / "same.py").read_text(encoding="utf-8").replace("same", "plain") == (
        source.replace("same", "plain")
    )
    # A layer that is put in and bypassed is not in the source either
    do(trip, "fold")
    trip.canvas.select([calls[0]])
    trip.type_new("dropout 0.5")
    trip.settle()
    (dropout,) = [
        n
        for n, node in trip.session.document.nodes.items()
        if isinstance(node, Call) and class_of(trip, n) == "Dropout"
    ]
    trip.canvas.select([dropout])
    do(trip, "bypass")
    trip.settle()
    assert export_by_dialog(trip, tmp_path, "bypassed").ok
    assert "Dropout" not in (tmp_path / "bypassed.py").read_text(encoding="utf-8")
    assert start in trip.session.document.nodes


def class_of(trip, node_id):
    layer = trip.session.document.layer_of(trip.session.document.nodes[node_id])
    return layer.class_name if isinstance(layer, KerasLayer) else ""
