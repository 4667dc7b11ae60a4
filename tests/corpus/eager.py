"""What Keras itself does with the designs of the corpus, without any of Composer's engine."""

import keras
import numpy

from composer_gui.core.layer_kinds import SavedModel
from tests.conformance import realized

REFUSED, CRASHES, DIFFERS, RUNS = "refused", "crashes", "differs", "runs"
BATCH, FREE = 2, 8
"""Sizes that stand for a free batch axis and for any other free axis."""


def behaviour(document, catalog):
    """Return what Keras does with a design, and what it says.

    "refused" when the graph is built, "crashes" when the model that was built is run on data,
    "differs" when it gives other shapes than were announced, else "runs".
    """
    try:
        model = _Model(document, catalog).model()
        data = [_values(document.nodes[node_id]) for node_id in document.inputs]
    except Exception as error:
        return REFUSED, _first_line(error)
    try:
        announced = [tuple(tensor.shape) for tensor in model.outputs]
        given = model(data)
        shapes = [tuple(tensor.shape) for tensor in keras.tree.flatten(given)]
    except Exception as error:
        return CRASHES, _first_line(error)
    for told, came in zip(announced, shapes, strict=True):
        if len(told) != len(came) or any(
            a not in (None, b) for a, b in zip(told, came, strict=True)
        ):
            return DIFFERS, f"{told} was announced and {came} came"
    return RUNS, ""


class _Model(realized._Realizing):
    """Loads each saved model of a design from its file."""

    def __init__(self, document, catalog):
        super().__init__(document, catalog, None)

    def _made(self, layer):
        if isinstance(layer, SavedModel):
            made = keras.models.load_model(layer.path, compile=False)
            made.name, made.trainable = layer.name, layer.trainable
            return made
        return super()._made(layer)


def _values(node):
    """Return data for an Input."""
    sizes = (FREE if size is None else size for size in node.shape)
    shape = (node.batch_size or BATCH, *sizes)
    if node.dtype == "string":
        return numpy.full(shape, "good", dtype=object)
    generator = numpy.random.default_rng(1)
    if node.dtype == "bool":
        return generator.random(shape) > 0.5
    if "int" in node.dtype:
        return generator.integers(0, 4, shape).astype(node.dtype)
    return generator.random(shape).astype(node.dtype)


def _first_line(error):
    text = str(error).strip() or type(error).__name__
    return f"{type(error).__name__}: {text.splitlines()[0]}"[:200]
