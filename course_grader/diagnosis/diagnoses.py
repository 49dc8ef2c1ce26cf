"""Diagnoses the answers to one lab while a class is graded."""

from __future__ import annotations

import logging
import threading

from course_grader.audit.known_mistakes import Mistakes
from course_grader.diagnosis.recording import recorded_mistakes
from course_grader.errors import CourseError
from course_grader.notebooks import Lab
from course_grader.results import Diagnosis
from course_utils.remote.mistakes import diagnose
from course_utils.remote.traces import Traces

_log = logging.getLogger(__name__)


class Diagnoses:
    """Says which misconception an answer behaves like; thread-safe."""

    def __init__(self, lab: Lab):
        self._lab = lab
        self._lock = threading.Lock()
        self._mistakes: Mistakes | None = None

    def prepare(self) -> None:
        """Record the misconceptions, unless they are known. If that fails, a log says so, and nothing is diagnosed."""
        with self._lock:
            if self._mistakes is None:
                try:
                    self._mistakes = recorded_mistakes(self._lab).judge
                except CourseError as error:
                    _log.warning("no answer is diagnosed: %s", error)
                    self._mistakes = {}

    def covers(self, exercise: str) -> bool:
        """Whether there is a misconception to compare with."""
        return bool((self._mistakes or {}).get(exercise))

    def __call__(self, exercise: str, traces: Traces) -> list[Diagnosis]:
        """The misconception that an answer behaves like in the tests; none if it is not clear."""
        found = diagnose(traces, (self._mistakes or {}).get(exercise, []))
        return [Diagnosis(mistake.name, mistake.explanation) for mistake in found]
