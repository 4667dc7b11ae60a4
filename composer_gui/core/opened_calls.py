"""The calls inside a saved model as wires into ports and as call arguments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from composer_gui.core.automatic_masks import AutomaticMasks
from composer_gui.core.inside import OPERATION, InnerCall, InnerTensor, Inside, Part
from composer_gui.core.inside_ports import flat, handed_over
from composer_gui.core.layers import parameters as judging
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.layers.from_config import plain_value
from composer_gui.core.layers.layer_spec import InputPort, LayerSpec


class NotSaid(ValueError):
    """A call that ports and plain arguments cannot express; the message says how it is called."""


@dataclass
class Wired:
    """The tensors that go to each port of a call, and its plain arguments."""

    inputs: dict[str, list[InnerTensor]] = field(default_factory=dict)
    arguments: dict[str, Any] = field(default_factory=dict)


class Calls:
    """Tells calls inside one model apart into wires and arguments."""

    def __init__(self, inside: Inside, catalog: Catalog, *, whole: bool = True) -> None:
        """Read the calls of `inside`; only of a `whole` model are masks left to Keras."""
        self._masks = AutomaticMasks(inside) if whole else None
        self._parts: Mapping[str, Part] = inside.by_name
        self._catalog = catalog

    def of_layer(self, spec: LayerSpec, call: InnerCall) -> Wired:
        """Return the wires of a call of a layer that the catalog knows; raises NotSaid."""
        wired = Wired()
        listed = [port for port in spec.inputs if port.listed]
        rest = list(call.arguments)
        if listed:
            if not rest:
                raise NotSaid("without tensors")
            self._listed(listed, rest.pop(0), wired)
        ports = [port for port in spec.inputs if not port.listed]
        for index, value in enumerate(rest):
            if value is None or value is False:
                continue  # a default, or how it behaves in training, which Keras decides itself
            if index >= len(ports):
                raise NotSaid("with more arguments than it has ports")
            self._port(ports[index], value, wired)
        by_name = {port.name: port for port in spec.inputs}
        for name, value in call.keywords.items():
            if name != "mask" or not self._is_known_mask(call, value):
                self._keyword(spec, by_name, name, value, wired)
        for port in spec.inputs:
            if port.required and not wired.inputs.get(port.name):
                raise NotSaid(f"without {port.name}")
        return wired

    def _listed(self, ports: list[InputPort], value: Any, wired: Wired) -> None:
        tensors = value if isinstance(value, list | tuple) else [value]
        if not all(isinstance(tensor, InnerTensor) for tensor in tensors):
            raise NotSaid("with something that is no tensor")
        if ports[0].many:
            wired.inputs[ports[0].name] = list(tensors)
            return
        if len(tensors) > len(ports):
            raise NotSaid("with more tensors than it has ports")
        for port, tensor in zip(ports, tensors, strict=False):
            wired.inputs[port.name] = [tensor]

    def _port(self, port: InputPort, value: Any, wired: Wired) -> None:
        if isinstance(value, InnerTensor):
            wired.inputs[port.name] = [value]
            return
        tensors = flat(value)
        if not tensors or not all(isinstance(tensor, InnerTensor) for tensor in tensors):
            raise NotSaid(f"with {port.name} that is no tensor")
        if not port.many and len(tensors) > 1:
            raise NotSaid(f"with {port.name} that is a list of tensors")
        wired.inputs[port.name] = tensors

    def _keyword(
        self,
        spec: LayerSpec,
        ports: Mapping[str, InputPort],
        name: str,
        value: Any,
        wired: Wired,
    ) -> None:
        if value is None or (name == "training" and value is _default_training(spec)):
            return
        if name == "mask" and self._is_automatic(value, always=name not in ports):
            return
        if name in ports:
            self._port(ports[name], value, wired)
            return
        argument = next((item for item in spec.arguments if item.name == name), None)
        if argument is None:
            raise NotSaid(f"with {name}={value}" if name == "training" else f"with {name}")
        try:
            plain = plain_value(value)
        except ValueError as error:
            raise NotSaid(f"with {name}") from error
        if judging.refusal(argument, plain, self._catalog):
            raise NotSaid(f"with {name}")
        if not judging.alike(plain, argument.default):
            wired.arguments[name] = plain

    def _is_known_mask(self, call: InnerCall, value: Any) -> bool:
        data = call.arguments[0] if call.arguments else None
        return self._masks is not None and self._masks.is_one(data, value)

    def _is_automatic(self, value: Any, *, always: bool) -> bool:
        """Return whether a mask that no port can take is one that Keras finds again by itself.

        Where there is a port for masks that is so only for a list with gaps.
        """
        if self._masks is None:
            return False
        masks = flat(value)
        gaps = any(mask is None for mask in masks)
        known = all(mask is None or self._is_operation(mask) for mask in masks)
        return known and (always or gaps)

    def _is_operation(self, value: Any) -> bool:
        return isinstance(value, InnerTensor) and self._parts[value.part].kind == OPERATION

    def of_model(self, inside: Inside, ports: list[str], call: InnerCall) -> Wired:
        """Return the wires of a call of a model, by the names of its ports; raises NotSaid."""
        self._refuse_keywords(call)
        given = handed_over(inside, call)
        if given is None:
            raise NotSaid("with other arguments than it has inputs")
        return Wired({port: [tensor] for port, tensor in zip(ports, given, strict=True)})

    def of_sealed(self, ports: list[str], call: InnerCall) -> Wired:
        """Return the wires of a call of a layer that stays sealed; raises NotSaid."""
        self._refuse_keywords(call)
        given = flat(call.arguments[0] if call.arguments else call.keywords.get("inputs"))
        if len(call.arguments) > 1 or len(given) != len(ports):
            raise NotSaid("with several arguments")
        if not all(isinstance(tensor, InnerTensor) for tensor in given):
            raise NotSaid("with something that is no tensor")
        return Wired({port: [tensor] for port, tensor in zip(ports, given, strict=True)})

    def _refuse_keywords(self, call: InnerCall) -> None:
        for name, value in call.keywords.items():
            if value is None or name == "inputs" or (name == "training" and value is False):
                continue  # Keras decides itself about training, whatever the call says
            if name == "mask" and self._is_automatic(value, always=True):
                continue
            raise NotSaid(f"with {name}={value}" if name == "training" else f"with {name}")


def _default_training(spec: LayerSpec) -> bool:
    """Return what Keras writes for `training` where nobody said anything.

    Layers that make pictures ready, whose input is called data, believe that they are in training.
    """
    return spec.class_name == "Pipeline" or spec.inputs[0].name == "data"
