"""The kinds of problems that are found in designs that Keras builds and nobody meant."""

from __future__ import annotations

from composer_gui.core.problem_kind import Kind, by_code
from composer_gui.core.problems import WARNING

KINDS: dict[str, Kind] = by_code(
    Kind(
        "broadcast",
        "{node} repeats {source}",
        "{node} gets {given} from {source} and {wanted} from {other}, and repeats {source} {axes} "
        "to make up for it. If both are meant to have one shape, bring {source} to {wanted}.",
        when="A merge gets tensors of different shapes and repeats the smaller one to fit.",
        usual="A Reshape, Flatten or Dense is missing before one of them.",
        fixes=(
            "insert_repeat",
            "project_skip",
            "insert_resizing",
            "insert_dense",
            "insert_reshape",
        ),
        severity=WARNING,
        shapes=True,
    ),
    Kind(
        "float_indices",
        "{node} looks up whole numbers",
        "{node} looks up whole numbers, and {source} sends {given}. Keras cuts off what is behind "
        "the point: 2.9 is looked up as 2. Send whole numbers, such as int32.",
        when="Numbers with a point come to a layer that looks things up by whole numbers.",
        usual="The Input holds tokens or categories and was left at float32.",
        fixes=("set_input_dtype", "insert_cast", "heal_node"),
        severity=WARNING,
    ),
    Kind(
        "whole_with_real",
        "{node} joins whole numbers with others",
        "{node} gets {given} from {source} and {wanted} from {other}. The whole numbers become "
        "{result} and count as amounts. Put an Embedding behind {source} if they are categories, "
        "or a Rescaling if they are an image.",
        when="A merge gets whole numbers at one wire and numbers with a point at another.",
        usual="Categories want an Embedding, images a Rescaling, amounts an Input of float32.",
        fixes=("insert_rescaling", "insert_embedding", "set_input_dtype", "insert_cast"),
        severity=WARNING,
    ),
    Kind(
        "mixed_precision",
        "{node} mixes {given_dtype} and {wanted_dtype}",
        "{node} gets {given} from {source} and {wanted} from {other}. Keras goes on with {result} "
        "for both{loss}. Compute both with the same dtype if that is not meant.",
        when="Floats of different precision come to one layer, and Keras turns them into one.",
        usual="One branch computes with another dtype than the rest of the design.",
        fixes=("set_input_dtype", "set_layer_dtype", "insert_cast"),
        severity=WARNING,
    ),
    Kind(
        "unused_input",
        "{node} feeds nothing",
        "{node} is an input of the model, {given}, and no wire begins there. Wire it to the node "
        "that needs it, or remove it: else everybody who calls the model has to hand it over.",
        when="No wire begins at an Input, while the design has an Output already.",
        usual="It was left over when its branch was taken away.",
        fixes=("connect", "remove_input"),
        severity=WARNING,
    ),
    Kind(
        "loose_end",
        "{node} leads nowhere",
        "{node} puts out {given}, and nothing takes it, so {node} will not be in the model. "
        "Add an Output behind it, wire it on, or delete it.",
        when="Nothing takes what a node puts out, while the design has an Output already.",
        usual="Its result was meant as a further output of the model.",
        fixes=("add_output", "connect", "remove_node"),
        severity=WARNING,
    ),
    Kind(
        "normalization_trains",
        "{node} still learns",
        "{node} stands between {before} and {after}, which are frozen, and goes on learning from "
        "{given}: in training its averages move with each batch, and {after} gets other numbers "
        "than it was trained on. Freeze {node} as well.",
        when="A BatchNormalization trains although the layers before and behind it are frozen.",
        usual="The stretch was frozen layer by layer, and the normalization was passed over.",
        fixes=("freeze_normalization", "unfreeze_normalization"),
        severity=WARNING,
    ),
    Kind(
        "normalization_trains_inside",
        "{node} still learns inside",
        "{inner} in {node} is a BatchNormalization between frozen layers and goes on learning"
        "{more}: in training its averages move with each batch, and what is behind it gets other "
        "numbers than it was trained on. Freeze {them} as well.",
        when="Patterns freeze layers of a saved model, and not the BatchNormalization between.",
        usual="The patterns name convolutions only.",
        fixes=("freeze_normalizations_inside",),
        severity=WARNING,
    ),
    Kind(
        "frozen_anew",
        "{node} is frozen and knows nothing",
        "{node} is frozen, its {count} weights are not those of a saved model, and nothing behind "
        "it trains: {given} comes out as by chance, whatever the model learns. Let {node} train.",
        when="A layer is frozen whose weights start anew, and nothing behind it can learn either.",
        usual="Another layer was meant to be frozen, or the layer lost the weights it was saved "
        "with when one of its parameters was changed.",
        fixes=("thaw",),
        severity=WARNING,
    ),
    Kind(
        "lost_mask",
        "{node} loses the mask",
        "{maker} marks what is padding. {node} puts out {given} without that mark{why}, so {user} "
        "behind it takes padding for data. If padding is not to count, put a layer there that "
        "keeps masks, or wire a mask to {user} itself.",
        when="A layer drops the mask of a Masking or Embedding, and a layer behind it wants it.",
        usual="Convolutions and reshaping drop masks; recurrent layers, Dense and Dropout do not. "
        "A sum keeps one only if all its terms have one.",
        fixes=("drop_mask",),
        severity=WARNING,
    ),
    Kind(
        "unknown_size",
        "{node} has no fixed width",
        "{node} lays {given} from {source} out in one row. A size of it is free, so the row has "
        "no fixed length, and a layer with weights cannot be made for it. Set that size, or pool "
        "over it in place of {node}.",
        when="A tensor with a free size is laid out flat, so that its width is not known.",
        usual="The free size was meant to be pooled over, or to be a number.",
        fixes=("replace_class", "set_free_size"),
        severity=WARNING,
    ),
    Kind(
        "swapped",
        "{source} ends at {port}",
        "{source} is wired to {port} of {node}, which has an input {name} as well; that one gets "
        "{other}. Both are {given}, so nothing else will tell. Swap the wires, unless it is meant "
        "like this.",
        when="Two inputs of one shape are wired in another order than their names say.",
        usual="The wires were crossed.",
        fixes=("reorder_inputs", "rename"),
        severity=WARNING,
    ),
    Kind(
        "other_order",
        "{node} takes its inputs backwards",
        "{node} takes {names} in this order, though by their names it would be the other way "
        "round. All are {given}, so nothing else will tell. Swap the wires, unless it is meant "
        "like this.",
        when="Alike inputs come to a node for which the order counts, against the order of names.",
        usual="The wires were drawn in another order than the inputs were made.",
        fixes=("reorder_inputs", "rename"),
        severity=WARNING,
    ),
    Kind(
        "repeats_once",
        "{node} repeats nothing",
        "{node} has n set to 1: what is behind gets a sequence of a single step, {given} from "
        "{source}. Set n to the number of steps, or use a Reshape if only the axis is wanted.",
        when="A RepeatVector has n = 1.",
        usual="n was never set to the number of steps.",
        fixes=("set_parameter",),
        severity=WARNING,
    ),
    Kind(
        "no_effect",
        "{node} changes nothing",
        "{node} puts out {given}, just as it comes from {source}: {why}. Take it away, or set "
        "what it was meant to do.",
        when="A layer cannot change what comes in, by its parameters or by its only input.",
        usual="Its parameter was never set, or what is before it has changed since.",
        fixes=("heal_node",),
        severity=WARNING,
    ),
    Kind(
        "unadapted",
        "{node} knows no mean and variance",
        "{node} takes off a mean of 0 and divides by a variance of 1, so {given} from {source} "
        "goes through as it is. Set mean and variance to those of the training data.",
        when="A Normalization has neither mean and variance nor those of a saved model.",
        usual="Keras would have it adapted to data; in a design the two numbers are parameters.",
        fixes=("heal_node",),
        severity=WARNING,
    ),
)
"""The warnings: each can be silenced at a node."""
