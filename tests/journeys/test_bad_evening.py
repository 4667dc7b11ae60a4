"""Engine killed, files that are no models: the window says so and nothing is lost."""

import zipfile

import pytest
from PySide6.QtCore import QPointF

from composer_gui.core import edits
from composer_gui.core.verdicts import FINE
from tests.hand import Hand


def test_a_killed_engine_is_started_again_and_fed_again(trip):
    trip.open_example("functional-mlp")
    document = trip.session.document
    trip.kill_engine()
    trip.session.apply("Name", edits.set_name, "after the crash")
    trip.until(lambda: trip.session.engine_state == "restarting")
    trip.until(lambda: trip.session.engine_state == "ready")
    trip.settle()
    assert trip.session.document.nodes == document.nodes
    assert {trip.session.verdict(node).kind for node in document.nodes} == {FINE}
    assert trip.errors() == []


def bad_files(folder):
    """Write one of each kind of bad file; return what its sentence has to hold."""
    kinds = {}

    def bad(name, content, word):
        path = folder / name
        path.write_bytes(content)
        kinds[path] = word

    bad("empty.keras", b"", "empty")
    bad("text.keras", b"this is not a model", "text")
    bad("hdf5.keras", b"\x89HDF\r\n\x1a\n" + bytes(64), "HDF5")
    bad("cut.keras", b"PK\x03\x04" + bytes(64), "cut")
    path = folder / "no_config.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("metadata.json", "{}")
    kinds[path] = "config.json"
    kinds[folder / "absent.keras"] = "absent.keras"
    return kinds


def test_each_kind_of_bad_file_gets_its_own_sentence_and_changes_nothing(trip, tmp_path):
    trip.new_design()
    before = trip.session.document
    said = set()
    for path, word in bad_files(tmp_path).items():
        with trip.qtbot.waitSignal(trip.session.failed, timeout=20_000) as failed:
            Hand(trip.canvas).drop_files([path], QPointF(300, 100))
        sentence = failed.args[0].whole
        assert path.name in sentence
        assert word.lower() in sentence.lower(), sentence
        assert trip.window.notices.isVisible()
        said.add(sentence.replace(path.name, ""))
    assert len(said) == 6
    assert trip.session.document is before


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": 99}', "\x00\x01"])
def test_a_bad_design_leaves_the_open_one_alone(trip, tmp_path, content):
    trip.open_example("functional-mlp")
    before = trip.session.document
    path = tmp_path / "bad.composer"
    path.write_text(content)
    trip.window.open_path(path)
    assert trip.session.document is before
    assert trip.window.notices.isVisible()
