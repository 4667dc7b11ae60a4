"""Which layers of one design may come out of one load of their file.

Two layers that are one part of one file are independent copies: each has a load of its own, and
so have two of which one lies in the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from composer_gui.core.layer_kinds import KerasLayer, SavedModel, SavedWeights

Kept = KerasLayer | SavedModel


class Parts:
    """The parts of one load that are in use, and the models around them."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._around: set[str] = set()

    def are_free(self, others: Parts) -> bool:
        """Return whether none of the others is taken, lies in what is, or is around what is."""
        return (
            self._taken.isdisjoint(others._taken)
            and self._taken.isdisjoint(others._around)
            and self._around.isdisjoint(others._taken)
        )

    def is_free(self, part: str) -> bool:
        """Return whether neither the part, nor what it is in, nor what is in it is taken."""
        if part in self._taken or part in self._around:
            return False
        return self._taken.isdisjoint(_around(part))

    def take(self, part: str) -> None:
        """Take a part that is free."""
        self._taken.add(part)
        self._around.update(_around(part))

    def take_all(self, others: Parts) -> None:
        """Take parts that are free."""
        self._taken |= others._taken
        self._around |= others._around


@dataclass
class Load:
    """One file that is loaded once, and the layers that come out of it, in reading order."""

    path: str
    sha256: str
    layers: list[Kept] = field(default_factory=list)
    parts: Parts = field(default_factory=Parts)

    @property
    def whole(self) -> SavedModel | None:
        """The layer that is the whole of the saved model, None where only parts are used."""
        first = self.layers[0]
        return first if isinstance(first, SavedModel) and not first.part else None


def loads_of(layers: Iterable[Kept]) -> list[Load]:
    """Return the loads for layers that have their weights in files, in order of first use."""
    found: list[Load] = []
    by_file: dict[tuple[str, str], list[Load]] = {}
    for layer in layers:
        file, part = file_of(layer), part_of(layer)
        known = by_file.setdefault((file.path, file.sha256), [])
        load = next((load for load in known if load.parts.is_free(part)), None)
        if load is None:
            load = Load(file.path, file.sha256)
            known.append(load)
            found.append(load)
        load.layers.append(layer)
        load.parts.take(part)
    return found


def file_of(layer: Kept) -> SavedModel | SavedWeights:
    """Return what says in which file the weights of a layer are: its `path`, and its `sha256`."""
    return layer if isinstance(layer, SavedModel) else layer.weights


def part_of(layer: Kept) -> str:
    """Return the path of a layer in its saved model, "" for the whole."""
    return layer.part if isinstance(layer, SavedModel) else layer.weights.part


def _around(part: str) -> list[str]:
    """Return the paths of the models that hold a part, the whole first; none for the whole."""
    steps = part.split("/") if part else []
    return ["/".join(steps[:count]) for count in range(len(steps))]
