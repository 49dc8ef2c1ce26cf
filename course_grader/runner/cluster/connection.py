"""Opens a Dask client: of a scheduler that runs already, or of a cluster that is started for this run.

TLS is Dask's: `distributed.comm.tls` in its configuration, for a `tls://` address. Batch jobs get certificates for this
run alone.
"""

from __future__ import annotations

import logging
import shlex
import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course_grader.errors import CourseError, one_sentence, to_install
from course_grader.runner.cluster.options import FOLDER_VARIABLE, JOB_QUEUES, LOCAL, ClusterOptions

if TYPE_CHECKING:
    from distributed import Client

CONNECT_SECONDS = 30
# These loggers report errors that we retry or report ourselves. Dask sets their levels when it is imported.
NOISY = ("distributed", "distributed.client", "tornado.application", "asyncio")


def prepare(options: ClusterOptions) -> None:
    """Import Dask, in the main thread: dask_jobqueue replaces the handler of Ctrl-C. CourseError if it is missing."""
    if find_spec("distributed") is None:
        raise CourseError(f"grading on a cluster needs dask.distributed: {to_install('cluster')}")
    import distributed  # noqa: F401

    for name in NOISY:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    if options.scheduler is not None or options.kind == LOCAL:
        return
    if find_spec("dask_jobqueue") is None:
        raise CourseError(f"--cluster {options.kind} needs dask_jobqueue: {to_install('cluster')}")
    before = signal.getsignal(signal.SIGINT)
    import dask_jobqueue  # noqa: F401

    signal.signal(signal.SIGINT, before)


@contextmanager
def connected(options: ClusterOptions, course: Path) -> Iterator[Client]:
    """A client, after `prepare`. course: the folder that new workers use. CourseError says what did not answer."""
    if options.scheduler is None:
        with _started(options, course) as cluster, closing(_client(address=cluster)) as client:
            yield client
    else:
        with closing(_client_of(options.scheduler)) as client:
            yield client


def _client(**where: Any) -> Client:
    """One that may be closed in another thread than the one that opened it."""
    from distributed import Client

    return Client(**where, timeout=CONNECT_SECONDS, set_as_default=False)


def _client_of(scheduler: str) -> Client:
    _expect_certificates(scheduler)
    where = {"scheduler_file": scheduler} if Path(scheduler).is_file() else {"address": scheduler}
    try:
        return _client(**where)
    except (OSError, ValueError) as error:
        raise CourseError(
            f"no scheduler at {scheduler}: expected an address such as tls://host:8786 or a scheduler file "
            f"({one_sentence(error)})"
        ) from None


def _expect_certificates(scheduler: str) -> None:
    from distributed import Security

    if scheduler.startswith("tls://") and Security().get_connection_args("client")["ssl_context"] is None:
        raise CourseError(
            f"no certificates for {scheduler}: set distributed.comm.tls in Dask's configuration, as on the scheduler "
            "(docs/scaling.md)"
        )


@contextmanager
def _started(options: ClusterOptions, course: Path) -> Iterator[Any]:
    """A cluster with the jobs that were asked for; a job that ends before the run is replaced."""
    try:
        cluster = _make_cluster(options, course.resolve())
    except (TypeError, ValueError, OSError) as error:
        raise CourseError(f"the {options.kind} cluster could not be started: {one_sentence(error)}") from None
    with closing(cluster):
        if options.kind != LOCAL:
            cluster.adapt(minimum_jobs=options.jobs, maximum_jobs=options.jobs)
        yield cluster


def _make_cluster(options: ClusterOptions, course: Path) -> Any:
    if options.kind == LOCAL:
        from distributed import LocalCluster

        defaults: dict[str, Any] = {"n_workers": options.jobs, "dashboard_address": None}
        if options.arguments.get("processes", True):  # threads of this process have its environment
            defaults["env"] = {FOLDER_VARIABLE: str(course)}
        return LocalCluster(**{**defaults, **options.arguments})
    import dask_jobqueue

    return getattr(dask_jobqueue, JOB_QUEUES[options.kind])(**job_arguments(options, course))


def job_arguments(options: ClusterOptions, course: Path) -> dict[str, Any]:
    """Arguments of a class of dask_jobqueue: the options', and what they and Dask's configuration leave out.

    Connections are encrypted, so there is no dashboard, which would not be. Jobs are told where the course is; a
    prologue may tell them otherwise.
    """
    from dask import config

    def given(name: str, default: Any) -> Any:
        configured = config.get(f"jobqueue.{options.kind}.{name.replace('_', '-')}", None)
        return options.arguments.get(name, configured) or default

    return {
        "security": True,
        **options.arguments,
        "scheduler_options": {"dashboard": False, "dashboard_address": "127.0.0.1:0", **given("scheduler_options", {})},
        "job_script_prologue": [
            f"export {FOLDER_VARIABLE}={shlex.quote(str(course))}",
            *given("job_script_prologue", []),
        ],
    }
