"""Weights counted and vocabularies read from archives, those of strangers included."""

import io
import json
import zipfile

import h5py
import numpy as np
import pytest

from composer_gui.core import inside_reader
from composer_gui.core.errors import FileProblem
from composer_gui.core.inside import NotOpenable
from composer_gui.storage import archive_contents
from composer_gui.storage.keras_archive import contents, read


def layer(name, class_name="Dense", module="keras.layers", **config):
    return {
        "module": module,
        "class_name": class_name,
        "config": {"name": name, **config},
        "registered_name": None if module.startswith("keras") else f"mine>{class_name}",
    }


def row(*layers, name="row"):
    return layer(name, "Sequential", "keras", layers=list(layers), build_input_shape=[None, 4])


def weights(**arrays):
    """Return an HDF5 file with arrays of these shapes; "__" in a name is a step."""
    memory = io.BytesIO()
    with h5py.File(memory, "w") as file:
        for name, shape in arrays.items():
            file[name.replace("__", "/")] = np.zeros(shape, "float32")
    return memory.getvalue()


@pytest.fixture
def counted(archive):
    """Return a function that gives the counts of the layers of a model with these weights."""

    def count(model, data, **options):
        path = archive(config_json=json.dumps(model), **{"model.weights.h5": data}, **options)
        inside = contents(path)
        return {path: part.parameters for path, part in inside.leaves()}

    return count


def test_layers_of_a_class_are_told_apart_by_their_order(counted):
    inner = row(layer("c"), name="inner")
    model = row(layer("b"), inner, layer("a"), layer("n", "BatchNormalization"))
    data = weights(
        layers__dense__vars__0=(4, 5),
        layers__dense__vars__1=(5,),
        layers__dense_1__vars__0=(5, 2),
        layers__sequential__layers__dense__vars__0=(7,),
        layers__batch_normalization__vars__0=(3,),
    )
    assert counted(model, data) == {"b": 25, "inner/c": 7, "a": 10, "n": 3}


def test_what_lies_within_a_layer_is_counted_with_it_and_seeds_are_not(counted):
    model = row(layer("r", "Bidirectional"), layer("d", "Dropout"), layer("e"))
    data = weights(
        layers__bidirectional__forward_layer__cell__vars__0=(2, 3),
        layers__bidirectional__backward_layer__cell__vars__0=(4,),
        layers__dropout__seed_generator__vars__0=(2,),
        layers__unknown__vars__0=(100,),
        vars__0=(100,),
    )
    assert counted(model, data) == {"r": 10, "d": 0, "e": 0}


def test_packed_or_damaged_weights_are_not_counted(counted):
    model = row(layer("a"))
    data = weights(layers__dense__vars__0=(4, 5))
    assert counted(model, data) == {"a": 20}
    assert counted(model, data, method=zipfile.ZIP_DEFLATED) == {"a": None}
    assert counted(model, data[: len(data) // 2]) == {"a": None}
    assert counted(model, b"\x89HDF\r\n\x1a\n" + b"\0" * 300) == {"a": None}
    assert counted(model, None, **{"model.weights.npz": b"x"}) == {"a": None}


def test_no_link_is_followed_out_of_the_weights_and_no_circle_without_end(counted, tmp_path):
    elsewhere = tmp_path / "elsewhere.h5"
    elsewhere.write_bytes(weights(vars__0=(1000,)))
    memory = io.BytesIO()
    with h5py.File(memory, "w") as file:
        file["layers/dense/vars/0"] = np.zeros((2, 2))
        file["layers/dense/more"] = h5py.ExternalLink(str(elsewhere), "/")
        file["layers/dense/soft"] = h5py.SoftLink("/layers")
        file["layers/dense/again"] = file["layers"]
    assert counted(row(layer("a")), memory.getvalue()) == {"a": 4}


def test_more_weights_than_any_model_has_are_not_counted(counted, monkeypatch):
    monkeypatch.setattr(archive_contents, "MOST_OBJECTS", 5)
    data = weights(**{f"layers__dense__vars__{n}": (1,) for n in range(10)})
    assert counted(row(layer("a")), data) == {"a": None}


def test_a_vocabulary_is_read_as_keras_reads_it(archive):
    model = row(layer("v", "TextVectorization"), layer("s", "StringLookup"))
    path = archive(
        config_json=json.dumps(model),
        **{
            "assets/layers/text_vectorization/_lookup_layer/vocabulary.txt": "\nthe\ngröße\n\n",
            "assets/layers/string_lookup/vocabulary.txt": "[UNK]\nred",
            "assets/elsewhere/vocabulary.txt": "no",
        },
    )
    inside = contents(path)
    assert inside.part("v").vocabulary == ("", "the", "größe")
    assert inside.part("s").vocabulary == ("[UNK]", "red")


def test_a_vocabulary_too_large_or_not_text_is_left_out(archive, monkeypatch):
    monkeypatch.setattr(archive_contents, "MAX_VOCABULARY", 100)
    model = row(layer("v", "TextVectorization"), layer("s", "StringLookup"))
    path = archive(
        config_json=json.dumps(model),
        **{
            "assets/layers/text_vectorization/vocabulary.txt": "word\n" * 100,
            "assets/layers/string_lookup/vocabulary.txt": b"\xff\xfe",
        },
    )
    assert [part.vocabulary for part in contents(path).parts] == [None, None, None]


def test_the_groups_are_those_that_keras_writes():
    model = row(layer("q", "GroupQueryAttention"), layer("c", "Conv2D"), layer("l", "ConvLSTM2D"))
    assert dict(archive_contents.groups(inside_reader.read(model))) == {
        "q": "layers/grouped_query_attention",
        "c": "layers/conv2d",
        "l": "layers/conv_lstm2d",
    }


def test_classes_that_are_not_kerass_are_named_with_the_ports(archive):
    path = archive(config_json=json.dumps(row(layer("a", "Scale", "mine"), layer("b"))))
    assert read(path).foreign == ("mine>Scale",)
    assert contents(path).part("a").foreign


def test_a_model_that_cannot_be_looked_into_and_a_file_that_is_none_are_told_apart(archive):
    with pytest.raises(NotOpenable, match="code of Own only"):
        contents(archive(config_json=json.dumps(layer("m", "Own", "mine"))))
    with pytest.raises(FileProblem):
        contents(archive(config_json="{"))
