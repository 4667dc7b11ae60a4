"""Layers of every kind as plain JSON and back; what a stranger wrote is checked."""

import json

import pytest
from immutables import Map

from composer_gui.core.document import CodeFile, Document, Input
from composer_gui.core.layer_kinds import (
    Cut,
    Dots,
    KerasLayer,
    Operation,
    SavedModel,
    SavedPort,
    SavedWeights,
    Slice,
    Slot,
    Submodel,
)
from composer_gui.core.plain import (
    DEEPEST,
    NotPlain,
    document_from_plain,
    document_to_plain,
    layer_from_plain,
    layer_to_plain,
)

PORT = SavedPort("conv", (None, 4), "float16", "encoder#1/conv:2")
WEIGHTS = SavedWeights("/m.keras", "0", "encoder/conv", "Dense", Map(units=4))
ADD = {"kind": "operation", "name": "a", "function": "add", "outputs": 0}


def again(layer):
    return layer_from_plain(layer.id, json.loads(json.dumps(layer_to_plain(layer))))


@pytest.fixture
def layers(interface):
    """A layer of every kind, with everything that it may have."""
    cut = Cut((PORT,), (PORT, SavedPort("y", None)))
    reinput = (SavedPort("inputs", (2, 9)),)
    used = {"part": "encoder", "taps": (PORT,), "frozen": ("a*", "!b"), "inference": True}
    inner = Document(layers=Map(l1=KerasLayer("l1", "d", "Dense")), next_number=2)
    brackets = (Slot(0), (Slice(None, 3, -1), Dots(), 0, Slot(1)))
    return [
        KerasLayer("l1", "as saved", "Dense", Map(units=4), False, WEIGHTS),
        KerasLayer("l1", "changed", "Dense", Map(units=5), True, WEIGHTS),
        KerasLayer("l1", "other class", "Conv2D", Map(units=4), True, WEIGHTS),
        SavedModel("l1", "cut", "/m.keras", "0", interface(), True, cut=cut, **used),
        SavedModel("l1", "other inputs", "/m.keras", "0", interface(), False, reinput=reinput),
        Operation("l1", "op", "getitem", brackets, Map(axis=(1, Slot(2))), 3, False),
        Submodel("l1", "block", inner, False, True),
    ]


def test_layers_of_every_kind_come_back(layers):
    for layer in layers:
        assert again(layer) == layer


def test_silenced_warnings_come_back_in_order_each_once():
    node = Input("n1", "x", silenced=("loose_end", "of a later Composer"))
    document = Document(nodes=Map(n1=node), inputs=("n1",), next_number=2)
    plain = document_to_plain(document)
    assert document_from_plain(plain) == document
    plain["nodes"]["n1"]["silenced"] = ["of a later Composer", "loose_end", "loose_end"]
    assert document_from_plain(plain) == document
    assert (
        "silenced" not in document_to_plain(Document(nodes=Map(n1=Input("n1", "x"))))["nodes"]["n1"]
    )


def test_python_files_come_back():
    document = Document(code=(CodeFile("/a.py", "1"), CodeFile("/b.py", "2")))
    assert document_from_plain(document_to_plain(document)) == document


@pytest.mark.parametrize(
    "places",
    [[1], [0, 0], [0, 2], [-1], [10**9]],
)
def test_tensors_of_an_operation_are_numbered_each_once(places):
    arguments = [{"kind": "tensor", "index": index} for index in places]
    with pytest.raises(NotPlain):
        layer_from_plain("l1", ADD | {"arguments": arguments})


@pytest.mark.parametrize("function", ["os.system('x')", "__import__(", "a b", "", "größe"])
def test_a_function_has_the_name_of_one(function):
    with pytest.raises(NotPlain, match="name of a function"):
        layer_from_plain("l1", ADD | {"function": function, "arguments": []})


def test_designs_within_designs_come_to_an_end():
    document = Document()
    for _ in range(DEEPEST):
        document = Document(layers=Map(l1=Submodel("l1", "s", document)), next_number=2)
    assert document_from_plain(document_to_plain(document)) == document
    deeper = Document(layers=Map(l1=Submodel("l1", "s", document)), next_number=2)
    with pytest.raises(NotPlain, match="without end"):
        document_from_plain(document_to_plain(deeper))


def test_labels_of_inner_designs_are_text():
    inner = document_to_plain(Document(nodes=Map(n1=Input("n1", "x")), inputs=("n1",)))
    inner["nodes"]["n1"]["label"] = ["x"]
    with pytest.raises(NotPlain, match="label"):
        layer_from_plain("l1", {"kind": "submodel", "name": "s", "design": inner})
