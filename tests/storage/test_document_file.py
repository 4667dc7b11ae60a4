"""Designs are written the same way every time and read with suspicion."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from immutables import Map

from composer_gui.core import edits
from composer_gui.core.document import Document, Source, Wire, put
from composer_gui.core.errors import FileProblem
from composer_gui.core.layer_kinds import Construct, SavedInterface, SavedModel, SavedPort
from composer_gui.storage import document_file, resources
from composer_gui.storage.document_file import from_bytes, read, to_bytes, write

FOLDER = Path("/designs/here")
INTERFACE = SavedInterface(
    "Functional",
    (SavedPort("photo", (None, 8)), SavedPort("tokens", None, "int32")),
    (SavedPort("score", (None, 1)),),
    Map({"photo": 0, "tokens": (1,)}),
    0,
    7,
)


def design(model="/designs/models/a model.keras"):
    """Return a design with a bit of everything, wired."""
    catalog = resources.catalog()
    value = Construct("initializer", "Constant", Map(value=0.1))
    parameters = Map(units=3, activation="relu", kernel_initializer=value)
    document = Document(name="Größe → Preis\u2028")
    document = edits.add_input(document, -10, 0.25, label="a", shape=(None, 8), dtype="float16")
    document = edits.add_input(document, 0, 0, label="b", shape=(8,))
    document = edits.add_keras_layer(document, "Dense", 3, 4, parameters=parameters)
    document = edits.add_saved_model(document, model, "a" * 64, INTERFACE, 10.5, 0)
    document = edits.add_keras_layer(document, "Add", 0, 0)
    document = edits.add_call(document, "l3", 1e9, 0)
    document = edits.add_output(document, 0, 0, label="price")
    document = edits.add_note(document, 3, 4, text='two\nlines "quoted" <b> \ud800')
    document = edits.add_frame(document, 3, 4, 100, 100, label="frame")
    wires = ["n1 n4 inputs", "n2 n6 photo", "n4 n8 inputs", "n2 n8 inputs", "n8 n10 input"]
    for index, wire in enumerate(wires):
        start, end, port = wire.split()
        place = 1 if index == 3 else 0
        document = edits.connect(document, catalog, Wire(Source(start), end, port, place))
    for node_id in ("n2", "n4", "n10"):
        document = edits.silence(document, node_id, "mixed_precision")
    return edits.set_trainable(edits.set_seed(document, 11), "l5", False)


def refused(data, *, folder=FOLDER):
    """Return what reading some bytes, or a JSON value, is refused with."""
    data = data if isinstance(data, bytes) else json.dumps(data).encode()
    with pytest.raises(FileProblem) as caught:
        from_bytes(data, folder, name="my.composer")
    assert str(caught.value).startswith("my.composer") and len(str(caught.value)) < 350
    assert caught.value.next_step
    return caught.value


def plain(**changes):
    """Return the content of the file of `design()`, with changes."""
    return json.loads(to_bytes(design(), FOLDER)) | changes


# Writing and reading ------------------------------------------------------------------------------


def test_reading_gives_back_what_was_written():
    document = design()
    assert from_bytes(to_bytes(document, FOLDER), FOLDER) == document


def test_opening_and_saving_gives_the_same_bytes(tmp_path):
    path = tmp_path / "design.composer"
    write(path, design(str(tmp_path / "models" / "m.keras")))
    before = path.read_bytes()
    write(path, read(path))
    assert path.read_bytes() == before


def test_the_bytes_do_not_depend_on_how_the_design_came_about():
    one = design()
    other = Document(name=one.name, seed=one.seed, inputs=one.inputs, outputs=one.outputs)
    other = put(
        other, *(one.nodes[i] for i in sorted(one.nodes, reverse=True)), *one.layers.values()
    )
    assert to_bytes(other, FOLDER) == to_bytes(one, FOLDER)


def test_every_node_and_every_wire_has_a_line_of_its_own_in_order_of_making():
    lines = to_bytes(design(), FOLDER).decode().splitlines()
    nodes = [line.split('"')[1] for line in lines if line.startswith('  "n')]
    assert nodes == ["n1", "n2", "n4", "n6", "n8", "n9", "n10", "n11", "n12"]
    wires = [line.strip(" ,") for line in lines if line.startswith("  [")]
    assert wires[2:4] == ['["n4", "output", "n8", "inputs"]', '["n2", "output", "n8", "inputs"]']


def test_moving_a_node_changes_one_line():
    before = to_bytes(design(), FOLDER).splitlines()
    after = to_bytes(edits.move(design(), {"n4": (7.0, 7.0)}), FOLDER).splitlines()
    assert sum(a != b for a, b in zip(before, after, strict=True)) == 1


def test_model_files_are_relative_in_the_file_and_absolute_when_open():
    data = to_bytes(design(), FOLDER)
    assert json.loads(data)["layers"]["l5"]["path"] == "../models/a model.keras"
    elsewhere = from_bytes(data, Path("/other/place"))
    assert elsewhere.layers["l5"].path == "/other/models/a model.keras"


def test_an_absolute_path_in_a_file_stays_what_it_is():
    content = plain()
    content["layers"]["l5"]["path"] = "/models/a.keras"
    document = from_bytes(json.dumps(content).encode(), FOLDER)
    assert document.layers["l5"].path == "/models/a.keras"


def test_reading_opens_no_model_file(tmp_path):
    path = tmp_path / "design.composer"
    write(path, design(str(tmp_path / "not there.keras")))
    model = read(path).layers["l5"]
    assert isinstance(model, SavedModel) and model.interface == INTERFACE


def test_a_wire_that_leads_nowhere_is_left_out():
    content = plain()
    content["wires"] += [["n99", "output", "n9", "inputs"], ["n1", "output", "n99", "inputs"]]
    assert from_bytes(json.dumps(content).encode(), FOLDER) == design()


@settings(max_examples=60)
@given(
    name=st.text(st.characters()),
    x=st.floats(-1e9, 1e9),
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False),
        lambda inner: st.lists(inner, max_size=3).map(tuple),
    ).filter(lambda value: "inf" not in repr(value)),
)
def test_any_text_number_and_value_comes_back(name, x, value):
    document = edits.add_note(Document(name=name), x, 0, text=name)
    document = edits.add_keras_layer(document, "Dense", 0, x, parameters=Map(units=value))
    data = to_bytes(document, FOLDER)
    again = from_bytes(data, FOLDER)
    assert again == document and to_bytes(again, FOLDER) == data


# What is no design --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "bad_json"),
        (b"not a design", "bad_json"),
        (b"\xff\xfe", "bad_json"),
        (b"PK\x03\x04", "not_a_design"),
        (b'{"format": 1, "format": 1}', "bad_json"),
        (b"[" * 10_000, "too_deep"),
        ([], "not_a_design"),
        ({}, "not_a_design"),
        ({"format": "1"}, "not_a_design"),
        ({"format": True}, "not_a_design"),
        ({"format": 0}, "not_a_design"),
        ({"format": 1}, "not_a_design"),
    ],
)
def test_what_is_no_design_is_refused(data, code):
    assert refused(data).code == code


def test_a_newer_format_is_named():
    found = refused(plain(format=3))
    assert found.code == "newer"
    assert "format 3" in str(found) and "up to 1" in str(found)


@pytest.mark.parametrize(
    ("place", "value", "word"),
    [
        (("seed",), -1, "seed"),
        (("seed",), 7.5, "seed"),
        (("name",), None, "name"),
        (("color",), "blue", "color"),
        (("nodes",), [], "nodes"),
        (("nodes", "x9"), {"kind": "note"}, "x9"),
        (("nodes", "n1", "shape"), [1.5], "n1"),
        (("nodes", "n1", "at"), [1, 10**400], ""),
        (("nodes", "n4"), None, "not a node"),
        (("nodes", "n4", "layer"), "l99", "l99"),
        (("nodes", "n4", "inputs"), {"inputs": [["n1", "output"]]}, "not a node"),
        (("nodes", "n4", "arguments"), {"a b": 1}, "n4"),
        (("nodes", "n1", "silenced"), "loose_end", "silenced"),
        (("nodes", "n4", "silenced"), ["loose_end", 1], "silenced"),
        (("wires",), {}, "wires"),
        (("wires", 0), ["n1", "output", "n4"], "not a wire"),
        (("wires", 0), ["n1", 1, "n4", "inputs"], "not a wire"),
        (("layers", "l3", "class"), "Dense(); import os", "l3"),
        (("layers", "l3", "parameters"), {"units": {"kind": "code"}}, "l3"),
        (("layers", "l5", "path"), "model.h5", "model.h5"),
        (("layers", "l5", "path"), "a\0b.keras", "path"),
        (("layers", "l5", "path"), 5, "path"),
        (("layers", "l5", "sha256"), "zz", "SHA-256"),
        (("layers", "l5", "interface", "inputs"), 5, "l5"),
        (("layers", "l5", "interface", "output_structure"), 9, "l5"),
        (("layers", "l5", "interface", "output_structure"), [0, 0], "l5"),
        (("layers", "l5", "interface", "output_structure"), [], "l5"),
        (("layers", "l5", "interface", "outputs"), [], "l5"),
    ],
)
def test_what_is_wrong_in_a_design_is_named(place, value, word):
    content = plain()
    *way, last = place
    inner = content
    for step in way:
        inner = inner[step]
    inner[last] = value
    found = refused(content)
    assert found.code == "not_a_design" and word in str(found)


def test_wires_that_close_a_loop_are_refused():
    content = plain()
    content["wires"][0] = ["n8", "output", "n4", "inputs"]
    assert "loop" in str(refused(content))


def test_a_design_has_a_largest_size(tmp_path, monkeypatch):
    monkeypatch.setattr(document_file, "MAX_SIZE", 10)
    write(tmp_path / "d.composer", design())
    with pytest.raises(FileProblem) as caught:
        read(tmp_path / "d.composer")
    assert caught.value.code == "too_large"


def test_any_place_may_hold_anything_and_only_a_file_problem_comes_of_it():
    odd = [None, -1, 2.5, "", "n1", [], {}, [[]], {"kind": "layer"}, True, 10**400, "l3", ["n1"]]
    text = json.dumps(plain())
    for way in list(_places(json.loads(text))):
        for value in odd:
            content = json.loads(text)
            inner = content
            for step in way[:-1]:
                inner = inner[step]
            inner[way[-1]] = value
            try:
                document = from_bytes(json.dumps(content).encode(), FOLDER)
            except FileProblem:
                continue
            data = to_bytes(document, FOLDER)
            assert to_bytes(from_bytes(data, FOLDER), FOLDER) == data


def _places(value):
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield (key,)
            yield from ((key, *rest) for rest in _places(item))


# Older formats ------------------------------------------------------------------------------------


def test_an_older_format_is_brought_up_step_by_step(monkeypatch):
    def second(content):
        return content | {"format": 2, "name": content["name"] + "2"}

    def third(content):
        return content | {"format": 3, "name": content["name"] + "3"}

    data = json.dumps(plain(name="old")).encode()
    monkeypatch.setattr(document_file, "FORMAT", 3)
    monkeypatch.setattr(document_file, "UPGRADES", {1: second, 2: third})
    assert from_bytes(data, FOLDER).name == "old23"


def test_every_older_format_has_its_upgrade():
    assert set(document_file.UPGRADES) == set(range(1, document_file.FORMAT))
