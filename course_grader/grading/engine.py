"""The engine that grades one lab. Its submissions share a judge and a zygote, the process that kernels fork from."""

from __future__ import annotations

import asyncio
import copy
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from nbformat import NotebookNode

from course_grader.engine_options import DEFAULTS, EngineOptions
from course_grader.errors import CourseError
from course_grader.grading.extra_checks import Diagnoser
from course_grader.grading.lab_limits import limits_of, with_options
from course_grader.grading.needed_cells import given_sources
from course_grader.grading.notebook_run import NotebookRun, fail_closed
from course_grader.grading.parts import PartLost, Parts, SharedParts
from course_grader.grading.record import write_record
from course_grader.in_sandbox import start_signal
from course_grader.judge.launcher import JudgeError, JudgeSession
from course_grader.kernel_client import StartListener, StudentKernel
from course_grader.notebooks import Lab, is_experiment, is_given_cell
from course_grader.repair import Notes, clean_content
from course_grader.results import GradedSubmission, OtherFiles, Phases
from course_grader.sandbox import SandboxUnavailable, check, share_socket, show_files, start_kernel_manager
from course_grader.sandbox.manager import SandboxKernelManager
from course_grader.threads import in_daemon_thread, to_daemon_thread
from course_utils.seeds import derive_seed

ATTEMPTS = 3  # at one submission, where a process of the grader is lost
SESSION = "the judge's process for it"


@dataclass
class Attempt:
    """One attempt at grading a submission."""

    graded: GradedSubmission
    files: OtherFiles | None
    parts: Parts
    kernels: list[SandboxKernelManager] = field(default_factory=list)

    @property
    def lost(self) -> str:
        """Which process of the grader has ended; empty if none has."""
        return self.parts.lost or ("a kernel's supervisor" if any(kernel.is_lost for kernel in self.kernels) else "")


class Engine:
    """Grades the submissions of one lab. The zygote and the judge start once; `grade` is thread-safe.

    If something ends one of them, or the supervisor of a kernel, the submissions that this concerned are graded again.

    diagnoser: without one, no answer is compared with the lab's misconceptions. phases: where it notes how it starts.
    """

    def __init__(
        self,
        lab: Lab,
        options: EngineOptions = DEFAULTS,
        *,
        diagnoser: Diagnoser | None = None,
        phases: Phases | None = None,
    ):
        self.lab = lab
        self.options = options
        self._given = frozenset() if options.run_all else given_sources(lab.reference())
        self.settings = with_options(lab.settings, options)
        self.gpu = options.gpu or lab.settings.gpu
        self.limits = limits_of(self.settings, self.gpu)
        self._diagnoser = diagnoser
        self._phases = Phases() if phases is None else phases
        self._parts = SharedParts(lab, self.limits, options.sandbox, self.gpu, self._phases, options.profile)

    def __enter__(self) -> Self:
        """Raises SandboxUnavailable, which says what to install, or CourseError if the reference fails."""
        if self.options.sandbox:
            check()
        with ExitStack() as started:
            started.callback(self._parts.close)
            recorded = in_daemon_thread(self._prepare_diagnoser)  # beside the imports of the others
            try:
                self._parts.get()
            finally:
                recorded.result()  # now, since it may take longer than a submission may
            if self.options.profile != "cpu":
                self._expect_profile()
            started.pop_all()
        return self

    def _prepare_diagnoser(self) -> None:
        if self._diagnoser is not None:
            with self._phases.during("recording misconceptions"):
                self._diagnoser.prepare()

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._parts.close()

    def _expect_profile(self) -> None:
        """CourseError if the reference has problems in this profile: data or models are missing here."""
        notebook = self.lab.reference()
        notebook.cells = [cell for cell in notebook.cells if not is_experiment(cell)]
        graded = self.grade(notebook, "reference", 0)
        problems = [*graded.messages, *_errors_of_the_given(graded.notebook)]
        if problems or graded.score < graded.max_score:
            profile = self.options.profile
            points = f"{graded.score:g} of {graded.max_score:g} points"
            raise CourseError(
                f"in profile {profile} the reference itself gets {points} ({' '.join(problems)}). Are its "
                f"data and models in the caches? Run its notebook once with COURSE_PROFILE={profile}"
            )

    def grade(
        self,
        notebook: NotebookNode,
        student: str,
        seed: int,
        notes: Notes | None = None,
        files: OtherFiles | None = None,
    ) -> GradedSubmission:
        """Run and judge one repaired submission, which contains the lab's own test cells.

        The tests' random inputs depend on `seed` and the student's name only. The problems in `notes` become part of
        the result; a submission that they call unreadable is not run. Its cells can read `files`. Raises PartLost if
        processes of the grader were lost again and again.
        """
        notes = notes or Notes()
        graded = GradedSubmission(student, self.lab.name, seed, notebook, messages=list(notes.problems))
        graded.needs_review, graded.ran = notes.needs_review, not notes.unreadable
        if graded.ran:
            self._run(graded, files)
            clean_content(graded.notebook)  # its outputs come from the student's kernel
        else:
            fail_closed(graded)
            write_record(graded)
        return graded

    def _run(self, graded: GradedSubmission, files: OtherFiles | None) -> None:
        """Fill `graded`, from a copy: after an attempt that says nothing about the submission, it starts afresh."""
        for number in range(1, ATTEMPTS + 1):
            attempt = Attempt(copy.deepcopy(graded), files, self._parts.get())
            lost = self._try(attempt)
            if not lost or (lost == SESSION and number > 1):  # what happens twice may be the submission's own doing
                vars(graded).update(vars(attempt.graded))
                return
        raise PartLost(f"{lost} ended while the submission was graded, {ATTEMPTS} times")

    def _try(self, attempt: Attempt) -> str:
        """Run the submission once; which part of the grader was lost meanwhile, or nothing."""
        seed = derive_seed(attempt.graded.seed, attempt.graded.student)
        try:
            with attempt.graded.phases.during("opening a session with the judge"):
                session = attempt.parts.judge.session(seed, self.settings.call_seconds, self.settings.notebook_seconds)
            lost_session = self._run_notebook(attempt, session, seed)
        except JudgeError:
            return attempt.lost or "the judge"  # no session could be opened
        except SandboxUnavailable as error:
            return attempt.lost or f"the zygote ({error})"
        except CourseError:
            if lost := attempt.lost:
                return lost
            raise
        return attempt.lost or (SESSION if lost_session else "")

    def _run_notebook(self, attempt: Attempt, session: JudgeSession, seed: int) -> bool:
        """Whether the session was lost."""
        kernel_seed = derive_seed(seed, "kernel")  # not the judge's own: student code can read it
        start_kernel = partial(self._start_kernel, kernel_seed, attempt)
        run = NotebookRun(
            attempt.graded, session, start_kernel, self.settings, self.options.run_experiments, self._diagnoser,
            self._given, self.settings.gpu_exercises if self.gpu else (),
        )  # fmt: skip
        try:
            # A thread of its own: the caller's may run an event loop (the formgrader's does).
            in_daemon_thread(asyncio.run, run.run()).result()
            return session.lost
        finally:
            session.close()

    async def _start_kernel(
        self, seed: int, attempt: Attempt, notebook: NotebookNode, session: JudgeSession
    ) -> tuple[StudentKernel, str]:
        """A started kernel, and the path of the socket on which the judge waits for it."""
        manager, folder = start_kernel_manager(
            self.limits,
            zygote=attempt.parts.zygote,
            seed=seed % 2**32,
            imports=self.lab.settings.imports,
            read_only=self._parts.read_only,
            environment=self._parts.environment,
            gpus=attempt.parts.gpus,
            sandboxed=self.options.sandbox,
        )
        attempt.kernels.append(manager)
        if attempt.files is not None:
            show_files(folder, attempt.files.folder, attempt.files.names)
        kernel = StudentKernel(notebook, manager, _start_listener(folder))
        try:
            path = str(folder / "judge")
            await to_daemon_thread(session.listen, path)
            share_socket(path)
            await kernel.start()
        except RuntimeError as error:  # raised by jupyter_client if the kernel died while starting
            reason = manager.death_reason
            await kernel.close()
            raise RuntimeError(f"{error}; {reason}" if reason else str(error)) from error
        except BaseException:
            await kernel.close()
            raise
        return kernel, path


def _start_listener(folder: Path) -> StartListener:
    path = str(folder / start_signal.NAME)
    listener = StartListener(path)
    share_socket(path)
    return listener


def _errors_of_the_given(notebook: NotebookNode) -> list[str]:
    """The errors of setup and fixture cells."""
    given = [cell for cell in notebook.cells if is_given_cell(cell)]
    outputs = [output for cell in given for output in cell.outputs if output.output_type == "error"]
    return [f"{output.ename}: {output.evalue}" for output in outputs]
