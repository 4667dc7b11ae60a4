"""The kinds of problems that are found by our own rules of structure, without the engine."""

from __future__ import annotations

from composer_gui.core.problem_kind import Kind, by_code

KINDS: dict[str, Kind] = by_code(
    Kind(
        "no_input",
        "No Input",
        "This design has no Input yet. Add one: it says what the model takes.",
        when="The design has no Input.",
        usual="One Input for each thing that the model is given: an image, a row of numbers.",
        fixes=("add_input",),
    ),
    Kind(
        "no_output",
        "No Output",
        "This design has no Output yet. Add one behind the node whose result is wanted.",
        when="The design has no Output.",
        usual="An Output behind the last node.",
        fixes=("add_output",),
    ),
    Kind(
        "output_without_wire",
        "{node} has no wire",
        "{node} puts nothing out yet. Wire it to the node whose result is wanted.",
        when="An Output has no wire.",
        usual="A wire from the node whose result is wanted, or no such Output.",
        fixes=("connect", "remove_node"),
    ),
    Kind(
        "missing_wire",
        "{node} lacks a wire",
        "{node} wants {wanted}{port_named}; it has {count}.",
        when="A node has fewer wires at a port than its layer needs, such as an Add of one tensor.",
        usual="A wire from another node, or an Input of its own.",
        fixes=("connect", "add_input", "heal_node", "remove_node"),
    ),
    Kind(
        "loop",
        "The wires close a loop",
        "{node} is on a loop of wires, or behind one. Take one of the wires away.",
        when="A file holds a design whose wires lead back to where they come from.",
        usual="A model computes in one direction; what repeats is a recurrent layer.",
        fixes=("remove_wire",),
    ),
    Kind(
        "unknown_class",
        "{class_name} is not known here",
        "{node} is a {class_name}, which Keras {keras_version} does not have. "
        "Open the design where it was made, or put another layer in its place.",
        when="A layer is of a class that the installed Keras does not have.",
        usual="The design was made with another version of Keras.",
        fixes=("replace_class", "heal_node", "remove_node"),
    ),
    Kind(
        "unknown_operation",
        "{function} is not known here",
        "{node} calls {function}, which is no function of keras.ops. Put a layer in its place.",
        when="An operation names something that is no function of keras.ops for tensors.",
        usual="The design was made with another version of Keras, or edited by hand.",
        fixes=("heal_node", "remove_node"),
    ),
    Kind(
        "submodel_without_input",
        "{node} has no Input inside",
        "Nothing can be wired to {node}. Enter it and add an Input.",
        when="The design inside a submodel has no Input.",
        usual="An Input inside, which becomes a port of the submodel.",
    ),
    Kind(
        "submodel_without_output",
        "{node} has no Output inside",
        "Nothing comes out of {node}. Enter it and add an Output.",
        when="The design inside a submodel has no Output.",
        usual="An Output inside, behind the node whose result is wanted outside.",
    ),
    Kind(
        "missing_parameter",
        "{node} needs {name}",
        "{node} needs {name}, which is not set yet. Set it in the inspector.",
        when="A parameter without a default is not set.",
        usual="A number of one's own choice, such as the units of a Dense.",
        fixes=("set_parameter",),
    ),
    Kind(
        "bad_parameter",
        "{node} cannot use {name}",
        "{node}: {sentence}",
        when="A parameter has a value that Keras does not take.",
        usual="The nearest value that it takes, or the default.",
        fixes=("set_parameter", "reset_parameter"),
    ),
)
