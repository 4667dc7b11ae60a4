"""What can be wired to a part of a saved model, and which of its tensors go to which port."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from immutables import Map

from composer_gui.core.document import EMPTY
from composer_gui.core.inside import OPERATION, InnerCall, InnerTensor, Inside, Part
from composer_gui.core.layer_kinds import SavedInterface, SavedPort, Structure

FOREIGN_SHOWN = 50
"""Names of foreign classes that are kept, at most."""


def interface(inside: Inside) -> SavedInterface:
    """Return the ports of a model from what it is made of."""
    foreign = dict.fromkeys(part.class_name for _, part in inside.leaves() if part.foreign)
    counted = [part.parameters for part in inside.parts]
    return SavedInterface(
        class_name=inside.class_name,
        inputs=_ports(inside.input_structure, inside.inputs),
        outputs=_ports(inside.output_structure, inside.outputs),
        input_structure=inside.input_structure,
        output_structure=inside.output_structure,
        layer_count=sum(part.kind != OPERATION for part in inside.parts),
        parameters=None if None in counted else sum(counted),
        foreign=tuple(foreign)[:FOREIGN_SHOWN],
    )


def _ports(structure: Structure, tensors: Sequence[InnerTensor]) -> tuple[SavedPort, ...]:
    """Return ports named after their keys in dictionaries, else after their layers."""
    keys: dict[int, str] = {}
    _find_keys(structure, None, keys)
    named = [(keys.get(index) or t.part, t) for index, t in enumerate(tensors)]
    return tuple(
        SavedPort(name, tensor.shape, tensor.dtype)
        for name, (_, tensor) in zip(distinct([name for name, _ in named]), named, strict=True)
    )


def _find_keys(structure: Structure, key: str | None, keys: dict[int, str]) -> None:
    if isinstance(structure, Map):
        for name in structure:
            _find_keys(structure[name], name, keys)
    elif isinstance(structure, tuple):
        for item in structure:
            _find_keys(item, None, keys)
    elif key is not None:
        keys[structure] = key


def distinct(names: list[str]) -> list[str]:
    """Return the names, later ones numbered where several are alike."""
    taken, numbers, distinct = set(names), {}, []
    for name in names:
        unique = name
        if name in numbers:
            while unique in taken:
                unique = f"{name}_{numbers[name]}"
                numbers[name] += 1
            taken.add(unique)
        numbers.setdefault(name, 1)
        distinct.append(unique)
    return distinct


def short_name(address: str) -> str:
    """Return a name for the tensor at an address: that of its layer."""
    return address.rpartition("/")[2].partition(":")[0].partition("#")[0]


# Tensors that a model is handed -------------------------------------------------------------------


def handed_over(inside: Inside, call: InnerCall) -> list[InnerTensor] | None:
    """Return the tensors that a call hands to a model, one for each of its inputs, in order.

    None where it hands over something else. Keras takes a list for a dictionary in the order of
    the keys, and a dictionary for a list by the names of the inputs.
    """
    given = _only_argument(call)
    names = [tensor.part for tensor in inside.inputs]
    if isinstance(given, Mapping) and not isinstance(inside.input_structure, Map):
        found = [given.get(name) for name in names]
    else:
        found = _matched(inside.input_structure, given)
    fits = len(found) == len(names) and all(isinstance(t, InnerTensor) for t in found)
    return found if fits else None


def _only_argument(call: InnerCall) -> Any:
    if call.arguments:
        return call.arguments[0]
    return call.keywords.get("inputs")


def _matched(structure: Structure, given: Any) -> list[Any]:
    if isinstance(structure, Map) and isinstance(given, Mapping):
        return [
            tensor
            for key in sorted(structure)
            for tensor in _matched(structure[key], given.get(key))
        ]
    return flat(given)


def flat(value: Any) -> list[Any]:
    """Return what is in nested lists and dictionaries, in Keras's order."""
    if isinstance(value, list | tuple):
        return [leaf for item in value for leaf in flat(item)]
    if isinstance(value, Mapping):
        return [leaf for key in sorted(value, key=str) for leaf in flat(value[key])]
    return [value]


# Parts that stay sealed ---------------------------------------------------------------------------


def sealed_interface(
    part: Part, calls: Sequence[InnerCall], outputs: int, specs: Mapping[Any, Any] = EMPTY
) -> SavedInterface | None:
    """Return the ports of a layer as it is called; None where it takes more than one argument.

    `outputs` is how many of its tensors are used, and `specs` what the file tells of them. Where
    calls differ the first one counts.
    """
    call = calls[0]
    given = _only_argument(call)
    if len(call.arguments) > 1 or given is None:
        return None
    tensors = flat(given)
    if not all(isinstance(tensor, InnerTensor) for tensor in tensors):
        return None
    structure = _structure_of(given, iter(range(len(tensors))))
    names = [tensor.part.rpartition("/")[2] for tensor in tensors]
    names = ["input"] if structure == 0 else distinct(names)
    results = ["output"] if outputs < 2 else [f"output_{n + 1}" for n in range(outputs)]
    return SavedInterface(
        class_name=part.class_name,
        inputs=tuple(
            SavedPort(name, t.shape, t.dtype) for name, t in zip(names, tensors, strict=True)
        ),
        outputs=tuple(
            SavedPort(name, *specs.get((part.name, call.number, index), (None, "float32")))
            for index, name in enumerate(results)
        ),
        input_structure=structure,
        output_structure=tuple(range(outputs)) if outputs > 1 else 0,
        layer_count=1,
        parameters=part.parameters,
        foreign=(part.class_name,) if part.foreign else (),
    )


def _structure_of(given: Any, numbers: Any) -> Structure:
    if isinstance(given, Mapping):
        return Map({key: _structure_of(given[key], numbers) for key in sorted(given)})
    if isinstance(given, list | tuple):
        return tuple(_structure_of(item, numbers) for item in given)
    return next(numbers)
