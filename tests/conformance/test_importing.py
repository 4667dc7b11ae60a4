"""Saved models of every kind, imported and exported: the same outputs, bit for bit."""

import pytest

pytest.importorskip("keras")

import keras
import numpy as np

from composer_gui.core.codegen.keras_script import generate
from composer_gui.core.saved_files import saved_files
from composer_gui.session import importing
from composer_gui.session.importing import ALL
from composer_gui.storage import document_file, keras_archive, resources
from tests.conformance import zoo
from tests.conformance.test_opening import computed, functional, sample

CATALOG = resources.catalog()


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """Return a function that saves a model of the zoo once; its path and the model."""
    folder, made = tmp_path_factory.mktemp("zoo"), {}

    def save(name):
        if name not in made:
            path = folder / f"{name}.keras"
            zoo.build(name).save(path)
            made[name] = path, keras.models.load_model(path, compile=False)
        return made[name]

    return save


def built(document, folder):
    """Return the model of a design as its source builds it in `folder`."""
    paths = {path: document_file.relative_path(path, folder) for path, _ in saved_files(document)}
    insides = {path: keras_archive.contents(path) for path in paths}
    script = generate(document, CATALOG, paths, insides=insides)
    namespace = {"__name__": "exported", "__file__": str(folder / "exported.py")}
    exec(compile(script.text, "exported.py", "exec"), namespace)
    return namespace["build_model"]()


def in_order(model, document, given):
    """Return what an exported model gives, in the order of the design's Outputs; inputs likewise.

    With several of them it takes and gives dictionaries by their labels.
    """
    inputs = [document.label(node_id) for node_id in document.inputs]
    given = dict(zip(inputs, given, strict=True)) if len(given) > 1 else given[0]
    results = model(given, training=False)
    if isinstance(results, dict):
        results = [results[document.label(node_id)] for node_id in document.outputs]
    return [np.asarray(result) for result in keras.tree.flatten(results)]


@pytest.mark.parametrize("depth", [1, ALL])
@pytest.mark.parametrize("name", zoo.MODELS)
def test_a_model_that_is_imported_and_exported_gives_the_same(saved, name, depth, tmp_path):
    path, model = saved(name)
    document = importing.imported(path, CATALOG, depth)
    design = tmp_path / "a.composer"
    document_file.write(design, document)
    document = document_file.read(design)
    built(document, path.parent).save(tmp_path / "again.keras")
    again = keras.models.load_model(tmp_path / "again.keras")
    given = sample(functional(model))
    expected = computed(functional(model), given)
    for one, two in zip(expected, in_order(again, document, given), strict=True):
        assert one.dtype == two.dtype
        assert np.array_equal(one, two, equal_nan=one.dtype.kind == "f")


def test_so_many_levels_are_laid_out_as_are_asked_for(saved):
    path, _ = saved("three_deep")
    names = [
        {layer.name for layer in importing.imported(path, CATALOG, depth).layers.values()}
        for depth in (1, 2, 3, ALL)
    ]
    assert "middle" in names[0] and "md" not in names[0]
    assert {"core", "md"} <= names[1] and "middle" not in names[1]
    assert "core_dense" in names[2] and "core" not in names[2]
    assert len(names[3]) == len(names[2])
