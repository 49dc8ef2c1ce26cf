"""How nbval starts kernels: several at the same moment must not get in each other's way, and one that dies says why."""

import os
import tempfile

import nbval.kernel
from jupyter_client.manager import KernelManager


class SeparateKernelManager(KernelManager):
    """Starts kernels that share nothing with a kernel of another process."""

    def __init__(self, **settings):
        self._sockets = tempfile.TemporaryDirectory(prefix="nbval-")
        # Free TCP ports are chosen before the kernel binds them, and another process may be faster.
        if os.name == "posix":
            settings |= {"transport": "ipc", "ip": os.path.join(self._sockets.name, "kernel")}
        super().__init__(**settings)

    def start_kernel(self, **settings):
        settings.pop("stderr").close()  # nbval discards it; pytest shows it where a notebook fails
        return super().start_kernel(**settings)


def pytest_configure(config):
    # The first kernels of a new user would all create the same profile and history.
    directory = tempfile.TemporaryDirectory(prefix="ipython-")
    config.add_cleanup(directory.cleanup)
    os.environ["IPYTHONDIR"] = directory.name
    nbval.kernel.KernelManager = SeparateKernelManager
