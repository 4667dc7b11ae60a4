"""Examples open and are written with models that are made once; half-made ones are never used."""

import hashlib
import json
import os
import time
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Signal

from composer_gui.core.document import Document, in_order
from composer_gui.core.errors import ExportFailed, FileProblem
from composer_gui.core.layer_kinds import SavedModel
from composer_gui.engine import example_models
from composer_gui.session import gallery
from composer_gui.session.gallery import STAMP, Gallery, examples
from composer_gui.storage import document_file, resources


class FakeJob(QObject):
    """A job that makes its files when it is told to."""

    progressed = Signal(str, float)
    done = Signal(dict)
    failed = Signal(object)

    def __init__(self, request):
        super().__init__()
        self.request = request

    def make(self, *names):
        """Write something into each file, as the engine would."""
        folder = Path(self.request["folder"])
        names = names or self.request["models"]
        for name in names:
            (folder / name).write_bytes(f"model {name}".encode())
        return {name: str(folder / name) for name in names}

    def finish(self):
        self.progressed.emit("Making them", 0.5)
        self.done.emit(self.make())


class FakeEngine:
    """An engine that keeps the jobs it was given."""

    def __init__(self):
        self.jobs = []

    def job(self, request):
        self.jobs.append(FakeJob(request))
        return self.jobs[-1]


@pytest.fixture
def engine():
    return FakeEngine()


@pytest.fixture
def cache(engine, tmp_path, qapp):
    """Return a function that gives a gallery on one and the same cache."""
    return lambda: Gallery(engine, folder=tmp_path / "cache" / "edition")


def result(making, qtbot, engine=None):
    """Return what a making ends with, an error too; a job is finished on the way."""
    ended, told = [], []
    making.done.connect(ended.append)
    making.failed.connect(ended.append)
    making.progressed.connect(lambda *progress: told.append(progress))
    if engine is not None:
        qtbot.waitUntil(lambda: bool(engine.jobs))
        engine.jobs[-1].finish()
        assert ("Making them", 0.5) in told
    qtbot.waitUntil(lambda: bool(ended))
    return ended[0]


# The list -----------------------------------------------------------------------------------------


def test_the_gallery_shows_sixteen_systems_in_their_order():
    systems = [example.system for example in examples()]
    assert systems == sorted(systems) and set(systems) == set(range(1, 17))
    assert [e.name for e in examples() if e.is_broken] == ["mismatch", "residual"]
    assert len({example.title for example in examples()}) == len(systems)


def test_every_entry_has_its_design_and_every_design_its_entry():
    there = {path.stem for path in (resources.folder() / "examples").glob("*.composer")}
    assert there == {example.name for example in examples()}


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)
def test_a_design_is_stored_as_it_would_be_saved(example):
    path = resources.example_design(example.name)
    document = document_file.read(path)
    assert document_file.to_bytes(document, path.parent) == path.read_bytes()
    used = {m.path for m in document.layers.values() if isinstance(m, SavedModel)}
    assert used == {str(path.parent / "models" / name) for name in example.models}
    assert set(example.models) <= set(example_models.MODELS)
    assert document.name == example.name and example.description.endswith(".")


def test_the_edition_follows_what_the_models_are_made_by():
    """Run packaging/make_examples.py where this fails."""
    source = Path(example_models.__file__).read_text(encoding="utf-8")
    assert resources.gallery_edition() == hashlib.sha256(source.encode()).hexdigest()[:12]


def test_a_name_that_is_none_is_refused_with_a_sentence(cache):
    with pytest.raises(FileProblem, match="no example named nothing"):
        cache().open("nothing")


# Opening ------------------------------------------------------------------------------------------


def test_an_example_without_saved_models_needs_no_engine(cache, engine, qtbot):
    document = result(cache().open("functional-mlp"), qtbot)
    assert isinstance(document, Document) and not engine.jobs


def test_the_first_opening_makes_the_models_and_the_next_uses_them(cache, engine, qtbot):
    first = result(cache().open("chain"), qtbot, engine)
    assert result(cache().open("chain"), qtbot) == first
    assert result(cache().open("siamese"), qtbot)
    assert len(engine.jobs) == 1
    models = in_order(first.layers)
    assert [Path(m.path).read_bytes() for m in models] == [
        b"model feature_extractor.keras",
        b"model classifier.keras",
    ]
    assert models[0].sha256 == hashlib.sha256(b"model feature_extractor.keras").hexdigest()


def test_two_openings_at_once_share_one_making(cache, engine, qtbot):
    shown = cache()
    first, second = shown.open("chain"), shown.open("ensemble")
    names = []
    first.done.connect(lambda document: names.append(document.name))
    second.done.connect(lambda document: names.append(document.name))
    qtbot.waitUntil(lambda: bool(engine.jobs))
    engine.jobs[0].finish()
    assert names == ["chain", "ensemble"] and len(engine.jobs) == 1


def test_a_making_that_was_interrupted_is_not_taken_for_complete(cache, engine, qtbot):
    cache().open("chain")
    qtbot.waitUntil(lambda: bool(engine.jobs))
    engine.jobs[0].make()  # and then the program dies
    document = result(cache().open("chain"), qtbot, _Next(engine))
    assert document.name == "chain"


class _Next:
    """The jobs of an engine from now on."""

    def __init__(self, engine):
        self._engine, self._known = engine, len(engine.jobs)

    @property
    def jobs(self):
        return self._engine.jobs[self._known :]


def test_a_damaged_model_is_made_again(cache, engine, qtbot):
    document = result(cache().open("chain"), qtbot, engine)
    model = next(m for m in document.layers.values() if isinstance(m, SavedModel))
    Path(model.path).write_bytes(b"half a mod")
    assert result(cache().open("chain"), qtbot, _Next(engine)) == document


@pytest.mark.parametrize("stamp", [b"", b"nonsense", b"[]", b'{"classifier.keras": 5}'])
def test_a_damaged_stamp_only_costs_another_making(cache, engine, qtbot, stamp):
    shown = cache()
    result(shown.open("chain"), qtbot, engine)
    (shown.folder / STAMP).write_bytes(stamp)
    assert result(cache().open("chain"), qtbot, _Next(engine)).name == "chain"


def test_nothing_is_left_beside_the_models(cache, engine, qtbot):
    shown = cache()
    shown.folder.mkdir(parents=True)
    old = shown.folder / ".making-1-dead"
    old.mkdir()
    os.utime(old, (time.time() - 1e5,) * 2)
    result(shown.open("chain"), qtbot, engine)
    assert not list(shown.folder.glob(".*"))
    stamp = json.loads((shown.folder / STAMP).read_bytes())
    assert set(stamp) == {path.name for path in shown.folder.glob("*.keras")}


def test_a_failed_making_is_told_and_can_be_tried_again(cache, engine, qtbot):
    shown = cache()
    making = shown.open("chain")
    failed = []
    making.failed.connect(failed.append)
    qtbot.waitUntil(lambda: bool(engine.jobs))
    engine.jobs[0].failed.emit(ExportFailed("No memory."))
    assert str(failed[0]) == "No memory."
    assert result(shown.open("chain"), qtbot, _Next(engine)).name == "chain"


def test_a_cancelled_making_says_nothing_more(cache, engine, qtbot):
    shown = cache()
    making = shown.open("chain")
    said = []
    making.done.connect(said.append)
    making.failed.connect(said.append)
    qtbot.waitUntil(lambda: bool(engine.jobs))
    making.cancel()
    engine.jobs[0].finish()
    assert not said and not shown._waiting


def test_a_cache_that_cannot_be_written_to_is_replaced_for_the_time_being(engine, tmp_path, qtbot):
    (tmp_path / "home").write_bytes(b"a file where a folder should be")
    shown = Gallery(engine, folder=tmp_path / "home" / "cache")
    assert result(shown.open("chain"), qtbot, engine).name == "chain"
    assert tmp_path not in shown.folder.parents


# Writing ------------------------------------------------------------------------------------------


def test_an_example_is_written_with_its_models_beside_it(cache, engine, qtbot, tmp_path):
    path = tmp_path / "new folder" / "mine.composer"
    assert result(cache().write("chain", path), qtbot, engine) == path
    model = path.parent / "models" / "classifier.keras"
    assert model.read_bytes() == b"model classifier.keras"
    document = document_file.read(path)
    assert str(model) in {m.path for m in document.layers.values()}
    assert '"models/classifier.keras"' in path.read_text()


def test_writing_again_is_fine_as_long_as_nothing_was_changed(cache, engine, qtbot, tmp_path):
    path = tmp_path / "mine.composer"
    result(cache().write("chain", path), qtbot, engine)
    assert result(cache().write("chain", path), qtbot) == path
    for mine in (path, tmp_path / "models" / "classifier.keras"):
        before = mine.read_bytes()
        mine.write_bytes(b"my own work")
        found = result(cache().write("chain", path), qtbot)
        assert isinstance(found, FileProblem) and found.code == "exists"
        assert str(mine) in str(found) and mine.read_bytes() == b"my own work"
        mine.write_bytes(before)


def test_a_folder_that_cannot_be_made_is_named(cache, engine, qtbot, tmp_path):
    (tmp_path / "file").write_bytes(b"x")
    found = result(cache().write("chain", tmp_path / "file" / "d.composer"), qtbot, engine)
    assert isinstance(found, FileProblem) and not isinstance(found, Document)


def test_the_function_for_the_command_line_keeps_its_gallery_alive(engine, qtbot, tmp_path):
    making = gallery.write("functional-mlp", tmp_path / "d.composer", engine)
    assert result(making, qtbot) == tmp_path / "d.composer"
