"""A JupyterLab server and a headless Chromium of our own, each with nothing of the user's settings."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from tests.ports import free_ports

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SETTINGS = {
    # JupyterLab draws only the cells near the view by default; a test reads them all.
    "notebook-extension/tracker": {"windowingMode": "none"},
    # Its question about news would lie over the page, and asking for updates needs a network.
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}


@contextlib.contextmanager
def jupyterlab(folder: Path, home: Path, token: str, seconds: float = 60) -> Iterator[str]:
    """Serve `folder` on 127.0.0.1 while the block lasts, from inside of it; gives its address.

    Settings, runtime files and IPython's history go under `home`. RuntimeError with the server's log when it has not
    answered within `seconds`.
    """
    for name, values in SETTINGS.items():
        file = home / "lab" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values), encoding="utf-8")
    (port,) = free_ports(1)
    log = home / "server.log"
    with log.open("w") as stream:
        server = subprocess.Popen(
            _command(folder, port), cwd=folder, env=_environment(home, token), stdout=stream, stderr=stream
        )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(f"{url}/api/status", token, server, log, seconds)
        yield url
    finally:
        server.terminate()  # the server shuts its kernels down
        server.wait(timeout=30)


def stop_kernels(url: str, token: str) -> None:
    """Shut down every kernel of the server at `url`, so that tests do not add up their memory."""
    for session in json.load(_request(f"{url}/api/sessions", token)):
        _request(f"{url}/api/sessions/{session['id']}", token, method="DELETE").close()


def _request(url: str, token: str, method: str = "GET") -> http.client.HTTPResponse:
    return urllib.request.urlopen(
        urllib.request.Request(url, headers={"Authorization": f"token {token}"}, method=method), timeout=30
    )


def _command(folder: Path, port: int) -> list[str]:
    options = [f"--ServerApp.root_dir={folder}", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    root = ["--allow-root"] if os.geteuid() == 0 else []
    return [sys.executable, "-m", "jupyterlab", "--no-browser", "--ServerApp.ip=127.0.0.1", *options, *root]


def _environment(home: Path, token: str) -> dict[str, str]:
    own = {
        "JUPYTER_TOKEN": token,
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "lab"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "IPYTHONDIR": str(home / "ipython"),
        "OMP_NUM_THREADS": "1",
    }
    return {**os.environ, **own}


def _wait_for(url: str, token: str, server: subprocess.Popen, log: Path, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and server.poll() is None:
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            _request(url, token).close()
            return
        time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not answer at {url} within {seconds:.0f} s; its log:\n{log.read_text()}")
