"""Real kernels for the tests: forked from one zygote, in fresh sandboxes, or one after the other."""

import asyncio
import os
import time
from queue import Empty

import pytest

from course_grader.sandbox import Limits, SandboxUnavailable, Zygote, check, start_kernel_manager

SMALL = {"memory_mb": 900, "tmp_mb": 24, "file_mb": 8, "processes": 48, "wall_seconds": 60}
SECRET = "a-secret-of-the-grader"


ATTEMPT = """
try:
    {code}
except Exception as error:
    print(type(error).__name__)
else:
    print("succeeded")
"""


class Kernel:
    """A kernel that tests can use without await."""

    def __init__(self, before_start=None, **options):
        self.loop = asyncio.new_event_loop()
        try:
            self._start(before_start, options)
        except BaseException:
            self.loop.close()
            raise

    def _start(self, before_start, options):
        self.manager, self.folder = start_kernel_manager(**options)
        if before_start:
            before_start(self.folder)
        self.wait(self.manager.start_kernel())
        self.client = self.manager.client()
        self.client.start_channels()
        try:
            self.wait(self.client.wait_for_ready(timeout=60))
        except RuntimeError as error:
            reason = self.manager.provisioner.death_reason
            self.close()
            raise AssertionError(reason) from error

    def wait(self, awaitable):
        return self.loop.run_until_complete(awaitable)

    def run(self, code):
        """What a cell prints, followed by its exception's name and text if it raises one."""
        seen = []

        def note(message):
            content = message["content"]
            error = f"{content['ename']}: {content['evalue']}" if "ename" in content else ""
            seen.append(content.get("text", error))
            self.displayed.update(content.get("data", {}))

        self.displayed = {}
        self.wait(self.client.execute_interactive(code, timeout=60, output_hook=note))
        return "".join(seen).strip()

    def attempt(self, code):
        """The name of the exception that one statement raises, or "succeeded"."""
        return self.run(ATTEMPT.format(code=code))

    def end(self, code, seconds=40):
        """Run a cell that ends the kernel; returns why it died."""
        self.client.execute(code)
        deadline = time.monotonic() + seconds
        while self.wait(self.manager.is_alive()):
            assert time.monotonic() < deadline, f"the kernel is still alive after {seconds} s"
            self.wait(asyncio.sleep(0.05))
        return self.manager.provisioner.death_reason

    def begin(self, code):
        """Start a cell and return when it has printed something."""
        self.request = self.client.execute(code, stop_on_error=False)
        while self.wait(self.client.get_iopub_msg(timeout=60))["msg_type"] != "stream":
            pass

    def reply(self, seconds):
        """The content of the reply to that cell, or None if none arrives in that time."""
        try:
            while (message := self.wait(self.client.get_shell_msg(timeout=seconds)))["parent_header"]:
                if message["parent_header"]["msg_id"] == self.request:
                    return message["content"]
        except Empty:
            return None

    def close(self):
        self.client.stop_channels()
        self.wait(self.manager.shutdown_kernel(now=True))
        self.loop.close()


@pytest.fixture(scope="session", autouse=True)
def sandbox_here():
    try:
        check()
    except SandboxUnavailable as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def zygote(sandbox_here):
    os.environ["COURSE_TEST_SECRET"] = SECRET
    with Zygote(["torch", "matplotlib.pyplot"], Limits(**SMALL)) as zygote:
        yield zygote


@pytest.fixture(scope="session", params=["zygote", "fresh"])
def kernel(request, zygote):
    """One kernel of each kind, with os, pathlib and socket imported, for tests that do not change it."""
    kernel = Kernel(limits=Limits(**SMALL), zygote=zygote if request.param == "zygote" else None)
    kernel.run("import os, pathlib, socket")
    yield kernel
    kernel.close()


@pytest.fixture
def shown(tmp_path):
    """A folder that the sandbox's user may read if it is mounted."""
    tmp_path.chmod(0o755)
    return tmp_path


@pytest.fixture(params=["zygote", "fresh"])
def kernel_kind(request):
    """Options of `start` for either kind of kernel."""
    return {"zygote": None} if request.param == "fresh" else {}


@pytest.fixture
def start(zygote):
    """Starts kernels from the zygote (or fresh ones: zygote=None) that end with the test."""
    started = []

    def start_one(limits=None, **options):
        options.setdefault("zygote", zygote)
        started.append(Kernel(limits=Limits(**{**SMALL, **(limits or {})}), **options))
        return started[-1]

    yield start_one
    for one in started:
        if not one.loop.is_closed():
            one.close()
