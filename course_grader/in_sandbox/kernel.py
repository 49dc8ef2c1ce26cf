"""The IPython kernel of one submission, run in a process that has given up everything else."""

from __future__ import annotations

import importlib
import os
import random
import sys
from collections.abc import Callable, Iterable

# What ipykernel imports only as it starts, too; but not its backend of matplotlib, which looks for a running kernel.
KERNEL_MODULES = (
    "ipykernel.kernelapp", "ipykernel.ipkernel", "ipykernel.zmqshell", "ipykernel.debugger",
    "IPython.core.completerlib", "IPython.extensions.storemagic", "course_grader.in_sandbox.kernel_class",
)  # fmt: skip
KERNEL_OPTIONS = (
    "--HistoryManager.hist_file=:memory:", "--log-level=CRITICAL",
    "--IPKernelApp.kernel_class=course_grader.in_sandbox.kernel_class.SandboxedKernel",
    "--IPKernelApp.outstream_class=course_grader.in_sandbox.kernel_class.BoundedStream",
)  # fmt: skip
FONT_CACHE = "/opt/cache/matplotlib"


def preload(imports: Iterable[str]) -> None:
    """Import modules by name; one that is missing is left to the notebook, where the error can be read."""
    for name in imports:
        try:
            importlib.import_module(name)
        except ImportError as error:
            print(f"could not preload {name}: {error}", file=sys.stderr)


def reseed(seed: int) -> None:
    """Seed random, and numpy and torch where they are imported."""
    random.seed(seed)
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed(seed % 2**32)
    if torch := sys.modules.get("torch"):
        torch.manual_seed(seed)


def silence() -> None:
    """Nothing a kernel prints outside its own channels reaches a file or terminal of ours."""
    null = os.open("/dev/null", os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.close(null)


def link_font_cache() -> None:
    """Let matplotlib find the host's list of fonts in its usual place, which it wants to be writable."""
    if os.path.isdir(FONT_CACHE):
        folder = os.path.expanduser("~/.cache/matplotlib")
        os.makedirs(folder)
        for name in os.listdir(FONT_CACHE):
            os.symlink(f"{FONT_CACHE}/{name}", f"{folder}/{name}")


def run_kernel(job: dict, before_first_cell: Callable[[], None] = lambda: None) -> None:
    """Serve the kernel until it is shut down; `before_first_cell` runs when its sockets are bound."""
    from ipykernel.kernelapp import IPKernelApp

    link_font_cache()
    preload(job["imports"])
    silence()
    app = IPKernelApp.instance()
    app.initialize(["-f", job["connection_file"], *KERNEL_OPTIONS])
    before_first_cell()
    reseed(job["seed"])  # the kernel itself has drawn numbers
    app.start()
