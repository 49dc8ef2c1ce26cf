"""What repair needs to know of a lab."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import nbformat
from nbformat import NotebookNode

from course_grader.lab_settings import LabSettings
from course_grader.notebooks import Lab


@dataclass(frozen=True)
class LabCells:
    """cells: graded, solution and locked cells by grade_id, in order, as the gradebook knows them.

    release: all cells of the released notebook; none where the lab is not released.
    """

    cells: Mapping[str, NotebookNode]
    release: Sequence[NotebookNode] = ()
    settings: LabSettings = field(default_factory=LabSettings)

    @classmethod
    def of(cls, lab: Lab, cells: Mapping[str, NotebookNode]) -> LabCells:
        """With the release in labs/, if there is one."""
        release = nbformat.read(lab.release_path, as_version=4).cells if lab.release_path.is_file() else ()
        return cls(cells, release, lab.settings)
