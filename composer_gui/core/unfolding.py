"""A model with some of the models in it laid out on one level: as if they had never been models.

A part of the result is named by its path, and called as often as all calls of the models around it
come to. Addresses of the model that was unfolded are found in it and its own are told back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from composer_gui.core.inside import (
    INPUT,
    MODEL,
    InnerCall,
    InnerTensor,
    Inside,
    NotOpenable,
    Part,
    address_of,
    steps_of,
)
from composer_gui.core.inside_ports import handed_over

Steps = tuple[tuple[str, int], ...]

MOST_CALLS = 50_000
"""Calls that unfolding comes to, at most: models called within models multiply."""


@dataclass(frozen=True)
class Unfolded:
    """What unfolding came to: one level, whose parts are named by their paths.

    `numbers` tells, for the steps of a call, its number among the calls of its part in `inside`;
    `steps` is the way back. `handed_on` are the tensors that models laid out hand on, by the steps
    of the model's call and the number of its output.
    """

    inside: Inside
    numbers: Mapping[Steps, int] = field(default_factory=dict)
    steps: Mapping[tuple[str, int], Steps] = field(default_factory=dict)
    handed_on: Mapping[tuple[Steps, int], InnerTensor] = field(default_factory=dict)

    def tensor(self, address: str) -> InnerTensor | None:
        """Return the tensor in `inside` at an address of the model that was unfolded."""
        steps, output = steps_of(address)
        found = self.handed_on.get((steps, output))
        if found is None and steps in self.numbers:
            path = "/".join(name for name, _ in steps)
            found = InnerTensor(path, self.numbers[steps], output)
        if found is None:
            return None
        shape, dtype = self.inside.specs.get(found.key, (None, "float32"))
        return replace(found, shape=shape, dtype=dtype)

    def address(self, tensor: InnerTensor) -> str:
        """Return the address, in the model that was unfolded, of a tensor in `inside`."""
        return address_of(*self.steps[tensor.part, tensor.call], output=tensor.output)


def unfolded(inside: Inside, opens: Callable[[str], bool]) -> Unfolded:
    """Lay out every model in `inside` whose path `opens` says yes to; raises NotOpenable."""
    work = _Unfolding(opens)
    outputs = work.run(inside, (), "", None)
    flat = Inside(
        name=inside.name,
        class_name=inside.class_name,
        parts=tuple(work.parts.values()),
        calls=tuple(work.calls),
        inputs=inside.inputs,
        outputs=tuple(outputs),
        input_structure=inside.input_structure,
        output_structure=inside.output_structure,
        specs=work.specs,
    )
    return Unfolded(flat, work.numbers, work.steps, work.handed_on)


def models_on_the_way(inside: Inside, addresses: Iterator[str]) -> set[str]:
    """Return the paths of the models that lie around the tensors at these addresses."""
    found = set()
    for address in addresses:
        names = [name for name, _ in steps_of(address)[0]]
        found |= {"/".join(names[:count]) for count in range(1, len(names))}
    return found


class _Unfolding:
    def __init__(self, opens: Callable[[str], bool]) -> None:
        self._opens = opens
        self.parts: dict[str, Part] = {}
        self.calls: list[InnerCall] = []
        self.specs: dict[tuple[str, int, int], Any] = {}
        self.numbers: dict[Steps, int] = {}
        self.steps: dict[tuple[str, int], Steps] = {}
        self.handed_on: dict[tuple[Steps, int], InnerTensor] = {}
        self._counts: dict[str, int] = {}
        self._trains: dict[str, bool] = {}

    def run(
        self, inside: Inside, before: Steps, path: str, given: list[InnerTensor] | None
    ) -> list[InnerTensor]:
        """Lay out one call of a model that is handed `given`, and return what it gives."""
        tensors: dict[tuple[str, int, int], InnerTensor] = {}
        opened = {}
        for part in inside.parts:
            full = f"{path}{part.name}"
            opened[part.name] = part.kind == MODEL and self._opens(full)
            if not opened[part.name] and (part.kind != INPUT or given is None):
                trains = part.trainable and self._trains.get(path, True)
                self.parts.setdefault(full, replace(part, name=full, trainable=trains))
        for index, tensor in enumerate(inside.inputs):
            steps = (*before, (tensor.part, 0))
            if given is None:
                tensors[tensor.key] = self._named(inside, tensor, steps, path, 0)
            else:
                tensors[tensor.key] = given[index]
                self.handed_on[steps, 0] = given[index]
        if given is None:
            self._lone_inputs(inside, before, path, tensors)
        for call in inside.calls:
            self._call(inside, call, before, path, tensors, opened[call.part])
        return [self._at(inside, tensor, before, path, tensors) for tensor in inside.outputs]

    def _lone_inputs(self, inside: Inside, before: Steps, path: str, tensors: dict) -> None:
        """Name the inputs too that belong to no port, which a sound file has none of."""
        for part in inside.parts:
            tensor = InnerTensor(part.name)
            if part.kind == INPUT and tensor.key not in tensors:
                steps = (*before, (part.name, 0))
                tensors[tensor.key] = self._named(inside, tensor, steps, path, 0)

    def _call(
        self,
        inside: Inside,
        call: InnerCall,
        before: Steps,
        path: str,
        tensors: dict[tuple[str, int, int], InnerTensor],
        opened: bool,
    ) -> None:
        full, steps = f"{path}{call.part}", (*before, (call.part, call.number))
        placed = InnerCall(
            full,
            0,
            tuple(self._placed(inside, item, before, path, tensors) for item in call.arguments),
            {
                key: self._placed(inside, item, before, path, tensors)
                for key, item in call.keywords.items()
            },
        )
        if opened:
            part = inside.by_name[call.part]
            inner = part.inside
            self._trains[f"{full}/"] = part.trainable and self._trains.get(path, True)
            given = handed_over(inner, placed)
            if given is None:
                raise NotOpenable(
                    f"{call.part} is called with other arguments than it has inputs.",
                    "It can be used as a whole.",
                )
            for output, tensor in enumerate(self.run(inner, steps, f"{full}/", given)):
                tensors[call.part, call.number, output] = tensor
                self.handed_on[steps, output] = tensor
            return
        number = self._counts.get(full, 0)
        self._counts[full] = number + 1
        if len(self.calls) >= MOST_CALLS:
            raise NotOpenable(
                f"Laid out on one level it comes to more than {MOST_CALLS:,} layers.",
                "Open it up level by level.",
            )
        self.numbers[steps] = number
        self.steps[full, number] = steps
        self.calls.append(replace(placed, number=number))

    def _placed(self, inside: Inside, value: Any, before: Steps, path: str, tensors: dict) -> Any:
        if isinstance(value, InnerTensor):
            return self._at(inside, value, before, path, tensors)
        if isinstance(value, list | tuple):
            return [self._placed(inside, item, before, path, tensors) for item in value]
        if isinstance(value, Mapping):
            return {k: self._placed(inside, v, before, path, tensors) for k, v in value.items()}
        return value

    def _at(
        self, inside: Inside, tensor: InnerTensor, before: Steps, path: str, tensors: dict
    ) -> InnerTensor:
        """Return what has become of a tensor of the model that is being laid out."""
        found = tensors.get(tensor.key)
        if found is None:
            steps = (*before, (tensor.part, tensor.call))
            number = self.numbers.get(steps)
            if number is None:  # an input that belongs to no port, or more outputs than it has
                raise NotOpenable(
                    f"{tensor.part} is connected in a way that no Keras model is.",
                    "Ask where the file comes from.",
                )
            found = self._named(inside, tensor, steps, path, number)
            tensors[tensor.key] = found
        return found

    def _named(
        self, inside: Inside, tensor: InnerTensor, steps: Steps, path: str, number: int
    ) -> InnerTensor:
        shape, dtype = inside.specs.get(tensor.key, (tensor.shape, tensor.dtype))
        found = InnerTensor(f"{path}{tensor.part}", number, tensor.output, shape, dtype)
        self.numbers.setdefault(steps, number)
        self.steps.setdefault((found.part, number), steps)
        self.specs.setdefault(found.key, (shape, dtype))
        return found
