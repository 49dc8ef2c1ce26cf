"""Notebooks that students already have keep running: their import lines find the modules under the new names."""

import importlib
import subprocess
import sys

import pytest

from course_utils.compat import MOVED

# All import lines of the course's own modules in the notebooks of release 0.1.0.
RELEASED_LINES = """\
from course_utils import builders, plots, runtime
from course_utils import plots, runtime
from course_utils import plots, runtime, tracking
from course_utils.batching import device_of, embed, steady_threads, tensor_batches
from course_utils.batching import embed
from course_utils.builders import build
from course_utils.data.knowledge_base import make_knowledge_base
from course_utils.data.playlist_generator import make_slices
from course_utils.data.playlists import load_playlists
from course_utils.data.questions import load_questions
from course_utils.data.topics import make_topics
from course_utils.encoders import load_encoder, load_tokenizer
from course_utils.fine_tuning import fine_tune
from course_utils.fine_tuning import fine_tune, make_optimiser, steps_per_epoch, train_epoch, warmup_schedule
from course_utils.hand_in import before_you_hand_in
from course_utils.memory import peak_bytes
from course_utils.predictions import check_prediction
from course_utils.runtime import needs
from course_utils.study import flashcards, quiz
from course_utils.testing import LabTestCase, points, reference, run_tests, student
from course_utils.training import TwoTower, progress, topic_recall, train
from course_utils.training import progress
""".splitlines()


@pytest.mark.parametrize("line", RELEASED_LINES)
def test_a_released_notebooks_import_still_works(line):
    exec(line, {})


def test_they_work_in_a_fresh_interpreter_too():
    code = "\n".join(RELEASED_LINES)
    run = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("old", MOVED)
def test_both_names_give_the_same_module(old):
    module = importlib.import_module(MOVED[old])
    assert importlib.import_module(old) is module
    assert module.__name__ == module.__spec__.name == MOVED[old]


def test_other_names_are_still_not_found():
    with pytest.raises(ModuleNotFoundError, match=r"course_utils\.never_there"):
        importlib.import_module("course_utils.never_there")
