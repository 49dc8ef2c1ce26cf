"""What the doctor reports about a machine, and when it fails."""

import sqlite3
from collections import namedtuple
from importlib.metadata import metadata
from pathlib import Path
from types import SimpleNamespace

import pytest
from packaging.specifiers import SpecifierSet

from course_grader import cli, doctor
from course_grader.grading.lab_limits import cost_of
from course_grader.judge.process_limits import MEMORY_MB as JUDGE_MB
from course_grader.lab_settings import LabSettings
from course_grader.sandbox import Limits, SandboxUnavailable
from course_grader.sandbox.cgroup import CgroupUnavailable
from tests.tiny_course import LAB, write_tiny_course


@pytest.fixture
def course(tmp_path):
    root = write_tiny_course(tmp_path)
    (root / "nbgrader_config.py").write_text("")
    return root


def refuse():
    raise SandboxUnavailable("install bubblewrap: sudo apt-get install bubblewrap")


def test_a_missing_sandbox_is_an_error_with_advice(monkeypatch):
    monkeypatch.setattr(doctor, "check", refuse)
    finding = doctor.sandbox()
    assert not finding.ok and "sudo apt-get install bubblewrap" in str(finding)


def test_the_command_returns_1_and_prints_every_check_when_one_fails(monkeypatch, course, capsys):
    monkeypatch.setattr(doctor, "check", refuse)
    assert cli.main(["doctor", "--course", str(course)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines][2] == "✗ sandbox"
    assert len(lines) == 10


def test_the_command_returns_0_if_all_checks_pass(monkeypatch, course, capsys):
    monkeypatch.setattr(doctor, "check", lambda: None)
    monkeypatch.setattr(doctor, "requires", lambda name: ["rich>=1"])
    assert cli.main(["doctor", "--course", str(course)]) == 0


def refuse_cgroup():
    raise CgroupUnavailable("memory is not managed by cgroup v2 here")


def test_which_limit_on_memory_is_in_force(monkeypatch):
    monkeypatch.setattr(doctor, "parent_group", refuse_cgroup)
    finding = str(doctor.memory_limit())
    assert "a watchdog adds up" in finding and "no memory cgroup (v2): memory is not managed" in finding
    monkeypatch.setattr(doctor, "parent_group", lambda: Path("/sys/fs/cgroup/own"))
    assert "a memory cgroup (v2) for each kernel, below /sys/fs/cgroup/own" in str(doctor.memory_limit())


def test_what_a_submission_can_cost_follows_lab_toml(monkeypatch, course):
    monkeypatch.setattr(doctor, "default_workers", lambda: 3)
    (course / "solutions" / LAB / "lab.toml").write_text("memory_mb = 1000\nnotebook_seconds = 100\nfiles_mb = 7\n")
    settings = LabSettings(memory_mb=1000, notebook_seconds=100.0, files_mb=7.0)
    cost = cost_of(settings)
    (line,) = map(str, doctor.costs(course))
    assert line.startswith(
        f"✓ {LAB}: at most {cost.seconds:,} s, {cost.memory_mb:,} MB memory, {cost.disk_mb:,} MB disk"
    )
    assert f"with 3 at a time (--workers), {3 * cost.memory_mb:,} MB memory" in line


def test_each_setting_counts_in_the_cost_as_often_as_it_can_be_used():
    small = LabSettings(memory_mb=1000, notebook_seconds=100.0, call_seconds=5.0, files_mb=7.0)
    large = LabSettings(memory_mb=1500, notebook_seconds=110.0, call_seconds=6.0, files_mb=8.0)
    assert cost_of(large).memory_mb - cost_of(small).memory_mb == 500
    assert cost_of(large).seconds - cost_of(small).seconds == 2 * 10 + 1  # a kernel that dies is restarted once
    assert cost_of(large).disk_mb - cost_of(small).disk_mb == 4  # one copy per kernel, one beside the graded notebook
    limits = Limits()
    assert cost_of(small).memory_mb > 1000 + 2 * limits.tmp_mb + JUDGE_MB


def test_a_lab_toml_with_a_mistake_is_named(course):
    (course / "solutions" / LAB / "lab.toml").write_text("memory = 1000\n")
    (finding,) = doctor.costs(course)
    assert not finding.ok and "unknown key 'memory'" in str(finding)


def test_packages_that_are_missing_or_too_old_are_named(monkeypatch):
    asked = ["rich>=99", "no_such_package", "torch", 'no_such_test_tool; extra == "test"']
    monkeypatch.setattr(doctor, "requires", lambda name: asked)
    text = str(doctor.packages())
    assert "no_such_package is missing" in text and "rich is " in text and "expected >=99" in text
    assert "no_such_test_tool" not in text and "torch" not in text


def test_another_python_is_refused(monkeypatch):
    monkeypatch.setattr(doctor.sys, "version_info", (3, 10, 1))
    assert not doctor.python().ok
    monkeypatch.setattr(doctor.sys, "version_info", (3, 13, 1))
    assert doctor.python().ok


def test_the_versions_of_python_are_those_of_the_package(monkeypatch):
    monkeypatch.setattr(doctor.sys, "version_info", (3, 10, 1))
    asked = SpecifierSet(metadata(doctor.DISTRIBUTION)["Requires-Python"])
    (least, most) = doctor.PYTHONS
    for major, minor, fits in (
        (*least, True),
        (*most, True),
        (least[0], least[1] - 1, False),
        (most[0], most[1] + 1, False),
    ):
        assert (f"{major}.{minor}.0" in asked) is fits
    assert doctor.python().advice.endswith(f"Python {least[0]}.{least[1]} to {most[0]}.{most[1]}")


class TestGpu:
    def test_it_counts_those_that_grading_can_use(self, monkeypatch):
        monkeypatch.setattr(doctor, "find_gpus", lambda: SimpleNamespace(uuids=("GPU-a0", "GPU-b1")))
        assert str(doctor.gpu()) == "✓ GPU: 2 GPUs for --gpu"

    @pytest.mark.parametrize("program", [None, "/usr/bin/nvidia-smi"])
    def test_a_reason_is_given_only_where_there_is_a_driver(self, monkeypatch, program):
        def missing():
            raise SandboxUnavailable("grading on a GPU needs nvidia-ml-py")

        monkeypatch.setattr(doctor, "find_gpus", missing)
        monkeypatch.setattr(doctor.shutil, "which", lambda name: program)
        finding = doctor.gpu()
        assert finding.ok and finding.text.startswith("none")
        assert finding.advice == ("grading on a GPU needs nvidia-ml-py" if program else "")


def test_a_lab_that_is_not_released_is_named(course):
    assert f"run course-grader labs to release {LAB}" in str(doctor.labs(course))


def test_a_file_that_is_not_a_gradebook(course):
    assert doctor.gradebook(course).ok
    (course / "gradebook.db").write_text("no database")
    assert not doctor.gradebook(course).ok


def test_a_gradebook_is_read_but_not_changed(course):
    with sqlite3.connect(course / "gradebook.db") as database:
        database.execute("CREATE TABLE assignment (id)")
        database.execute("INSERT INTO assignment VALUES (1)")
    before = (course / "gradebook.db").read_bytes()
    assert "assignments: 1" in str(doctor.gradebook(course))
    assert (course / "gradebook.db").read_bytes() == before


def test_a_gradebook_that_is_not_writable(monkeypatch, course):
    (course / "gradebook.db").touch()
    monkeypatch.setattr(doctor.os, "access", lambda path, mode: path != course / "gradebook.db")
    finding = doctor.gradebook(course)
    assert not finding.ok and finding.advice == f"make {course / 'gradebook.db'} writable"


def test_a_full_disk(monkeypatch, course):
    usage = namedtuple("usage", "free")
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda path: usage(0.5e9))
    finding = doctor.disk(course)
    assert not finding.ok and "free another 1.5 GB" in str(finding)
