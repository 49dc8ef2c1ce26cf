"""The exercises that lab.toml names in gpu_exercises: the reference's answers work with inputs on a FAKE GPU."""

import pytest

from course_grader.notebooks import find_lab, lab_names
from course_utils.remote import device
from tests.fake_cuda import fake_device
from tests.gpu_check import GpuCheck
from tests.paths import ROOT

EYE = "def one_hot_embed(table, token_ids):\n    return torch.eye(len(table), dtype=table.dtype)[token_ids] @ table"
LABS = [find_lab(name, ROOT) for name in lab_names(ROOT)]


@pytest.fixture
def check(monkeypatch):
    monkeypatch.setattr(device, "find_device", fake_device)
    return GpuCheck


@pytest.mark.slow
@pytest.mark.parametrize("lab", [lab for lab in LABS if lab.settings.gpu_exercises], ids=lambda lab: lab.name)
def test_the_reference_works_with_inputs_on_a_gpu(check, lab):
    answers = check(lab)
    for exercise in lab.settings.gpu_exercises:
        problem, passed, verdict = answers.problem(exercise)
        assert len(passed) == len(verdict["tests"]) > 0, exercise
        assert problem == "", exercise


def test_a_tensor_on_the_cpu_in_the_middle_is_found(check):
    problem, passed, _ = check(find_lab("01_tensor_basics", ROOT)).problem("one_hot_embed", EYE)
    assert passed and "indices should be either on cpu or on the same device" in problem
