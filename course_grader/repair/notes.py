"""What was found wrong with a submission before grading, in plain words."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from nbformat import NotebookNode

METADATA_KEY = "course_grader"  # the notebook's metadata that holds what the grader has to say


@dataclass
class Notes:
    """Problems for student and instructor. unreadable: nothing of the submission could be used."""

    problems: list[str] = field(default_factory=list)
    needs_review: bool = False
    unreadable: bool = False

    def add(self, problem: str, needs_review: bool = True) -> None:
        self.problems.append(problem)
        self.needs_review = self.needs_review or needs_review

    @classmethod
    def of(cls, notebook: NotebookNode) -> Notes:
        """The notes that `write` put into a notebook."""
        found = notebook.metadata.get(METADATA_KEY, {})
        return cls(list(found.get("problems", [])), found.get("needs_review", False), found.get("unreadable", False))

    def write(self, notebook: NotebookNode) -> None:
        """Into the notebook's metadata: nbgrader's two stages share nothing but the file between them."""
        notebook.metadata[METADATA_KEY] = asdict(self)
