"""The bubblewrap command line of a sandbox: namespaces, mounts, environment."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from typing import Any

from course_grader.in_sandbox.namespaces import HOME, HOME_MB
from course_grader.sandbox.limits import MB, Limits
from course_grader.sandbox.mounts import COURSE, file_arguments, parents
from course_grader.sandbox.program import find_bubblewrap

# One thread: submissions run in parallel, and a process that has used OpenMP threads cannot be forked.
ENVIRONMENT = {
    "HOME": HOME, "USER": "student", "LOGNAME": "student", "LANG": "C.UTF-8", "TMPDIR": "/tmp", "TERM": "dumb",
    "PYTHONPATH": COURSE, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0", "PYTHONUNBUFFERED": "1",
    "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "NUMEXPR_NUM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false", "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1", "PYTORCH_NVML_BASED_CUDA_CHECK": "1",
}  # fmt: skip
# If the host runs out of memory, Linux kills the sandbox before the grader. Set from outside, since a kernel must not
# be able to change it: any process may lower what it has raised itself, unless its /proc is read-only.
KILLED_FIRST = ("/bin/sh", "-c", 'echo 500 2>/dev/null >/proc/self/oom_score_adj; exec "$@"', "sh")


def unprivileged_uid() -> int | None:
    """The user that a sandbox started by root switches to; None for an ordinary user, who gets a user namespace.

    Drawn from the range of systemd's dynamic users, so that the limit on processes counts each sandbox separately.
    """
    return random.SystemRandom().randrange(61184, 65520) if os.geteuid() == 0 else None


def launch(
    module: str,
    job: Mapping[str, Any],
    writable: str,
    limits: Limits,
    *,
    read_only: Iterable[str] = (),
    devices: Iterable[str] = (),
    environment: Mapping[str, str] | None = None,
    writable_proc: bool = False,
    **options: Any,
) -> subprocess.Popen:
    """Start `python -m module JOB` in a fresh sandbox and return bubblewrap's process.

    job["uid"]: the user to switch to, which the module does itself. writable: the only folder shared with the host.
    devices: files in /dev besides the usual ones. writable_proc: only for our own code, since /proc contains
    oom_score_adj. options: arguments of Popen.
    """
    arguments = _arguments(job["uid"], writable, limits, read_only, devices, environment or {})
    if not writable_proc:
        arguments += ["--remount-ro", "/proc"]
    with tempfile.TemporaryFile() as file:  # hundreds of arguments would clutter the output of ps
        file.write(b"".join(os.fsencode(argument) + b"\0" for argument in arguments))
        file.seek(0)
        command = [*KILLED_FIRST, find_bubblewrap(), "--args", str(file.fileno()), "--"]
        command += [sys.executable, "-m", module, json.dumps(job)]
        descriptors = (file.fileno(), *options.pop("pass_fds", ()))
        return subprocess.Popen(command, env={}, cwd="/", start_new_session=True, pass_fds=descriptors, **options)


def _arguments(
    uid: int | None,
    writable: str,
    limits: Limits,
    read_only: Iterable[str],
    devices: Iterable[str],
    environment: Mapping[str, str],
) -> list[str]:
    arguments = ["--unshare-ipc", "--unshare-pid", "--unshare-uts", "--unshare-net", "--unshare-cgroup-try"]
    # Process 1 inside is then our module, which drops all its rights, and not bwrap.
    arguments += ["--as-pid-1", "--die-with-parent", "--new-session", "--hostname", "sandbox", "--clearenv"]
    if uid is None:
        arguments += ["--unshare-user", "--uid", "1000", "--gid", "1000"]
    else:
        for capability in ("CAP_SETUID", "CAP_SETGID", "CAP_SYS_ADMIN"):  # for user and mounts; the module drops them
            arguments += ["--cap-add", capability]
    arguments += ["--proc", "/proc", "--dev", "/dev"]
    for device in devices:
        arguments += ["--dev-bind", device, device]
    for folder, megabytes in (("/dev/shm", limits.tmp_mb), ("/tmp", limits.tmp_mb), (HOME, HOME_MB)):
        arguments += ["--perms", "1777", "--size", str(megabytes * MB), "--tmpfs", folder]
    arguments += file_arguments(read_only) + [*parents(writable), "--bind", writable, writable]
    arguments += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", HOME]
    path = f"{os.path.dirname(sys.executable)}:/usr/bin:/bin"
    for name, value in {**ENVIRONMENT, "PATH": path, **environment}.items():
        arguments += ["--setenv", name, value]
    return arguments


def probe() -> subprocess.CompletedProcess:
    """Run Python once in a sandbox, as the user that a kernel would have, and return the finished process."""
    job = {"uid": unprivileged_uid(), "rlimits": Limits().rlimits()}
    with tempfile.TemporaryDirectory() as folder:
        module = "course_grader.in_sandbox.confine"
        process = launch(
            module, job, folder, Limits(), text=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )  # fmt: skip
        _, stderr = process.communicate(timeout=60)
    return subprocess.CompletedProcess(process.args, process.returncode, "", stderr)
