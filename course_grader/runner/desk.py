"""The writer's desk: nbgrader's course, and what it takes to turn a graded notebook into a saved result."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode

from course_grader.nbgrader_plugins import Course, CourseExecute, Sanitized, offer
from course_grader.notebooks import CourseError, is_autograded_cell, is_judged_cell, nbgrader_metadata, tested_exercise
from course_grader.results import ExerciseResult, SubmissionResult, TestResult
from course_grader.runner.submissions import Submission


class Desk:
    """One lab's grades in one course. For one thread at a time."""

    def __init__(self, course: Course, lab: str, *, seed: int, run_experiments: bool = False):
        self.course = course
        self.lab = lab
        self.seed = seed
        self.run_experiments = run_experiments
        self._sanitized: dict[str, Sanitized] = {}

    def open(self) -> None:
        """See to it that nbgrader runs our plug-ins and that the gradebook knows the lab."""
        steps = self.course.config.Autograde.get("autograde_preprocessors", [])
        if CourseExecute not in steps:
            raise CourseError(
                f"{self.course.root}/nbgrader_config.py was not read, or does not list CourseExecute in "
                "c.Autograde.autograde_preprocessors: nothing is graded, as student code would run unconfined"
            )
        self.course.add_lab(self.lab)  # each time: the reference may have changed since

    def sanitize(self, submission: Submission) -> NotebookNode | None:
        """The notebook to grade, with the lab's own test cells; None where nothing of the submission can be run."""
        sanitized = self.course.sanitize(self.lab, submission.student)
        self._sanitized[submission.student] = sanitized
        return None if sanitized.unreadable else sanitized.notebook

    def save(self, submission: Submission, graded: Any | None) -> SubmissionResult:
        """Grades into nbgrader's gradebook. graded: a GradedNotebook; None for what cannot be run, which scores 0."""
        student = submission.student
        sanitized = self._sanitized.pop(student)
        result = self._result(submission, sanitized, graded)
        if graded is not None:
            offer(self.lab, student, sanitized.notebook, graded)
        errors = self.course.autograde(self.lab, [student], seed=self.seed, run_experiments=self.run_experiments)
        if student in errors:
            result.status = "failed"
            result.messages.append(f"nbgrader could not save the grades: {errors[student]}")
        else:
            self._read_gradebook(result, sanitized.notebook)
        return result

    def give_up(self, submission: Submission, reason: str) -> SubmissionResult:
        """The result of a submission that the grader itself failed on; its grades stay as they were."""
        result = self._result(submission, self._sanitized.pop(submission.student), None)
        result.messages.append(reason)
        return result

    def _result(self, submission: Submission, sanitized: Sanitized, graded: Any | None) -> SubmissionResult:
        result = SubmissionResult(submission.student, self.lab, self.seed)
        result.messages = [*submission.messages, *sanitized.problems]
        found: dict[str, ExerciseResult] = {}
        if graded is not None:
            found = graded.exercises
            result.seed, result.seconds = graded.seed, graded.seconds
            result.messages += graded.messages
            if graded.ran:
                result.status = "needs_person" if graded.needs_person or sanitized.needs_person else "graded"
        for cell in filter(is_autograded_cell, sanitized.notebook.cells):
            exercise, maximum = _exercise(cell)
            result.exercises[exercise] = found.get(exercise) or ExerciseResult(exercise, maximum)
        result.max_score = float(sum(exercise.max for exercise in result.exercises.values()))
        return result

    def _read_gradebook(self, result: SubmissionResult, notebook: NotebookNode) -> None:
        """What only nbgrader knows: the points of ordinary nbgrader test cells, and which written answers wait."""
        with self.course.gradebook() as gradebook:
            saved = gradebook.find_submission_notebook(self.lab, self.lab, result.student)
            grades = {grade.name: grade for grade in saved.grades}
        for cell in notebook.cells:
            mark = nbgrader_metadata(cell)
            grade = grades.get(mark.get("grade_id"))
            if grade is None or not mark.get("grade"):
                continue
            if mark.get("solution"):
                result.manual["max"] += mark["points"]
                result.manual["pending"] += mark["points"] if grade.needs_manual_grade else 0.0
            elif not is_judged_cell(cell):
                result.exercises[grade.name].tests = [_ordinary_test(grade.name, grade.auto_score, mark["points"])]


def _exercise(cell: NotebookNode) -> tuple[str, float]:
    mark = nbgrader_metadata(cell)
    return tested_exercise(cell.source) or mark["grade_id"], float(mark["points"])


def _ordinary_test(name: str, earned: float | None, maximum: float) -> TestResult:
    """An nbgrader test cell without `run_tests`, which ran beside the student's code."""
    points = float(earned or 0.0)
    return TestResult(name, "nbgrader test cell", "passed" if points >= maximum else "failed", points, float(maximum))
