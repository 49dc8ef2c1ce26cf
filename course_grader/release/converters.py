"""Runs nbgrader's converters (GenerateAssignment, Autograde, ...) in this process, without printing."""

from __future__ import annotations

import logging
import os
import sys
import warnings
from pathlib import Path

from nbgrader.apps.baseapp import NbGrader
from nbgrader.converters import BaseConverter
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Application, Config

from course_grader.errors import SQLALCHEMY_EXTRAS, CourseError
from course_grader.release.kept_release import keep_released_labs


class ConverterLog(logging.Logger):
    """nbgrader's log: keeps the errors of the current converter and writes everything to a file, if one is given."""

    def __init__(self, path: Path | None = None):
        super().__init__("nbgrader", logging.INFO)
        self._errors = _ErrorCollector()
        self.addHandler(self._errors)
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            self.addHandler(_AppendingHandler(path))

    def clear_errors(self) -> None:
        self._errors.messages.clear()

    def reason(self) -> str:
        """The last line of the last logged traceback or error; for our own errors without the exception's type."""
        messages = [error for error in self._errors.messages if error.startswith("Traceback")] or self._errors.messages
        lines = [line for line in "".join(messages[-1:]).strip().splitlines() if not line.startswith(SQLALCHEMY_EXTRAS)]
        last = lines[-1] if lines else "no reason was given"
        return last.partition(": ")[2] if last.startswith("course_grader.") else last


class _ErrorCollector(logging.Handler):
    """Keeps the messages of logged errors."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


class _AppendingHandler(logging.Handler):
    """Opens the file for each message only: nothing tells a log that its last message has been written."""

    def __init__(self, path: Path):
        super().__init__()
        self._path = path
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(self.format(record) + "\n")


def run_converter(
    converter: type[BaseConverter], directory: CourseDirectory, config: Config, log: ConverterLog
) -> str | None:
    """Run one converter, overwriting existing files. Returns the reason if it failed; never ends the process."""
    log.clear_errors()
    try:
        converter(coursedir=directory, config=config, log=log, force=True).start()
    except NbGraderException:
        return log.reason()
    except SystemExit as error:
        return str(error.code)
    return None


def course_config(root: Path) -> Config:
    """The configuration of the nbgrader command: the user's own, then the course's nbgrader_config.py."""
    if not (root / "nbgrader_config.py").is_file():
        raise CourseError(
            f"{root} has no nbgrader_config.py; expected the course folder, which contains solutions/ too"
        )
    app = NbGrader(log_level=logging.ERROR)
    app.load_cwd_config = False
    app.raise_config_file_errors = True
    app.load_config_file()
    Application.load_config_file(app, "nbgrader_config", path=str(root))
    return app.config


def prepare_process() -> None:
    """Prepare this process for nbgrader.

    It deletes a release before it makes a new one. It runs the alembic command, which must be on PATH even if the
    environment is not activated. And it causes a warning that the user cannot act on.
    """
    keep_released_labs()
    warnings.filterwarnings("ignore", message="Object of type .* not in session")
    tools = str(Path(sys.executable).parent)
    if tools not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join(filter(None, [tools, os.environ.get("PATH")]))
