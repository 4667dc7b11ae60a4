"""Every kind of fix: what its button says and what it does to the design."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from composer_gui.core.document import Document

Edit = Callable[[Document], Document]


@dataclass(frozen=True, slots=True)
class Fix:
    """A repair: `title` is what its button says, `edit` what it does to the design.

    `kind` is what the table of fixes calls such a repair. The edit may come long after it was
    offered: it raises EditRefused where its nodes are gone.
    """

    kind: str
    title: str
    edit: Edit


@dataclass(frozen=True, slots=True)
class FixKind:
    """One kind of fix: `title` is a template for `str.format`, `does` says it in a sentence."""

    kind: str
    title: str
    does: str

    def fix(self, edit: Edit, **words: Any) -> Fix:
        """Return a fix of this kind; `words` fill its title."""
        return Fix(self.kind, self.title.format(**words), edit)


_ROWS = (
    # A layer on a wire
    FixKind(
        "insert_flatten",
        "Insert a Flatten {place}",
        "Puts a Flatten on the wire, where single values for each sample are wanted.",
    ),
    FixKind(
        "insert_global_pooling",
        "Insert a {class_name} {place}",
        "Averages over the whole image or sequence, where one vector for each sample is wanted.",
    ),
    FixKind(
        "insert_reshape",
        "Reshape {given} of {source} to {shape} before {node}",
        "Puts a Reshape on the wire, with the target computed from what comes and what is wanted.",
    ),
    FixKind(
        "insert_permute",
        "Turn {given} of {source} into {shape} before {node}",
        "Puts a Permute on the wire, such as for images that have their channels first.",
    ),
    FixKind(
        "insert_dense",
        "Insert {layers} {place}",
        "Puts a Dense on the wire that brings the last axis to the width that is wanted.",
    ),
    FixKind(
        "insert_convolution",
        "Insert {layers} {place}",
        "Puts a convolution with a window of one point on the wire, to another number of channels.",
    ),
    FixKind(
        "insert_resizing",
        "Resize {source} to {size} before {node}",
        "Puts a Resizing on the wire, to the image size that is wanted.",
    ),
    FixKind(
        "insert_cropping",
        "Crop {source} to {size} before {node}",
        "Cuts as much off on all sides as there is too much.",
    ),
    FixKind(
        "insert_padding",
        "Pad {source} with zeros to {size} before {node}",
        "Puts zeros around it on all sides, as many as are missing.",
    ),
    FixKind(
        "insert_rescaling",
        "Scale {source} from 0–255 to 0–1 before {node}",
        "Puts a Rescaling on the wire, which makes small fractions of the whole numbers.",
    ),
    FixKind(
        "insert_cast",
        "Cast {source} to {dtype} before {node}",
        "Puts a cast on the wire, to the dtype that is wanted.",
    ),
    FixKind(
        "insert_lookup",
        "Look up the words of {source} before {node}, vocabulary to be set",
        "Puts a StringLookup on the wire. Its vocabulary has to be replaced by your own.",
    ),
    FixKind(
        "insert_vectorization",
        "Split {source} into words before {node}, vocabulary to be set",
        "Puts a TextVectorization on the wire. Its vocabulary has to be replaced by your own.",
    ),
    FixKind(
        "insert_embedding",
        "Embed {source}, {count} tokens of {width} numbers each, before {node}",
        "Puts an Embedding on the wire, which makes a vector of each whole number.",
    ),
    FixKind(
        "insert_repeat",
        "Repeat {source} {times} before {node}",
        "Puts a RepeatVector on the wire, where a sequence is wanted.",
    ),
    FixKind(
        "project_skip",
        "Bring {source} to {shape} with a {class_name} before {node}",
        "Puts a Dense, or a convolution with a window of one point and strides, on a skip.",
    ),
    # The model's Inputs
    FixKind(
        "set_input_shape",
        "Set {source}’s shape to {shape}",
        "Gives the Input the shape that is wanted behind it.",
    ),
    FixKind(
        "set_usual_shape",
        "Set {source}’s shape to {shape}",
        "Gives the Input a shape as is usual for what is behind it.",
    ),
    FixKind(
        "set_free_size",
        "Set {source}’s shape to {shape}",
        "Fixes the sizes of an Input that were free.",
    ),
    FixKind(
        "set_input_dtype",
        "Set {source}’s dtype to {dtype}",
        "Gives the Input the dtype that is wanted behind it.",
    ),
    FixKind(
        "make_symmetric",
        "Set the batch size of {source} to {size}",
        "Gives the Inputs of the design the same batch size, or leaves it free.",
    ),
    FixKind(
        "add_input",
        "Add {inputs} of {shape} for {port}",
        "Adds an Input that fits an open port, and wires it.",
    ),
    FixKind(
        "remove_input",
        "Remove {source}, which feeds nothing",
        "Takes an Input away that nothing is wired to.",
    ),
    # Saved models and submodels
    FixKind(
        "reinput_model",
        "Let {node} take {shape}",
        "Gives a saved model the shape that comes as its new input.",
    ),
    FixKind(
        "reinput_as_saved",
        "Set {node} back to {shape}",
        "Gives a saved model the inputs again that it was saved with.",
    ),
    FixKind(
        "take_what_comes",
        "Let {port} of {node} take {shape}",
        "Gives the Input inside a submodel the shape and dtype that are wired to it.",
    ),
    # Layers and their parameters
    FixKind(
        "set_parameter",
        "Set {parameter} of {layer} to {value}",
        "Gives a parameter the nearest value that fits.",
    ),
    FixKind(
        "reset_parameter",
        "Reset {parameter} of {layer}",
        "Lets a parameter have Keras's own value again.",
    ),
    FixKind(
        "set_width",
        "Set {parameter} of {layer} to {value}",
        "Lets the layer upstream give the width that is wanted here.",
    ),
    FixKind(
        "set_padding_same",
        "Set padding of {layer} to same",
        "Lets a window reach over the edge, so that the size does not shrink.",
    ),
    FixKind(
        "smaller_window",
        "Set {parameter} of {layer} to {value}",
        "Makes a window, or what is cropped, as small as what it is laid on.",
    ),
    FixKind(
        "return_sequences",
        "Let {layer} return {what}",
        "Lets a recurrent layer upstream give every step, or its last one only.",
    ),
    FixKind(
        "drop_mask",
        "Let {layer} mark no padding",
        "Takes the mask away that a layer further on would lose.",
    ),
    FixKind(
        "wrap_in_time",
        "Apply {node} to every step with TimeDistributed",
        "Wraps the layer in a TimeDistributed, for a sequence of what it takes.",
    ),
    FixKind(
        "replace_class",
        "Make {layer} {class_name}",
        "Puts a layer of a kindred class in its place, which takes what comes.",
    ),
    FixKind(
        "set_layer_dtype",
        "Let {layer} compute with {dtype}",
        "Sets the dtype that a layer computes with.",
    ),
    FixKind(
        "make_independent",
        "Give {node} weights of its own",
        "Gives one call of a shared layer a copy of it.",
    ),
    FixKind(
        "set_initial_state",
        "Set units of {node} to {value}, as wide as its states",
        "Makes a recurrent layer as wide as the states that it starts from.",
    ),
    # Wires
    FixKind(
        "set_merge_axis",
        "Set {parameter} of {node} to {value}",
        "Joins on an axis on which the shapes may differ.",
    ),
    FixKind(
        "reorder_inputs",
        "Swap {one} and {other} at {node}",
        "Lets two wires of a node change places.",
    ),
    FixKind(
        "connect",
        "Wire {source} to {port}",
        "Wires what is there already to a port that has no wire.",
    ),
    FixKind(
        "remove_wire",
        "Take {source} away from {port}",
        "Takes a wire away that the node can do without.",
    ),
    FixKind(
        "add_output",
        "Add an Output behind {source}",
        "Adds an Output, wired to what nothing takes yet.",
    ),
    # Whole nodes
    FixKind(
        "remove_node",
        "Remove {node}",
        "Takes a node away that nothing hangs on.",
    ),
    FixKind(
        "heal_node",
        "Remove {node} and close the gap",
        "Takes a node away and wires what it got to where its output went.",
    ),
    FixKind(
        "rename",
        "Rename {pairs}",
        "Gives nodes the names that belong to their places.",
    ),
    FixKind(
        "freeze_normalization",
        "Freeze {node} with its stretch",
        "Freezes a BatchNormalization that stands among frozen layers.",
    ),
    FixKind(
        "freeze_normalizations_inside",
        "Freeze every BatchNormalization in {node}",
        "Freezes all of them in a saved model of which other layers are frozen.",
    ),
    FixKind(
        "unfreeze_normalization",
        "Let {layers} train as {node} does",
        "Lets the frozen layers around a BatchNormalization train.",
    ),
    FixKind(
        "thaw",
        "Let {layers} train",
        "Lets frozen layers train again.",
    ),
)

FIX_KINDS: dict[str, FixKind] = {row.kind: row for row in _ROWS}
"""Every kind of fix by its name; the kinds of problems name those that help against them."""
