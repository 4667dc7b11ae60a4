"""A smallest design for each kind of problem that our own rules, files and Keras's refusals make.

Each function takes an empty `Saved` drawing, in whose folder the models of `make_models` lie, and
returns the design.
"""

import json
import zipfile
from dataclasses import replace

import keras
from immutables import Map

from composer_gui.core import edits
from composer_gui.core.document import Document, Output, Source, put
from composer_gui.core.layer_kinds import (
    Construct,
    Cut,
    KerasLayer,
    Operation,
    SavedPort,
    Slot,
    Submodel,
)

IMAGE = (8, 8, 3)
"""What the encoder of `make_models` takes; it gives 5."""


def _one(class_name, *shapes, dtype="float32", wires=None, **parameters):
    """Return what draws a layer between Inputs of these shapes and an Output."""

    def draw_it(draw):
        given = [
            draw.input(f"given_{number}", *shape, dtype=dtype)
            for number, shape in enumerate(shapes, start=1)
        ]
        named = {port: [given[i] for i in places] for port, places in (wires or {}).items()}
        sources = () if named else given
        worker = draw.layer(class_name, "worker", *sources, wires=named, **parameters)
        draw.output("result", worker)
        return draw.document

    return draw_it


def _between(draw, node, *ports):
    """Put an Output behind a node, whose wires are there."""
    draw.output("result", (node, ports[0]) if ports else node)
    return draw.document


# Structure --------------------------------------------------------------------------------------


def _no_input(draw):
    draw.besides.add("no_output")
    return draw.document


def _no_output(draw):
    draw.input("given", 4)
    return draw.document


def _output_without_wire(draw):
    draw.output("result", draw.input("given", 4))
    draw.document = edits.add_output(draw.document, 0, 0, label="second")
    return draw.document


def _missing_wire(draw):
    return _between(draw, draw.layer("Add", "total", draw.input("given", 4)))


def _loop(draw):
    first = draw.layer("ReLU", "first", draw.input("given", 4))
    second = draw.layer("ReLU", "second", first)
    draw.output("result", second)
    node = draw.document.nodes[first]
    looped = replace(node, inputs=Map({"inputs": (Source(second),)}))
    return put(draw.document, looped)


def _unknown_class(draw):
    node = draw.called(KerasLayer("", "worker", "FromTheFuture"))
    return _from(draw, node)


def _from(draw, node, port="output"):
    """Put an Input and an Output into a design, the Output behind a port that nobody checks."""
    draw.input("given", 4)
    draw.document = edits.add_output(draw.document, 0, 0, label="result")
    end = draw.document.outputs[-1]
    output = Output(end, "result", Map({"input": (Source(node, port),)}))
    return put(draw.document, output)


def _unknown_operation(draw):
    given = draw.input("given", 4)
    return _between(draw, draw.called(Operation("", "worker", "nosuch", (Slot(0),)), given))


def _submodel_without_input(draw):
    inner = edits.add_output(Document(), 0, 0, label="score")
    return _from(draw, draw.called(Submodel("", "worker", inner)), "score")


def _submodel_without_output(draw):
    inner = edits.add_input(Document(), 0, 0, label="x", shape=(4,))
    return _from(draw, draw.called(Submodel("", "worker", inner), draw.input("more", 4)))


def _missing_parameter(draw):
    node = draw.layer("Dense", "worker", draw.input("given", 4), units=3)
    layer_id = draw.layer_id(node)
    draw.document = edits.reset_parameter(draw.document, draw.catalog, layer_id, "units")
    return _between(draw, node)


def _bad_parameter(draw):
    node = draw.layer("Dense", "worker", draw.input("given", 4), units=3)
    layer = draw.document.layers[draw.layer_id(node)]
    draw.document = put(draw.document, replace(layer, parameters=Map({"units": -3})))
    return _between(draw, node)


# Calls ------------------------------------------------------------------------------------------


def _shape(draw):
    return _between(draw, draw.whole("encoder", "worker", draw.input("given", 9, 9, 3)))


def _axis_size(draw):
    shapes = ((6,), (5,))
    given = draw.input("given", 7)
    return _between(draw, draw.part("encoder", "dense", "worker", given, shapes=shapes))


def _shared_shape(draw):
    first = draw.layer("Dense", "worker", draw.input("given", 4), units=3)
    draw.output("result", first)
    draw.output("second", draw.again(first, draw.input("wider", 5)))
    return draw.document


def _batch_size(draw):
    given = [draw.input(f"given_{number}", 4) for number in (1, 2)]
    for node, size in zip(given, (8, 16), strict=True):
        draw.document = edits.set_input(draw.document, node, batch_size=size)
    return _between(draw, draw.layer("Add", "worker", *given))


def _missing_input(draw):
    given = draw.input("given", 4)
    return _between(draw, draw.called(Operation("", "worker", "add", (Slot(0),)), given))


def _memory(draw):
    """A list of petabytes, which Python refuses at once; TensorFlow would try for ten seconds."""
    given = draw.input("given", dtype="string")
    many = {"vocabulary": ("red", "green"), "ngrams": 1 << 50}
    draw.output("result", draw.layer("TextVectorization", "worker", given, **many))
    return draw.document


def _dtype(draw):
    words = keras.Input((6,), dtype="int32", name="words")
    reader = keras.Model(words, keras.layers.Embedding(9, 4, name="look")(words), name="reader")
    reader.save(draw.folder / "reader.keras")
    return _between(draw, draw.whole("reader", "worker", draw.input("given", 6)))


def _keras(draw):
    given = draw.input("given", 4)
    operation = Operation("", "worker", "nn.one_hot", (Slot(0), -3))
    return _between(draw, draw.called(operation, given))


# Files ------------------------------------------------------------------------------------------


def _changed(draw, file, name, change):
    """Write a saved model once more with another description of it."""
    target = draw.folder / f"{name}.keras"
    with (
        zipfile.ZipFile(draw.folder / f"{file}.keras") as source,
        zipfile.ZipFile(target, "w") as archive,
    ):
        for member in source.namelist():
            data = source.read(member)
            if member == "config.json":
                config = json.loads(data)
                change(config["config"]["layers"])
                data = json.dumps(config)
            archive.writestr(member, data)
    return name


def _elsewhere(draw, name, *, file="encoder", content=None):
    """Add a saved model, and then let its file be another one."""
    path = draw.folder / name
    if content is not None:
        path.write_bytes(content)
    node = draw.whole(file, "worker", draw.input("given", *IMAGE))
    layer = draw.document.layers[draw.layer_id(node)]
    draw.document = put(draw.document, replace(layer, path=str(path)))
    return _between(draw, node)


def _file_changed(draw):
    node = draw.whole("encoder", "worker", draw.input("given", *IMAGE), sha256="0" * 64)
    return _between(draw, node)


def _model_broken(draw):
    def spoil(layers):
        layers[1]["config"]["filters"] = "many"

    return _elsewhere(draw, f"{_changed(draw, 'encoder', 'broken', spoil)}.keras")


def _part_absent(draw):
    shapes = (IMAGE, (4,))
    given = draw.input("given", *IMAGE)
    return _between(draw, draw.part("encoder", "nosuch", "worker", given, shapes=shapes))


def _tensor_absent(draw):
    taps = (SavedPort("gone", (None, 4), address="gone"),)
    return _between(draw, draw.whole("encoder", "worker", draw.input("given", *IMAGE), taps=taps))


def _cut_open(draw):
    left, right = keras.Input((4,), name="left"), keras.Input((4,), name="right")
    one = keras.layers.Dense(3, name="one")(left)
    both = keras.layers.Add(name="both")([one, keras.layers.Dense(3, name="two")(right)])
    keras.Model([left, right], both, name="pair").save(draw.folder / "pair.keras")
    ends = Cut(*((SavedPort(name, (None, 3), address=name),) for name in ("one", "both")))
    given = draw.input("given", 3)
    return _between(draw, draw.whole("pair", "worker", given, cut=ends))


def _sealed(draw):
    (draw.folder / "own_whole.py").write_text(OWN)
    port = SavedPort("deep", (None, 3), address="dense")

    def own(layers):
        layers[1] |= {"class_name": "Whole", "module": "mine", "registered_name": "mine>Whole"}
        layers[1]["config"] = {"name": "dense"}
        layers[1]["build_config"] = {"input_shape": [None, 4]}

    _row(draw)
    name = _changed(draw, "row", "whole", own)
    shapes = ((4,), (3,))
    given = draw.input("given", 4)
    draw.then.append(lambda session: session.allow_code(draw.folder / "own_whole.py"))
    draw.besides |= {"missing_class"}
    return _between(draw, draw.part(name, "dense", "worker", given, shapes=shapes, taps=(port,)))


OWN = '''"""Classes of one's own."""

import keras


@keras.saving.register_keras_serializable("mine")
class Whole(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = keras.layers.Dense(3)

    def call(self, inputs):
        return self.dense(inputs)
'''


def _row(draw):
    """Save a model of one Dense."""
    given = keras.Input((4,), name="given")
    row = keras.Model(given, keras.layers.Dense(3, name="dense")(given), name="row")
    row.save(draw.folder / "row.keras")


def _foreign(draw):
    """Save a model that uses a class which Keras does not have; return its name."""

    def rename(layers):
        foreign = {"class_name": "Gate", "module": "mine", "registered_name": "mine>Gate"}
        layers[1] |= foreign

    _row(draw)
    return _changed(draw, "row", "foreign", rename)


def _missing_class(draw):
    return _between(draw, draw.whole(_foreign(draw), "worker", draw.input("given", 4)))


def _missing_class_inputs(draw):
    others = (SavedPort("given", (None, 9)),)
    given = draw.input("given", 9)
    return _between(draw, draw.whole(_foreign(draw), "worker", given, reinput=others))


def _refused_classes(draw):
    given = keras.Input((4,), name="given")
    result = keras.layers.Lambda(lambda x: x + 1, name="plus")(given)
    keras.Model(given, result, name="runs").save(draw.folder / "runs.keras")
    return _between(draw, draw.whole("runs", "worker", draw.input("given", 4)))


def _with_code(draw, text, *then):
    path = draw.folder / "own_gate.py"
    path.write_text(text)
    draw.then.append(lambda session: session.allow_code(path))
    draw.then.extend(then)
    return _missing_class(draw)


def _code_failed(draw):
    return _with_code(draw, "class Gate:\n    pass\n\n\nraise RuntimeError('not today')\n")


def _code_changed(draw):
    bare = draw.document
    path = draw.folder / "own_gate.py"
    path.write_text("class Gate:\n    pass\n")
    whole = _missing_class(draw)

    def change_and_use_it(session):
        path.write_text("class Gate:\n    changed = True\n")
        session.apply("Add", lambda document: replace(whole, code=document.code))

    draw.then += [lambda session: session.allow_code(path), change_and_use_it]
    return bare


def _other_outputs(draw):
    given = draw.input("given", 6)
    split = Operation("", "worker", "split", (Slot(0), 3), Map({"axis": -1}), 2)
    return _between(draw, draw.called(split, given), "output_1")


def _sized(draw):
    """Save a model that is made for one size of images; return its name."""
    picture = keras.Input((6, 6, 1), name="picture")
    flat = keras.layers.Flatten(name="flat")(picture)
    keras.Model(picture, keras.layers.Dense(3, name="score")(flat), name="sized").save(
        draw.folder / "sized.keras"
    )
    return "sized"


def _refused_inside(draw):
    others = (SavedPort("picture", (None, 7, 7, 1)),)
    given = draw.input("given", 7, 7, 1)
    return _between(draw, draw.whole(_sized(draw), "worker", given, reinput=others))


def _other_outputs_inside(draw):
    picture = keras.Input((4, 3), name="picture")
    rows = keras.ops.unstack(picture, axis=1)
    model = keras.Model(picture, keras.layers.Add(name="both")(rows[:2]), name="rows")
    model.save(draw.folder / "rows.keras")
    others = (SavedPort("picture", (None, 5, 3)),)
    return _between(draw, draw.whole("rows", "worker", draw.input("given", 5, 3), reinput=others))


WORDS = {
    "no_input": _no_input,
    "no_output": _no_output,
    "output_without_wire": _output_without_wire,
    "missing_wire": _missing_wire,
    "loop": _loop,
    "unknown_class": _unknown_class,
    "unknown_operation": _unknown_operation,
    "submodel_without_input": _submodel_without_input,
    "submodel_without_output": _submodel_without_output,
    "missing_parameter": _missing_parameter,
    "bad_parameter": _bad_parameter,
    "shape": _shape,
    "axis_size": _axis_size,
    "shared_shape": _shared_shape,
    "rank": _one("Conv2D", (28, 28), filters=4, kernel_size=3),
    "free_size": _one("Dense", (5, None), units=3),
    "nothing_left": _one("Conv2D", (3, 3, 1), filters=4, kernel_size=5),
    "reshape": _one("Reshape", (4, 2), target_shape=(5,)),
    "groups": _one("GroupNormalization", (6, 6, 5), groups=2),
    "concatenate": _one("Concatenate", (4, 3), (5, 3)),
    "batch_size": _batch_size,
    "merge": _one("Add", (10,), (64,)),
    "together": _one("HashedCrossing", (4,), (4,), dtype="string", num_bins=9),
    "states": _one("GRU", (5, 4), (3,), wires={"sequences": [0], "initial_state": [1]}, units=6),
    "state_count": _one(
        "Bidirectional",
        (5, 4),
        (6,),
        wires={"sequences": [0], "initial_state": [1, 1]},
        layer=Construct("layer", "LSTM", Map({"units": 6})),
    ),
    "axis": _one("BatchNormalization", (4,), axis=3),
    "equation": _one("EinsumDense", (4, 3), equation="ab,bc->ac", output_shape=(7,)),
    "parameters": _one("Conv2D", (9, 9, 3), filters=4, kernel_size=3, strides=2, dilation_rate=2),
    "missing_input": _missing_input,
    "dtype": _dtype,
    "memory": _memory,
    "gives_back": _one("Equalization", (8, 8, 3)),
    "keras": _keras,
    "file_absent": lambda draw: _elsewhere(draw, "nowhere.keras"),
    "file_unreadable": lambda draw: _elsewhere(draw, "text.keras", content=b"PK rubbish"),
    "file_changed": _file_changed,
    "model_broken": _model_broken,
    "part_absent": _part_absent,
    "tensor_absent": _tensor_absent,
    "cut_open": _cut_open,
    "sealed": _sealed,
    "missing_class": _missing_class,
    "missing_class_inputs": _missing_class_inputs,
    "refused_classes": _refused_classes,
    "code_changed": _code_changed,
    "code_failed": _code_failed,
    "other_outputs": _other_outputs,
    "refused_inside": _refused_inside,
    "other_outputs_inside": _other_outputs_inside,
}
"""Code -> what draws a design with that problem."""
