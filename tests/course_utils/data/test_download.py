"""Downloads: complete under the final name or absent, resumed if that is safe, with errors that say what to do."""

import errno
import gc
import hashlib
import os
import random

import pytest

from course_utils.data import cache
from course_utils.data import download as module
from course_utils.data.cache import cache_folder, is_intact
from course_utils.data.download import download
from course_utils.data.errors import CourseDataError
from tests.local_server import serve

CONTENT = random.Random(0).randbytes(3_500_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()
pytestmark = pytest.mark.filterwarnings("error:unclosed:ResourceWarning")


@pytest.fixture(autouse=True)
def connections_are_closed():
    """A connection that is left open fails the test that opened it."""
    yield
    gc.collect()


@pytest.fixture
def site():
    with serve({"/file": CONTENT}) as site:
        yield site


@pytest.fixture
def target(tmp_path):
    return tmp_path / "new folder" / "file.bin"


def fails(site, target, *words, sha256=None):
    """The download fails with a message that contains the words; there is no file under the final name."""
    with pytest.raises(CourseDataError) as caught:
        download(f"{site.url}/file", target, sha256=sha256)
    assert not target.exists()
    message = str(caught.value)
    assert all(word in message for word in words), message
    return message


def test_only_the_file_and_its_checksum_are_left(site, target):
    assert download(f"{site.url}/file", target) == target
    assert target.read_bytes() == CONTENT
    assert sorted(path.name for path in target.parent.iterdir()) == ["file.bin", "file.bin.sha256"]
    assert (target.parent / "file.bin.sha256").read_text() == f"{SHA256}  file.bin\n"


@pytest.mark.parametrize("sha256", [None, SHA256])
def test_an_intact_file_is_not_downloaded_again(site, target, sha256):
    for _ in range(3):
        download(f"{site.url}/file", target, sha256=sha256)
    assert len(site.requests) == 1


@pytest.mark.parametrize("sha256", [None, SHA256])
def test_a_file_that_was_damaged_later_is_downloaded_again(site, target, sha256):
    download(f"{site.url}/file", target)
    target.write_bytes(CONTENT[:-1] + b"x")
    download(f"{site.url}/file", target, sha256=sha256)
    assert target.read_bytes() == CONTENT and len(site.requests) == 2


def test_a_file_without_a_record_is_not_trusted(site, target):
    target.parent.mkdir()
    target.write_bytes(b"who knows")
    download(f"{site.url}/file", target)
    assert target.read_bytes() == CONTENT


def test_a_wrong_checksum_leaves_nothing(site, target):
    fails(site, target, "wrong checksum", "0" * 64, SHA256, "Try again", sha256="0" * 64)
    assert not list(target.parent.iterdir())


def test_an_interrupted_download_is_resumed(site, target):
    site.cut["/file"] = 2_000_000
    fails(site, target, "was interrupted", "2,000,000 of 3,500,000", "Run this again")
    site.cut.clear()
    download(f"{site.url}/file", target)
    assert target.read_bytes() == CONTENT
    assert site.requests[-1] == ("GET", "/file", "bytes=2000000-")


def test_a_file_that_has_changed_is_downloaded_from_the_start(site, target):
    site.cut["/file"] = 2_000_000
    fails(site, target)
    site.cut.clear()
    site.files["/file"] = changed = CONTENT[::-1]
    download(f"{site.url}/file", target)
    assert target.read_bytes() == changed


@pytest.mark.parametrize("headers", [{}, {"ETag": 'W/"1"'}], ids=["none", "a weak one"])
def test_without_a_strong_etag_a_download_starts_again(site, target, headers):
    site.etags, site.headers = False, headers
    site.cut["/file"] = 2_000_000
    fails(site, target)
    site.cut.clear()
    download(f"{site.url}/file", target)
    assert target.read_bytes() == CONTENT and site.requests[-1][2] is None


def test_a_part_that_is_already_complete_is_accepted(site, target):
    site.cut["/file"] = 2_000_000
    fails(site, target)
    site.cut.clear()
    (target.parent / "file.bin.part").write_bytes(CONTENT)
    download(f"{site.url}/file", target)
    assert target.read_bytes() == CONTENT


@pytest.mark.parametrize(("status", "reason"), [(404, "Not Found"), (503, "Service Unavailable")])
def test_the_servers_error_is_shown(site, target, status, reason):
    site.status["/file"] = status
    fails(site, target, f"{site.url}/file", f"{status} {reason}", "Try again later")


def test_no_network(target):
    with serve({}) as gone:
        pass
    fails(gone, target, "cannot be reached", "Check the network", "profile cpu")


def test_a_server_that_stops_answering(site, target, monkeypatch):
    def silent(response, size):
        raise TimeoutError("timed out")

    monkeypatch.setattr("http.client.HTTPResponse.read", silent)
    fails(site, target, "was interrupted", "timed out")


def test_a_folder_that_is_not_writable(site, tmp_path):
    (tmp_path / "in the way").write_text("a file where a folder is needed")
    with pytest.raises(CourseDataError, match=r"could not be written.*COURSE_CACHE"):
        download(f"{site.url}/file", tmp_path / "in the way" / "file.bin")


def test_a_full_disk(site, target, monkeypatch):
    def full(*names):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(cache.os, "replace", full)
    fails(site, target, "No space left", "free some disk space", "COURSE_CACHE")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full, which Linux has")
def test_a_disk_that_fills_up_during_the_download(site, target):
    target.parent.mkdir()
    (target.parent / "file.bin.part").symlink_to("/dev/full")
    fails(site, target, "No space left", "free some disk space")


def test_the_progress_bar_removes_itself(site, target, capsys):
    download(f"{site.url}/file", target)
    out, err = capsys.readouterr()
    assert "file.bin (MB)" in out and out.split("\r")[-1].strip() == ""
    assert err == ""


def test_progress_counts_up_to_the_size():
    steps = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tqdm.tqdm.update", lambda bar, step: steps.append(step))
        with module.byte_progress(3_500_000, "x") as at:
            for position in (400_000, 1_200_000, 1_900_000, 3_500_000):
                at(position)
    assert sum(steps) == 3


def test_the_cache_folder_can_be_chosen(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv("COURSE_CACHE")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder() == tmp_path / ".cache" / "deep-learning-labs"


def test_a_record_belongs_to_one_file(tmp_path):
    (tmp_path / "a").write_text("one")
    cache.move_into_place(tmp_path / "a", tmp_path / "b")
    assert is_intact(tmp_path / "b") and not is_intact(tmp_path / "a")
    cache.remove(tmp_path / "b")
    assert not list(tmp_path.iterdir())
