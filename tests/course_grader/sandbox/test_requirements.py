"""If untrusted code cannot be isolated, the message says what is missing and which command fixes it."""

import os
import subprocess
import sys

import pytest

from course_grader.sandbox import SandboxUnavailable, bubblewrap, check, program, requirements, start_kernel_manager


@pytest.fixture(autouse=True)
def forget():
    """A successful check is remembered; these tests need a new one."""
    check.cache_clear()
    yield
    check.cache_clear()


@pytest.fixture
def failing(monkeypatch):
    """Makes the trial start of a sandbox fail with a given text."""

    def fail(stderr):
        failed = subprocess.CompletedProcess([], 1, "", stderr)
        monkeypatch.setattr(bubblewrap, "probe", lambda: failed)

    return fail


def test_this_machine_passes():
    check()


class TestWithoutBubblewrap:
    @pytest.fixture(autouse=True)
    def absent(self, monkeypatch, tmp_path):
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setattr(program.sys, "prefix", str(tmp_path))
        monkeypatch.delenv("COURSE_BWRAP", raising=False)

    def test_the_package_is_named(self):
        with pytest.raises(SandboxUnavailable, match="sudo apt-get install bubblewrap"):
            check()

    def test_no_kernel_starts(self):
        with pytest.raises(SandboxUnavailable):
            start_kernel_manager()
        manager, _ = start_kernel_manager(sandboxed=False)
        assert manager.provisioner.sandboxed is False

    def test_a_copy_beside_the_environment_is_found(self, tmp_path):
        copy = tmp_path / "libexec" / "bwrap"
        copy.parent.mkdir()
        copy.write_text("#!/bin/sh")
        copy.chmod(0o755)
        assert program.find_bubblewrap() == str(copy)

    def test_the_program_named_in_the_environment_is_found(self, monkeypatch):
        monkeypatch.setenv("COURSE_BWRAP", sys.executable)
        assert program.find_bubblewrap() == sys.executable


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_another_system_is_told_where_to_grade(monkeypatch, platform):
    monkeypatch.setattr(requirements.sys, "platform", platform)
    with pytest.raises(SandboxUnavailable, match=r"needs Linux, .* WSL2 .* container"):
        check()


class TestAFailedStart:
    def test_on_a_system_that_forbids_namespaces(self, failing, monkeypatch, tmp_path):
        (tmp_path / "user").mkdir()
        (tmp_path / "user" / "max_user_namespaces").write_text("0\n")
        monkeypatch.setattr(requirements, "SETTINGS", tmp_path)
        monkeypatch.setattr(os, "geteuid", lambda: 1000)
        failing("bwrap: Creating new namespace failed: No space left on device")
        with pytest.raises(SandboxUnavailable, match=r"sudo sysctl -w user.max_user_namespaces=10000"):
            check()

    def test_in_a_container(self, failing, monkeypatch, tmp_path):
        monkeypatch.setattr(requirements, "SETTINGS", tmp_path)
        failing("bwrap: Failed to make / slave: Operation not permitted")
        with pytest.raises(SandboxUnavailable, match="--security-opt seccomp=unconfined"):
            check()

    def test_of_an_old_program(self, failing):
        failing("bwrap: Unknown option --size")
        with pytest.raises(SandboxUnavailable, match=r"older than version 0.7"):
            check()

    def test_of_python_in_it(self, failing):
        failing("bwrap: execvp /root/venv/bin/python: Permission denied")
        with pytest.raises(SandboxUnavailable, match=r"chmod -R a\+rX"):
            check()
        failing("Traceback ...\nModuleNotFoundError: No module named 'encodings'")
        with pytest.raises(SandboxUnavailable, match="'encodings'"):
            check()

    def test_is_tried_again(self, failing, monkeypatch):
        with monkeypatch.context() as patched:
            patched.setattr(bubblewrap, "probe", lambda: subprocess.CompletedProcess([], 1, "", "bwrap: no"))
            with pytest.raises(SandboxUnavailable):
                check()
        check()


def test_an_unknown_processor_is_refused(monkeypatch):
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    with pytest.raises(SandboxUnavailable, match="not riscv64"):
        check()
