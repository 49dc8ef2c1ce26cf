"""Sweeps: all settings of a seed together, and what an interrupted one keeps."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from course_utils.training import sweeps
from course_utils.training.sweeps import sweep


@pytest.mark.parametrize("workers", [1, 2])
def test_each_setting_has_one_result_for_each_seed(workers, capsys):
    found = sweep(["a", "b"], range(3), lambda name, seed: f"{name}{seed}", workers=workers)
    assert found == {"a": ["a0", "a1", "a2"], "b": ["b0", "b1", "b2"]}
    assert "Stopped" not in capsys.readouterr().out


def test_one_seed_is_done_with_all_settings_before_the_next():
    order = []
    sweep("ab", (7, 5), lambda name, seed: order.append((seed, name)))
    assert order == [(7, "a"), (7, "b"), (5, "a"), (5, "b")]


def interrupted_at(place):
    """A run that is interrupted like a kernel, in its main thread, at the job with this number."""
    jobs = iter(range(100))

    def run(name, seed):
        if next(jobs) == place:
            raise KeyboardInterrupt
        return name, seed

    return run


@pytest.mark.parametrize(("place", "kept"), [(0, 0), (1, 0), (2, 1), (3, 1), (5, 2)])
def test_an_interrupted_sweep_keeps_the_complete_seeds(place, kept, capsys):
    found = sweep("ab", range(3), interrupted_at(place))
    assert found == {name: [(name, seed) for seed in range(kept)] for name in "ab"}
    assert f"Stopped after {kept} of 3 seeds. Those that are complete are kept." in capsys.readouterr().out


def test_a_second_interrupt_while_trainings_end_keeps_the_complete_seeds_too(monkeypatch, capsys):
    class Impatient(ThreadPoolExecutor):
        def shutdown(self, **options):
            super().shutdown(**options)
            raise KeyboardInterrupt

    monkeypatch.setattr(sweeps, "ThreadPoolExecutor", Impatient)
    found = sweep("ab", range(3), interrupted_at(4), workers=2)
    assert found["a"][0] == ("a", 0) and found["b"][0] == ("b", 0)
    printed = capsys.readouterr().out
    assert "Stopping: the trainings that have begun are finished first." in printed
    assert "Those that are complete are kept." in printed


def test_an_error_is_raised_and_no_other_run_begins():
    begun = []

    def run(name, seed):
        begun.append((name, seed))
        raise ValueError("too large")

    with pytest.raises(ValueError, match="too large"):
        sweep("ab", range(50), run)
    assert len(begun) < 100


def test_runs_are_side_by_side_with_more_workers():
    meet = threading.Barrier(2, timeout=20)
    sweep("ab", range(2), lambda name, seed: meet.wait(), workers=2)
