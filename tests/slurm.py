"""A temporary Slurm cluster of one node, this machine, for tests: Debian's `slurm-wlm` and `munge`."""

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.dask_cluster import wait_until
from tests.ports import free_ports

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch")
ADMINISTRATORS = "/usr/sbin:/sbin"  # where Debian keeps the daemons
QUEUE = "compute"
CONFIGURATION = """\
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
SlurmUser={user}
SlurmdUser={user}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
NodeName={host} NodeAddr=127.0.0.1 CPUs={processors} RealMemory={memory} State=UNKNOWN
PartitionName={queue} Nodes=ALL Default=YES State=UP
"""


def missing_programs():
    """Those of Slurm's programs that this machine does not have."""
    return [name for name in PROGRAMS if not find_program(name)]


def find_program(name):
    return shutil.which(name, path=f"{os.environ['PATH']}:{ADMINISTRATORS}")


@contextmanager
def one_node():
    """SLURM_CONF, for the environment of Slurm's commands, while the daemons run as this user."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:  # a socket needs a short path
        folder = Path(name)
        configuration = write_configuration(folder)
        key = folder / "munge.key"
        key.write_bytes(secrets.token_bytes(128))
        key.chmod(0o600)
        files = [f"--{kind}-file={folder}/munge.{kind}" for kind in ("key", "pid", "log", "seed")]
        start(stack, folder, "munged", "--foreground", "--force", f"--socket={folder}/munge.socket", *files)
        wait_until((folder / "munge.socket").exists)
        for daemon in ("slurmctld", "slurmd"):
            start(stack, folder, daemon, "-D", "-f", configuration)
        wait_until(lambda: asked(configuration, "sinfo", "--noheader", "--format=%T") == "idle")
        yield str(configuration)


def write_configuration(folder):
    for part in ("state", "spool"):
        (folder / part).mkdir()
    path = folder / "slurm.conf"
    node = {"host": socket.gethostname().split(".")[0], "processors": os.cpu_count(), "memory": 4000}
    path.write_text(CONFIGURATION.format(folder=folder, user=folder.owner(), queue=QUEUE, ports=free_ports(2), **node))
    return path


def start(stack, folder, name, *options):
    with open(folder / f"{name}.output", "w") as output:
        process = subprocess.Popen([find_program(name), *map(str, options)], stdout=output, stderr=output)
    stack.callback(process.wait)
    stack.callback(process.terminate)


def asked(configuration, command, *options):
    """What a command of Slurm's prints."""
    environment = os.environ | {"SLURM_CONF": str(configuration)}
    return subprocess.run([command, *options], env=environment, capture_output=True, text=True).stdout.strip()
