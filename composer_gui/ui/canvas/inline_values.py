"""What of a node can be written in place: its parameters, each with how it is set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from composer_gui.core import edits
from composer_gui.core.document import Call, Document, Input
from composer_gui.core.layer_kinds import KerasLayer
from composer_gui.core.layers.catalog import Catalog
from composer_gui.core.layers.parameter_words import expected
from composer_gui.core.layers.parameters import Parameter, parse, refusal, show

Edit = Callable[[Document], Document]


@dataclass(frozen=True, slots=True)
class InlineValue:
    """One thing that can be written: `text` is what it is now, `put` sets it to a value read.

    `reset` sets it back to its default; None where it has none to go back to. `label` is what
    undo calls it.
    """

    parameter: Parameter
    text: str
    label: str
    put: Callable[[Any], Edit]
    reset: Edit | None = None

    @property
    def name(self) -> str:
        """What the parameter is called."""
        return self.parameter.name


def values_of(
    document: Document, catalog: Catalog, node_id: str, shown: tuple[str, ...] = ()
) -> tuple[InlineValue, ...]:
    """Return what can be written on a node, the names in `shown` first; () where nothing can.

    What is required and lacks a value comes before all else.
    """
    node = document.nodes.get(node_id)
    if isinstance(node, Input):
        return tuple(_of_input(document, catalog, node))
    layer = document.layers[node.layer] if isinstance(node, Call) else None
    spec = catalog.layers.get(layer.class_name) if isinstance(layer, KerasLayer) else None
    if spec is None:
        return ()
    found = [_of_layer(catalog, layer, parameter) for parameter in spec.parameters]
    order = {name: place for place, name in enumerate(shown)}
    rest = len(order)

    def place(value: InlineValue) -> tuple[bool, int]:
        return not (value.parameter.required and not value.text), order.get(value.name, rest)

    return tuple(sorted(found, key=place))


def _of_layer(catalog: Catalog, layer: KerasLayer, parameter: Parameter) -> InlineValue:
    name, given = parameter.name, layer.parameters
    lacks = parameter.required and name not in given
    return InlineValue(
        parameter,
        "" if lacks else _one_line(show(given.get(name, parameter.default))),
        f"Set {name}",
        partial(_set_parameter, catalog, layer.id, name),
        None if parameter.required else partial(_reset_parameter, catalog, layer.id, name),
    )


def _set_parameter(catalog: Catalog, layer_id: str, name: str, value: Any) -> Edit:
    return lambda document: edits.set_parameter(document, catalog, layer_id, name, value)


def _reset_parameter(catalog: Catalog, layer_id: str, name: str, document: Document) -> Document:
    return edits.reset_parameter(document, catalog, layer_id, name)


def _of_input(document: Document, catalog: Catalog, node: Input):
    label = document.label(node.id)
    shape = Parameter("shape", "shape", minimum=1, default=())
    dtype = Parameter("dtype", "choice", choices=catalog.dtypes, default="float32")
    batch = Parameter("batch_size", "integer", optional=True, minimum=1)
    for parameter, value in ((shape, node.shape), (dtype, node.dtype), (batch, node.batch_size)):
        name = parameter.name
        words = name.replace("_", " ")
        yield InlineValue(
            parameter,
            "" if value == () else show(value),
            f"Set {words} of {label}",
            partial(_set_input, node.id, name),
            _set_input(node.id, name, parameter.default),
        )


def _set_input(node_id: str, name: str, value: Any) -> Edit:
    return lambda document: edits.set_input(document, node_id, **{name: value})


def _one_line(text: str) -> str:
    return " ".join(text.split("\n"))


# What is typed ------------------------------------------------------------------------------------


def edit_for(value: InlineValue, text: str, catalog: Catalog) -> Edit | None:
    """Return the edit that what was typed asks for, None where it says what is there already.

    No text sets back to the default. Raises ValueError with a sentence for the user.
    """
    text = text.strip()
    if text == value.text:
        return None
    is_text = value.parameter.kind == "text" and isinstance(value.parameter.default, str)
    if not text and not is_text and value.reset is not None:
        return value.reset
    return value.put(parse(value.parameter, text, catalog))


def stepped(value: InlineValue, text: str, step: int, catalog: Catalog) -> str | None:
    """Return what an arrow key makes of `text`: the next choice, or the next whole number.

    None where there is nothing to step through, or no further.
    """
    parameter = value.parameter
    choices = _choices(parameter, catalog)
    if choices:
        names = [show(choice) for choice in choices]
        at = names.index(text) if text in names else -1 if step > 0 else 0
        return names[(at + step) % len(names)]
    if parameter.kind not in ("integer", "number", "seed"):
        return None
    try:
        number = parse(parameter, text, catalog) if text.strip() else 0
    except ValueError:
        return None
    number = (number or 0) + step
    return None if refusal(parameter, number, catalog) is not None else show(number)


def hint(value: InlineValue, catalog: Catalog) -> str:
    """Return what a parameter takes, and that there is a list to choose from where there is one."""
    words = expected(value.parameter)
    words = words[:1].upper() + words[1:]
    return f"{words}. Up and Down choose." if _choices(value.parameter, catalog) else words


def _choices(parameter: Parameter, catalog: Catalog) -> tuple[Any, ...]:
    known: tuple[Any, ...] = ()
    if parameter.kind == "boolean":
        known = (True, False)
    elif parameter.kind == "choice":
        known = parameter.choices
    elif parameter.kind == "activation":
        known = tuple(catalog.activations)
    elif parameter.kind == "dtype":
        known = parameter.choices or tuple(catalog.layer_dtypes)
    return (None, *known) if known and parameter.optional and None not in known else known
