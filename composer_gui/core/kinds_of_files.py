"""The kinds of problems that are found with the files of saved models, and with what is in them."""

from __future__ import annotations

from composer_gui.core.problem_kind import Kind, by_code
from composer_gui.core.problems import WARNING

KINDS: dict[str, Kind] = by_code(
    Kind(
        "file_absent",
        "{node} has lost its file",
        "The file of {node} is not there any more: {path}. Choose where it is now.",
        when="The file of a saved model is not where it was.",
        usual="It was moved or renamed, or the design was opened on another machine.",
    ),
    Kind(
        "file_unreadable",
        "The file of {node} cannot be read",
        "The file of {node} cannot be read: {reason}. Choose another, or save the model again.",
        when="The file of a saved model is there and is damaged, not allowed, or no model.",
        usual="The file was cut short while it was copied.",
    ),
    Kind(
        "file_changed",
        "{node} changed on disk",
        "The file of {node} is not the one that was added: it changed on disk since.",
        when="The file of a saved model holds something else than when it was added.",
        usual="The model was trained on and saved again. What it is now is what is used.",
        severity=WARNING,
    ),
    Kind(
        "model_broken",
        "{node} is not sound",
        "Keras cannot build {node} from the description in its file. Save the model again where "
        "it was made.",
        when="Keras does not make a model of the description in a file.",
        usual="The file was edited, or saved by a version of Keras with other rules.",
    ),
    Kind(
        "part_absent",
        "{node} is not in its file",
        "{node} comes out of a saved model, and there is no layer {part} in its file now. "
        "Choose the file that it came from.",
        when="A layer or model that was taken out of a saved model is not in the file any more.",
        usual="The file was replaced by another model.",
    ),
    Kind(
        "tensor_absent",
        "There is no {address} in it",
        "{node} uses {address} inside a saved model, and its file has nothing of that name now. "
        "Take that output away, or choose the file that it came from.",
        when="A tap or a cut names a layer that is not in the file any more.",
        usual="The file was replaced by another model.",
    ),
    Kind(
        "cut_open",
        "The stretch is not cut off",
        "{node} is a stretch of a saved model that still needs its input {name}. Choose where it "
        "begins once more.",
        when="A stretch of a saved model needs one of the model's inputs besides where it begins.",
        usual="It is to begin further up, where all of its branches meet.",
    ),
    Kind(
        "sealed",
        "{node} cannot be looked into",
        "{node} can be used only as a whole: what is inside is known to its code alone. Take its "
        "taps and cuts away.",
        when="A tap or a cut of a model that is a class of its own, and no graph of layers.",
        usual="The whole model.",
    ),
    Kind(
        "missing_class",
        "{title}",
        "{node} uses {classes}, which Keras does not have. It is wired by the shapes in its file. "
        "Name the Python file that defines {them}, and it is whole.",
        when="A saved model uses classes that are not Keras's.",
        usual="The Python file beside the training script that defines them.",
        severity=WARNING,
    ),
    Kind(
        "missing_class_inputs",
        "{title}",
        "{node} uses {classes}, which Keras does not have, so nobody can say what it makes of "
        "inputs of other sizes. Name the Python file that defines {them} first.",
        when="A saved model that uses classes that are not Keras's is to have other inputs.",
        usual="The Python file beside the training script that defines them.",
        fixes=("reinput_as_saved",),
    ),
    Kind(
        "refused_classes",
        "{title}",
        "{node} {sentence}",
        when="A saved model holds code or names things that Composer does not run, such as a "
        "Lambda with Python code.",
        usual="The model saved with a layer of Keras, or of a class of its own, instead.",
    ),
    Kind(
        "code_changed",
        "A Python file changed",
        "{node} needs {path}, and that file is not there or is another than the one that was "
        "allowed. Name it once more.",
        when="A Python file that was allowed to be run is another one now.",
        usual="It was edited since. Read it and allow it again.",
    ),
    Kind(
        "code_failed",
        "A Python file fails",
        "{node} needs {path}, and Python could not run that file: {said}. Mend the file, and name "
        "it once more.",
        when="A Python file that was allowed to be run ends with an error.",
        usual="It imports something that is not installed here.",
    ),
    Kind(
        "other_outputs",
        "Another number of outputs",
        "{node} gives {given} here, and it gave {wanted} when it was saved.",
        when="An operation out of a saved model gives another number of tensors on what it gets "
        "now.",
        usual="What it gets has another number of axes, or another size, than in the saved model.",
    ),
    Kind(
        "refused_inside",
        "{inner} inside does not take this",
        "{node} cannot be used like this, because of a layer in it: {sentence}",
        when="A layer inside a saved model refuses the sizes that the model is given.",
        usual="A Dense behind a Flatten is made for one size; a global pooling is not.",
        fixes=("reinput_as_saved", "set_input_shape", "insert_resizing"),
    ),
    Kind(
        "other_outputs_inside",
        "Another number of outputs",
        "{node} cannot have these inputs: {inner} in it would give another number of outputs "
        "than when it was saved. Choose other sizes.",
        when="An operation inside a saved model gives another number of tensors for the sizes "
        "that the model is given.",
        usual="The sizes that it was saved with.",
        fixes=("reinput_as_saved",),
    ),
)
