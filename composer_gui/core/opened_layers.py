"""The parts of a saved model as the layers of a design, with their weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from immutables import Map

from composer_gui.core import freezing
from composer_gui.core.inside import Inside, Part
from composer_gui.core.inside_ports import interface
from composer_gui.core.layer_kinds import Construct, KerasLayer, SavedModel, SavedPort, SavedWeights
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.layers.from_config import layer_parameters

MOST_WORDS = 20_000
"""Words of a vocabulary that a design holds, at most, where the file has them anyhow."""

_VOCABULARIES = frozenset({"IntegerLookup", "StringLookup", "TextVectorization"})
_NO_WORDS = ("", "[UNK]")

_SILENCED = {
    "AlphaDropout": {"rate": 0.0},
    "Dropout": {"rate": 0.0},
    "GaussianDropout": {"rate": 0.0},
    "GaussianNoise": {"stddev": 0.0},
    "SpatialDropout1D": {"rate": 0.0},
    "SpatialDropout2D": {"rate": 0.0},
    "SpatialDropout3D": {"rate": 0.0},
}
_RATES = ("dropout", "recurrent_dropout")


@dataclass(frozen=True)
class Use:
    """How a saved model is used: its file, the path of its part, what is frozen and silent.

    `frozen` are the paths, within the part, of the layers that do not train; `trainable` is False
    where nothing does.
    """

    path: str
    sha256: str
    part: str = ""
    trainable: bool = True
    frozen: frozenset[str] = frozenset()
    inference: bool = False
    keep_weights: bool = True

    def within(self, name: str) -> str:
        """Return the path in the file of a part."""
        return f"{self.part}/{name}" if self.part else name


def use_of(inside: Inside, layer: SavedModel, *, keep_weights: bool) -> Use:
    """Return how `layer` uses its model, of which `inside` is what it is made of."""
    leaves = ((path, part.class_name) for path, part in inside.leaves())
    return Use(
        layer.path,
        layer.sha256,
        layer.part,
        layer.trainable and inside.trainable and not layer.inference,
        freezing.frozen_paths(layer.frozen, leaves),
        layer.inference,
        keep_weights,
    )


def keras_layer(part: Part, layer_id: str, name: str, use: Use, catalog: Catalog):
    """Return a layer of the catalog for a part named by its path; None where it stays sealed."""
    parameters = layer_parameters(part.config, catalog)
    if parameters is None:
        return None
    if part.class_name in _VOCABULARIES:
        parameters = _with_vocabulary(part, parameters, use.keep_weights)
        if parameters is None:
            return None
    weights = None
    if use.keep_weights:
        where = use.path, use.sha256, use.within(part.name)
        weights = SavedWeights(*where, part.class_name, parameters)
    if use.inference:
        parameters = silenced(part.class_name, parameters)
    trainable = part.trainable and use.trainable and part.name not in use.frozen
    return KerasLayer(layer_id, name, part.class_name, parameters, trainable, weights)


def _with_vocabulary(part: Part, parameters: Map, keep_weights: bool) -> Map | None:
    """Return parameters that hold the words which the file keeps apart, None without them.

    They are left out where they are many and the layer is taken from the file anyhow.
    """
    words = part.vocabulary
    if not words or parameters.get("vocabulary") is not None:
        return parameters
    if not keep_weights and parameters.get("output_mode") == "tf_idf":
        return None  # the weights of the words are in the file only
    if keep_weights and len(words) > MOST_WORDS:
        return parameters
    return parameters.set("vocabulary", _without_specials(tuple(words), parameters))


def _without_specials(words: tuple[Any, ...], parameters: Map) -> tuple[Any, ...]:
    """Return a vocabulary without what stands at its beginning for padding and unknown words."""
    specials = {*_NO_WORDS, parameters.get("mask_token"), parameters.get("oov_token", "[UNK]")}
    count = 0
    while count < len(words) and count < 2 and words[count] in specials:
        count += 1
    return words[count:]


def silenced(class_name: str, parameters: Map) -> Map:
    """Return the parameters of a layer that drops and adds nothing by chance in training.

    Layers that change pictures by chance are left: without an argument that says so, none of them
    can be told to do nothing.
    """
    found = dict(parameters)
    found |= {k: v for k, v in _SILENCED.get(class_name, {}).items() if found.get(k)}
    found |= {rate: 0.0 for rate in _RATES if found.get(rate)}
    return Map({key: _silenced_value(value) for key, value in found.items()})


def _silenced_value(value: Any) -> Any:
    if isinstance(value, Construct) and value.kind == "layer":
        return replace(value, parameters=silenced(value.class_name, value.parameters))
    if isinstance(value, tuple):
        return tuple(_silenced_value(item) for item in value)
    return value


# Models and sealed layers -------------------------------------------------------------------------


def saved_part(
    part: Part,
    layer_id: str,
    name: str,
    use: Use,
    *,
    ports: Any = None,
    taps: Sequence[SavedPort] = (),
) -> SavedModel:
    """Return a nested model, or a sealed layer with these ports, as a part of the saved model."""
    inner = _within(use.frozen, part)
    return SavedModel(
        layer_id,
        name,
        use.path,
        use.sha256,
        ports if ports is not None else interface(part.inside),
        part.trainable and use.trainable and part.name not in use.frozen,
        part=use.within(part.name),
        taps=tuple(taps),
        frozen=inner,
        inference=use.inference,
    )


def _within(frozen: frozenset[str], part: Part) -> tuple[str, ...]:
    """Return patterns for what is frozen in a nested model, by paths in that model."""
    if part.inside is None or not frozen:
        return ()
    leaves = [(path, leaf.class_name) for path, leaf in part.inside.leaves()]
    start = f"{part.name}/"
    return freezing.exactly(
        (path.removeprefix(start) for path in frozen if path.startswith(start)), leaves
    )


def use_within(use: Use, part: Part) -> Use:
    """Return how the layers of a nested model are used."""
    start = f"{part.name}/"
    inner = (path.removeprefix(start) for path in use.frozen if path.startswith(start))
    return replace(
        use,
        part=use.within(part.name),
        trainable=use.trainable and part.trainable,
        frozen=frozenset(inner),
    )
