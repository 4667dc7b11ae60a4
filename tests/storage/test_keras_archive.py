"""What is read from a `.keras` file without Keras, and what is said of files that are none."""

import contextlib
import hashlib
import json
import os
import random
import zipfile

import pytest
from immutables import Map

from composer_gui.core.errors import FileProblem
from composer_gui.core.layer_kinds import SavedPort
from composer_gui.storage import keras_archive
from composer_gui.storage.keras_archive import fingerprint, read, read_config


def problem(path, **options):
    """Return what reading a file is refused with."""
    with pytest.raises(FileProblem) as caught:
        read(path, **options)
    found = caught.value
    name = os.path.basename(path)
    assert name in str(found), "the sentence names the file"
    assert str(found).endswith(".") and len(str(found)) < 300
    assert "Traceback" not in found.whole and "<" not in found.whole.replace(name, "")
    return found


# A sound file -------------------------------------------------------------------------------------


def test_ports_have_the_names_shapes_and_dtypes_of_the_file(archive):
    interface = read(archive())
    assert interface.class_name == "Functional"
    assert interface.inputs == (SavedPort("numbers", (None, 4), "float32"),)
    assert interface.outputs == (SavedPort("score", (None, 3), "float32"),)
    assert (interface.input_structure, interface.output_structure) == (0, 0)
    assert interface.layer_count == 2


def test_the_configuration_is_handed_out_as_it_is(archive, model):
    assert read_config(archive()) == model


def test_a_dictionary_names_its_ports_and_counts_them_by_sorted_key(archive, model):
    model["config"]["output_layers"] = {"z": ["score", 0, 0], "a": ["numbers", 0, 0]}
    interface = read(archive(config_json=json.dumps(model)))
    assert [port.name for port in interface.outputs] == ["a", "z"]
    assert interface.output_structure == Map({"a": 0, "z": 1})
    assert [port.shape for port in interface.outputs] == [(None, 4), (None, 3)]


def test_two_outputs_of_one_layer_have_two_names(archive, model):
    model["config"]["output_layers"] = [["score", 0, 0], ["score", 0, 0]]
    interface = read(archive(config_json=json.dumps(model)))
    assert [port.name for port in interface.outputs] == ["score", "score_1"]
    assert interface.output_structure == (0, 1)


def test_a_made_up_name_never_meets_that_of_a_layer(archive, model):
    layers = model["config"]["layers"]
    layers.append(layers[1] | {"name": "score_1"})
    model["config"]["output_layers"] = [["score", 0, 0], ["score", 0, 0], ["score_1", 0, 0]]
    interface = read(archive(config_json=json.dumps(model)))
    assert [port.name for port in interface.outputs] == ["score", "score_2", "score_1"]


def test_the_last_shape_stays_unknown_where_the_file_does_not_tell_it(archive, model):
    model["config"]["layers"][1] |= {"class_name": "Mystery", "module": None}
    interface = read(archive(config_json=json.dumps(model)))
    assert interface.outputs == (SavedPort("score", None, "float32"),)


def test_a_sequential_that_was_never_built_has_one_input_of_unknown_shape(archive):
    dense = {"module": "keras.layers", "class_name": "Dense", "config": {"name": "d", "units": 2}}
    model = {"class_name": "Sequential", "config": {"name": "s", "layers": [dense]}}
    interface = read(archive(config_json=json.dumps(model)))
    assert interface.inputs == (SavedPort("input", None, "float32"),)
    assert interface.outputs == (SavedPort("d", None, "float32"),)


def test_a_subclassed_model_is_one_thing_with_an_input_and_an_output(archive):
    model = {"class_name": "Mine", "config": {}, "build_config": {"input_shape": [None, 4]}}
    interface = read(archive(config_json=json.dumps(model)))
    assert interface.class_name == "Mine"
    assert interface.inputs == (SavedPort("input", (None, 4), "float32"),)
    assert interface.outputs == (SavedPort("output", None, "float32"),)


def test_a_file_of_keras_2_is_read_though_it_holds_no_shapes_between_layers(archive):
    given = {"batch_input_shape": [None, 4], "dtype": "float32", "name": "input_1"}
    dense = {"name": "dense", "units": 3, "dtype": "float32"}
    entries = [
        {"class_name": "InputLayer", "config": given, "name": "input_1", "inbound_nodes": []},
        {"class_name": "Dense", "config": dense, "name": "dense"}
        | {"inbound_nodes": [[["input_1", 0, 0, {}]]], "build_config": {"input_shape": [None, 4]}},
    ]
    config = {"name": "model", "layers": [e | {"module": "keras.layers"} for e in entries]}
    config |= {"input_layers": [["input_1", 0, 0]], "output_layers": [["dense", 0, 0]]}
    interface = read(
        archive(
            config_json=json.dumps({"class_name": "Functional", "config": config}),
            metadata_json='{"keras_version": "2.15.0"}',
        )
    )
    assert interface.inputs == (SavedPort("input_1", (None, 4), "float32"),)
    assert interface.outputs == (SavedPort("dense", (None, 3), "float32"),)


def test_weights_may_be_in_the_other_format_of_keras(archive):
    path = archive(**{"model.weights.h5": None, "model.weights.npz": b"PK"})
    assert read(path).class_name == "Functional"


def test_the_fingerprint_is_the_sha256_of_the_file(archive):
    path = archive()
    assert fingerprint(path) == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_file_that_is_not_there_has_no_fingerprint(tmp_path):
    with pytest.raises(FileProblem):
        fingerprint(tmp_path / "gone.keras")


# Files that are none ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "code", "word"),
    [
        (b"", "empty", "empty"),
        (b"Dear Keras,\nplease open.\n", "text", "text file"),
        ("Grüße, 世界\n".encode() * 100, "text", "text file"),
        (b'{"class_name": "Functional"}', "text", "JSON"),
        (b"<!DOCTYPE html><html><body>Log in</body></html>", "text", "web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "text", "Git LFS"),
        (b"\x89HDF\r\n\x1a\n" + bytes(800), "hdf5", "false name"),
        (b"\0" * 4096, "not_zip", "zeros"),
        (bytes(range(256)) * 4, "not_zip", "not a saved Keras model"),
        (b"PK\x03\x04" + bytes(400), "truncated", "cut short"),
    ],
)
def test_each_kind_of_false_file_has_its_own_sentence(tmp_path, content, code, word):
    path = tmp_path / "model.keras"
    path.write_bytes(content)
    found = problem(path)
    assert found.code == code and word in str(found)
    assert found.next_step


def test_a_real_h5_file_is_told_how_to_be_converted(tmp_path):
    path = tmp_path / "old.h5"
    path.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(800))
    found = problem(path)
    assert found.code == "hdf5" and "older HDF5 format" in str(found)
    assert "load_model" in found.next_step


def test_weights_alone_are_not_taken_for_a_model(tmp_path):
    path = tmp_path / "mine.weights.h5"
    path.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(800))
    assert "only the weights" in str(problem(path))


def test_an_absent_file_is_named_with_its_folder(tmp_path):
    found = problem(tmp_path / "gone.keras")
    assert found.code == "absent" and str(tmp_path) in str(found)


def test_a_folder_is_not_a_file_and_a_saved_model_folder_can_be_converted(tmp_path):
    folder = tmp_path / "model.keras"
    folder.mkdir()
    assert problem(folder).code == "folder"
    (folder / "saved_model.pb").touch()
    assert "SavedModel" in problem(folder).next_step


def test_a_pipe_is_refused_without_waiting_for_it(tmp_path):
    path = tmp_path / "model.keras"
    os.mkfifo(path)
    assert problem(path).code == "not_a_file"


def test_a_file_without_permission_says_so(archive, monkeypatch):
    path = archive()

    def refuse(*args):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)
    assert problem(path).code == "no_permission"


def test_a_file_cut_short_anywhere_says_so(archive):
    path = archive()
    whole = path.read_bytes()
    for length in (60, 200, len(whole) // 2, len(whole) - 30, len(whole) - 1):
        path.write_bytes(whole[:length])
        assert problem(path).code == "truncated"


def test_a_damaged_configuration_does_not_pass_its_checksum(archive):
    path = archive()
    data = path.read_bytes()
    path.write_bytes(data.replace(b"score", b"scare"))
    assert problem(path).code == "truncated"


@pytest.mark.parametrize(
    ("parts", "code", "word"),
    [
        ({"config_json": None}, "no_config", "no config.json"),
        ({"model.weights.h5": None}, "no_weights", "no weights"),
        ({"config_json": "{not json"}, "bad_json", "not valid JSON"),
        ({"config_json": b"\xff\xfe"}, "bad_json", "not valid JSON"),
        ({"config_json": "[1, 2]"}, "not_a_model", "does not describe"),
        ({"config_json": '{"class_name": 5, "config": {}}'}, "not_a_model", "unusual"),
        ({"config_json": '{"class_name": "A", "config": null}'}, "not_a_model", "unusual"),
        ({"config_json": "[" * 300 + "]" * 300}, "too_deep", "200 levels"),
        ({"config_json": "[" * 100_000}, "too_deep", "200 levels"),
    ],
)
def test_an_archive_that_is_no_model_says_what_is_missing(archive, parts, code, word):
    found = problem(archive(**parts))
    assert found.code == code and word in str(found)


def test_an_archive_with_its_folder_around_it_says_so(tmp_path):
    path = tmp_path / "model.keras"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("model/config.json", "{}")
    assert "in a folder" in str(problem(path))


def test_an_archive_with_nothing_in_it_says_so(tmp_path):
    path = tmp_path / "model.keras"
    zipfile.ZipFile(path, "w").close()
    assert "nothing in it" in str(problem(path))


def test_a_sound_archive_must_have_the_name_that_keras_loads(archive):
    path = archive("model.zip")
    assert problem(path).code == "misnamed"


def test_a_model_of_a_later_major_keras_is_refused_with_both_versions(archive):
    path = archive(metadata_json=json.dumps({"keras_version": "4.0.0rc1"}))
    found = problem(path, keras_version="3.15.1")
    assert found.code == "newer"
    assert "4.0.0rc1" in str(found) and "3.15.1" in str(found)


def test_a_model_of_a_later_minor_keras_is_read_as_long_as_it_can_be_understood(archive, model):
    later = json.dumps({"keras_version": "3.99.0"})
    read(archive(metadata_json=later), keras_version="3.15.1")
    model["config"]["input_layers"] = {"of": "another kind"}
    path = archive(metadata_json=later, config_json=json.dumps(model))
    assert problem(path, keras_version="3.15.1").code == "newer"
    path = archive(config_json=json.dumps(model))
    assert problem(path, keras_version="3.15.1").code == "not_a_model"


def test_a_file_that_does_not_say_its_version_is_read(archive):
    read(archive(metadata_json=None))
    read(archive(metadata_json="nonsense"))
    read(archive(metadata_json='{"keras_version": 4}'))


def test_the_size_of_a_configuration_is_limited(archive, monkeypatch):
    monkeypatch.setattr(keras_archive, "MAX_CONFIG", 100)
    assert problem(archive()).code == "too_large"


# Whatever the bytes -------------------------------------------------------------------------------


def test_damaged_bytes_never_raise_anything_but_a_file_problem(archive):
    path = archive(method=zipfile.ZIP_DEFLATED)
    whole = path.read_bytes()
    chance = random.Random(7)
    for _ in range(400):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        path.write_bytes(data)
        with contextlib.suppress(FileProblem):
            read(path)


def _mutants(value, chance):
    """Yield copies of a JSON value with one place in it replaced by something odd."""
    odd = [None, -1, 2.5, "", "x", [], {}, [[]], {"x": 1}, True, 10**30, "x" * 600, ["a", 0, 0]]
    text = json.dumps(value)
    paths = list(_paths(value))
    for _ in range(600):
        mutant = json.loads(text)
        *way, last = chance.choice(paths)
        inner = mutant
        for step in way:
            inner = inner[step]
        inner[last] = chance.choice(odd)
        yield mutant


def _paths(value):
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield (key,)
            yield from ((key, *rest) for rest in _paths(item))


def test_an_odd_configuration_never_raises_anything_but_a_file_problem(archive, model):
    nested = model | {
        "name": "inner",
        "inbound_nodes": model["config"]["layers"][1]["inbound_nodes"],
    }
    sequence = {"class_name": "Sequential", "config": {"name": "s", "layers": [nested]}}
    layers = [*model["config"]["layers"], nested, sequence | {"name": "s", "inbound_nodes": []}]
    outputs = {"a": ["inner", 1, 0], "b": [["s", 0, 0], ["score", 0, 0]]}
    whole = model | {"config": model["config"] | {"layers": layers, "output_layers": outputs}}
    read(archive(config_json=json.dumps(whole)))
    for mutant in _mutants(whole, random.Random(7)):
        path = archive(config_json=json.dumps(mutant))
        try:
            interface = read(path)
        except FileProblem:
            continue
        for port in (*interface.inputs, *interface.outputs):
            assert isinstance(port.name, str) and isinstance(port.dtype, str)
            assert port.shape is None or all(s is None or type(s) is int for s in port.shape)


def test_models_nested_without_end_are_read_once_each(archive, model):
    for _ in range(60):
        model = {"class_name": "Sequential", "config": {"name": "s", "layers": [model]}}
    assert read(archive(config_json=json.dumps(model))).inputs[0].name == "input"
