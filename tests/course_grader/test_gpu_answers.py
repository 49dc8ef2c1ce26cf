"""An answer that does not work with inputs on a GPU: a note in the record, and the same score.

The GPU is a FAKE: of the driver's files (as in sandbox/test_gpu.py), and of CUDA (tests/fake_cuda.py), in the student's
kernel, whose notebook brings it along. Kernel, sandbox and judge are real.
"""

import inspect

import pytest

from course_grader.engine_options import EngineOptions
from course_grader.grading import Engine, parts
from course_grader.grading.record import read_record
from course_grader.notebooks import find_lab
from course_grader.sandbox import Gpus
from tests import fake_cuda
from tests.course_grader.sandbox.test_gpu import FakeNvml
from tests.paths import sandbox_missing
from tests.tiny_course import LAB, cell_named, score, tagged, tiny_notebook, write_tiny_course

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(sandbox_missing()), reason=sandbox_missing() or "the sandbox works"),
]
BRING_A_GPU = f"""
from course_utils.remote import device
fake = {{}}
exec(compile({inspect.getsource(fake_cuda)!r}, "<fake>", "exec"), fake)  # not a line of the student's
device.find_device = lambda: device.InputDevice(torch.device("cuda"), fake["FakeCuda"])
"""
ON_THE_CPU = "# Exercise: double\ndef double(x):\n    return x * torch.full(x.shape, 2.0)"
MIXED = "expected all tensors to be on the same device"


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    root = write_tiny_course(tmp_path_factory.mktemp("course"), 'gpu_exercises = ["double"]\n')
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "find_gpus", lambda: Gpus(("GPU-a0",), (), (), FakeNvml(), (0,)))
        with Engine(find_lab(LAB, root), EngineOptions(gpu=True)) as engine:
            yield engine


def grade(engine, answer="", gpu=True):
    notebook = tiny_notebook()
    if answer:
        cell_named(notebook, "double").source = answer
    if gpu:
        notebook.cells.insert(2, tagged(BRING_A_GPU, "gpu", "mine"))
    return engine.grade(notebook, "ada", 1)


def test_a_tensor_on_the_cpu_in_the_middle(engine):
    graded = grade(engine, ON_THE_CPU)
    assert score(graded) == {"double": 5.0, "count": 15.0} and graded.status == "graded"
    found = graded.exercises["double"].device_problem
    assert MIXED in found.lower() and "line 3 of `double`: `return x * torch.full(x.shape, 2.0)`" in found
    shown = cell_named(graded.notebook, "test_double").outputs[0].text
    assert "A note, which takes no points: with inputs on a GPU, your code raised RuntimeError" in shown
    assert read_record(graded.notebook).exercises["double"].device_problem == found
    assert graded.public()["exercises"]["double"]["device_problem"] == found


def test_an_answer_that_works_everywhere(engine):
    assert grade(engine).exercises["double"].device_problem == ""


def test_without_a_gpu_nothing_is_said_and_the_score_is_the_same(engine):
    graded = grade(engine, ON_THE_CPU, gpu=False)
    assert (score(graded), graded.exercises["double"].device_problem) == ({"double": 5.0, "count": 15.0}, "")


def test_an_answer_that_ends_its_kernel_on_a_gpu_loses_nothing(engine):
    ends = "# Exercise: double\nimport os\ndef double(x):\n    return os._exit(1) if x.is_cuda else 2 * x"
    graded = grade(engine, ends)
    assert (score(graded), graded.status, graded.messages) == ({"double": 5.0, "count": 15.0}, "graded", [])
