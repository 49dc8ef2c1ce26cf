"""The IPython kernel of one submission, run in a confined process."""

from __future__ import annotations

import importlib
import os
import random
import sys
from collections.abc import Callable, Iterable

# Includes what ipykernel imports only when it starts, but not its matplotlib backend, which needs a running kernel.
KERNEL_MODULES = (
    "ipykernel.kernelapp", "ipykernel.ipkernel", "ipykernel.zmqshell", "ipykernel.debugger",
    "IPython.core.completerlib", "IPython.extensions.storemagic", "course_grader.in_sandbox.kernel_class",
)  # fmt: skip
KERNEL_OPTIONS = (
    "--HistoryManager.hist_file=:memory:", "--log-level=CRITICAL",
    "--IPKernelApp.kernel_class=course_grader.in_sandbox.kernel_class.SandboxedKernel",
    "--IPKernelApp.outstream_class=course_grader.in_sandbox.kernel_class.BoundedStream",
)  # fmt: skip
SERVE_JUDGE = "# Answer the judge at "  # before its path: not code, which names and hooks of a notebook could change
FONT_CACHE = "/opt/cache/matplotlib"
FILES = "files"  # beside the connection file: a folder with the submission's other files


def preload(imports: Iterable[str]) -> None:
    """Import modules by name. A missing one is skipped: the notebook's own import will show the error."""
    for name in imports:
        try:
            importlib.import_module(name)
        except ImportError as error:
            print(f"could not preload {name}: {error}", file=sys.stderr)


def reseed(seed: int) -> None:
    """Seed random, and numpy and torch if they are imported."""
    random.seed(seed)
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed(seed % 2**32)
    if torch := sys.modules.get("torch"):
        torch.manual_seed(seed)


def discard_output() -> None:
    """Discard what a kernel prints outside its own channels, so that it cannot reach the grader's files or terminal."""
    null = os.open("/dev/null", os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.close(null)


def link_font_cache() -> None:
    """Link the host's list of fonts into matplotlib's cache folder, which must be writable."""
    if os.path.isdir(FONT_CACHE):
        folder = os.path.expanduser("~/.cache/matplotlib")
        os.makedirs(folder)
        for name in os.listdir(FONT_CACHE):
            os.symlink(f"{FONT_CACHE}/{name}", f"{folder}/{name}")


def link_files(folder: str) -> None:
    """Link a submission's other files into the notebook's working folder; they are read-only."""
    if os.path.isdir(folder):
        for name in os.listdir(folder):
            os.symlink(f"{folder}/{name}", name)


def run_kernel(job: dict, before_first_cell: Callable[[], None] = lambda: None) -> None:
    """Run the kernel until it is shut down; `before_first_cell` is called once its sockets are bound."""
    from ipykernel.kernelapp import IPKernelApp

    if job.get("gpu"):  # CUDA reads it when it starts, in this process
        os.environ["CUDA_VISIBLE_DEVICES"] = job["gpu"]
    link_font_cache()
    link_files(f"{os.path.dirname(job['connection_file'])}/{FILES}")
    preload(job["imports"])
    discard_output()
    app = IPKernelApp.instance()
    app.initialize(["-f", job["connection_file"], *KERNEL_OPTIONS])
    before_first_cell()
    reseed(job["seed"])  # starting the kernel has drawn random numbers
    app.start()
