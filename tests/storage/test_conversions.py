"""The note in a file of which older file it was made: found again, or nothing is told."""

import zipfile

import pytest

from composer_gui.storage.conversions import names_beside, note_origin, origin

SHA = "0123456789abcdef" * 4


@pytest.fixture
def archive(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.keras", "w") as file:
        file.writestr("config.json", "{}" * 100)
    return tmp_path / "a.keras"


def test_a_note_is_found_again_and_the_archive_is_as_it_was(archive):
    assert origin(archive) == ""
    note_origin(archive, SHA)
    assert origin(archive) == SHA
    with zipfile.ZipFile(archive) as file:
        assert file.testzip() is None and file.read("config.json") == b"{}" * 100


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data + b"more",
        lambda data: data[-60:],
        lambda data: data.replace(b"SHA-256", b"SHA-512"),
        lambda data: b"",
    ],
)
def test_what_does_not_end_with_a_note_tells_nothing(archive, spoil):
    note_origin(archive, SHA)
    archive.write_bytes(spoil(archive.read_bytes()))
    assert origin(archive) == ""


def test_what_is_not_there_tells_nothing(tmp_path):
    assert origin(tmp_path / "nowhere.keras") == ""


def test_the_names_beside_an_older_file_are_those_that_are_taken_and_a_free_one(archive):
    assert names_beside(archive.with_name("b.h5")) == ([], archive.with_name("b.keras"))
    second = archive.with_name("a_1.keras")
    assert names_beside(archive.with_name("a.h5")) == ([archive], second)
