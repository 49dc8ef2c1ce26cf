"""The names that a lab's cells import to test answers and predictions."""

from course_utils.remote.models import build
from course_utils.remote.proxies import reference, student
from course_utils.testing import failed_cells
from course_utils.testing.case import LabTestCase
from course_utils.testing.cell_runner import Outcome, last_outcomes, points, run_tests
from course_utils.testing.predictions import check_prediction, guessed, predict, prediction_tally, wrote_down

failed_cells.start()

__all__ = [
    "LabTestCase",
    "Outcome",
    "build",
    "check_prediction",
    "guessed",
    "last_outcomes",
    "points",
    "predict",
    "prediction_tally",
    "reference",
    "run_tests",
    "student",
    "wrote_down",
]
