"""The kinds of problems that are found although Keras would let it pass."""

from __future__ import annotations

from composer_gui.core.problem_kind import Kind, by_code

_VALUES = (
    Kind(
        "text_given",
        "{node} wants numbers",
        "{node} wants numbers. {source} sends {given}.",
        when="Text comes into a layer that computes with numbers. Keras casts it and fails when "
        "the model runs.",
        usual="Words are looked up first: a TextVectorization for sentences, a StringLookup for "
        "categories, then an Embedding.",
        fixes=("insert_vectorization", "insert_lookup", "set_input_dtype"),
    ),
    Kind(
        "text_wanted",
        "{node} wants text",
        "{node} wants text. {source} sends {given}.",
        when="Numbers come into a layer that looks up words.",
        usual="The Input holds text, which is dtype string; for whole numbers it is IntegerLookup.",
        fixes=("set_input_dtype", "remove_node"),
    ),
    Kind(
        "whole_numbers",
        "{node} wants floating-point numbers",
        "{node} wants floating-point numbers. {source} sends {given}.",
        when="Whole numbers, or true and false, come into a layer of which Keras computes with "
        "floating-point numbers only. It announces a result and fails when the model runs.",
        usual="Bytes of an image are rescaled to 0 to 1; other whole numbers are cast, or looked "
        "up in an Embedding.",
        fixes=("insert_rescaling", "insert_cast", "set_input_dtype", "insert_embedding"),
    ),
    Kind(
        "whole_dtype",
        "{node} cannot compute in {dtype}",
        "{node} is set to compute in {dtype}, and what it does needs floating-point numbers. Set "
        "its dtype to float32, or reset it.",
        when="A layer that needs floating-point numbers has a dtype of whole numbers.",
        usual="The dtype of a layer says in what it computes, not what comes in: it is float32.",
        fixes=("set_parameter",),
    ),
)

_SHAPES = (
    Kind(
        "attention",
        "The shapes do not fit",
        "{node} compares {one} with {other}, and they do not fit: {source} gives {given} to its "
        "{port}, and {wanted} would fit. {Where}.",
        when="The query, key and value of an attention are of sizes that cannot be compared. "
        "Keras announces a result and fails when the model runs.",
        usual="A Dense brings one of them to the width of the other.",
        fixes=("insert_dense", "insert_permute", "reorder_inputs", "set_input_shape"),
        shapes=True,
    ),
    Kind(
        "mask",
        "The mask does not fit",
        "{node} takes a mask of {wanted}, {meaning}. {source} gives {given} to its {port}: "
        "{where}.",
        when="A mask that is wired to a layer is not of the shape of what it masks.",
        usual="The mask is made of the same tokens as what it masks.",
        fixes=("remove_wire", "insert_permute", "insert_reshape"),
        shapes=True,
    ),
    Kind(
        "channel_values",
        "The {name} does not fit",
        "{node} has {count} values of {name}, one for each place on the last axis. {source} gives "
        "{given}, and {wanted} would fit: {where}.",
        when="A layer is given a value for each channel, and their number is not that of the "
        "channels.",
        usual="One value for all channels, or one for each: 3 for a coloured image.",
        fixes=("set_parameter", "set_input_shape", "insert_convolution"),
        shapes=True,
    ),
    Kind(
        "adjusted_axis",
        "An axis of 1 too many or too few",
        "{node} wants {wanted}. {source} gives {given}, {where}; Keras {does} a last axis of 1 "
        "when the model runs, but not when it is built, and what is behind would not fit.",
        when="A saved model gets one axis of size 1 too many or too few. Keras quietly drops or "
        "adds it, and announces another shape than comes.",
        usual="A Reshape before the model, or the Input without that axis.",
        fixes=("insert_reshape", "insert_flatten", "set_input_shape", "reinput_model"),
        shapes=True,
    ),
    Kind(
        "stateful_batch",
        "The batch size is not known",
        "{node} is stateful: it keeps what it knows of each sample from one batch to the next, so "
        "it needs a batch size. {source} gives {given} in batches of any size. Set a batch size at "
        "the Input, or stateful to False.",
        when="A recurrent layer with stateful=True gets batches of any size.",
        usual="Stateful is for sequences that are cut into pieces; most models do without.",
        fixes=("set_parameter", "set_free_size"),
        shapes=True,
    ),
)

_OTHERS = (
    Kind(
        "weights_too_large",
        "{node} is too large for this computer",
        "The weights of {node} take {needed}, and this computer has {memory} of memory. "
        "{source} gives {given}. Make its sizes smaller.",
        when="The weights of a layer take more memory than the computer has.",
        usual="A pooling before a Dense, fewer units, or a zero too many that was typed.",
        fixes=("insert_global_pooling", "set_parameter", "insert_convolution"),
    ),
    Kind(
        "values_too_large",
        "{node} is too large for this computer",
        "What {node} gives, {gives}, takes {needed} for one sample, and this computer has {memory} "
        "of memory. {source} gives {given}. Make its sizes smaller.",
        when="One sample of what a layer gives takes more memory than the computer has.",
        usual="A smaller size, or a zero too many that was typed.",
        fixes=("set_parameter", "insert_global_pooling", "set_input_shape"),
    ),
    Kind(
        "crashes",
        "{node} ends the program",
        "{node} pools {pools}, and TensorFlow ends the whole program over that. {source} gives "
        "{given}. {instead}.",
        when="An adaptive maximum pooling has an output size of 1, or an axis of size 1 to work "
        "on, at which TensorFlow crashes.",
        usual="A GlobalMaxPooling of the same number of axes gives the same values.",
        fixes=("set_parameter", "insert_global_pooling"),
    ),
    Kind(
        "activation",
        "The activation does not fit",
        "{node} has the activation {name}, which {does}. Choose another one.",
        when="An activation function is chosen that needs more than one tensor, or that does not "
        "keep the shape that Keras announces.",
        usual="relu, or another one that gives as many values as it gets.",
        fixes=("set_parameter",),
    ),
    Kind(
        "setting",
        "A setting cannot work",
        "{node} has {name} set to {value}, which {does}.",
        when="A parameter has a value that Keras takes, and fails on when the model runs.",
        usual="Keras’s own value for it.",
        fixes=("set_parameter", "reset_parameter"),
    ),
    Kind(
        "batch_axis",
        "That axis is the batch",
        "{node} works on axis {axis}, which is the batch: its samples would be mixed. {source} "
        "gives {given}. Set {name} to {others}.",
        when="A parameter names the batch as the axis to work on.",
        usual="-1, the last axis.",
        fixes=("set_parameter", "set_merge_axis"),
    ),
    Kind(
        "two_shapes",
        "Keras announces another shape",
        "{node} would not give what Keras says it does: {told} is announced and {comes} comes, so "
        "that nothing behind it would fit. Bring what it gets to another number of axes.",
        when="The shape that Keras announces for a layer is not the shape that comes.",
        usual="Another number of axes before the layer, or another setting of it.",
        fixes=("insert_flatten", "insert_reshape", "set_parameter", "insert_dense"),
    ),
    Kind(
        "one_wire",
        "Too many wires",
        "{node} takes one wire at {port} and has {count}. Take away all but one of them.",
        when="More than one wire is at a port that takes one, as in a file that was written by "
        "hand.",
        usual="A Concatenate or an Add before it makes one of them.",
        fixes=("remove_wire",),
    ),
    Kind(
        "other_inputs",
        "{node} has other inputs now",
        "{node} was added with {wanted}, and the model in its file now takes {given}. Add it anew, "
        "or choose the file that it came from.",
        when="The file of a saved model was replaced by a model with other inputs.",
        usual="The model was trained anew, with other inputs, under the same name.",
        fixes=("reinput_as_saved",),
    ),
)

KINDS: dict[str, Kind] = by_code(*_VALUES, *_SHAPES, *_OTHERS)
