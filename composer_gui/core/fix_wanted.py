"""Which shape and dtype would fit on each wire of a node that a problem is about."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping

from composer_gui.core.connections import path_between
from composer_gui.core.document import Call, Document, Shape, Wire
from composer_gui.core.fix_sight import (
    Misfit,
    Sight,
    class_of,
    fits,
    is_model,
    sort_of,
    with_bundles,
)
from composer_gui.core.layer_kinds import KerasLayer
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.layers.families import (
    ATTENTION,
    CONV_LSTM,
    DOT_ATTENTION,
    ELEMENTWISE,
    READS_INDICES,
    READS_TEXT_ONLY,
    SEQUENCES,
)
from composer_gui.core.ports import model_ports
from composer_gui.core.problems import ERROR, Problem
from composer_gui.core.verdicts import Verdict

Bundle = tuple[Misfit, ...]

ANY_DTYPE = frozenset(
    {
        *("Discretization", "Dropout", "Flatten", "HashedCrossing", "Hashing", "Identity"),
        *("Permute", "RepeatVector", "Reshape"),
    }
)

_RANKS = {"CategoryEncoding": 2, "Dense": 2, "RepeatVector": 2, "TimeDistributed": 3}


def look(
    document: Document, catalog: Catalog, verdicts: Mapping[str, Verdict], problem: Problem
) -> Sight:
    """Return what is seen of a problem of a node."""
    sight = Sight(document, catalog, verdicts, problem)
    if not isinstance(sight.node, Call):
        return sight
    if is_model(sight.layer):
        return with_bundles(sight, list(_into_model(sight)))
    if sight.category == "merge":
        return Sight(document, catalog, verdicts, problem, tuple(_into_merge(sight)))
    return with_bundles(sight, list(_into_layer(sight)))


def numbers_of(class_name: str) -> str | None:
    """Return the dtype that a class computes with, None for one that takes any."""
    if class_name in READS_TEXT_ONLY:
        return "string"
    if class_name in READS_INDICES:
        return "int32"
    return None if class_name in ANY_DTYPE or not class_name else "float32"


# Models -----------------------------------------------------------------------------------------


def _into_model(sight: Sight) -> Iterator[Misfit]:
    """Yield the wires into a model that bring another shape, or another sort of numbers."""
    for port in model_ports(sight.layer):
        for index, source in enumerate(sight.node.inputs.get(port.name, ())):
            spec = sight.given(source)
            if spec is None:
                continue
            shape_fits = port.shape is None or fits(spec.shape, port.shape)
            other = sort_of(spec.dtype) != sort_of(port.dtype)
            if not shape_fits or other or sight.problem.port == port.name:
                wire = Wire(source, sight.problem.node, port.name, index)
                yield Misfit(wire, spec, port.shape, port.dtype if other else None)


# Merges -----------------------------------------------------------------------------------------


def _into_merge(sight: Sight) -> Iterator[Bundle]:
    """Yield for each shape that all could have the wires that would have to be brought to it."""
    wires = sight.wires()
    specs = [sight.given(wire.source) for wire in wires]
    if None in specs or len(wires) < 2:
        return
    mixed = _mixed_dtypes([spec.dtype for spec in specs])
    yield from _stretched(sight, wires)
    for wanted in _targets(sight, wires, [spec.shape for spec in specs]):
        bundle = tuple(
            Misfit(wire, spec, wanted, _other_dtype(spec.dtype, mixed))
            for wire, spec in zip(wires, specs, strict=True)
            if not fits(spec.shape, wanted) or _other_dtype(spec.dtype, mixed)
        )
        if bundle:
            yield bundle


def _stretched(sight: Sight, wires: list[Wire]) -> Iterator[Bundle]:
    """Yield the wire that a sum would stretch along axes of 1, were its other axes as wanted."""
    problem = sight.problem
    for wire in wires if sight.class_name in ELEMENTWISE and problem.severity == ERROR else ():
        spec = sight.given(wire.source)
        if (wire.port, wire.index, spec.shape) != (problem.port, problem.index, problem.given):
            continue
        if problem.wanted and 1 in problem.wanted[1:]:
            yield (Misfit(wire, spec, problem.wanted),)


def _mixed_dtypes(dtypes: list[str]) -> str | None:
    """Return the dtype to which others have to be brought, None where they go together."""
    if len(set(dtypes)) < 2:
        return None
    floats = [dtype for dtype in dtypes if sort_of(dtype) == "float"]
    return max(floats, key=_width, default="float32")


def _width(dtype: str) -> int:
    """Return the bits of one number."""
    return int((re.findall(r"\d+", dtype) or ["0"])[-1])


def _other_dtype(dtype: str, wanted: str | None) -> str | None:
    return wanted if wanted is not None and dtype != wanted else None


def _targets(sight: Sight, wires: list[Wire], shapes: list[Shape]) -> list[Shape]:
    """Return the shapes that all could have, the likeliest first.

    It is what a warning asks for, else the one that most have; of two, that of the branch and not
    of the skip around it, then the larger one.
    """
    counts = Counter(shapes)
    skips = {
        shapes[index]
        for index, wire in enumerate(wires)
        for other in wires
        if other.source.node != wire.source.node
        and path_between(sight.document, wire.source.node, other.source.node)
    }

    asked = sight.problem.wanted if sight.problem.severity != ERROR else None

    def likely(shape: Shape) -> tuple:
        skip = shape in skips and sight.class_name != "Concatenate"
        size = math.prod(size or 1 for size in _joined(sight, shape)[1:])
        return shape != asked, -counts[shape], skip, -len(shape), -size

    likeliest = sorted(counts, key=likely)
    if asked in counts:  # and nothing is brought down to an axis of 1, which would be repeated too
        likeliest = [shape for shape in likeliest if shape == asked or 1 not in shape[1:]]
    return [_joined(sight, shape) for shape in likeliest]


def _joined(sight: Sight, shape: Shape) -> Shape:
    """Return what the others have to be like where one of this shape is merged with them."""
    if sight.class_name == "Concatenate":
        axis = sight.parameter("axis")
        if isinstance(axis, int) and -len(shape) <= axis < len(shape):
            place = axis % len(shape)
            return (*shape[:place], None, *shape[place + 1 :])
    if sight.class_name == "Dot":
        axes = sight.parameter("axes")
        axis = axes if isinstance(axes, int) else (axes or (-1,))[-1]
        if isinstance(axis, int) and -len(shape) <= axis < len(shape):
            place = axis % len(shape)
            return tuple(size if at == place else None for at, size in enumerate(shape))
    return shape


# Layers -----------------------------------------------------------------------------------------


def _into_layer(sight: Sight) -> Iterator[Misfit]:
    """Yield the wires into a layer that may be at fault, and what is known to be wanted there."""
    problem = sight.problem
    wires = [wire for wire in sight.wires() if sight.given(wire.source) is not None]
    named = [wire for wire in wires if problem.port in (None, wire.port)]
    if problem.port != "initial_state":  # of which both are of another size, if one is
        named = [wire for wire in named if problem.index in (None, wire.index)] or named
    main = _main_ports(sight)
    if problem.port is None:
        named = [wire for wire in named if wire.port in main] or named
    for wire in sorted(wires, key=lambda wire: wire not in named):
        spec = sight.given(wire.source)
        told = problem.wanted if problem.given in (None, spec.shape) and wire in named else None
        wanted = told or (wanted_by_class(sight, wire, spec.shape) if wire.port in main else None)
        numbers = numbers_of(sight.class_name) if wire.port in main else None
        odd = numbers is not None and sort_of(spec.dtype) != sort_of(numbers)
        if wire in named or odd or (wire.port in main and not fits(spec.shape, wanted)):
            yield Misfit(wire, spec, wanted, numbers if odd else None)


def _main_ports(sight: Sight) -> tuple[str, ...]:
    """Return the ports for what a layer works on, without states and masks."""
    ports = sight.spec.inputs if sight.spec is not None else ()
    if sight.category == "attention":
        return tuple(port.name for port in ports if "mask" not in port.name)
    return tuple(port.name for port in ports[:1])


def wanted_by_class(sight: Sight, wire: Wire, shape: Shape) -> Shape | None:
    """Return what a layer's class says about the shape, None where that is nothing."""
    if sight.category == "attention":
        return _wanted_by_attention(sight, wire)
    rank = rank_of(sight.catalog, sight.class_name)
    if rank is None:
        return None
    if rank == len(shape):
        return _under_window(sight, shape) or (None,) * rank
    return (None,) * rank


def rank_of(catalog: Catalog, class_name: str) -> int | None:
    """Return how many axes a class takes, the batch included, None where it takes several."""
    found = re.search(r"([123])D", class_name)
    if found and class_name not in ("SpatialDropout1D",):
        return int(found[1]) + (3 if class_name.startswith("ConvLSTM") else 2)
    if class_name in SEQUENCES | ATTENTION or class_name == "SpatialDropout1D":
        return 3
    spec = catalog.layers.get(class_name)
    if spec is not None and spec.category == "preprocessing" and spec.inputs[0].name == "data":
        return 4
    return _RANKS.get(class_name)


def _wanted_by_attention(sight: Sight, wire: Wire) -> Shape:
    """Return what the ports of an attention want: the same width on the last axis.

    Multi-head attention brings query and value to a common width by itself.
    """
    ports = sight.node.inputs
    other = "value" if wire.port == "query" else "query"
    spec = sight.given(ports[other][0]) if other in ports else None
    same_width = sight.class_name in DOT_ATTENTION
    if spec is None or not same_width or len(spec.shape) != 3:
        return (None, None, None)
    return (None, None, spec.shape[-1])


def _under_window(sight: Sight, shape: Shape) -> Shape | None:
    """Return a shape that a window fits into, where it does not fit into this one."""
    if sight.parameter("padding") == "same" or sight.category not in ("convolution", "pooling"):
        return None
    name, sizes = window_of(sight, len(shape) - 2)
    if not name or sight.parameter("data_format") == "channels_first":
        return None
    inner = shape[1:-1]
    if len(sizes) != len(inner) or all(
        have is None or have >= size for have, size in zip(inner, sizes, strict=True)
    ):
        return None
    larger = (
        size if have is not None and have < size else have
        for have, size in zip(inner, sizes, strict=True)
    )
    return (None, *larger, None)


def window_of(sight: Sight, count: int) -> tuple[str, tuple[int, ...]]:
    """Return the name of the parameter that is a layer's window, and how far it reaches.

    The name is empty where there is no window; a dilated one reaches over what it leaves out.
    """
    for name in ("kernel_size", "pool_size"):
        value = sight.parameter(name)
        if value is not None and isinstance(sight.layer, KerasLayer):
            sizes = each(value, count)
            spread = each(sight.parameter("dilation_rate") or 1, count)
            pairs = zip(sizes, spread, strict=False)
            return name, tuple((size - 1) * by + 1 for size, by in pairs)
    return "", ()


def each(value: int | tuple, count: int) -> tuple[int, ...]:
    """Return one number for each axis."""
    return tuple(value) if isinstance(value, tuple) else (value,) * count


def recurrent_class(layer) -> bool:
    """Return whether a layer goes through a sequence step by step."""
    name = class_of(layer)
    return name in SEQUENCES | CONV_LSTM
