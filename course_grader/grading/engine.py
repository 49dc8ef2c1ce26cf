"""The engine that grades one lab. Its submissions share a judge and a zygote, the process that kernels fork from."""

from __future__ import annotations

import asyncio
import contextlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from types import TracebackType
from typing import Self

from nbformat import NotebookNode

from course_grader.grading.lab_limits import limits_of, with_experiments
from course_grader.grading.needed_cells import given_sources
from course_grader.grading.notebook_run import NotebookRun, fail_closed
from course_grader.grading.record import write_record
from course_grader.judge import LATE_IMPORTS
from course_grader.judge.launcher import JudgeServer, JudgeSession
from course_grader.kernel_client import StudentKernel
from course_grader.notebooks import Lab
from course_grader.repair import Notes, clean_content
from course_grader.results import GradedSubmission, OtherFiles
from course_grader.sandbox import (
    Gpus,
    SandboxUnavailable,
    Zygote,
    check,
    find_gpus,
    share_socket,
    show_files,
    start_kernel_manager,
)
from course_utils.seeds import derive_seed

# Imported once in the zygote, because every kernel needs them.
WARM = ("course_utils.testing", "course_grader.in_sandbox.agent", *LATE_IMPORTS)
ENVIRONMENT = {"NBGRADER_EXECUTION": "autograde", "COURSE_GRADING": "sandbox", "OMP_NUM_THREADS": "1"}


class Engine:
    """Grades the submissions of one lab. The zygote and the judge start once; `grade` is thread-safe."""

    def __init__(
        self, lab: Lab, *, sandbox: bool = True, run_experiments: bool = False, run_all: bool = False, gpu: bool = False
    ):
        """run_experiments: also run the cells tagged `experiment`. run_all: also those that nothing graded needs.

        gpu: give each kernel a GPU, even if lab.toml does not ask for one.
        """
        self.lab = lab
        self.run_experiments = run_experiments
        self._given = frozenset() if run_all else given_sources(lab.reference())
        self.settings = with_experiments(lab.settings) if run_experiments else lab.settings
        self.gpu = gpu or lab.settings.gpu
        self.limits = limits_of(self.settings, self.gpu)
        self._gpus: Gpus | None = None
        self._sandbox = sandbox
        self._judge = JudgeServer(lab)
        self._zygote: Zygote | None = None
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        """Raises SandboxUnavailable, which says what to install, or CourseError if the reference fails."""
        with ExitStack() as stack:
            if self._sandbox:
                check()
            if self.gpu:
                self._gpus = find_gpus()
            stack.enter_context(self._judge)  # runs the reference while the zygote imports
            if self._sandbox:
                zygote = self._make_zygote()
                # If nested namespaces are not allowed, each kernel gets a fresh sandbox: slower, but just as safe.
                with contextlib.suppress(SandboxUnavailable):
                    self._zygote = stack.enter_context(zygote)
            self._judge.wait_until_ready()
            self._stack = stack.pop_all()
        return self

    def _make_zygote(self) -> Zygote:
        imports = (*self.lab.settings.imports, *WARM)
        if self._gpus is None:
            return Zygote(imports, self.limits, environment=ENVIRONMENT)
        return Zygote(
            imports, self.limits, environment={**ENVIRONMENT, **self._gpus.environment()},
            read_only=self._gpus.libraries, devices=self._gpus.devices,
        )  # fmt: skip

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def grade(
        self,
        notebook: NotebookNode,
        student: str,
        seed: int,
        notes: Notes | None = None,
        files: OtherFiles | None = None,
    ) -> GradedSubmission:
        """Run and judge one repaired submission, which contains the lab's own test cells; changes `notebook` in place.

        The tests' random inputs depend on `seed` and the student's name only. The problems in `notes` become part of
        the result; a submission that they call unreadable is not run. Its cells can read `files`.
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
        seed = derive_seed(graded.seed, graded.student)
        session = self._judge.session(seed, self.settings.call_seconds, self.settings.notebook_seconds)
        kernel_seed = derive_seed(seed, "kernel")  # not the judge's own: student code can read it
        start_kernel = partial(self._start_kernel, kernel_seed, files)
        run = NotebookRun(graded, session, start_kernel, self.settings, self.run_experiments, self._given)
        try:
            with ThreadPoolExecutor(1) as thread:  # the caller's thread may run an event loop (the formgrader's does)
                thread.submit(asyncio.run, run.run()).result()
        finally:
            session.close()

    async def _start_kernel(
        self, seed: int, files: OtherFiles | None, notebook: NotebookNode, session: JudgeSession
    ) -> tuple[StudentKernel, str]:
        """A started kernel, and the path of the socket on which the judge waits for it."""
        manager, folder = start_kernel_manager(
            self.limits,
            zygote=self._zygote,
            seed=seed % 2**32,
            imports=self.lab.settings.imports,
            environment=ENVIRONMENT,
            gpus=self._gpus,
            sandboxed=self._sandbox,
        )
        if files is not None:
            show_files(folder, files.folder, files.names)
        kernel = StudentKernel(notebook, manager)
        try:
            path = str(folder / "judge")
            await asyncio.to_thread(session.listen, path)
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
