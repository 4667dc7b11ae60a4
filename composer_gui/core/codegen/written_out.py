"""Classes that Keras has but does not export, written out where a script from scratch needs them.

They are in the models of `keras.applications`. What is written out computes the same from the same
configuration and weights; the words are our own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from composer_gui.core.document import Document
from composer_gui.core.layer_kinds import KerasLayer, Submodel
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.layers.layer_spec import InputPort, LayerSpec, OutputPort
from composer_gui.core.layers.parameters import Parameter

CATEGORY = "written out"
"""What stands for a category in the specs of these classes; they are on no palette."""

_SCALE = '''\
@keras.saving.register_keras_serializable(package="composer")
class LayerScale(layers.Layer):
    """Multiplies each channel by a weight of its own, which starts very small."""

    def __init__(self, init_values, projection_dim, **kwargs):
        super().__init__(**kwargs)
        self.init_values = init_values
        self.projection_dim = projection_dim

    def build(self, input_shape):
        self.gamma = self.add_weight(
            shape=(self.projection_dim,),
            initializer=keras.initializers.Constant(self.init_values),
        )

    def call(self, inputs):
        return inputs * self.gamma

    def get_config(self):
        own = {"init_values": self.init_values, "projection_dim": self.projection_dim}
        return {**super().get_config(), **own}
'''

_DEPTH = '''\
@keras.saving.register_keras_serializable(package="composer")
class StochasticDepth(layers.Layer):
    """Leaves out a branch now and then while training, and makes up for it when it does not."""

    def __init__(self, drop_path_rate, **kwargs):
        super().__init__(**kwargs)
        self.drop_path_rate = drop_path_rate

    def call(self, inputs, training=None):
        if not training:
            return inputs
        kept = 1 - self.drop_path_rate
        shape = (keras.ops.shape(inputs)[0],) + (1,) * (len(inputs.shape) - 1)
        return inputs / kept * keras.ops.floor(kept + keras.random.uniform(shape))

    def get_config(self):
        return {**super().get_config(), "drop_path_rate": self.drop_path_rate}
'''

_SCALED_SUM = '''\
@keras.saving.register_keras_serializable(package="composer")
class CustomScaleLayer(layers.Layer):
    """Adds its second input, scaled, to the first."""

    def __init__(self, scale, **kwargs):
        super().__init__(**kwargs)
        self.scale = scale

    def call(self, inputs):
        skip, residual = inputs
        return skip + residual * self.scale

    def get_config(self):
        return {**super().get_config(), "scale": self.scale}
'''

SOURCES: Mapping[str, str] = MappingProxyType(
    {"LayerScale": _SCALE, "StochasticDepth": _DEPTH, "CustomScaleLayer": _SCALED_SUM}
)
"""The source of each class, by its name."""

MODULES: Mapping[str, str] = MappingProxyType(
    {
        "LayerScale": "keras.src.applications.convnext",
        "StochasticDepth": "keras.src.applications.convnext",
        "CustomScaleLayer": "keras.src.applications.inception_resnet_v2",
    }
)
"""Where saved models say that these classes are from."""

_PAIR = (InputPort("inputs", many=True, minimum=2, maximum=2, listed=True),)
_ONE = (InputPort("inputs"),)


def _spec(
    class_name: str, inputs: tuple[InputPort, ...], dtype: Parameter, *own: Parameter
) -> LayerSpec:
    return LayerSpec(
        class_name=class_name,
        category=CATEGORY,
        description="",
        palette=False,
        inputs=inputs,
        outputs=(OutputPort("output"),),
        arguments=(),
        parameters=(*own, dtype),
    )


def with_written_out(catalog: Catalog) -> Catalog:
    """Return a catalog that knows these classes too."""
    dtype = catalog.layer("Dense").parameter("dtype")
    number, integer = "number", "integer"
    specs = (
        _spec(
            "LayerScale",
            _ONE,
            dtype,
            Parameter("init_values", number, required=True),
            Parameter("projection_dim", integer, required=True, minimum=1),
        ),
        _spec("StochasticDepth", _ONE, dtype, Parameter("drop_path_rate", number, required=True)),
        _spec("CustomScaleLayer", _PAIR, dtype, Parameter("scale", number, required=True)),
    )
    layers = {**catalog.layers, **{spec.class_name: spec for spec in specs}}
    return replace(catalog, layers=MappingProxyType(layers))


def classes_of(document: Document) -> list[str]:
    """Return the classes of a design that are to be written out, those of its submodels too."""
    found = {name for name in _classes(document) if name in SOURCES}
    return [name for name in SOURCES if name in found]


def _classes(document: Document) -> set[str]:
    found: set[str] = set()
    for layer in document.layers.values():
        if isinstance(layer, KerasLayer):
            found.add(layer.class_name)
        elif isinstance(layer, Submodel):
            found |= _classes(layer.design)
    return found
