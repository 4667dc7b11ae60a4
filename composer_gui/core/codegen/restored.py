"""Layers and models that were part of a saved model and are made anew, under the names they had."""

from __future__ import annotations

from dataclasses import dataclass

from composer_gui.core.layer_kinds import KerasLayer, Submodel


@dataclass(frozen=True, slots=True)
class RestoredLayer(KerasLayer):
    """A layer made anew; `known_as` is the name that Keras knows it by in its saved model."""

    known_as: str = ""


@dataclass(frozen=True, slots=True)
class RestoredModel(Submodel):
    """A saved model, or one inside another, made anew; `known_as` is its name there."""

    known_as: str = ""


@dataclass(frozen=True, slots=True)
class RestoredChain(RestoredModel):
    """A model that was saved as a Sequential, and whose layers lie one behind the other."""
