"""Keeps a released lab if nbgrader cannot make a new one: `nbgrader generate_assignment --force` deletes it first."""

from __future__ import annotations

import os
import shutil
import tempfile
from functools import wraps
from pathlib import Path

from nbgrader.converters import GenerateAssignment

_convert = GenerateAssignment.convert_notebooks


@wraps(_convert)
def _convert_or_keep(self: GenerateAssignment) -> None:
    directory = self.coursedir
    released = Path(os.path.normpath(self._format_dest(directory.assignment_id, directory.student_id)))
    if not released.is_dir():
        return _convert(self)
    with tempfile.TemporaryDirectory(prefix=".released-", dir=released.parent) as folder:
        copy = Path(folder) / released.name
        shutil.copytree(released, copy, symlinks=True)
        try:
            return _convert(self)
        except BaseException:
            shutil.rmtree(released, ignore_errors=True)
            os.replace(copy, released)
            self.log.warning("%s was not made again; the earlier release in %s stays.", released.name, released)
            raise


def keep_released_labs() -> None:
    """From now on, a failed GenerateAssignment in this process leaves the earlier release as it was."""
    GenerateAssignment.convert_notebooks = _convert_or_keep
