"""The sandbox of an ordinary user works, too: if the tests run as root, these become an ordinary user."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
UID = "12345"


def opened(paths, scratch):
    """Shell lines that make `paths` accessible to everyone: empty folders replace those that only root may enter."""
    closed = {}
    for path in map(Path, paths):
        above = next((p for p in reversed(path.parents) if not p.stat().st_mode & 0o001), None)
        if above:
            closed.setdefault(above, []).append(path)
    lines = ["set -e", "mount --make-rprivate /"]
    for above, below in closed.items():
        lines += [f"mkdir {scratch}/{i} && mount --bind {path} {scratch}/{i}" for i, path in enumerate(below)]
        lines += [f"mount -t tmpfs -o mode=755 tmpfs {above}"]
        lines += [f"mkdir -p {path} && mount --bind {scratch}/{i} {path}" for i, path in enumerate(below)]
    return "\n".join([*lines, f'exec setpriv --reuid {UID} --regid {UID} --clear-groups "$@"'])


SCRIPT = """
import os, sys
sys.path.insert(0, {tests!r})
from conftest import SMALL, Kernel
from course_grader.sandbox import Limits, Zygote

assert os.getuid() == {uid}
with Zygote([]) as zygote:
    for options in ({{"zygote": zygote}}, {{}}):
        kernel = Kernel(limits=Limits(**SMALL), **options)
        print(kernel.run("import os; print(os.getuid(), os.path.exists({tests!r}), os.path.exists('/etc/passwd'))"))
        print(kernel.attempt("open('/proc/1/mem', 'rb')"), kernel.attempt("open('/proc/1/mem', 'r+b')") != "succeeded")
        print(kernel.attempt("open('/proc/self/oom_score_adj', 'w')"))
        print(kernel.attempt("__import__('socket').socket(40)"))
        print([line.split()[1] for line in kernel.run("print(open('/proc/self/status').read())").splitlines()
               if line.startswith(("CapEff", "NoNewPrivs", "Seccomp:"))])
        print(kernel.attempt("while True: os.fork() or __import__('time').sleep(9)"))
        kernel.close()
        kernel = Kernel(limits=Limits(**SMALL), **options)
        print(kernel.end("m = __import__('mmap').mmap(-1, 2 << 30)\\nfor i in range(0, 2 << 30, 4096): m[i] = 1")[:7])
        kernel.close()
print([name for name in os.listdir(os.environ["TMPDIR"]) if name.startswith("course")])
"""
EXPECTED = """\
1000 False False
PermissionError True
OSError
PermissionError
['0000000000000000', '1', '2']
BlockingIOError
memory:
"""


@pytest.fixture
def as_ordinary_user():
    """Runs Python code as a user that is not root and may write to TMPDIR."""
    if os.geteuid() != 0:
        pytest.skip("not root: all tests of the sandbox run as an ordinary user already")
    if not shutil.which("unshare") or not shutil.which("setpriv"):
        pytest.skip("needs unshare and setpriv: sudo apt-get install util-linux")
    with tempfile.TemporaryDirectory(dir="/tmp") as scratch:  # pytest's own folders are closed to other users
        os.chmod(scratch, 0o777)
        become_user = opened({sys.base_prefix, sys.prefix, str(ROOT)}, scratch)
        environment = {"PATH": os.environ["PATH"], "TMPDIR": scratch, "HOME": scratch, "PYTHONPATH": str(ROOT)}

        def run(code):
            command = ["unshare", "--mount", "bash", "-c", become_user, "bash", sys.executable, "-c", code]
            done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120)
            assert done.returncode == 0, done.stderr
            return done.stdout

        yield run


def test_the_sandbox_also_works_for_an_ordinary_user(as_ordinary_user):
    code = SCRIPT.format(tests=str(Path(__file__).parent), uid=UID)
    assert as_ordinary_user(code) == EXPECTED * 2 + "[]\n"
