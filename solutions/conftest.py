"""How nbval starts kernels: several at the same moment must not get in each other's way, and one that dies says why."""

import atexit
import os
import shutil
import tempfile

import nbval.kernel
from jupyter_client.manager import KernelManager


def pytest_configure(config):
    directory = tempfile.mkdtemp(prefix="nbval-")
    atexit.register(shutil.rmtree, directory, ignore_errors=True)  # xdist's workers do not unconfigure pytest
    # The first kernels of a new user would all create the same profile and history.
    os.environ["IPYTHONDIR"] = os.path.join(directory, "ipython")

    class SeparateKernelManager(KernelManager):
        def __init__(self, **settings):
            # Free TCP ports are chosen before the kernel binds them, and another process may be faster.
            if os.name == "posix":
                settings |= {"transport": "ipc", "ip": os.path.join(tempfile.mkdtemp(dir=directory), "kernel")}
            super().__init__(**settings)

        def start_kernel(self, **settings):
            settings.pop("stderr").close()  # nbval discards it; pytest shows it where a notebook fails
            return super().start_kernel(**settings)

    nbval.kernel.KernelManager = SeparateKernelManager
