"""Every layer of the catalog: ghost, real call, exported file and executed source say the same."""

import pytest
from immutables import Map

from composer_gui.core import edits, opening
from composer_gui.core.codegen import keras_script
from composer_gui.core.document import OUTPUT_PORT, Call, Document, Source, Wire
from composer_gui.core.layer_kinds import SavedModel
from composer_gui.core.ports import output_ports
from composer_gui.core.shapes.shape_flow import ShapeFlow
from composer_gui.core.verdicts import FINE
from composer_gui.engine import keras_facts, keras_operations
from composer_gui.engine.keras_models import KerasModels
from composer_gui.engine.keras_shapes import KerasShapes
from composer_gui.storage import keras_archive, resources
from tests.conformance.test_ghosts import cases, inputs_for

keras = pytest.importorskip("keras")

CATALOG = resources.catalog()


@pytest.fixture(scope="module")
def infer():
    return KerasShapes(CATALOG, KerasModels(), keras_operations.call).infer


def design_of(class_name, parameters, arguments):
    """Return a design of one layer with an Input at each wire and an Output at each port."""
    values = dict(CATALOG.layer(class_name).sample) | parameters
    document = edits.add_keras_layer(
        Document(name="one layer"), class_name, 0, 0, parameters=Map(values)
    )
    (call,) = document.nodes
    for name, value in arguments.items():
        document = edits.set_argument(document, CATALOG, call, name, value)
    for port, specs in inputs_for(class_name).items():
        for index, spec in enumerate(specs):
            shape = spec.shape[1:]
            document = edits.add_input(document, 0, 0, shape=shape, dtype=spec.dtype)
            wire = Wire(Source(document.inputs[-1]), call, port, index)
            document = edits.connect(document, CATALOG, wire)
    for port in output_ports(document, CATALOG, document.nodes[call]):
        document = edits.add_output(document, 0, 0, label=port)
        wire = Wire(Source(call, port), document.outputs[-1], OUTPUT_PORT)
        document = edits.connect(document, CATALOG, wire)
    return document


def built(document, tmp_path, **more):
    text = keras_script.generate(document, CATALOG, {}, **more).text
    return keras_facts.built(text, str(tmp_path / "model.py"))


def read_as_a_design(path):
    """Return the design, of layers alone, that the archive of a saved model describes."""
    where, interface = str(path), keras_archive.read(path)
    document = edits.add_saved_model(Document(name="one layer"), where, "", interface, 0, 0)
    (model,) = (x for x in document.layers.values() if isinstance(x, SavedModel))
    return opening.opened(keras_archive.contents(path), model, CATALOG, keep_weights=False)


@pytest.mark.parametrize(("class_name", "parameters", "arguments"), list(cases()))
def test_ghost_call_file_and_source_agree(class_name, parameters, arguments, infer, tmp_path):
    document = design_of(class_name, parameters, arguments)
    flow = ShapeFlow(CATALOG, infer)
    flow.update(document)
    (call,) = (node for node in document.nodes.values() if isinstance(node, Call))
    assert flow.verdicts[call.id].kind == FINE, flow.verdicts[call.id].problems
    # Several outputs make a dictionary, which Keras takes in the order of its keys
    told = [spec for _, spec in sorted(flow.verdicts[call.id].outputs)]

    model = built(document, tmp_path)
    assert keras_facts.facts(model)["total"] == flow.verdicts[call.id].parameters
    given, results = keras_facts.try_out(model)
    assert [r.shape for r in results] == [_sized(s, r) for s, r in zip(told, results, strict=True)]
    assert [_kind(result.dtype) for result in results] == [_kind(spec.dtype) for spec in told]

    model.save(tmp_path / "one.keras")
    loaded = keras.models.load_model(tmp_path / "one.keras", compile=False)
    again = keras_facts.outputs_of(loaded, given)
    assert keras_facts.output_difference(again, results) == ""

    once_more = built(document, tmp_path)
    assert keras_facts.described(once_more) == keras_facts.described(model)
    assert keras_facts.output_difference(keras_facts.outputs_of(once_more, given), results) == ""

    read = built(read_as_a_design(tmp_path / "one.keras"), tmp_path)
    assert (
        keras_facts.described(read)["config"]["layers"]
        == (keras_facts.described(model)["config"]["layers"])
    )


def _sized(spec, result):
    """Return the shape that a spec tells, where its size is free that which came."""
    return tuple(b if a is None else a for a, b in zip(spec.shape, result.shape, strict=True))


def _kind(dtype):
    text = str(dtype)
    return "string" if text.startswith(("|S", "object", "S")) else text
