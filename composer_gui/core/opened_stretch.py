"""Which tensors and calls of a saved model are used when it is cut and tapped."""

from __future__ import annotations

from collections.abc import Iterable

from composer_gui.core.inside import (
    INPUT,
    InnerCall,
    InnerTensor,
    Inside,
    NotOpenable,
    Part,
    steps_of,
    tensors_of,
)
from composer_gui.core.inside_ports import interface, short_name
from composer_gui.core.labels import Labels
from composer_gui.core.layer_kinds import SavedModel, SavedPort
from composer_gui.core.unfolding import Unfolded


def tap(inside: Inside, address: str, taken: Iterable[str] = ()) -> SavedPort:
    """Return the port for the tensor at an address, of whatever depth; raises NotOpenable.

    Its name is that of the layer, numbered where it is `taken`.
    """
    steps, output = steps_of(address)
    level: Inside | None = inside
    for name, call in steps[:-1]:
        part = level.by_name.get(name) if level is not None else None
        if part is None or part.inside is None or not _has_call(level, name, call):
            raise no_tensor(address)
        level = part.inside
    name, call = steps[-1]
    part = level.by_name.get(name)
    if part is None or not (_has_call(level, name, call) or (part.kind == INPUT and call == 0)):
        raise no_tensor(address)
    if part.inside is not None and output >= len(part.inside.outputs):
        raise no_tensor(address)
    shape, dtype = level.specs.get((name, call, output), (None, "float32"))
    labels = Labels(taken)
    return SavedPort(labels.unique(name), shape, dtype, address)


def _has_call(inside: Inside, name: str, call: int) -> bool:
    return (name, call) in inside.call_keys


def no_tensor(address: str) -> NotOpenable:
    """Return what to say of an address that leads nowhere."""
    return NotOpenable(
        f"There is no {address} in the saved model.",
        "The file may have changed since it was added; add it again.",
    )


def _other_ports(layer: SavedModel, kind: str) -> NotOpenable:
    return NotOpenable(
        f"{layer.name} has other {kind} than when it was added.",
        "Its file may have changed; add it again.",
    )


class Stretch:
    """What of a model laid out on one level is used: `inputs`, the `calls` between, `outputs`.

    `outputs` are by the names of their ports, the taps last. `tapped` are the taps of models that
    stay closed, by their paths.
    """

    def __init__(self, laid_out: Unfolded, layer: SavedModel) -> None:
        """Find what `layer` uses; raises NotOpenable for ports that do not fit the model."""
        self._laid_out = laid_out
        self._inside = laid_out.inside
        self._layer = layer
        self.tapped: dict[str, list[SavedPort]] = {}
        self.inputs = self._inputs()
        self.outputs = self._outputs()
        self.calls = self._needed()

    def _inputs(self) -> list[InnerTensor]:
        cut = self._layer.cut
        if cut is None:
            found = list(self._inside.inputs)
        else:
            found = [self._at(port.address) for port in cut.inputs]
        if len(found) != len(self._layer.inputs):
            raise _other_ports(self._layer, "inputs")
        return found

    def _outputs(self) -> list[tuple[str, InnerTensor]]:
        """Return the tensors that come out, taps last, each with the label of its port."""
        layer = self._layer
        if layer.cut is None:
            ports, tensors = layer.interface.outputs, list(self._inside.outputs)
        else:
            ports = layer.cut.outputs
            tensors = [self._at(port.address) for port in ports]
        if len(ports) != len(tensors):
            raise _other_ports(layer, "outputs")
        tensors += [self._tap(port) for port in layer.taps]
        names = [port.name for port in (*ports, *layer.taps)]
        return list(zip(names, tensors, strict=True))

    def _at(self, address: str) -> InnerTensor:
        found = self._laid_out.tensor(address)
        if found is None:
            raise no_tensor(address)
        return found

    def _tap(self, port: SavedPort) -> InnerTensor:
        """Return the tensor of a tap; inside a model that stays closed, that model is tapped."""
        found = self._laid_out.tensor(port.address)
        if found is not None:
            return found
        steps, _ = steps_of(port.address)
        for count in range(1, len(steps)):
            path = "/".join(name for name, _ in steps[:count])
            number = self._laid_out.numbers.get(steps[:count])
            part = self._inside.by_name.get(path)
            if number is not None and part is not None and part.inside is not None:
                address = "/".join(port.address.split("/")[count:])
                return self._inner_tap(part, number, address, port)
        raise no_tensor(port.address)

    def _inner_tap(self, part: Part, number: int, address: str, port: SavedPort) -> InnerTensor:
        tapped = self.tapped.setdefault(part.name, [])
        known = [other.address for other in tapped]
        if address not in known:
            taken = [p.name for p in interface(part.inside).outputs] + [p.name for p in tapped]
            tapped.append(tap(part.inside, address, taken))
            known.append(address)
        output = len(part.inside.outputs) + known.index(address)
        return InnerTensor(part.name, number, output, port.shape, port.dtype)

    def _needed(self) -> list[InnerCall]:
        """Return the calls between the inputs and the outputs, each behind what it takes from."""
        begin = {tensor.key for tensor in self.inputs}
        by_key = {(call.part, call.number): call for call in self._inside.calls}
        found: set[tuple[str, int]] = set()
        waiting = [tensor for _, tensor in self.outputs if tensor.key not in begin]
        while waiting:
            tensor = waiting.pop()
            key = tensor.part, tensor.call
            if key in found:
                continue
            call = by_key.get(key)
            if call is None:
                raise NotOpenable(
                    f"{self._layer.name} needs {short_name(tensor.part)}, which lies outside of "
                    "the stretch that is used.",
                    "Take away the tap, or begin the stretch earlier.",
                )
            found.add(key)
            waiting += [taken for taken in tensors_of(call) if taken.key not in begin]
        return [call for call in self._inside.calls if (call.part, call.number) in found]

    def used_outputs(self) -> dict[str, int]:
        """Return how many outputs of each part are used, counted to the last one."""
        used: dict[str, int] = {}
        for call in self.calls:
            for tensor in tensors_of(call):
                used[tensor.part] = max(used.get(tensor.part, 1), tensor.output + 1)
        for _, tensor in self.outputs:
            used[tensor.part] = max(used.get(tensor.part, 1), tensor.output + 1)
        return used
