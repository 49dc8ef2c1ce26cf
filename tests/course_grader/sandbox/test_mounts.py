"""The mounts fit the interpreter and the project, wherever they are."""

import os
import sys
from pathlib import Path

import pytest

from course_grader.sandbox import mounts


def operations(arguments):
    """The bwrap arguments as tuples, one per operation, without modes and links."""
    found, rest = [], list(arguments)
    while rest:
        count = {"--ro-bind": 2, "--ro-bind-try": 2, "--symlink": 2}.get(rest[0], 1)
        found.append(tuple(rest[: count + 1]))
        del rest[: count + 1]
    return [operation for operation in found if operation[0] not in ("--perms", "--dir", "--symlink")]


def test_the_interpreter_is_reachable_through_every_link():
    paths = mounts.interpreter_paths()
    link = sys.executable
    while True:
        assert any(mounts.is_below(link, path) for path in [*paths, "/usr"])
        if not os.path.islink(link):
            break
        link = os.path.normpath(os.path.join(os.path.dirname(link), os.readlink(link)))
    assert os.path.realpath(sys.base_prefix) in [*paths, "/usr"]


def test_a_chain_of_links_is_followed(monkeypatch, tmp_path):
    real = tmp_path / "pythons" / "3.12.1" / "bin" / "python3"
    real.parent.mkdir(parents=True)
    real.touch()
    (tmp_path / "pythons" / "3.12").symlink_to("3.12.1")
    environment = tmp_path / "env" / "bin" / "python"
    environment.parent.mkdir(parents=True)
    environment.symlink_to(tmp_path / "pythons" / "3.12" / "bin" / "python3")
    monkeypatch.setattr(sys, "executable", str(environment))
    found = {Path(path) for path in mounts.interpreter_paths()}
    assert {tmp_path / "env", tmp_path / "pythons" / "3.12", tmp_path / "pythons" / "3.12.1"} <= found


class TestTheProject:
    @pytest.fixture
    def placed(self, monkeypatch):
        def place(packages, prefixes):
            monkeypatch.setattr(mounts, "PACKAGES", Path(packages))
            monkeypatch.setattr(mounts, "interpreter_paths", lambda: list(prefixes))
            return operations(mounts.file_arguments())

        return place

    def test_outside_all_mounts_needs_no_cover(self, placed):
        done = placed("/home/me/course", ["/home/me/course/.venv", "/home/me/.pyenv/versions/3.12"])
        assert not any(operation[0] == "--tmpfs" for operation in done)

    def test_inside_the_interpreters_folder_is_hidden_but_its_environment_is_not(self, placed):
        done = placed("/opt/conda/course", ["/opt/conda", "/opt/conda/course/.venv"])
        order = [
            ("--ro-bind", "/opt/conda", "/opt/conda"),
            ("--tmpfs", "/opt/conda/course"),
            ("--ro-bind", "/opt/conda/course/.venv", "/opt/conda/course/.venv"),
            ("--remount-ro", "/opt/conda/course"),
        ]
        assert [operation for operation in done if operation in order] == order

    def test_inside_a_system_folder_is_hidden(self, placed):
        done = placed("/usr/src/course", ["/home/me/.venv"])
        assert done.index(("--ro-bind", "/usr", "/usr")) < done.index(("--tmpfs", "/usr/src/course"))

    def test_installed_as_packages_is_hidden(self, placed):
        packages = "/home/me/.venv/lib/python3.12/site-packages"
        done = placed(packages, ["/home/me/.venv"])
        assert {operation[1] for operation in done if operation[0] == "--tmpfs"} == {
            f"{packages}/course_grader",
            f"{packages}/course_utils",
        }

    def test_shows_two_packages_and_the_code_that_starts_a_kernel(self, placed):
        done = placed("/home/me/course", [])
        shown = {operation[2] for operation in done if operation[-1].startswith("/opt/course")}
        assert shown == {
            "/opt/course/course_utils",
            "/opt/course/course_grader/__init__.py",
            "/opt/course/course_grader/in_sandbox",
        }


def test_a_name_with_the_same_prefix_is_not_inside():
    assert mounts.is_below("/opt/conda/bin", "/opt/conda")
    assert mounts.is_below("/opt/conda", "/opt/conda")
    assert not mounts.is_below("/opt/conda2", "/opt/conda")
