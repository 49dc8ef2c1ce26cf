"""nbgrader for one course, in this process: configuration, folders, gradebook and converters."""

from __future__ import annotations

import tempfile
from copy import deepcopy
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import GenerateAssignment, GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import SQLAlchemyError

from course_grader.errors import CourseError
from course_grader.fingerprint import content_hash
from course_grader.gradebook.connection import no_driver, unusable
from course_grader.gradebook.guard import registered_reference
from course_grader.nbgrader_plugins.execute import CourseExecute
from course_grader.notebooks import find_lab
from course_grader.release.converters import ConverterLog, course_config, run_converter
from course_grader.repair.student_name import unusable_name

LOCK_SECONDS = 60  # so long another program may keep the gradebook locked


class Course:
    """nbgrader for the course at `root`, with its nbgrader_config.py; the arguments replace its folders and gradebook.

    submitted, autograded, feedback: folders of submissions in nbgrader's layout. log_file: the file for nbgrader's log.
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
        return self.directory("*", "*").db_url

    def expect_configured(self) -> None:
        """CourseError if nbgrader_config.py does not list our plug-ins."""
        if CourseExecute not in self.config.Autograde.get("autograde_preprocessors", []):
            raise CourseError(
                f"{self.root}/nbgrader_config.py was not read, or does not list CourseExecute in "
                "c.Autograde.autograde_preprocessors. Nothing was graded: student code would have run without a sandbox"
            )

    def directory(self, lab: str, student: str, **folders: str) -> CourseDirectory:
        """nbgrader's view of one student's folders for one lab."""
        config = deepcopy(self.config)
        config.CourseDirectory.update(folders)
        return CourseDirectory(config=config, log=self.log, root=str(self.root), assignment_id=lab, student_id=student)

    def folder(self, step: str, lab: str, student: str) -> Path:
        """A student's folder for one of nbgrader's steps: submitted, autograded or feedback."""
        directory = self.directory(lab, student)
        return Path(directory.format_path(getattr(directory, f"{step}_directory"), student, lab))

    def register_lab(self, lab: str) -> None:
        """Write the lab's current reference to the gradebook, unless it is there already; labs/ does not change."""
        if self.is_registered(lab):
            return
        with tempfile.TemporaryDirectory() as scratch:
            directory = self.directory(lab, ".", release_directory=scratch)
            error = run_converter(GenerateAssignment, directory, self.config, self.log)
        if error:
            raise CourseError(f"{lab} could not be added to the gradebook: {error}{_advice(error, lab)}")

    def is_registered(self, lab: str) -> bool:
        """Whether the gradebook knows the lab's current reference."""
        return self._registered(lab) == content_hash(find_lab(lab, self.root).reference())

    def _registered(self, lab: str) -> str | None:
        if not self._has_gradebook():
            return None
        try:
            with self.gradebook() as gradebook:
                return registered_reference(gradebook.find_notebook(lab, lab))
        except MissingEntry:
            return None

    def _has_gradebook(self) -> bool:
        """False for an SQLite file that does not exist yet: GenerateAssignment creates it and reports any problem."""
        kind, _, path = self.db_url.partition(":///")
        return kind != "sqlite" or Path(path).is_file()

    def gradebook(self, lock_seconds: int = LOCK_SECONDS) -> Gradebook:
        """nbgrader's Gradebook, a context manager; the caller closes it. lock_seconds: how long it waits for a lock.

        CourseError if no server answers, or another program keeps a file locked for longer.
        """
        url = self.db_url
        if url.startswith("sqlite:"):
            url += "" if "?" in url else f"?timeout={lock_seconds}"
        try:
            return Gradebook(url, self.directory("*", "*").course_id)
        except ModuleNotFoundError as error:
            raise no_driver(self.db_url, error) from None
        except SQLAlchemyError as error:
            raise unusable(self.db_url, "could not be opened", error) from None

    def generate_feedback(self, lab: str, students: list[str]) -> dict[str, str]:
        """Run nbgrader's GenerateFeedback; returns the students for whom it failed, with the reasons."""
        failed = {}
        for student in students:
            if problem := unusable_name(student):
                failed[student] = problem
            elif error := run_converter(GenerateFeedback, self.directory(lab, student), self.config, self.log):
                failed[student] = error
        return failed


def _advice(error: str, lab: str) -> str:
    """What to do about an error of nbgrader's that leaves an instructor without a clue."""
    if "Cannot add or remove cells" in error:
        return (
            f". Submissions of {lab} are graded already, with other graded cells. Restore the cells in solutions/, or "
            f"save a copy of the gradebook, remove the lab's grades (nbgrader db assignment remove {lab} --force) and "
            "grade again"
        )
    if "database is locked" in error:
        return ". Another program uses the gradebook: close it (the formgrader, a database browser), then try again"
    return ""
