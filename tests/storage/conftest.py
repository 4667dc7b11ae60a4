"""Archives shaped like saved models, made by hand: these tests need no Keras."""

import json
import zipfile

import pytest

VERSION = "3.15.1"


def input_layer(name, shape, dtype="float32"):
    """Return the entry of an InputLayer in a Functional configuration."""
    config = {"batch_shape": shape, "dtype": dtype, "name": name}
    entry = {"module": "keras.layers", "class_name": "InputLayer", "config": config}
    return entry | {"name": name, "inbound_nodes": []}


def dense(name, units, source, shape):
    """Return the entry of a Dense layer that is called once on the output of `source`."""
    tensor = {"shape": shape, "dtype": "float32", "keras_history": [source, 0, 0]}
    entry = {"module": "keras.layers", "class_name": "Dense", "name": name}
    return entry | {
        "config": {"name": name, "units": units, "dtype": "float32"},
        "inbound_nodes": [
            {"args": [{"class_name": "__keras_tensor__", "config": tensor}], "kwargs": {}}
        ],
    }


def functional(layers, inputs, outputs):
    """Return the configuration of a Functional model."""
    config = {"name": "model", "layers": layers, "input_layers": inputs, "output_layers": outputs}
    return {"module": "keras", "class_name": "Functional", "config": config}


@pytest.fixture
def model():
    """Return the configuration of a model that takes 4 numbers and gives 3."""
    layers = [input_layer("numbers", [None, 4]), dense("score", 3, "numbers", [None, 4])]
    return functional(layers, ["numbers", 0, 0], ["score", 0, 0])


@pytest.fixture
def archive(tmp_path, model):
    """Return a function that writes an archive with parts added, replaced or left out (None)."""

    def write(name="model.keras", method=zipfile.ZIP_STORED, **parts):
        contents = {
            "metadata.json": json.dumps({"keras_version": VERSION}),
            "config.json": json.dumps(model),
            "model.weights.h5": b"\x89HDF\r\n\x1a\n",
        }
        contents |= {key.replace("__", "/").replace("_json", ".json"): parts[key] for key in parts}
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", method) as file:
            for member, content in contents.items():
                if content is not None:
                    file.writestr(member, content)
        return path

    return write
