"""Write `resources/takes.json`: which tensors each layer of the palette takes at all.

Run `python packaging/make_takes.py` after Keras was upgraded and `make_catalog.py` was run. Every
class is called, by Composer's own engine, on tensors of each number of axes and kind of values, in
several sizes and with several values of the parameters that decide about axes. One call that works
is enough: the table is for leaving out of a list what cannot be meant, and the list says how many
it left out. What the sizes come to is for the engine to say, once the layer is there.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from immutables import Map  # noqa: E402

from composer_gui.core.layer_kinds import KerasLayer  # noqa: E402
from composer_gui.core.layers.layer_spec import LayerSpec  # noqa: E402
from composer_gui.core.shapes.tensor_spec import TensorSpec  # noqa: E402
from composer_gui.engine.keras_shapes import KerasShapes  # noqa: E402
from composer_gui.storage import resources  # noqa: E402

TARGET = ROOT / "resources" / "takes.json"

DTYPES = {"float": "float32", "int": "int32", "bool": "bool", "string": "string"}
"""The kinds of values, and the dtype that stands for each."""

SIZES: tuple[tuple[tuple[int, ...], ...], ...] = (
    ((),),
    ((32,), (1,), (16,), (16_000,)),
    ((32, 32), (32, 3), (32, 1), (16_000, 1)),
    ((32, 32, 32), (32, 32, 3), (32, 32, 1)),
    ((32, 32, 32, 32), (8, 32, 32, 3), (32, 32, 32, 1)),
    ((8, 8, 8, 8, 32), (8, 8, 8, 8, 3)),
)
"""Shapes without the batch axis that are tried, by their number of axes."""


def main() -> None:
    """Write the table and say how long it is."""
    table = make_table()
    TARGET.write_text(render(table), encoding="utf-8")
    sys.stdout.write(f"{TARGET.name}: {len(table)} layers\n")


def render(table: dict[str, dict[str, str]]) -> str:
    """Return the table as it is written: a class a line."""
    rows = [f"{json.dumps(name)}: {json.dumps(row)}" for name, row in table.items()]
    return "{\n" + ",\n".join(rows) + "\n}\n"


def make_table() -> dict[str, dict[str, str]]:
    """Return by class, then by kind of values, the numbers of axes that are taken: "123".

    A class that took nothing at all says nothing about itself, and is left out.
    """
    catalog = resources.catalog()
    shapes = KerasShapes(catalog)
    table = {}
    for spec in sorted(catalog.search(""), key=lambda spec: spec.class_name):
        row = {kind: _axes(shapes, spec, dtype) for kind, dtype in DTYPES.items()}
        if any(row.values()):
            table[spec.class_name] = row
    return table


def _axes(shapes: KerasShapes, spec: LayerSpec, dtype: str) -> str:
    taken = (
        str(axes)
        for axes, sizes in enumerate(SIZES)
        if any(_takes(shapes, spec, TensorSpec((None, *size), dtype)) for size in sizes)
    )
    return "".join(taken)


def _takes(shapes: KerasShapes, spec: LayerSpec, tensor: TensorSpec) -> bool:
    inputs = {
        port.name: (tensor,) * (2 if port.many and spec.category == "merge" else 1)
        for number, port in enumerate(spec.inputs)
        if port.required or not number
    }
    layers = (
        KerasLayer("l1", "tried", spec.class_name, parameters=Map(parameters))
        for parameters in _parameters(spec, tensor)
    )
    return any(not shapes.infer(layer, {}, inputs).is_error for layer in layers)


def _parameters(spec: LayerSpec, tensor: TensorSpec) -> Iterator[dict[str, Any]]:
    """Yield values of the parameters to try; those of some classes name axes."""
    yield dict(spec.sample)
    if spec.class_name == "Permute" and tensor.rank:
        yield {"dims": tuple(range(tensor.rank, 0, -1))}
    if spec.class_name == "Dot":
        yield {"axes": 1}


if __name__ == "__main__":
    main()
