"""Grading on a real GPU, and whether our FAKE (tests/fake_cuda.py) refuses what CUDA refuses: `make test-gpu`."""

import pytest
import torch

from course_grader.grading import Engine
from course_grader.notebooks import find_lab
from course_utils.remote.device import find_device
from tests.fake_cuda import FakeCuda
from tests.paths import sandbox_missing
from tests.tiny_course import LAB, cell_named, code, score, tiny_notebook, write_tiny_course

pytestmark = pytest.mark.gpu
ON_THE_CPU = "# Exercise: double\ndef double(x):\n    return x * torch.full(x.shape, 2.0)"
LARGE = "x = torch.ones(3 << 28, device='cuda')\nimport time\ntime.sleep(3)"  # 3 GB
X = torch.arange(6.0).reshape(2, 3)
CALLS = {
    "a constant of the CPU": lambda x: x + torch.ones(3),
    "a number": lambda x: x + torch.tensor(1.0),
    "an index on the CPU": lambda x: x[torch.tensor([1, 0])],
    "an index on the GPU": lambda x: torch.eye(6)[x.long()],
    "labels on the CPU": lambda x: torch.nn.functional.cross_entropy(x, torch.arange(2)),
    "labels on the GPU": lambda x: torch.nn.functional.cross_entropy(x, torch.arange(2, device=x.device)),
    "a mask on the CPU": lambda x: x.masked_fill(torch.ones(2, 3) > 0, 0.0),
    "numpy": lambda x: x.numpy(),
    "a layer on the CPU": lambda x: torch.nn.Linear(3, 2)(x),
    "a layer that was moved": lambda x: torch.nn.Linear(3, 2).to(x.device)(x),
    "a copy to the CPU": lambda x: x.cpu() + torch.ones(3),
    "writing into a tensor on the CPU": lambda x: torch.zeros(2, 3).copy_(x),
}


def outcome(call, x):
    """The type of device of the result, or the error's type."""
    try:
        return call(x).device.type
    except Exception as error:
        return type(error).__name__


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_the_fake_behaves_like_cuda(call):
    with FakeCuda():
        fake = outcome(call, X.to("cuda"))
    assert fake == outcome(call, X.to("cuda"))


def test_it_is_found():
    assert find_device().device.type == "cuda"


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    if sandbox_missing():
        pytest.skip(sandbox_missing())
    toml = 'gpu = true\ngpu_memory_mb = 2000\ngpu_exercises = ["double"]\nnotebook_seconds = 90\n'
    with Engine(find_lab(LAB, write_tiny_course(tmp_path_factory.mktemp("course"), toml))) as engine:
        yield engine


def grade(engine, cell="", answer=""):
    notebook = tiny_notebook()
    if answer:
        cell_named(notebook, "double").source = answer
    if cell:
        notebook.cells.append(code(cell, "mine"))
    return engine.grade(notebook, "ada", 1)


def test_a_kernel_in_the_sandbox_computes_on_it(engine):
    graded = grade(engine, "print(torch.ones(2, device='cuda').sum().item(), torch.cuda.device_count())")
    assert cell_named(graded.notebook, "mine").outputs[0].text == "2.0 1\n"


def test_a_tensor_on_the_cpu_in_the_middle_is_noted(engine):
    graded = grade(engine, answer=ON_THE_CPU)
    assert score(graded) == {"double": 5.0, "count": 15.0}
    assert "same device" in graded.exercises["double"].device_problem
    assert grade(engine).exercises["double"].device_problem == ""


def test_more_memory_than_lab_toml_allows_ends_the_kernel(engine):
    messages = grade(engine, LARGE).messages
    assert any("GPU memory: used" in text and "allowed 2000 MB" in text for text in messages), messages
