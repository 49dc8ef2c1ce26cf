"""The only writer of results: saves a graded submission to the gradebook and autograded/, completely or not at all."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from nbconvert.exporters import NotebookExporter
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from nbgrader.api import MissingEntry, SubmittedAssignment, SubmittedNotebook
from nbgrader.preprocessors import AssignLatePenalties, CheckCellMetadata, SaveAutoGrades
from sqlalchemy.exc import OperationalError

from course_grader.errors import CourseError
from course_grader.fingerprint import answer_hashes
from course_grader.gradebook.connection import one_transaction, temporary_problem, unusable
from course_grader.gradebook.guard import guard
from course_grader.gradebook.lab_cells import lab_cells
from course_grader.gradebook.manual import manual_points
from course_grader.gradebook.provenance import Provenance, create_table
from course_grader.gradebook.scores import save_scores
from course_grader.nbgrader_plugins.autograded_files import Draft
from course_grader.nbgrader_plugins.course import LOCK_SECONDS, Course
from course_grader.nbgrader_plugins.execute import CourseExecute
from course_grader.repair.student_name import unusable_name
from course_grader.results import GradedSubmission

# Done by the grader or this writer, or not needed (CheckCellMetadata: the metadata comes from the gradebook).
_REPLACED_STEPS = (CourseExecute, SaveAutoGrades, AssignLatePenalties, CheckCellMetadata)

ATTEMPT_SECONDS = 2  # so long one attempt waits for a lock
PAUSE = 1.0  # seconds between two attempts
# Called with what to do about a problem that passes; returns when it is time to try again, or raises to give up.
Wait = Callable[[str], None]


class GradebookWriter:
    """Saves submissions of one lab. A context manager, open while the gradebook is; use it from one thread at a time.

    lab_cells: the lab's cells by grade_id, as recorded in the gradebook.
    """

    def __init__(self, course: Course, lab: str):
        self._course = course
        self._lab = lab
        self._steps = _configured_steps(course)
        self._late = AssignLatePenalties(config=course.config, log=course.log)

    def __enter__(self) -> Self:
        self._course.expect_configured()
        self._course.register_lab(self._lab)
        self._gradebook = self._course.gradebook(ATTEMPT_SECONDS)
        try:
            create_table(self._gradebook)
            self.lab_cells = lab_cells(self._gradebook, self._lab)
        except OperationalError as error:
            self._gradebook.close()
            raise unusable(self._course.db_url, "cannot be used", error) from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._gradebook.close()

    def save(self, graded: GradedSubmission, wait: Wait | None = None) -> None:
        """Save the scores, the notebook and the other files; fill `graded.manual` from the gradebook.

        If the database or the file system raises an error, nothing is saved. Waits while the gradebook is locked, its
        server cannot be reached or the disk is full; `wait` decides how long (default: LOCK_SECONDS).
        """
        if problem := unusable_name(graded.student):
            raise CourseError(problem)
        notebook = self._finished(graded)
        wait = wait or _for_seconds(LOCK_SECONDS)
        while True:
            try:
                self._save(graded, notebook)
                break
            except Exception as error:
                problem = temporary_problem(error)
                if problem is None:
                    raise
                wait(problem)
        self._course.log.info("Saved %s, %s: %g points", graded.student, self._lab, graded.score)

    def _save(self, graded: GradedSubmission, notebook: NotebookNode) -> None:
        draft = Draft(self._course, graded, notebook)
        try:
            with one_transaction(self._gradebook):
                self._save_grades(graded, notebook, draft.notebook_hash)
        except BaseException:
            draft.discard()
            raise
        draft.publish()

    def _save_grades(self, graded: GradedSubmission, notebook: NotebookNode, notebook_hash: str) -> None:
        assignment = self._submission(graded)
        saved = self._gradebook.find_submission_notebook(self._lab, self._lab, graded.student)
        answers = answer_hashes(notebook.cells)
        provenance = Provenance(graded.run, graded.seed, graded.status, graded.fingerprint, answers, notebook_hash)
        save_scores(self._gradebook, saved, notebook.cells, provenance)
        guard(saved.notebook)
        self._gradebook.db.flush()
        self._save_late_penalty(assignment, saved)
        graded.manual = manual_points(saved)

    def _finished(self, graded: GradedSubmission) -> NotebookNode:
        """The notebook after the course's other configured steps, such as nbgrader's LimitOutput."""
        where = {"student": graded.student, "assignment": self._lab, "notebook": self._lab}
        notebook, resources = graded.notebook, {"nbgrader": where | {"db_url": self._course.db_url}}
        for step in self._steps:
            notebook, resources = step(notebook, resources)
        return notebook

    def _submission(self, graded: GradedSubmission) -> SubmittedAssignment:
        gradebook = self._gradebook
        try:
            gradebook.find_student(graded.student)
        except MissingEntry:
            if not self._course.config.Autograde.get("create_student", True):
                raise CourseError(
                    f"the gradebook has no student {graded.student!r}, and c.Autograde.create_student is False; "
                    f"add the student with: nbgrader db student add {graded.student}"
                ) from None
            gradebook.add_student(graded.student)
        times = {} if graded.timestamp is None else {"timestamp": graded.timestamp}
        return gradebook.update_or_create_submission(self._lab, graded.student, **times)

    def _save_late_penalty(self, assignment: SubmittedAssignment, saved: SubmittedNotebook) -> None:
        """Like nbgrader's AssignLatePenalties, with the plug-in that the course configures."""
        saved.late_submission_penalty = None
        seconds = assignment.total_seconds_late
        if seconds <= 0:
            return
        self._late.init_plugin()
        penalty = self._late.plugin_inst.late_submission_penalty(assignment.student_id, saved.score, seconds)
        if penalty is not None:
            saved.late_submission_penalty = self._late._check_late_penalty(saved, penalty)


def _configured_steps(course: Course) -> list[Preprocessor]:
    exporter = NotebookExporter(config=course.config, log=course.log)
    exporter._preprocessors.clear()  # nbconvert's own defaults
    for step in course.config.Autograde.get("autograde_preprocessors", []):
        exporter.register_preprocessor(step)
    return [step for step in exporter._preprocessors if not isinstance(step, _REPLACED_STEPS)]


def _for_seconds(seconds: float) -> Wait:
    deadline = time.monotonic() + seconds

    def wait(problem: str) -> None:
        if time.monotonic() > deadline:
            raise CourseError(f"nothing could be saved for {seconds:g} s: {problem}")
        time.sleep(PAUSE)

    return wait
