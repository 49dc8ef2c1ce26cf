"""A temporary PostgreSQL server for tests, on a unix socket, run by an unprivileged user."""

import os
import secrets
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

from tests.dask_cluster import wait_until

DEBIAN = Path("/usr/lib/postgresql")  # Debian keeps the server's programs out of PATH
USER = "course"


def find_program(name):
    """Path of one of the server's programs, or None."""
    newest = sorted(DEBIAN.glob(f"*/bin/{name}"), key=lambda path: float(path.parent.parent.name), reverse=True)
    return next(iter(newest), None) or shutil.which(name)


def new_database(url):
    """The URL of a new, empty database on the server at `url`."""
    from sqlalchemy import create_engine, text

    name = f"course_{secrets.token_hex(4)}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return url.replace("/postgres?", f"/{name}?")


@contextmanager
def server():
    """The URL of a server's first database, for SQLAlchemy."""
    with tempfile.TemporaryDirectory() as folder:  # a socket needs a short path
        run = {"cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            owner = {"user": "nobody", "group": "nogroup"}
            shutil.chown(folder, **owner)
            run |= {**owner, "extra_groups": []}
        data = f"{folder}/data"
        subprocess.run([find_program("initdb"), "-D", data, "-U", USER, "-A", "trust", "--no-sync"], check=True, **run)
        process = subprocess.Popen(
            [find_program("postgres"), "-D", data, "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off"], **run
        )
        try:
            wait_until(lambda: Path(folder, ".s.PGSQL.5432").exists())
            yield f"postgresql:///postgres?host={folder}&user={USER}"
        finally:
            process.terminate()
            process.wait(30)
