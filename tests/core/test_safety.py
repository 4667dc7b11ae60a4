"""What a config may name is tested with configs as Keras writes them, and as attackers would."""

import copy
import json

import pytest

from composer_gui.core.safety import refused_names


def entry(class_name, module="keras.layers", registered_name=None, config=None, **more):
    plain = {"module": module, "class_name": class_name, "config": config or {}}
    return plain | {"registered_name": registered_name} | more


def function(module, name, registered_name=None):
    return entry("function", module, registered_name or name, name)


def model(*layers):
    return entry(
        "Functional",
        "keras.src.models.functional",
        "Functional",
        {"name": "model", "layers": list(layers), "input_layers": [["x", 0, 0]]},
        compile_config={},
    )


HONEST = [
    entry("Dense", config={"kernel_initializer": entry("GlorotUniform", "keras.initializers")}),
    entry("Dense", config={"dtype": entry("DTypePolicy", "keras", config={"name": "float32"})}),
    entry("Dense", config={"kernel_regularizer": entry("L2", "keras.regularizers")}),
    entry("Dense", config={"bias_constraint": entry("MaxNorm", "keras.constraints")}),
    entry("Dense", config={"activation": function("builtins", "gelu")}),
    entry("Activation", config={"activation": function("keras.ops", "relu")}),
    entry("Sequential", "keras", config={"layers": [entry("LSTM")]}),
    entry("Relu", "keras.src.ops.nn", "Relu"),
    entry("GetItem", "keras.src.ops.numpy", "GetItem"),
    entry("LayerScale", "keras.src.applications.convnext", "LayerScale"),
    entry("QuantizedDTypePolicy", "keras.dtype_policies"),
    {"class_name": "Dense", "config": {"units": 3}},
    {"args": [{"class_name": "__keras_tensor__", "config": {"shape": [None, 3]}}]},
]

REFUSED = [
    (entry("Scale", None, "Scale"), "Scale"),
    (entry("Scale", None, "my_package>Scale"), "my_package>Scale"),
    (entry("Scale", "my_package.layers"), "Scale"),
    (entry("Lambda"), "Lambda"),
    (entry("TFSMLayer"), "TFSMLayer"),
    (entry("TorchModuleWrapper"), "TorchModuleWrapper"),
    ({"class_name": "Lambda", "config": {}}, "Lambda"),
    ({"class_name": "__lambda__", "config": {"code": "4wE"}}, "a Python lambda"),
    ({"class_name": "__typespec__", "spec_name": "x", "config": []}, "__typespec__"),
    (function("keras.config", "set_backend"), "keras.config.set_backend"),
    (function("keras.utils", "get_file"), "keras.utils.get_file"),
    (function("keras.datasets.mnist", "load_data"), "keras.datasets.mnist.load_data"),
    (function("os", "system"), "os.system"),
    (function("keras.ops", "nn.relu"), "keras.ops.nn.relu"),
    (entry("load_model", "keras.models"), "load_model"),
    (entry("Model", "keras.src.models.model"), "Model"),
    (entry("Dense", "keras.layers", "my_package>Dense"), "my_package>Dense"),
    (entry("Relu", "keras.src.ops.nn.os"), "Relu"),
    (entry("os", "keras.src.ops.nn"), "os"),
    (entry("get_file", "keras.src.ops.nn"), "get_file"),
    (entry("StackedRNNCells", "keras.src.layers"), "StackedRNNCells"),
    ({"class_name": ["Dense"], "config": {}}, "['Dense']"),
    ({"class_name": None, "config": {}}, "None"),
]


@pytest.mark.parametrize("layer", HONEST, ids=lambda item: json.dumps(item)[:60])
def test_what_keras_writes_for_its_own_parts_is_let_through(layer):
    assert refused_names(model(layer)) == []


@pytest.mark.parametrize(("layer", "name"), REFUSED, ids=[name for _, name in REFUSED])
def test_anything_else_is_refused_by_name_wherever_it_stands(layer, name):
    assert refused_names(model(entry("Dense"), layer)) == [name]
    nested = entry("TimeDistributed", config={"layer": layer})
    assert refused_names(model(entry("Sequential", "keras", config={"layers": [nested]}))) == [name]


def test_each_name_is_told_once_and_in_the_order_of_the_file():
    found = refused_names(model(entry("B", None), entry("A", None), entry("B", None)))
    assert found == ["B", "A"]


def test_how_the_model_was_compiled_does_not_count():
    config = model(entry("Dense"))
    config["compile_config"] = {"loss": function("my_package", "my_loss")}
    assert refused_names(config) == []


def test_how_an_inner_model_was_compiled_counts_for_keras_would_restore_it():
    inner = entry("Sequential", "keras", config={"layers": []})
    inner["compile_config"] = {"loss": function("my_package", "my_loss")}
    assert refused_names(model(inner)) == ["my_package.my_loss"]


def test_looking_changes_nothing():
    config = model(entry("Lambda"))
    before = copy.deepcopy(config)
    refused_names(config)
    assert config == before


def test_a_hundred_thousand_levels_are_no_matter():
    config = entry("Lambda")
    for _ in range(100_000):
        config = {"config": [config]}
    assert refused_names(config) == ["Lambda"]


def test_names_are_shown_on_one_line_and_cut_short():
    (name,) = refused_names(entry("Bad\n\x1b[31m" + "x" * 500, None))
    assert len(name) <= 80
    assert name.isprintable()


@pytest.mark.parametrize("config", [None, 3, "Lambda", [], {}])
def test_what_is_no_config_names_nothing(config):
    assert refused_names(config) == []
