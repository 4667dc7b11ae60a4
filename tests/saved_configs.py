"""Configurations of saved models as Keras writes them, by hand: these tests need no Keras."""

FLOAT = {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}}


def tensor(name, call=0, output=0, shape=(None, 4)):
    """Return the tensor that a layer gives, as it is handed to another."""
    config = {"shape": list(shape), "dtype": "float32", "keras_history": [name, call, output]}
    return {"class_name": "__keras_tensor__", "config": config}


def input_layer(name, shape=(None, 4), **config):
    """Return the entry of an InputLayer."""
    config = {"batch_shape": list(shape), "dtype": "float32", "name": name, **config}
    entry = {"module": "keras.layers", "class_name": "InputLayer", "config": config}
    return entry | {"name": name, "inbound_nodes": []}


def layer(name, *calls, class_name="Dense", module="keras.layers", keywords=None, **config):
    """Return a layer's entry; each call is the list of its positional arguments."""
    given = {"units": 4} if class_name == "Dense" else {}
    nodes = [{"args": list(arguments), "kwargs": dict(keywords or {})} for arguments in calls]
    return {
        "module": module,
        "class_name": class_name,
        "name": name,
        "config": {"name": name, "dtype": FLOAT, **given, **config},
        "registered_name": None if module.startswith("keras") else f"mine>{class_name}",
        "inbound_nodes": nodes,
    }


def functional(layers, inputs, outputs, name="model", calls=()):
    """Return a Functional model, or with `calls` the entry of one inside another."""
    config = {"name": name, "layers": layers, "input_layers": inputs, "output_layers": outputs}
    entry = {"module": "keras.src.models.functional", "class_name": "Functional"}
    nodes = [{"args": list(arguments), "kwargs": {"mask": None}} for arguments in calls]
    return entry | {"config": config, "name": name, "inbound_nodes": nodes}
