"""Problems found in a submission before grading, in plain words."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from nbformat import NotebookNode

MAX_PROBLEMS = 50  # that are listed
MAX_LENGTH = 600  # characters of each: it may quote a name of the student's
METADATA_KEY = "course_grader"  # where the grader stores its notes and its record in the notebook's metadata


@dataclass
class Notes:
    """Problems, worded for student and instructor. unreadable: nothing in the submission could be used."""

    problems: list[str] = field(default_factory=list)
    needs_review: bool = False
    unreadable: bool = False

    def add(self, problem: str, needs_review: bool = True) -> None:
        self.needs_review = self.needs_review or needs_review
        text = _shortened(with_question_marks(problem))
        if text not in self.problems and len(self.problems) <= MAX_PROBLEMS:
            more = len(self.problems) == MAX_PROBLEMS
            self.problems.append("There are more problems, which are not listed." if more else text)

    @classmethod
    def of(cls, notebook: NotebookNode) -> Notes:
        """The notes that `write` stored in a notebook."""
        found = notebook.metadata.get(METADATA_KEY, {})
        return cls(list(found.get("problems", [])), found.get("needs_review", False), found.get("unreadable", False))

    def write(self, notebook: NotebookNode) -> None:
        """Store the notes in the notebook's metadata: nbgrader's two stages share only the file."""
        notebook.metadata[METADATA_KEY] = asdict(self)


def _shortened(text: str) -> str:
    """The beginning and the end of a text that is too long."""
    return text if len(text) <= MAX_LENGTH else f"{text[: MAX_LENGTH // 2]} ... {text[-MAX_LENGTH // 4 :]}"


def with_question_marks(text: str) -> str:
    """The text with question marks for control characters and bytes that are not text, as in the names of files."""
    return "".join(character if character.isprintable() else "?" for character in text)
