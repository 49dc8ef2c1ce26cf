"""A course's nbgrader, in this process: its configuration, its gradebook, and nbgrader's own converters on it."""

from __future__ import annotations

import glob
import tempfile
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.converters import BaseConverter, GenerateAssignment, GenerateFeedback
from traitlets.config import Config

from course_grader.nbgrader_plugins.damage import Notes
from course_grader.nbgrader_plugins.prepared import forget
from course_grader.nbgrader_plugins.refusal import expect_lab_notebook
from course_grader.nbgrader_plugins.sanitize import SANITIZE_STEPS, SubmissionExporter
from course_grader.nbgrader_plugins.tolerant import TolerantAutograde, TolerantFolder
from course_grader.notebooks import CourseError
from course_grader.release.converters import ConverterLog, course_config, run_converter


@dataclass
class Sanitized:
    """A submission as nbgrader's second stage will see it, and what was found wrong with it."""

    student: str
    notebook: NotebookNode
    problems: list[str]
    needs_person: bool
    unreadable: bool  # nothing of it can be run; `notebook` only says why


class Course:
    """nbgrader on the course at `root`, with its nbgrader_config.py; other folders and another gradebook where given.

    submitted, autograded, feedback: folders of submissions in nbgrader's layout. log_file: where nbgrader's words go.
    """

    def __init__(
        self,
        root: Path,
        *,
        db_url: str | None = None,
        submitted: Path | None = None,
        autograded: Path | None = None,
        feedback: Path | None = None,
        log_file: Path | None = None,
    ):
        self.root = Path(root).resolve()
        self.config = course_config(self.root)
        folders = {"submitted": submitted, "autograded": autograded, "feedback": feedback}
        for step, folder in folders.items():
            if folder is not None:
                self.config.CourseDirectory[f"{step}_directory"] = str(Path(folder).resolve())
        if db_url is not None:
            self.config.CourseDirectory.db_url = db_url
        self.log = ConverterLog(log_file)

    @property
    def db_url(self) -> str:
        return self._folder("*", "*").db_url

    def students(self, lab: str) -> list[str]:
        """Who has a folder for this lab among the submissions."""
        folder = self._folder(lab, "*")
        pattern = folder.format_path(folder.submitted_directory, "*", lab)
        return sorted(Path(path).parent.name for path in glob.glob(pattern) if Path(path).is_dir())

    def submission_path(self, lab: str, student: str) -> Path:
        folder = self._folder(lab, student)
        return Path(folder.format_path(folder.submitted_directory, student, lab)) / f"{lab}.ipynb"

    def add_lab(self, lab: str) -> None:
        """Puts the lab into the gradebook as it stands in solutions/; labs/ stays as it is. Raises CourseError."""
        with tempfile.TemporaryDirectory() as scratch:
            folder = self._folder(lab, ".", release_directory=scratch)
            error = run_converter(GenerateAssignment, folder, self.config, self.log)
        if error:
            raise CourseError(f"{lab} could not be put into the gradebook: {error}")

    def sanitize(self, lab: str, student: str) -> Sanitized:
        """Exactly what Autograde's second stage will see; writes nothing, and never raises for what was handed in."""
        exporter = SubmissionExporter(config=self._quiet(), log=self.log)
        for step in SANITIZE_STEPS:
            exporter.register_preprocessor(step)
        where = {"student": student, "assignment": lab, "notebook": lab, "db_url": self.db_url}
        text, _ = exporter.from_filename(str(self.submission_path(lab, student)), {"nbgrader": where})
        notebook = nbformat.reads(text, as_version=4)
        notes = Notes.of(notebook)
        if self._folder(lab, student).has_bad_timestamp(self.submission_path(lab, student).parent):
            notes.add("timestamp.txt holds no time, so it counts as missing.", needs_person=False)
        return Sanitized(student, notebook, notes.problems, notes.needs_person, notes.unreadable)

    def autograde(
        self, lab: str, students: list[str], *, seed: int = 0, run_experiments: bool = False
    ) -> dict[str, str]:
        """nbgrader's Autograde, one student after the other, with the results that were offered for them.

        What has no result is graded on the way. Returns the students whom nbgrader could not grade, with the reason.
        """
        config = self.config.copy()
        config.Autograde.pre_convert_hook = expect_lab_notebook
        config.CourseExecute.seed = seed
        config.CourseExecute.run_experiments = run_experiments
        try:
            return self._for_each(TolerantAutograde, lab, students, config)
        finally:
            forget(lab, students)

    def generate_feedback(self, lab: str, students: list[str]) -> dict[str, str]:
        """nbgrader's GenerateFeedback; returns the students for whom it failed, each with the reason."""
        return self._for_each(GenerateFeedback, lab, students, self.config)

    def feedback_path(self, lab: str, student: str) -> Path:
        folder = self._folder(lab, student)
        return Path(folder.format_path(folder.feedback_directory, student, lab)) / f"{lab}.html"

    def gradebook(self) -> Gradebook:
        """nbgrader's Gradebook, to be closed by the caller (a context manager)."""
        return Gradebook(self.db_url, self._folder("*", "*").course_id)

    def _folder(self, lab: str, student: str, **folders: str) -> TolerantFolder:
        config = self.config.copy()
        config.CourseDirectory.update(folders)
        return TolerantFolder(config=config, log=self.log, root=str(self.root), assignment_id=lab, student_id=student)

    def _quiet(self) -> Config:
        """The configuration of an exporter whose preprocessors are exactly those that are registered."""
        config = self.config.copy()
        config.Exporter.default_preprocessors = []
        return config

    def _for_each(
        self, converter: type[BaseConverter], lab: str, students: list[str], config: Config
    ) -> dict[str, str]:
        """Runs the converter on one student after the other; the students for whom it failed, with the reason."""
        failed = {}
        for student in students:
            if glob.escape(student) != student:
                failed[student] = (
                    f"the folder name {student!r} holds one of * ? [, which nbgrader cannot read; rename it"
                )
            elif error := run_converter(converter, self._folder(lab, student), config, self.log):
                failed[student] = error
        return failed
