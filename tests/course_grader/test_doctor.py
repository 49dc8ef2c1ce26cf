"""What the doctor reports about a machine, and when it fails."""

import sqlite3
from collections import namedtuple

import pytest

from course_grader import cli, doctor
from course_grader.sandbox import SandboxUnavailable
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
    assert len(lines) == 8


def test_the_command_returns_0_if_all_checks_pass(monkeypatch, course, capsys):
    monkeypatch.setattr(doctor, "check", lambda: None)
    monkeypatch.setattr(doctor, "requires", lambda name: ["rich>=1"])
    assert cli.main(["doctor", "--course", str(course)]) == 0


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
