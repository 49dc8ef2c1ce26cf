"""Records a lab's misconceptions in a process of its own."""

from __future__ import annotations

import importlib
import json
import logging
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from course_grader.audit.known_mistakes import KnownMistakes
from course_grader.audit.lab_hashes import recording_hash
from course_grader.audit.variants import FOLDER
from course_grader.errors import CourseError
from course_grader.files import write_in_one_step
from course_grader.in_sandbox.shared_imports import shared_imports
from course_grader.judge import LATE_IMPORTS
from course_grader.judge.clean_environment import judge_environment
from course_grader.judge.process_limits import end_with
from course_grader.notebooks import Lab, find_lab

LIMIT_SECONDS = 600.0
# Not `-m`: the package imports nbformat before this module could skip the grammar.
_START = """
from course_grader.nbgrader_import import skip_slow_grammar
skip_slow_grammar()
import sys
from course_grader.diagnosis.recording import main
main(*sys.argv[1:])
"""
_log = logging.getLogger(__name__)


def recorded_mistakes(lab: Lab) -> KnownMistakes:
    """The behaviour of a lab's misconceptions, from build/ or recorded now, which takes up to a minute.

    Raises CourseError if they cannot be recorded.
    """
    if not any((lab.source_folder / FOLDER).glob("*.py")):
        return KnownMistakes()
    path, fingerprint = lab.root / "build" / "diagnosis" / f"{lab.name}.json", recording_hash(lab)
    kept = _kept(path, fingerprint)
    if kept is None:
        recorded = json.loads(_record(lab))
        _keep(path, json.dumps({"fingerprint": fingerprint, "mistakes": recorded}))
        kept = KnownMistakes.from_json(recorded)
    for label in kept.without_end:
        _log.warning("%s: its tests do not end, so no answer is taken for it", label)
    return kept


def _kept(path: Path, fingerprint: str) -> KnownMistakes | None:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return KnownMistakes.from_json(content["mistakes"]) if content["fingerprint"] == fingerprint else None
    except (OSError, ValueError, KeyError, TypeError):  # it does not exist, or another version wrote it
        return None


def _record(lab: Lab) -> str:
    command = [sys.executable, "-c", _START, str(lab.root), lab.name, str(os.getpid())]
    with tempfile.TemporaryDirectory(prefix="diagnosis-") as folder:
        environment = judge_environment(folder)
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, env=environment, timeout=LIMIT_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            raise CourseError(f"{lab.name}: its misconceptions take longer than {LIMIT_SECONDS:g} s") from None
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no output"])[-1]
        raise CourseError(f"{lab.name}: its misconceptions could not be recorded: {last}")
    return done.stdout


def _keep(path: Path, text: str) -> None:
    """Write the file, if the folder can be written."""
    try:
        write_in_one_step(path, text)
    except OSError as error:
        _log.warning("%s cannot be written (%s): the misconceptions will be recorded again", path, error)


def main(root: str, name: str, parent: str) -> None:
    """Print what was recorded, as JSON. Ends with the process `parent`."""
    end_with(int(parent))
    with shared_imports():
        import torch

        from course_grader.audit.behaviours import mistakes_of

        for module in LATE_IMPORTS:
            importlib.import_module(module)
    torch.set_num_threads(1)  # an OpenMP pool does not survive a fork
    print(json.dumps(mistakes_of(find_lab(name, Path(root)), processes=os.cpu_count() or 1).to_json()))
