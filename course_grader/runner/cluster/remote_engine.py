"""Stands in for an engine: grades each submission on one of a Dask cluster's workers.

Dask gives the submission of a worker that dies to another one, a limited number of times
(`distributed.scheduler.allowed-failures`), and gives up a worker that it no longer hears of
(`distributed.scheduler.worker-ttl`). A worker that answers, but does not finish, is given up here.
"""

from __future__ import annotations

import secrets
import threading
from concurrent.futures import CancelledError
from contextlib import ExitStack, suppress
from dataclasses import asdict, replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from nbformat import NotebookNode
from rich.console import Console

from course_grader.engine_options import DEFAULTS, EngineOptions
from course_grader.errors import CourseError, one_sentence
from course_grader.fingerprint import lab_fingerprint, libraries
from course_grader.grading.lab_limits import outer_seconds
from course_grader.notebooks import Lab
from course_grader.repair import Notes
from course_grader.results import GradedSubmission, OtherFiles
from course_grader.runner.cluster.attempts import Workers
from course_grader.runner.cluster.connection import connected
from course_grader.runner.cluster.messages import Answer, LabRequest, Work, pack, read_answer
from course_grader.runner.cluster.options import ClusterOptions
from course_grader.runner.cluster.worker import close_idle_engines, grade_on_worker
from course_grader.runner.deadline import NotGraded
from course_grader.terminal import say

if TYPE_CHECKING:
    from distributed import Client, Future

ATTEMPTS = 3
GRACE_SECONDS = 60.0  # beyond the worker's own limit, for a worker that has stopped counting
LOOK_SECONDS = 5.0  # how often a submission looks whether its worker still works on it
LEAVE_SECONDS = 5.0
GPU = "GPU"  # the name of Dask's resource: dask worker --resources GPU=1


class RemoteEngine:
    """Grades submissions of one lab on a cluster. A context manager; `grade` is thread-safe and waits for its turn."""

    def __init__(self, lab: Lab, cluster: ClusterOptions, console: Console, options: EngineOptions = DEFAULTS):
        self.lab = lab
        self._cluster = cluster
        self._console = console
        options = replace(options, gpu=options.gpu or lab.settings.gpu)
        self._request = LabRequest(
            lab=lab.name, fingerprint=lab_fingerprint(lab), libraries=libraries(), options=asdict(options),
            seconds=outer_seconds(lab.settings, options),
            topic=f"course-grader {secrets.token_hex(8)}",
        )  # fmt: skip
        self._resources = {GPU: 1} if options.gpu else {}
        self._workers = Workers()
        self._closed = threading.Event()
        self._said: set[str] = set()
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        """CourseError if there is no such cluster."""
        with ExitStack() as stack:
            self._client: Client = stack.enter_context(connected(self._cluster, self.lab.root))
            self._client.subscribe_topic(self._request["topic"], self._note_begin)
            stack.callback(self._leave)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def _leave(self) -> None:
        """Let the workers end their engines; not for long, since one may be frozen."""
        self._closed.set()
        asking = threading.Thread(target=self._end_engines, name="end of the workers' engines", daemon=True)
        asking.start()
        asking.join(LEAVE_SECONDS)

    def _end_engines(self) -> None:
        with suppress(Exception):  # the scheduler may be gone
            workers = self._workers.allowed(self._client.nthreads())
            if workers != []:
                self._client.run(close_idle_engines, workers=workers, wait=False, on_error="ignore")

    def _note_begin(self, event: tuple[float, Any]) -> None:
        self._workers.begin(event[1]["key"], event[1]["worker"])

    def grade(
        self, notebook: NotebookNode, student: str, seed: int, notes: Notes | None = None,
        files: OtherFiles | None = None,
    ) -> GradedSubmission:  # fmt: skip
        """The worker's result. NotGraded says why there is none; CourseError that no submission can be graded here."""
        work = pack(notebook, student, seed, notes or Notes(), files)
        tried: list[str] = []
        failure = ""
        while len(tried) < ATTEMPTS:
            answer = self._answer(work, tried)
            if "notebook" in answer:
                return read_answer(answer["notebook"], self.lab.name, student, seed)
            if "refused" in answer:
                self._avoid(answer["worker"], answer["refused"])
            else:
                failure = answer["failed"]
                tried.append(answer["worker"])
        raise NotGraded(f"{failure} It was tried {ATTEMPTS} times, on {', '.join(dict.fromkeys(tried))}.")

    def _answer(self, work: Work, tried: list[str]) -> Answer:
        """One attempt, on a worker that has not tried yet, if there is one."""
        answer = None
        try:
            while answer is None:
                key, workers = f"{self.lab.name}-{secrets.token_hex(8)}", self._allowed(tried)
                future = self._client.submit(
                    grade_on_worker, self._request, work, key, key=key, pure=False, resources=self._resources,
                    workers=workers,
                )  # fmt: skip
                answer = self._wait(future, key, workers)
            return answer
        except (NotGraded, CourseError):
            raise
        except (CancelledError, OSError) as error:
            raise self._lost(error) from error
        except Exception as error:
            raise NotGraded(_why_no_answer(error)) from error

    def _allowed(self, tried: list[str]) -> list[str] | None:
        allowed = self._workers.allowed(self._present(), tried)
        if allowed == []:
            reasons = self._workers.reasons()
            raise CourseError(f"no worker of the cluster can grade {self.lab.name}: {'; '.join(reasons)}")
        return allowed

    def _present(self) -> list[str]:
        """The workers that offer what the lab needs: to Dask, a list of others is an order to wait for ever."""
        workers = self._client.scheduler_info()["workers"]
        return [address for address, each in workers.items() if self._resources.keys() <= each["resources"].keys()]

    def _wait(self, future: Future[Answer], key: str, workers: list[str] | None) -> Answer | None:
        """The answer; None where those `workers` have left that it was meant for."""
        while not self._closed.is_set():
            try:
                return future.result(timeout=LOOK_SECONDS)
            except TimeoutError:
                present = self._present()
                if workers is not None and not set(workers) & set(present):
                    future.cancel(force=True)
                    return None
                if self._is_stuck(key, present):
                    return self._give_up(future, key)
                self._say_what_is_missing()
        raise NotGraded("Grading was stopped; earlier grades are kept.")

    def _is_stuck(self, key: str, present: list[str]) -> bool:
        """Not where the task has not begun, or its worker has left: Dask gives it to another one."""
        address, seconds = self._workers.seconds(key)
        return address in present and seconds > self._request["seconds"] + GRACE_SECONDS

    def _give_up(self, future: Future[Answer], key: str) -> Answer:
        address, seconds = self._workers.seconds(key)
        future.cancel(force=True)
        reason = f"it did not finish a submission within {seconds:.0f} s"
        self._avoid(address, reason)
        return Answer(worker=address, failed=f"A worker was given up: {reason}.")

    def _avoid(self, address: str, reason: str) -> None:
        if self._workers.avoid(address, reason):
            self._say(f"Worker {address} is left out: {reason}")

    def _say_what_is_missing(self) -> None:
        """Say, once, why nothing happens: jobs may wait in a queue for hours."""
        if not self._client.nthreads():
            self._say("Waiting for the cluster's first worker ...")
        elif not self._present():
            self._say(f"{self.lab.name} needs a GPU, and no worker offers one: start workers with --resources {GPU}=1")

    def _say(self, text: str) -> None:
        if text not in self._said:
            self._said.add(text)
            say(self._console, text)

    def _lost(self, error: BaseException) -> Exception:
        if self._closed.is_set():
            return NotGraded("Grading was stopped; earlier grades are kept.")
        return CourseError(f"the scheduler has ended ({one_sentence(error)}); what is graded is saved: run it again")


def _why_no_answer(error: Exception) -> str:
    from distributed import KilledWorker

    if isinstance(error, KilledWorker):
        times = error.allowed_failures + 1
        return f"{times} workers ended while they graded it, one after another; earlier grades are kept."
    return f"A worker could not grade it: {one_sentence(error)}"
