"""nbgrader's converters (GenerateAssignment, Autograde, ...) run in this process, away from the terminal."""

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

from course_grader.errors import CourseError

_ADVERT = "(Background on this error at: "  # SQLAlchemy's last line, which would stand for its error


class ConverterLog(logging.Logger):
    """nbgrader's log: into a file where one is given, and its errors at hand."""

    def __init__(self, path: Path | None = None):
        super().__init__("nbgrader", logging.INFO)
        self._errors: list[str] = []
        collector = logging.Handler(logging.ERROR)
        collector.emit = lambda record: self._errors.append(record.getMessage())
        self.addHandler(collector)
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            handler = logging.FileHandler(path, encoding="utf-8", delay=True)
            handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
            self.addHandler(handler)

    def forget(self) -> None:
        self._errors.clear()

    def reason(self) -> str:
        """The last line of the last traceback or error that was logged; of our own errors the text alone."""
        messages = [error for error in self._errors if error.startswith("Traceback")] or self._errors
        lines = [line for line in messages[-1].strip().splitlines() if not line.startswith(_ADVERT)] if messages else []
        last = lines[-1] if lines else "no reason was given"
        return last.partition(": ")[2] if last.startswith("course_grader.") else last


def run_converter(
    converter: type[BaseConverter], directory: CourseDirectory, config: Config, log: ConverterLog
) -> str | None:
    """Runs one converter, overwriting what is there. Returns None, or why it failed; never ends the process."""
    log.forget()
    try:
        converter(coursedir=directory, config=config, log=log, force=True).start()
    except NbGraderException:
        return log.reason()
    except SystemExit as error:
        return str(error.code)
    return None


def course_config(root: Path) -> Config:
    """As the nbgrader command has it: the user's own configuration, then the course's nbgrader_config.py."""
    if not (root / "nbgrader_config.py").is_file():
        raise CourseError(f"{root} has no nbgrader_config.py; give the course's folder, where solutions/ lies")
    app = NbGrader(log_level=logging.ERROR)
    app.load_cwd_config = False
    app.raise_config_file_errors = True
    app.load_config_file()
    Application.load_config_file(app, "nbgrader_config", path=str(root))
    return app.config


def prepare_process() -> None:
    """What nbgrader needs of its process: alembic on PATH, which it calls by name, also where the environment is not
    activated; and silence on its gradebook's own construction.
    """
    warnings.filterwarnings("ignore", message="Object of type .* not in session")
    tools = str(Path(sys.executable).parent)
    if tools not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join(filter(None, [tools, os.environ.get("PATH")]))
