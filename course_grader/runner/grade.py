"""`course-grader grade`: takes a lab's submissions from their folder to nbgrader's gradebook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from nbformat import NotebookNode
from nbformat.v4 import new_notebook
from rich.console import Console

from course_grader.audit.own_tests import OwnTests
from course_grader.diagnosis import Diagnoses
from course_grader.errors import CourseError
from course_grader.grading import Engine
from course_grader.grading.lab_limits import REPAIR_SECONDS, outer_seconds
from course_grader.lab_settings import LabSettings
from course_grader.notebooks import Lab
from course_grader.repair import LabCells, Notes, Repaired, Submission, repair_submission
from course_grader.repair.student_name import unusable_name
from course_grader.results import Fingerprint, GradedSubmission, OtherFiles, Phases
from course_grader.runner.class_run import ClassRun, grade_class
from course_grader.runner.cluster.connection import prepare
from course_grader.runner.cluster.options import IN_FLIGHT
from course_grader.runner.deadline import Deadline, why_not_graded
from course_grader.runner.executor import default_workers, grading_threads, share_one_arena
from course_grader.runner.in_background import InBackground
from course_grader.runner.patience import Say
from course_grader.runner.request import Request, open_course
from course_grader.runner.run_progress import progress
from course_grader.runner.run_record import LabRuns, RunRecord, runs_file
from course_grader.runner.submissions import find_submissions
from course_grader.runner.timeline import RUN
from course_grader.sandbox import SandboxUnavailable
from course_grader.terminal import say

if TYPE_CHECKING:
    from course_grader.nbgrader_plugins import Course
    from course_grader.runner.plan import Plan


class Grader(Protocol):
    """Grades repaired submissions; thread-safe. `Engine` does it on this machine, `RemoteEngine` on a cluster."""

    def grade(
        self, notebook: NotebookNode, student: str, seed: int, notes: Notes | None = None,
        files: OtherFiles | None = None,
    ) -> GradedSubmission: ...  # fmt: skip


def grade_lab(lab: Lab, request: Request, console: Console) -> ClassRun:
    """Grade and save what the request asks for, and say first what that is.

    Raises CourseError for wrong usage, SandboxUnavailable if untrusted code cannot be isolated.
    """
    if request.submissions is not None:
        find_submissions(request.submissions, lab.name, request.student)  # report wrong usage at once
    if request.cluster is not None:
        prepare(request.cluster)
    share_one_arena()
    phases = Phases()
    with ExitStack() as stack:
        if request.timeline is not None:
            request.timeline.begin_lab(lab.name)
            stack.callback(request.timeline.add, RUN, phases)
        engine = None
        if request.force or not runs_file(request.autograded or lab.root / "autograded", lab.name).is_file():
            engine = stack.enter_context(_engine_in_background(lab, request, console, phases))  # it will be needed
        with phases.during("opening the course"):
            course = open_course(lab.root, request)
        runs = LabRuns(autograded_folder(course, lab.name), lab.name)
        stack.enter_context(runs.alone())
        with phases.during("planning"):
            settle(course, lab.name, partial(say, console))
            plan = plan_lab(course, lab, request, runs)
        say(console, plan.sentence)
        run = ClassRun(plan.submissions, plan.run.seed, plan.to_grade, plan.earlier, plan.run.name)
        announce_unusable_names(run.submissions, console)
        if plan.to_grade:
            engine = engine or stack.enter_context(_engine_in_background(lab, request, console, phases))
            _grade(lab, request, console, course, engine, plan, run, runs)
    return run


def plan_lab(course: Course, lab: Lab, request: Request, runs: LabRuns | None = None) -> Plan:
    """What `grade_lab` would do. Reads only."""
    from course_grader.runner.plan import make_plan  # imports nbgrader

    source = request.submissions or course.folder("submitted", lab.name, "*").parents[1]
    submissions = find_submissions(source, lab.name, request.student)
    runs = runs or LabRuns(autograded_folder(course, lab.name), lab.name)
    return make_plan(course, lab, request, submissions, runs)


def settle(course: Course, lab: str, say: Say) -> None:
    """Complete or remove the graded notebooks that a killed grader was about to put into their places.

    say: told if the gradebook is locked and must be waited for.
    """
    from course_grader.gradebook.provenance import all_provenance
    from course_grader.gradebook.reading import reading
    from course_grader.nbgrader_plugins.autograded_files import settle_drafts

    with reading(course.db_url, say) as session:
        saved = {} if session is None else all_provenance(session, lab)
    settle_drafts(course, lab, {student: each.notebook for student, each in saved.items()})


def autograded_folder(course: Course, lab: str) -> Path:
    """The folder with the graded notebooks of all students."""
    return course.folder("autograded", lab, "*").parents[1]


def make_engine(
    lab: Lab, request: Request, console: Console, phases: Phases | None = None
) -> AbstractContextManager[Grader]:
    """What grades: an engine on this machine, which notes in `phases` how it starts, or the workers of a cluster."""
    if request.cluster is None:
        return Engine(lab, request.engine, diagnoser=Diagnoses(lab), phases=phases)
    from course_grader.runner.cluster.remote_engine import RemoteEngine  # an extra

    return RemoteEngine(lab, request.cluster, console, request.engine)


def _engine_in_background(lab: Lab, request: Request, console: Console, phases: Phases) -> InBackground[Grader]:
    return InBackground(lambda: make_engine(lab, request, console, phases))


def _grade(
    lab: Lab,
    request: Request,
    console: Console,
    course: Course,
    engine: InBackground[Grader],
    plan: Plan,
    run: ClassRun,
    runs: LabRuns,
) -> None:
    from course_grader.nbgrader_plugins import GradebookWriter

    if (profile := request.engine.profile) != "cpu":
        say(console, f"Cells run in profile {profile}, tests in profile cpu: no score depends on the profile")
    if not course.is_registered(lab.name):
        with OwnTests(lab) as own_tests:
            own_tests.expect_passed()  # a test that the reference fails would cost every student points
    default = IN_FLIGHT if request.cluster else default_workers()
    workers = min(request.workers or default, len(plan.to_grade))
    with (
        GradebookWriter(course, lab.name) as writer,
        progress(console, lab.name, len(plan.to_grade)) as report,
        recorded(runs, plan.run, run),
        grading_threads(workers) as executor,
        engine,  # closed before the executor, which would wait for kernels that are no longer needed
    ):
        seconds = outer_seconds(lab.settings, request.engine)
        lab_cells = LabCells.of(lab, writer.lab_cells)
        grading = Grading(
            engine.future, lab_cells, run.seed, seconds, run.name, plan.fingerprints, request.cluster is not None
        )
        note = (lambda graded: None) if request.timeline is None else request.timeline.note
        grade_class(run, grading, executor, workers, writer, report, lambda text: say(console, text), note)


@contextmanager
def recorded(runs: LabRuns, record: RunRecord, run: ClassRun) -> Iterator[None]:
    """Write down what the run sets out to do, and afterwards whether it has done so."""
    runs.save(record)
    yield
    results = run.graded.values()
    for result in results:
        record.unsaved.pop(result.student, None)
    record.unsaved |= {result.student: result.messages for result in results if not result.saved}
    done = {result.student for result in run.results}
    record.finished = not (run.interrupted or run.stopped) and done >= set(record.planned)
    with suppress(OSError):  # the disk may be full; then the run goes on at the next start, and finds everything graded
        runs.save(record)


def announce_unusable_names(submissions: Sequence[Submission], console: Console) -> None:
    """Say which folders will not be graded, before the others are: an instructor can still rename them."""
    for submission in submissions:
        if problem := unusable_name(submission.student):
            say(console, f"Not graded: {problem}.")


@dataclass(frozen=True)
class Grading:
    """Grades one submission per call; thread-safe. The engine may still be starting.

    seconds: for one submission in all, without the time that the engine takes to start. run, fingerprints: recorded in
    the results. elsewhere: the engine is a cluster's, which has limits of its own; here, only repair is limited.
    """

    engine: Future[Grader]
    lab: LabCells
    seed: int
    seconds: float = outer_seconds(LabSettings())
    run: str = ""
    fingerprints: Mapping[str, Fingerprint] = field(default_factory=dict)
    elsewhere: bool = False

    def __call__(self, submission: Submission) -> GradedSubmission:
        """Raises only errors that concern all submissions: CourseError, SandboxUnavailable."""
        repaired, phases = Repaired(new_notebook()), Phases()
        deadline = Deadline(REPAIR_SECONDS if self.elsewhere else self.seconds)
        try:
            with phases.during("repair"):
                repaired = deadline.run(repair_submission, submission, self.lab)
            with phases.during("waiting for the engine"):
                engine = self.engine.result()
            arguments = (repaired.notebook, submission.student, self.seed, repaired.notes, repaired.files)
            if self.elsewhere:  # the time in the cluster's queue must not count
                with phases.during("on the cluster"):
                    graded = engine.grade(*arguments)
            else:
                graded = deadline.run(engine.grade, *arguments)
        except (CourseError, SandboxUnavailable):
            raise
        except Exception as error:
            graded = self._not_graded(submission, why_not_graded(error))
        graded.phases[:0] = phases
        graded.timestamp, graded.files = repaired.timestamp, repaired.files
        graded.run, graded.fingerprint = self.run, self.fingerprints.get(submission.student)
        return graded

    def _not_graded(self, submission: Submission, reason: str) -> GradedSubmission:
        return GradedSubmission.not_graded(submission.student, submission.lab, self.seed, reason)
