"""Archives that would fill the memory or reach out of themselves are refused unopened."""

import stat
import struct
import warnings
import zipfile

import pytest

from composer_gui.core.errors import FileProblem
from composer_gui.storage import archive_limits
from composer_gui.storage.archive_limits import directory_size
from composer_gui.storage.keras_archive import read


def code(path):
    with pytest.raises(FileProblem) as caught:
        read(path)
    assert caught.value.next_step
    return caught.value.code


@pytest.mark.parametrize(
    "name",
    ["../model.h5", "assets/../../x", "/etc/passwd", "C:/x", "assets\\x", "new\nline", "a" * 2000],
)
def test_no_member_may_be_named_out_of_the_archive(archive, name):
    path = archive()
    with zipfile.ZipFile(path, "a") as file:
        file.writestr(name, "x")
    assert code(path) == "unsafe"


def test_names_with_two_dots_in_them_are_fine(archive):
    read(archive(**{"assets/..vocabulary..txt": "x"}))


def test_a_link_is_no_part_of_a_model(archive):
    path = archive()
    link = zipfile.ZipInfo("assets/link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as file:
        file.writestr(link, "/etc/passwd")
    assert code(path) == "unsafe"


def test_no_member_may_occur_twice(archive):
    path = archive()
    with zipfile.ZipFile(path, "a") as file, warnings.catch_warnings(action="ignore"):
        file.writestr("config.json", "{}")
    assert code(path) == "unsafe"


def test_an_encrypted_member_is_refused(archive):
    path = archive()
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    path.write_bytes(data)
    assert code(path) == "unsafe"


def test_a_member_packed_in_another_way_is_refused(archive):
    assert code(archive(method=zipfile.ZIP_LZMA)) == "unsafe"


def test_a_small_file_that_becomes_a_large_one_is_refused(archive):
    path = archive(method=zipfile.ZIP_DEFLATED, **{"assets/zeros": bytes(4 << 20)})
    assert code(path) == "too_large"


def test_a_configuration_that_becomes_large_is_refused_before_it_is_unpacked(archive):
    path = archive(method=zipfile.ZIP_DEFLATED, config_json=b" " * (4 << 20))
    assert code(path) == "too_large"


def test_members_that_share_their_bytes_are_refused(archive):
    """As in the overlapping bombs of Fifield: many entries, one packed content."""
    path = archive(**{"assets/block": bytes(100_000)})
    data = path.read_bytes()
    start = data.index(b"PK\x01\x02")
    end = data.rindex(b"PK\x05\x06")
    entries = data[start:end]
    block = entries[entries.rindex(b"PK\x01\x02") :]
    for number in range(20):
        entries += block.replace(b"assets/block", b"assets/bl%03d" % number)
    count = entries.count(b"PK\x01\x02")
    closing = struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, count, count, len(entries), start, 0)
    path.write_bytes(data[:start] + entries + closing)
    assert code(path) == "unsafe"


def test_the_number_of_members_is_limited(archive, monkeypatch):
    monkeypatch.setattr(archive_limits, "MAX_MEMBERS", 50)
    parts = {f"assets/{number}": "" for number in range(48)}
    assert code(archive(**parts)) == "too_large"


def test_the_list_of_members_is_measured_before_it_is_read(archive, monkeypatch):
    path = archive()
    monkeypatch.setattr(archive_limits, "MAX_DIRECTORY", 100)
    monkeypatch.setattr(zipfile, "ZipFile", None)
    assert code(path) == "too_large"


def test_the_end_record_is_found_behind_a_comment_and_in_its_64_bit_form(archive):
    path = archive()
    with zipfile.ZipFile(path, "a") as file:
        file.comment = b"a comment"
    with open(path, "rb") as file:
        size, count = directory_size(file)
    assert count == 3 and size > 3 * 46
    data = path.read_bytes()
    at = data.rindex(b"PK\x05\x06")
    start = data.index(b"PK\x01\x02")
    record = struct.pack("<4sQHHLLQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 7, 7, 99, start)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, at, 1)
    path.write_bytes(data[:at] + record + locator + data[at:])
    with open(path, "rb") as file:
        assert directory_size(file) == (99, 7)
