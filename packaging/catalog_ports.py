"""Which ports and call arguments a layer has: from the signature of `call`, else from a table."""

import inspect
from typing import Any

from catalog_docs import documented, help_text, port_help
from catalog_tables import CELLS
from catalog_words import PORTS

# Layers whose outputs are those of a layer inside, and the parameter that holds it.
OUTPUTS_FROM = {
    "Bidirectional": "layer",
    "Pipeline": "layers",
    "RNN": "cell",
}

# The states that a recurrent layer, or a cell within RNN, hands out.
STATES = {
    "ConvLSTM1D": ["state_h", "state_c"],
    "ConvLSTM2D": ["state_h", "state_c"],
    "ConvLSTM3D": ["state_h", "state_c"],
    "GRU": ["state"],
    "GRUCell": ["state"],
    "LSTM": ["state_h", "state_c"],
    "LSTMCell": ["state_h", "state_c"],
    "SimpleRNN": ["state"],
    "SimpleRNNCell": ["state"],
}


def state_port(layer: str, port: str) -> dict:
    """Return how many wires a port for states takes: one for each state, in both directions."""
    if port not in ("initial_state", "states"):
        return {}
    if layer == "Bidirectional":
        return {"many": True, "minimum": 2}
    count = len(STATES.get(layer, []))
    return {"many": True, "minimum": count, "maximum": count} if count else {"many": True}


MERGES = {
    "Add": {"many": True, "minimum": 2, "listed": True},
    "Average": {"many": True, "minimum": 2, "listed": True},
    "Concatenate": {"many": True, "minimum": 1, "listed": True},
    "Dot": {"many": True, "minimum": 2, "maximum": 2, "listed": True},
    "Maximum": {"many": True, "minimum": 2, "listed": True},
    "Minimum": {"many": True, "minimum": 2, "listed": True},
    "Multiply": {"many": True, "minimum": 2, "listed": True},
    "Subtract": {"many": True, "minimum": 2, "maximum": 2, "listed": True},
}

_ATTENTION = [
    {"name": "query", "listed": True, "help": PORTS["query"]},
    {"name": "value", "listed": True, "help": PORTS["value"]},
    {"name": "key", "listed": True, "required": False, "help": PORTS["key"]},
    {
        "name": "mask",
        "required": False,
        "many": True,
        "minimum": 2,
        "maximum": 3,
        "help": PORTS["masks"],
    },
]

# Ports that the signature of `call` does not tell.
INPUTS = {
    "AdditiveAttention": _ATTENTION,
    "Attention": _ATTENTION,
    "HashedCrossing": [
        {
            "name": "inputs",
            "many": True,
            "minimum": 2,
            "maximum": 2,
            "listed": True,
            "help": PORTS["crossed"],
        }
    ],
    "InputLayer": [],
    "Layer": [{"name": "inputs", "help": PORTS["inputs"]}],
    "Wrapper": [{"name": "inputs", "help": PORTS["inputs"]}],
}


# Reading ----------------------------------------------------------------------------------------


def call_parameters(cls: type) -> list[inspect.Parameter]:
    """Return what `call` takes besides the mode it runs in."""
    return [
        p
        for p in inspect.signature(cls.call).parameters.values()
        if p.name not in ("self", "training") and p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)
    ]


def input_ports(name: str, cls: type) -> list[dict[str, Any]]:
    """Return the places where tensors go in; the first is handed over by position."""
    if name in INPUTS:
        return [port(**entry) for entry in INPUTS[name]]
    if name in MERGES:
        return [port("inputs", help=port_help("merged", ""), **MERGES[name])]
    docs = documented(cls, "Call arguments")
    tensors = [p for p in call_parameters(cls) if not isinstance(p.default, bool)]
    return [
        port(
            p.name,
            required=p.default is p.empty,
            help=port_help(p.name, docs.get(p.name, "")),
            **state_port(name, p.name),
        )
        for p in tensors
    ]


def port(
    name: str,
    *,
    required: bool = True,
    many: bool = False,
    minimum: int = 1,
    maximum: int | None = None,
    listed: bool = False,
    help: str,
) -> dict[str, Any]:
    """Return an input port; `maximum` is None for one wire, or for any number where `many`."""
    entry = {"name": name, "required": required, "many": many, "minimum": minimum}
    if maximum is not None:
        entry["maximum"] = maximum
    return entry | {"listed": listed, "help": help}


def output_ports(name: str, cls: type) -> list[dict[str, Any]]:
    """Return what comes out, and under which values of parameters and arguments."""
    ports: list[dict[str, Any]] = [{"name": "output"}]
    if any(p.name == "return_attention_scores" for p in call_parameters(cls)):
        ports.append({"name": "attention_scores", "when": {"return_attention_scores": True}})
    if name not in OUTPUTS_FROM:
        # a cell hands its states out at every step, a layer at the end and where it is asked to
        when = {} if name in CELLS else {"when": {"return_state": True}}
        ports += [{"name": state} | when for state in STATES.get(name, [])]
    return ports


def call_arguments(cls: type) -> list[dict[str, Any]]:
    """Return the call arguments that are plain values."""
    docs = documented(cls, "Call arguments")
    return [
        {
            "name": p.name,
            "kind": "boolean",
            "required": False,
            "optional": False,
            "default": p.default,
            "choices": [],
            "minimum": None,
            "maximum": None,
            "help": help_text("", p.name, docs.get(p.name, "")),
        }
        for p in call_parameters(cls)
        if isinstance(p.default, bool)
    ]
