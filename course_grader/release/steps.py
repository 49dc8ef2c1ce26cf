"""Our preprocessors for nbgrader's generate_assignment: named stubs, web addresses, release hash, folded test cells."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

from nbformat import NotebookNode
from nbgrader.preprocessors import ClearSolutions, NbGraderPreprocessor

from course_grader.notebooks import has_tag, is_judged_cell
from course_grader.release.colab import BADGE, INSTALL_LINE, install_lines
from course_grader.release.course_settings import course_settings
from course_utils._version import __version__

_EXERCISE = re.compile(r"\A# Exercise: (\w+)")


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
    """Writes the course's address into the Colab link and the setup cell, and the release into the header and metadata.

    Also folds the test cells: up to a quarter of a lab's code, of which students usually need only the report.
    """

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        settings = course_settings(Path.cwd())  # nbgrader's converters run in the course folder
        for cell in nb.cells:
            if cell.cell_type == "markdown":
                cell.source = BADGE.sub(rf"[Open in Colab](\g<1>{settings.repository}\g<2>)\n\n", cell.source)
            elif has_tag(cell, "setup"):
                cell.source = cell.source.replace(INSTALL_LINE, install_lines(settings.install))
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
