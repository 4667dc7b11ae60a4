"""A smallest design for each kind of problem that Keras would let pass.

Each function takes an empty `Saved` drawing, in whose folder the models of `make_models` lie, and
returns the design.
"""

from dataclasses import replace

from composer_gui.core.document import Source, put
from composer_gui.core.layer_kinds import SavedInterface, SavedPort


def _one(class_name, *shape, dtype="float32", **parameters):
    """Return what draws one layer between an Input of this shape and an Output."""

    def draw_it(draw):
        given = draw.input("given", *shape, dtype=dtype)
        draw.output("result", draw.layer(class_name, "worker", given, **parameters))
        return draw.document

    return draw_it


def _attention(draw):
    query, value = draw.input("question", 5, 8), draw.input("answer", 6, 4)
    worker = draw.layer("Attention", "worker", wires={"query": [query], "value": [value]})
    draw.output("result", worker)
    return draw.document


def _mask(draw):
    steps, mask = draw.input("steps", 6, 8), draw.input("seen", 5, dtype="bool")
    worker = draw.layer("LSTM", "worker", wires={"sequences": [steps], "mask": [mask]}, units=4)
    draw.output("result", worker)
    return draw.document


def _adjusted_axis(draw):
    given = draw.input("given", 8, 8, 3, 1)
    draw.output("result", draw.whole("encoder", "enc", given))
    return draw.document


def _two_shapes(draw):
    given = draw.input("given", 6, 8, dtype="int32")
    draw.output("result", draw.layer("CategoryEncoding", "worker", given, num_tokens=16))
    return draw.document


def _batch_axis(draw):
    left, right = draw.input("left", 8), draw.input("right", 8)
    draw.output("result", draw.layer("Dot", "worker", left, right, axes=0))
    return draw.document


def _one_wire(draw):
    left, right = draw.input("left", 8), draw.input("right", 8)
    worker = draw.layer("Dense", "worker", left, units=4)
    node = draw.document.nodes[worker]
    wires = node.inputs.set("inputs", (Source(left), Source(right)))
    draw.document = put(draw.document, replace(node, inputs=wires))
    draw.output("result", worker)
    return draw.document


def _other_inputs(draw):
    """A model of one input, believed to have two."""
    path = str(draw.folder / "encoder.keras")
    ports = tuple(SavedPort(name, (None, 8, 8, 3)) for name in ("left", "right"))
    interface = SavedInterface("Functional", ports, (SavedPort("dense", (None, 5)),), (0, 1))
    left, right = draw.input("left", 8, 8, 3), draw.input("right", 8, 8, 3)
    draw.output("result", draw.model("enc", interface, left, right, path=path))
    return draw.document


def _whole_dtype(draw):
    given = draw.input("given", 8)
    worker = draw.layer("Dense", "worker", given, units=4)
    layer = draw.document.layers[draw.document.nodes[worker].layer]
    parameters = layer.parameters.update({"dtype": "int32"})
    draw.document = put(draw.document, replace(layer, parameters=parameters))
    draw.output("result", worker)
    return draw.document


DOUBTS = {
    "text_given": _one("Dense", 8, dtype="string", units=4),
    "text_wanted": _one("StringLookup", 8, vocabulary=("red", "green")),
    "whole_numbers": _one("Conv2D", 28, 28, 3, dtype="uint8", filters=4, kernel_size=3),
    "whole_dtype": _whole_dtype,
    "attention": _attention,
    "mask": _mask,
    "channel_values": _one("Rescaling", 28, 28, 3, scale=(1.0, 2.0)),
    "adjusted_axis": _adjusted_axis,
    "stateful_batch": _one("LSTM", 6, 8, units=4, stateful=True),
    "weights_too_large": _one("Dense", 100, units=2_000_000_000_000),
    "values_too_large": _one("UpSampling2D", 28, 28, 3, size=1_000_000),
    "crashes": _one("AdaptiveMaxPooling1D", 16, 8, output_size=1),
    "activation": _one("Dense", 8, units=4, activation="glu"),
    "setting": _one("Discretization", 8, bin_boundaries=(2.0, 1.0)),
    "batch_axis": _batch_axis,
    "two_shapes": _two_shapes,
    "one_wire": _one_wire,
    "other_inputs": _other_inputs,
}
"""Code -> what draws a design with that problem."""
