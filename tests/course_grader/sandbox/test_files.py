"""A kernel sees the system, the interpreter and parts of two packages; it can write only to its own small folders."""

import os
import socket
import sys
from pathlib import Path

import pytest
from conftest import SECRET

from course_grader.in_sandbox.namespaces import HOME
from course_grader.sandbox import share_socket
from course_grader.sandbox.mounts import is_below

ROOT = Path(__file__).parents[3]


class TestTheCourse:
    @pytest.mark.parametrize("name", ["pyproject.toml", "solutions", "tests", ".git", "course_grader", "course_utils"])
    def test_does_not_exist_inside(self, kernel, name):
        assert kernel.run(f"import os; print(os.path.exists({str(ROOT / name)!r}))") == "False"

    @pytest.mark.parametrize(
        "name", ["course_grader.judge", "course_grader.grading", "course_grader.sandbox.bubblewrap"]
    )
    def test_cannot_be_imported(self, kernel, name):
        assert kernel.attempt(f"import {name}") == "ModuleNotFoundError"

    @pytest.mark.parametrize("name", ["course_utils", "course_grader.in_sandbox"])
    def test_except_for_two_packages(self, kernel, name):
        assert kernel.run(f"import {name} as package; print(package.__file__.startswith('/opt/course/'))") == "True"

    def test_no_file_of_the_judge_exists_inside(self, kernel):
        code = "import os; print([f for f, _, names in os.walk('/opt/course') if 'judge' in f or 'proxy.py' in names])"
        assert kernel.run(code) == "[]"


class TestTheHost:
    def test_shows_no_file_outside_the_system(self, kernel, tmp_path):
        secret = tmp_path / "secret"
        secret.write_text("x")
        assert kernel.attempt(f"open({str(secret)!r})") == "FileNotFoundError"

    @pytest.mark.parametrize("path", ["/etc/passwd", "/etc/shadow", "/boot", "/sys/kernel", "/run"])
    def test_shows_no_system_secret(self, kernel, path):
        assert kernel.run(f"import os; print(os.path.exists({path!r}))") == "False"

    @pytest.mark.parametrize("path", ["/var", "/srv", "/home", "/root"])
    def test_shows_only_the_path_to_the_interpreter(self, kernel, path):
        needed = map(Path, (sys.prefix, sys.base_prefix))
        way = sorted({folder.relative_to(path).parts[0] for folder in needed if folder.is_relative_to(path)})
        listed = kernel.run(f"import os; print(sorted(os.listdir({path!r})) if os.path.exists({path!r}) else [])")
        assert listed == str(way)

    @pytest.mark.parametrize("folder", ["/usr", "/", "/dev", "/opt/course", "/opt/course/course_utils", sys.prefix])
    def test_cannot_be_written(self, kernel, folder):
        assert kernel.attempt(f"open({folder!r} + '/mine', 'w')") in ("OSError", "PermissionError")

    def test_environment_is_not_passed_on(self, kernel):
        assert os.environ["COURSE_TEST_SECRET"] == SECRET  # there is something to find
        assert kernel.run("import os; print('COURSE_TEST_SECRET' in os.environ)") == "False"
        assert kernel.run(f"print({SECRET!r} in open('/proc/self/environ').read())") == "False"
        assert kernel.attempt("open('/proc/1/environ').read()") == "PermissionError"


class TestItsOwnSpace:
    def test_can_be_used(self, kernel):
        write = "path.write_text('hi'); print(path.read_text()); path.unlink()"
        assert kernel.run(f"import tempfile, pathlib; path = pathlib.Path(tempfile.mkdtemp(), 'x'); {write}") == "hi"
        assert kernel.run(f"path = pathlib.Path.home() / 'y'; {write}") == "hi"

    def test_is_limited_in_size(self, kernel):
        code = (
            "import glob, os\n"
            "try:\n    for i in range(30): open(f'/tmp/fill{i}', 'wb').write(bytes(4 << 20))\n"
            "except OSError as error: print(error.strerror)\n"
            "for name in glob.glob('/tmp/fill*'): os.unlink(name)"
        )
        assert kernel.run(code) == "No space left on device"

    def test_limits_the_size_of_a_file(self, kernel):
        assert kernel.run("open('/tmp/large', 'wb').write(bytes(9 << 20))").endswith("File too large")
        kernel.run("os.unlink('/tmp/large')")


class TestTheSocketFolder:
    def test_lets_the_kernel_connect_to_a_socket_of_the_grader(self, start, kernel_kind):
        listener = socket.socket(socket.AF_UNIX)

        def listen(folder):
            listener.bind(str(folder / "judge"))
            listener.listen()
            share_socket(str(folder / "judge"))

        one = start(before_start=listen, **kernel_kind)
        one.run(f"import socket; s = socket.socket(socket.AF_UNIX); s.connect({str(one.folder / 'judge')!r})")
        one.run("s.send(b'hello')")
        listener.settimeout(10)
        with listener, listener.accept()[0] as connection:
            assert connection.recv(5) == b"hello"

    def test_cannot_fill_the_disk(self, start, kernel_kind):
        one = start({"file_mb": 100, "tmp_mb": 100}, **kernel_kind)
        code = f"open({str(one.folder)!r} + '/x', 'wb').write(bytes(50 << 20)); import time; time.sleep(20)"
        if "zygote" not in kernel_kind or os.geteuid() == 0:  # see the `may_mount` of in_sandbox/first_process.py
            assert "Read-only file system" in one.run(code)
        else:
            assert "into the folder of the kernel's sockets" in one.end(code)


def test_the_home_inside_does_not_hide_a_real_home():
    # A user called student, with the environment in their home, had it covered by the sandbox's own.
    assert not any(is_below(HOME, folder) for folder in ("/home", "/root", "/usr", "/opt", "/srv", "/var", "/mnt"))
