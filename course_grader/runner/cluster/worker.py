"""A worker's side: checks that it has the same course, starts the lab's engine once, and grades one submission a call.

A worker is a process of Dask's (`dask worker`), started in the course folder or with the folder in COURSE_FOLDER.
"""

from __future__ import annotations

import asyncio
import atexit
import os
from pathlib import Path

from course_grader.diagnosis import Diagnoses
from course_grader.engine_options import EngineOptions
from course_grader.errors import CourseError
from course_grader.fingerprint import code_hash, lab_fingerprint, libraries
from course_grader.grading import Engine
from course_grader.notebooks import Lab, find_lab
from course_grader.repair import Notes
from course_grader.results import GradedSubmission
from course_grader.runner.cluster.engines import Engines, NotStarted
from course_grader.runner.cluster.messages import (
    Answer,
    LabRequest,
    Work,
    from_json,
    to_json,
    unpacked_files,
)
from course_grader.runner.cluster.options import FOLDER_VARIABLE
from course_grader.runner.deadline import Deadline, why_not_graded
from course_grader.runner.find_course import find_course

_LOADED = code_hash()  # of the code that this process runs, which may be older than the files are now
_engines: Engines[Engine] = Engines()
atexit.register(_engines.close_idle)


def grade_on_worker(request: LabRequest, work: Work, key: str) -> Answer:
    """Grade one submission; whatever goes wrong is in the answer. `key`: of this task, reported when it begins."""
    from distributed import get_worker

    worker = get_worker()
    try:
        with _engines.using(_engine_key(request), lambda: _make_engine(request)) as engine:
            worker.log_event(request["topic"], {"key": key, "worker": worker.address})
            return Answer(worker=worker.address, notebook=to_json(_grade(engine, request, work).notebook))
    except NotStarted as reason:
        return Answer(worker=worker.address, refused=str(reason))
    except Exception as error:
        return Answer(worker=worker.address, failed=why_not_graded(error))


async def close_idle_engines() -> None:
    """End this process's engines, so that an idle worker holds no memory. Dask waits for functions, not coroutines."""
    await asyncio.to_thread(_engines.close_idle)


def _engine_key(request: LabRequest) -> str:
    return " ".join([request["lab"], request["fingerprint"], *map(str, request["options"].values())])


def _make_engine(request: LabRequest) -> Engine:
    lab = _same_lab(request)
    options = EngineOptions(**request["options"])  # type: ignore[arg-type]  # the fingerprint says that both have them
    return Engine(lab, options, diagnoser=Diagnoses(lab))


def _same_lab(request: LabRequest) -> Lab:
    """The lab in this worker's course folder; CourseError if it is not the one that is to be graded."""
    given = os.environ.get(FOLDER_VARIABLE)
    root = find_course(Path(given) if given else None)
    lab = find_lab(request["lab"], root)
    if libraries() != request["libraries"]:
        raise CourseError(
            f"it has {libraries()}, and the command has {request['libraries']}: results could differ. "
            "Give both the same environment"
        )
    if lab_fingerprint(lab, _LOADED) != request["fingerprint"]:
        raise CourseError(
            f"{root} has another version of {lab.name} or of the grader: copy the course there again, and restart the "
            "worker"
        )
    return lab


def _grade(engine: Engine, request: LabRequest, work: Work) -> GradedSubmission:
    notes = Notes(**work["notes"])  # type: ignore[arg-type]  # the fingerprint says that both sides have the same class
    with unpacked_files(work) as files:
        return Deadline(request["seconds"]).run(
            engine.grade, from_json(work["notebook"]), work["student"], work["seed"], notes, files
        )
