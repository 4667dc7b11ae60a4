"""Names are legal, distinct and stable, whatever the labels are."""

import builtins
import keyword
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from immutables import Map

from composer_gui.core.codegen import naming
from composer_gui.core.document import Call, Document, Input, Output, head, put
from composer_gui.core.layer_kinds import KerasLayer

LABELS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["x", "X", "input", "class", "keras", "layers", "sum", "写真", "1", "_", "-a"]),
    st.text("aA_1.ßé ", max_size=5),
)


def document_of(labels):
    """Return a document with an Input, a Dense with a Call, and an Output for each label."""
    document = Document(name="".join(labels)[:50])
    for number, label in enumerate(labels):
        layer = KerasLayer(f"l{4 * number}", label, "Dense", Map({"units": 3}))
        nodes = [
            Input(f"n{4 * number + 1}", label),
            Call(f"n{4 * number + 2}", layer.id),
            Output(f"n{4 * number + 3}", label),
        ]
        document = put(document, layer, *nodes)
    inputs = tuple(f"n{4 * n + 1}" for n in range(len(labels)))
    return head(document, inputs=inputs)


def variables(document):
    """Return the variable of every Input and Call node."""
    return naming.Variables(document, naming.keras_names(document), ()).nodes


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("image-and-text", "image_and_text"),
        ("Résumé  vidéo", "Resume_video"),
        ("α-Netz", "alpha_Netz"),
        ("Straße", "Strasse"),
        ("写真", "dense"),
        ("3x3 conv", "dense_3x3_conv"),
        ("__init__", "init"),
        ('"); import os #', "import_os"),
        ("block1/conv", "block1_conv"),
        ("", "dense"),
    ],
)
def test_a_label_becomes_a_legal_name(label, name):
    assert naming.legal_name(label, "dense") == name


@given(st.lists(LABELS, max_size=6))
def test_keras_names_are_legal_and_distinct_among_siblings(labels):
    document = document_of(labels)
    names = naming.keras_names(document)
    siblings = [names[key].lower() for key in names if not isinstance(item(document, key), Output)]
    outputs = [names[key].lower() for key in names if isinstance(item(document, key), Output)]
    assert len(set(siblings)) == len(siblings) and len(set(outputs)) == len(outputs)
    every = [*names.values(), naming.model_name(document)]
    assert all(re.fullmatch(r"[a-zA-Z][a-zA-Z0-9_]{0,63}", name) for name in every)


def item(document, key):
    """Return the node or layer of that id."""
    return document.nodes.get(key) or document.layers[key]


@given(st.lists(LABELS, max_size=6), st.booleans())
def test_variables_are_identifiers_that_nothing_else_has(labels, held):
    document = document_of(labels)
    layers = list(document.layers) if held else []
    variables = naming.Variables(document, naming.keras_names(document), layers)
    names = [*variables.nodes.values(), *variables.layers.values(), variables.claim("x")]
    assert len(set(names)) == len(names)
    for name in names:
        assert re.fullmatch(r"[a-z][a-z0-9_]{0,40}", name), name
        assert not keyword.iskeyword(name) and not keyword.issoftkeyword(name)
        assert not hasattr(builtins, name)
        assert name not in ("keras", "layers", "build_model", "x", "y")


def test_a_name_that_is_legal_as_typed_is_kept_when_another_would_become_it():
    document = document_of(["dense"])
    for number, label in enumerate(["Dense!", "dense_1"]):
        document = put(document, KerasLayer(f"l{50 + number}", label, "Dense"))
    names = naming.keras_names(document)
    assert names["l51"] == "dense_1"
    assert names["l50"] == "Dense_3"  # the Input is dense, its sibling dense_2


def test_names_do_not_depend_on_the_order_of_the_maps():
    document = document_of([f"a{n % 3}" for n in range(40)])
    nodes = Map(dict(sorted(document.nodes.items(), reverse=True)))
    layers = Map(dict(sorted(document.layers.items(), reverse=True)))
    turned = replace(document, nodes=nodes, layers=layers)
    assert naming.keras_names(turned) == naming.keras_names(document)
    assert variables(turned) == variables(document)


def test_a_thousand_equal_labels_are_named_in_no_time():
    names = naming.keras_names(document_of(["dense"] * 1000))
    assert len(set(names.values())) >= 2000


def test_an_input_called_input_is_the_variable_inputs():
    document = document_of(["input"])
    assert variables(document)["n1"] == "inputs"


@pytest.mark.parametrize("label", ["l", "L", "ł"])
def test_no_variable_is_a_lone_l(label):
    """It reads like 1, and ruff complains of it."""
    assert naming.identifier(label) == "l_"
