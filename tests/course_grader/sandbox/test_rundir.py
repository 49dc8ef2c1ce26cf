"""The folder of sockets: its path is short, the kernel's user owns it, and it is removed without following links."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from course_grader.sandbox import rundir


@pytest.fixture
def folder():
    folder = Path(rundir.make_folder(None))
    yield folder
    rundir.remove_folder(folder)


def test_is_not_accessible_to_others(folder):
    assert folder.stat().st_mode & 0o077 == 0


def test_is_short_if_the_temporary_folder_is_deep(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / ("deep" * 20)))
    outer = rundir.make_folder(None)
    inner = rundir.make_folder(None, outer)
    assert Path(inner).parent == Path(outer)
    assert len(f"{inner}/judge") <= 107
    rundir.remove_folder(outer)


def test_is_removed_without_following_links(folder, tmp_path):
    (tmp_path / "kept").touch()
    (folder / "link").symlink_to(tmp_path)
    rundir.remove_folder(folder)
    rundir.remove_folder(folder)
    assert not folder.exists()
    assert (tmp_path / "kept").exists()


class TestAGraderThatWasKilled:
    @pytest.fixture
    def grader(self):
        """A process that has made a folder, and the folder."""
        code = "from course_grader.sandbox import rundir; print(rundir.make_folder(None), flush=True); input()"
        with subprocess.Popen([sys.executable, "-c", code], stdin=-1, stdout=-1, text=True) as process:
            yield process, Path(process.stdout.readline().strip())
            process.kill()

    def test_leaves_a_folder_that_the_next_one_removes(self, grader):
        process, folder = grader
        (folder / "kernel.json").touch()
        os.utime(folder, (0, 0))
        rundir.remove_abandoned(folder.parent)
        assert folder.exists()
        process.kill()
        process.wait()
        rundir.remove_abandoned(folder.parent)
        assert not folder.exists()

    def test_other_folders_are_not_removed(self, tmp_path):
        (tmp_path / "course-notes").mkdir()
        (tmp_path / f"{rundir.PREFIX}new").mkdir()
        (tmp_path / f"{rundir.PREFIX}link").symlink_to(tmp_path / "course-notes")
        rundir.remove_abandoned(tmp_path)
        assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
class TestAsRoot:
    def test_a_socket_is_given_to_the_folders_owner(self, folder):
        rundir.give(folder, 61234)
        (folder / "judge").touch()
        rundir.share_socket(str(folder / "judge"))
        assert (folder / "judge").stat().st_uid == 61234

    def test_the_target_of_a_link_is_not(self, folder, tmp_path):
        rundir.give(folder, 61234)
        (tmp_path / "ours").touch()
        (folder / "judge").symlink_to(tmp_path / "ours")
        rundir.share_socket(str(folder / "judge"))
        assert (tmp_path / "ours").stat().st_uid == 0
