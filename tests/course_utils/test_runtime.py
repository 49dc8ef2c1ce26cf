"""Seeds, profiles, demonstrations of unfinished exercises, and freed variables."""

import random
import weakref

import numpy as np
import pytest
import torch
from IPython.core.interactiveshell import InteractiveShell

from course_utils import runtime
from course_utils import variables as notebook


@pytest.fixture(autouse=True)
def clean(monkeypatch):
    monkeypatch.delenv("COURSE_PROFILE", raising=False)
    monkeypatch.setattr(runtime, "_profile", "cpu")
    monkeypatch.setattr(runtime, "_lab", "")


def draw():
    return random.random(), np.random.rand(), float(torch.rand(()))


def test_seeding_repeats_every_generator():
    runtime.seed_everything(3)
    first = draw()
    runtime.seed_everything(3)
    assert draw() == first
    runtime.seed_everything(4)
    assert all(a != b for a, b in zip(draw(), first, strict=True))


class TestSetup:
    def test_says_in_one_line_what_it_runs_on(self, capsys):
        runtime.setup("01_tensor_basics", seed=7)
        line = capsys.readouterr().out
        assert line.startswith("01_tensor_basics: course ")
        assert "profile cpu" in line
        assert "seed 7" in line

    def test_the_environment_overrides_the_argument(self, monkeypatch):
        monkeypatch.setenv("COURSE_PROFILE", "full")
        runtime.setup("x", profile="cpu")
        assert runtime.profile() == "full"

    def test_an_unknown_profile_lists_the_available_ones(self):
        with pytest.raises(ValueError, match="cpu, full, got 'gpu'"):
            runtime.setup("x", profile="gpu")

    def test_the_lab_is_known_only_afterwards(self):
        with pytest.raises(RuntimeError, match="setup cell"):
            runtime.current_lab()
        runtime.setup("02_attention")
        assert runtime.current_lab() == "02_attention"


class TestNeeds:
    def test_a_stub_gives_a_sentence(self, capsys):
        with runtime.needs("project"):
            raise NotImplementedError
        assert capsys.readouterr().out == "Finish `project` first, then run this cell again.\n"

    def test_the_unfinished_exercise_is_named(self, capsys):
        with runtime.needs("project", "attend"):
            raise NotImplementedError("finish `attend` first")
        assert capsys.readouterr().out == "Finish `attend` first, then run this cell again.\n"

    def test_pytorchs_own_not_implemented_error_is_raised(self):
        with pytest.raises(NotImplementedError, match="Long"), runtime.needs("project"):
            torch.nn.functional.log_softmax(torch.ones(2, dtype=torch.int64), dim=0)

    def test_a_cell_that_has_not_been_run_gives_a_sentence(self, capsys):
        with runtime.needs("project"):
            project(1)  # noqa: F821
        assert "Run the cell that defines `project` first" in capsys.readouterr().out

    def test_any_other_error_is_raised(self):
        with pytest.raises(NameError), runtime.needs("project"):
            typo  # noqa: B018, F821
        with pytest.raises(ValueError, match="real"), runtime.needs("project"):
            raise ValueError("real")


def test_memory_is_freed_by_deleting_the_notebooks_own_variable(monkeypatch):
    variables = {"big": torch.ones(10), "kept": 1}
    monkeypatch.setattr(notebook, "notebook_variables", lambda: variables)
    with runtime.free_gpu_memory("big", "never_there"):
        assert "big" in variables
    assert variables == {"kept": 1}


@pytest.fixture
def shell(monkeypatch):
    shell = InteractiveShell()
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    shell.run_cell("import torch; from course_utils.runtime import free_gpu_memory")
    yield shell
    shell.history_manager.end_session()


def run(shell, *cells):
    for cell in cells:
        shell.run_cell(cell, store_history=True)


def test_memory_of_cell_outputs_and_aliases_is_freed(shell, capsys):
    run(shell, "big = torch.ones(10); number = 3; other = 3", "big", "again = big; number")
    held = weakref.ref(shell.user_ns["big"])
    run(shell, "with free_gpu_memory('big', 'number'): pass")
    assert held() is None
    assert shell.user_ns["other"] == 3


def test_memory_of_a_traceback_is_freed(shell, capsys):
    run(shell, "def use(x):\n    y = x + 1\n    seen.append(weakref.ref(y))\n    raise MemoryError('too much')")
    run(shell, "import weakref; seen = []; big = torch.ones(10)", "use(big)")
    held = weakref.ref(shell.user_ns["big"])
    assert shell.user_ns["seen"][0]() is not None
    run(shell, "with free_gpu_memory('big'): pass")
    assert held() is None
    assert shell.user_ns["seen"][0]() is None
    run(shell, "big = torch.ones(10)", "with free_gpu_memory('big'): use(big)")
    assert shell.user_ns["seen"][1]() is None
    assert "too much" in capsys.readouterr().out


@pytest.mark.gpu
def test_gpu_memory_is_free_afterwards(monkeypatch):
    before = torch.cuda.memory_reserved()
    variables = {"big": torch.ones(1 << 26, device="cuda")}
    monkeypatch.setattr(notebook, "notebook_variables", lambda: variables)
    with runtime.free_gpu_memory("big"):
        assert torch.cuda.memory_reserved() > before
    assert torch.cuda.memory_reserved() <= before


def test_the_cpu_profile_stays_on_the_cpu():
    runtime.setup("x", profile="cpu")
    assert runtime.device().type == "cpu"
