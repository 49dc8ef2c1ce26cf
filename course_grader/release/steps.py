"""Our preprocessors for nbgrader's generate_assignment: named stubs, web addresses, release hash, folded test cells."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from pathlib import Path

from nbformat import NotebookNode
from nbgrader.preprocessors import ClearSolutions, NbGraderPreprocessor

from course_grader.errors import CourseError
from course_grader.notebooks import has_tag, is_judged_cell
from course_utils._version import __version__

_EXERCISE = re.compile(r"\A# Exercise: (\w+)")
_BADGE = re.compile(r"(colab\.research\.google\.com/github/)[\w.-]+/[\w.-]+?(/blob/)")
_INSTALL = re.compile(r"(git\+https://github\.com/)[\w.-]+/[\w.-]+?(?=[@\"'#\s]|\.git\b)")
_VERSION = re.compile(r"^(\s*\w+ = )\"\d+\.\d+[\w.]*\"", re.MULTILINE)


class NamedStubs(ClearSolutions):
    """nbgrader's ClearSolutions with stubs that name the exercise: a cell `# Exercise: f` says "finish `f` first"."""

    code_stub: dict[str, str]  # nbgrader's option, by language

    def preprocess_cell(self, cell: NotebookNode, resources: dict, cell_index: int) -> tuple[NotebookNode, dict]:
        found = _EXERCISE.match(cell.source)
        if found is None:
            return super().preprocess_cell(cell, resources, cell_index)
        default_stub = self.code_stub
        self.code_stub = default_stub | {"python": f'raise NotImplementedError("finish `{found[1]}` first")'}
        try:
            return super().preprocess_cell(cell, resources, cell_index)
        finally:
            self.code_stub = default_stub


class ReleaseMark(NbGraderPreprocessor):
    """Writes the course's address into the badge and the setup cell, and the release into the header and metadata.

    Also folds the test cells: up to a quarter of a lab's code, of which students usually need only the report.
    """

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        repository = course_repository(Path.cwd())  # nbgrader's converters run in the course folder
        for cell in nb.cells:
            if cell.cell_type == "markdown":
                cell.source = _BADGE.sub(rf"\g<1>{repository}\g<2>", cell.source)
            elif has_tag(cell, "setup"):
                cell.source = _INSTALL.sub(rf"\g<1>{repository}", cell.source)
                cell.source = _VERSION.sub(rf'\g<1>"{__version__}"', cell.source)
            elif is_judged_cell(cell):
                fold(cell)
        release = release_hash(nb)
        lab = resources["nbgrader"]["assignment"]
        nb.metadata["course"] = {"lab": lab, "version": __version__, "release": release}
        header = next((cell for cell in nb.cells if cell.cell_type == "markdown"), None)
        if header is not None:
            header.source += f"\n\n<sub>{lab} · version {__version__} · release {release}</sub>"
        return nb, resources


def fold(cell: NotebookNode) -> None:
    """Hide a cell's code, but not its output, in JupyterLab and in Colab; a click shows it."""
    cell.metadata["jupyter"] = {"source_hidden": True}
    cell.metadata["cellView"] = "form"


def release_hash(notebook: NotebookNode) -> str:
    """A hash of the released cells, 12 characters."""
    cells = [[cell.cell_type, cell.source, cell.metadata] for cell in notebook.cells]
    return hashlib.sha256(json.dumps(cells, sort_keys=True).encode()).hexdigest()[:12]


def course_repository(root: Path) -> str:
    """`repository` in [tool.course] of pyproject.toml: owner/name on GitHub."""
    path = root / "pyproject.toml"
    settings = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    repository = settings.get("tool", {}).get("course", {}).get("repository", "")
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", repository):
        raise CourseError(f'{path}: expected `repository = "owner/name"` in [tool.course], got {repository!r}')
    return repository
