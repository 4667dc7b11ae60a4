"""Files are replaced whole: at every instant the old or the new one is there."""

import errno
import os
import resource
import stat

import pytest

from composer_gui.core.errors import FileProblem
from composer_gui.storage import files
from composer_gui.storage.files import read_bytes, write_atomically


@pytest.fixture
def path(tmp_path):
    """Return a file that holds "old"."""
    path = tmp_path / "design.composer"
    path.write_bytes(b"old")
    return path


def refused(path, data=b"new"):
    """Return what writing is refused with, after a look that nothing was lost or left behind."""
    before = {p.name: p.read_bytes() for p in path.parent.iterdir() if p.is_file()}
    with pytest.raises(FileProblem) as caught:
        write_atomically(path, data)
    assert {p.name: p.read_bytes() for p in path.parent.iterdir() if p.is_file()} == before
    assert files.shown(path) in str(caught.value)
    assert caught.value.next_step
    return caught.value


def test_the_new_content_takes_the_place_of_the_old(path):
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert os.listdir(path.parent) == [path.name]


def test_a_new_file_has_the_mode_that_the_umask_leaves(tmp_path):
    before = os.umask(0o027)
    try:
        write_atomically(tmp_path / "new", b"")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o640


def test_the_mode_of_the_old_file_is_kept(path):
    path.chmod(0o604)
    write_atomically(path, b"new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o604


def test_a_link_goes_on_pointing_at_the_file(path, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(path)
    write_atomically(link, b"new")
    assert link.is_symlink() and path.read_bytes() == b"new"


def test_a_name_as_long_as_the_disk_allows_can_be_written(tmp_path):
    path = tmp_path / ("ü" * 127)
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"


@pytest.mark.parametrize("call", ["write", "fsync", "replace", "open"])
@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "disk_full"),
        (errno.EDQUOT, "disk_full"),
        (errno.EIO, "unwritable"),
        (errno.EROFS, "unwritable"),
        (errno.EACCES, "no_permission"),
    ],
)
def test_a_disk_that_fails_at_any_step_leaves_the_old_file(path, monkeypatch, call, number, code):
    def fail(*args):
        raise OSError(number, os.strerror(number))

    class Failing:
        def __init__(self, handle, mode):
            self.handle = handle

        def __enter__(self):
            return self

        def __exit__(self, *args):
            os.close(self.handle)

        write = fail

    with monkeypatch.context() as patch:
        if call == "write":
            patch.setattr(files, "open", Failing, raising=False)
        else:
            patch.setattr(os, call, fail)
        with pytest.raises(FileProblem) as caught:
            write_atomically(path, b"new")
    assert caught.value.code == code
    assert path.read_bytes() == b"old" and os.listdir(path.parent) == [path.name]


def test_a_real_limit_on_the_size_of_files_leaves_the_old_file(path):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, limits[1]))
    try:
        found = refused(path, bytes(1_000_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert found.code == "disk_full"


def test_an_interruption_leaves_nothing_behind(path, monkeypatch):
    def interrupt(handle):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old" and os.listdir(path.parent) == [path.name]


def test_a_read_only_file_is_not_replaced_behind_its_owners_back(path):
    path.chmod(0o444)
    assert refused(path).code == "no_permission"


def test_a_folder_is_not_replaced_by_a_file(tmp_path):
    (tmp_path / "folder").mkdir()
    assert refused(tmp_path / "folder").code == "unwritable"


def test_a_folder_that_is_gone_is_named(tmp_path):
    with pytest.raises(FileProblem) as caught:
        write_atomically(tmp_path / "gone" / "x", b"")
    assert caught.value.code == "absent" and "gone" in str(caught.value)


def test_a_name_that_is_too_long_or_no_name_is_refused(tmp_path):
    assert refused(tmp_path / ("x" * 300)).code == "unwritable"
    with pytest.raises(FileProblem):
        write_atomically(f"{tmp_path}/a\0b", b"")


def test_no_more_is_read_than_was_asked_for(path):
    assert read_bytes(path, 3) == b"old"
    with pytest.raises(FileProblem) as caught:
        read_bytes(path, 2)
    assert caught.value.code == "too_large"


def test_a_name_in_a_sentence_stays_on_one_line_and_short():
    assert files.shown("/x/a\nb.keras") == "a?b.keras"
    assert len(files.shown("x" * 500 + ".keras")) < 130
