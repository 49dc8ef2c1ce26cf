"""nbgrader's own folders and Autograde, where they would stumble over what a student handed in."""

from __future__ import annotations

import glob
import os
from pathlib import Path
from typing import Any

from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory


class TolerantFolder(CourseDirectory):
    """nbgrader's, but a timestamp.txt that holds no time counts as none; nbgrader's own would fail on it."""

    def get_existing_timestamp(self, dest_path: str) -> Any:
        try:
            return super().get_existing_timestamp(dest_path)
        except (AttributeError, ValueError, OverflowError):
            self.log.warning("%s/timestamp.txt holds no time", dest_path)
            return None

    def has_bad_timestamp(self, submission: Path) -> bool:
        return (submission / "timestamp.txt").is_file() and self.get_existing_timestamp(str(submission)) is None


class TolerantAutograde(Autograde):
    """nbgrader's, for one student. A folder without a notebook is a submission too; nbgrader's own passes it over."""

    def init_notebooks(self) -> None:
        lab = self.coursedir.assignment_id
        folder = self._format_source(lab, self.coursedir.student_id)
        if os.path.isdir(folder) and not glob.glob(os.path.join(glob.escape(folder), "*.ipynb")):
            self.assignments = {folder: [os.path.join(folder, f"{lab}.ipynb")]}  # for which a stand-in is put
        else:
            super().init_notebooks()
