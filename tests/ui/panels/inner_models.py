"""Saved models for the inspector's tests: what is inside them, without a file."""

from composer_gui.core import edits
from composer_gui.core.inside import INPUT, LAYER, MODEL, InnerCall, InnerTensor, Inside, Part
from composer_gui.core.layer_kinds import SavedInterface, SavedPort

PATH = "/models/encoder.keras"


def layer(name, class_name="Dense", *, parameters=0, trainable=True):
    config = {"class_name": class_name, "config": {"name": name, "trainable": trainable}}
    return Part(name, LAYER, class_name, config, trainable=trainable, parameters=parameters)


def chain(name, parts, shape=(None, 8, 8, 3)):
    """Return a model in which each part is called once, on what the one before gives."""
    config = {"class_name": "InputLayer", "config": {"name": "image"}}
    first = InnerTensor("image", 0, 0, shape, "float32")
    specs, calls, last = {first.key: (shape, "float32")}, [], first
    for part in parts:
        calls.append(InnerCall(part.name, 0, (last,)))
        last = InnerTensor(part.name, 0, 0, shape, "float32")
        specs[last.key] = (shape, "float32")
    everything = (Part("image", INPUT, "InputLayer", config), *parts)
    return Inside(name, "Functional", everything, tuple(calls), (first,), (last,), specs=specs)


def nested(name, parts):
    """Return a model as a part of another."""
    inside = chain(name, parts)
    return Part(name, MODEL, "Functional", {"class_name": "Functional"}, inside=inside)


def encoder():
    """Return a model of two blocks, a model inside, and a head that was saved frozen."""
    return chain(
        "encoder",
        [
            layer("block1_conv", "Conv2D", parameters=100),
            layer("block1_norm", "BatchNormalization", parameters=20),
            layer("block2_conv", "Conv2D", parameters=1_200_000),
            layer("block2_drop", "Dropout"),
            nested(
                "trunk",
                [
                    layer("block3_conv", "Conv2D", parameters=30),
                    layer("block3_norm", "BatchNormalization", parameters=4),
                ],
            ),
            layer("old_head", parameters=50, trainable=False),
        ],
    )


def skipping():
    """Return a model in which the second layer is passed by: sum = second(first(x)) + x."""
    shape = (None, 4)
    image, first, second, both, end = (
        InnerTensor(name, 0, 0, shape) for name in ("image", "first", "second", "sum", "end")
    )
    parts = (
        Part("image", INPUT, "InputLayer", {"class_name": "InputLayer"}),
        *(layer(name, parameters=20) for name in ("first", "second")),
        layer("sum", "Add"),
        layer("end", parameters=20),
    )
    calls = (
        InnerCall("first", 0, (image,)),
        InnerCall("second", 0, (first,)),
        InnerCall("sum", 0, ([second, image],)),
        InnerCall("end", 0, (both,)),
    )
    specs = {tensor.key: (shape, "float32") for tensor in (image, first, second, both, end)}
    return Inside("skipping", "Functional", parts, calls, (image,), (end,), specs=specs)


def calling_twice():
    """Return a model with an LSTM of two outputs and a layer that is called on both."""
    shape = (None, 4)
    keys = (("lstm", 0, 0), ("lstm", 0, 1), ("shared", 0, 0), ("shared", 1, 0))
    image = InnerTensor("image", 0, 0, shape)
    whole, state, one, two = (InnerTensor(*key, shape) for key in keys)
    parts = (
        Part("image", INPUT, "InputLayer", {"class_name": "InputLayer"}),
        layer("lstm", "LSTM", parameters=20),
        layer("shared", parameters=20),
    )
    calls = (
        InnerCall("lstm", 0, (image,)),
        InnerCall("shared", 0, (whole,)),
        InnerCall("shared", 1, (state,)),
    )
    specs = {tensor.key: (shape, "float32") for tensor in (image, whole, state, one, two)}
    return Inside("calls", "Functional", parts, calls, (image,), (one, two), (0, 1), specs=specs)


def add(design, inside, path=PATH):
    """Put a saved model on the canvas of which this is inside; return its node."""
    ports = ((SavedPort("image", (None, 8, 8, 3)),), (SavedPort("code", (None, 8, 8, 3)),))
    interface = SavedInterface("Functional", *ports, layer_count=len(inside.parts))
    node = design.add(edits.add_saved_model, path, "00", interface, 0, 0)
    know(design.session, inside, path)
    return node


def know(session, inside, path=PATH):
    """Let the session know what is inside a file, as if a thread had read it."""
    session._insides.learn((path, "00"), inside)
    session.insides_changed.emit()
