"""The source of a design does not know of reroute dots and bypassed calls."""

import random

import pytest

from composer_gui.core import edits
from composer_gui.core.codegen import keras_script, reading
from composer_gui.core.document import Call, wires_into
from composer_gui.core.errors import CannotGenerate
from composer_gui.core.layer_kinds import Submodel
from composer_gui.core.passing import hands_on
from composer_gui.core.saved_files import saved_files
from composer_gui.storage import document_file, resources
from tests.drawing import Drawing
from tests.littered import littered

CATALOG = resources.catalog()
EXAMPLES = sorted(path.stem for path in (resources.folder() / "examples").glob("*.composer"))


def script(document, **options):
    paths = {path: f"models/{path.rpartition('/')[2]}" for path, _ in saved_files(document)}
    return keras_script.generate(document, CATALOG, paths, **options)


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_only_hands_on_is_not_in_the_source(name):
    document = document_file.read(resources.folder() / "examples" / f"{name}.composer")
    partial = name in ("mismatch",)
    with_them = littered(document, random.Random(name))
    assert any(hands_on(node) for node in with_them.nodes.values())
    plain, led = script(document, partial=partial), script(with_them, partial=partial)
    assert led.text == plain.text
    assert led.lines == plain.lines
    assert reading.dead_ends(with_them, CATALOG) == reading.dead_ends(document, CATALOG)


@pytest.fixture
def drawing():
    made = Drawing()
    start = made.input("photo", 8)
    dense = made.layer("Dense", "dense", start, units=8)
    relu = made.layer("ReLU", "relu", dense)
    made.output("result", relu)
    return made


def test_inside_a_submodel_it_is_not_in_the_source_either(drawing):
    ids = [key for key, node in drawing.document.nodes.items() if isinstance(node, Call)]
    grouped = edits.group(drawing.document, CATALOG, ids, "block")
    with_them = littered(grouped, random.Random(3))
    (layer,) = (x for x in with_them.layers.values() if isinstance(x, Submodel))
    assert any(hands_on(node) for node in layer.design.nodes.values())
    assert script(with_them).text == script(grouped).text


def test_a_layer_that_is_bypassed_everywhere_is_not_made(drawing):
    (relu,) = (k for k in drawing.document.nodes if drawing.document.label(k) == "relu")
    document = edits.set_bypassed(drawing.document, [relu], True)
    text = script(document).text
    assert "ReLU" not in text and "Dense" in text
    assert relu not in script(document).lines
    assert "ReLU" in script(edits.set_bypassed(document, [relu], False)).text


def test_where_nothing_comes_in_there_is_no_model(drawing):
    document = edits.add_dot(drawing.document, 0, 0)
    assert script(document).text == drawing.script().text, "a dot by itself is in nobody's way"
    (dense,) = (k for k in document.nodes if document.label(k) == "dense")
    document = edits.delete(document, document.inputs)
    document = edits.set_bypassed(document, [dense], True)
    with pytest.raises(CannotGenerate, match="Nothing is wired to dense") as refused:
        script(edits.add_input(document, 0, 0))
    assert refused.value.node == dense


def test_where_nothing_comes_in_inside_a_submodel_there_is_no_model(drawing):
    ids = [key for key, node in drawing.document.nodes.items() if isinstance(node, Call)]
    grouped = edits.group(drawing.document, CATALOG, ids, "block")
    (layer,) = (x for x in grouped.layers.values() if isinstance(x, Submodel))
    (dense,) = (k for k in layer.design.nodes if layer.design.label(k) == "dense")
    inside = edits.set_bypassed(layer.design, [dense], True)
    (wire,) = wires_into(inside.nodes[dense])
    broken = edits.with_design(grouped, layer.id, edits.disconnect(inside, wire))
    with pytest.raises(CannotGenerate, match="block is not ready inside") as refused:
        script(broken)
    assert isinstance(broken.nodes[refused.value.node], Call)
