"""Tracking: both services, real and offline, rows read back, nothing printed, nothing written elsewhere."""

import importlib
import json
import os
import struct
import subprocess
import sys
import textwrap

import psutil
import pytest
import torch

from course_utils.training import tracking
from course_utils.training.tracking import results, show_tensorboard, track


def run_twice(folder, backend):
    for optimiser, loss in (("SGD", 0.5), ("Adam", 0.25)):
        settings = {"optimiser": optimiser, "rate": 0.01, "nesterov": True, "decay": None}
        with track("optimisers", settings, seed=3, backend=backend, folder=folder) as run:
            for step in range(3):
                run.log(step, loss=loss + 2 - step)
            run.log(3, recall=torch.tensor(loss / 2))


ROWS = [
    {"optimiser": name, "rate": 0.01, "nesterov": True, "decay": None, "seed": 3, "loss": loss, "recall": loss / 2}
    for name, loss in (("Adam", 0.25), ("SGD", 0.5))
]


@pytest.mark.parametrize("backend", ["tensorboard", "none"])
def test_runs_are_read_back_as_rows_and_nothing_is_printed(tmp_path, capfd, backend):
    run_twice(tmp_path / "runs", backend)
    assert results(tmp_path / "runs", "optimisers") == ROWS
    assert results(tmp_path / "runs") == [{"experiment": "optimisers", **row} for row in ROWS]
    assert results(tmp_path / "runs", "other") == results(tmp_path / "nowhere") == []
    assert capfd.readouterr() == ("", "")


def tensorboard_runs(folder):
    from tensorboard.backend.event_processing.event_multiplexer import EventMultiplexer

    return EventMultiplexer().AddRunsFromDirectory(str(folder)).Reload()


def test_tensorboard_has_each_step_and_the_settings(tmp_path):
    from tensorboard.plugins.hparams import metadata, plugin_data_pb2

    run_twice(tmp_path, "tensorboard")
    events = tensorboard_runs(tmp_path)
    assert len(events.Runs()) == 2  # one for each, none beside it for the settings
    for row in ROWS:
        (name,) = (name for name in events.Runs() if row["optimiser"] in name)
        losses = [(event.step, event.value) for event in events.Scalars(name, "loss")]
        assert losses == [(step, row["loss"] + 2 - step) for step in range(3)]
        assert events.Scalars(name, "recall")[0].step == 3
        content = events.SummaryMetadata(name, metadata.SESSION_START_INFO_TAG).plugin_data.content
        kept = plugin_data_pb2.HParamsPluginData.FromString(content).session_start_info.hparams
        assert kept["optimiser"].string_value == row["optimiser"]
        assert (kept["rate"].number_value, kept["seed"].number_value) == (0.01, 3)
        assert events.Scalars(name, "last/loss")[0].value == row["loss"]


def test_a_run_with_the_same_settings_replaces_the_first(tmp_path):
    for value in (1.0, 2.0):
        with track("sizes", {"dim": 8}, seed=0, folder=tmp_path) as run:
            run.log(0, loss=value)
    assert results(tmp_path, "sizes") == [{"dim": 8, "seed": 0, "loss": 2.0}]
    events = tensorboard_runs(tmp_path)
    assert [[event.value for event in events.Scalars(name, "loss")] for name in events.Runs()] == [[2.0]]
    with track("sizes", {"dim": 8}, seed=1, folder=tmp_path):
        pass
    assert [row["seed"] for row in results(tmp_path)] == [0, 1]


def test_settings_unfit_for_file_names_stay_distinct(tmp_path):
    texts = ["a/b", "a:b", "a b", "../../x", "é" * 300, "é" * 301]
    for text in texts:
        with track("names / of runs", {"text": text}, seed=0, backend="none", folder=tmp_path / "runs"):
            pass
    assert sorted(row["text"] for row in results(tmp_path / "runs", "names / of runs")) == sorted(texts)
    assert [path.name for path in tmp_path.iterdir()] == ["runs"]


def test_a_run_that_fails_does_not_count(tmp_path):
    with pytest.raises(ZeroDivisionError), track("broken", {}, seed=0, folder=tmp_path) as run:
        run.log(0, loss=1.0)
        1 / 0  # noqa: B018
    assert results(tmp_path) == []
    events = tensorboard_runs(tmp_path)
    assert [event.value for event in events.Scalars(*events.Runs(), "loss")] == [1.0]


def test_invalid_arguments(tmp_path):
    for error, said, arguments in (
        (ValueError, "unknown backend 'csv'; available: tensorboard, wandb, none", {"settings": {}, "backend": "csv"}),
        (TypeError, "'optimiser' must be .* got type", {"settings": {"optimiser": torch.optim.Adam}}),
        (TypeError, "as a separate argument", {"settings": {"seed": 1}}),
    ):
        with pytest.raises(error, match=said), track("wrong", seed=0, folder=tmp_path, **arguments):
            pass
    assert not any(tmp_path.iterdir())


def test_missing_wandb(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "wandb", None)
    with (
        pytest.raises(ImportError, match="pip install wandb"),
        track("x", {}, seed=0, backend="wandb", folder=tmp_path),
    ):
        pass


@pytest.fixture(scope="module")
def wandb_run(tmp_path_factory):
    """A process of its own that has tracked two runs with wandb: its folder, home folder and what it printed."""
    pytest.importorskip("wandb")
    home, folder = (tmp_path_factory.mktemp(name) for name in ("home", "work"))
    code = """
        import os, psutil
        from tests.course_utils.training.test_tracking import run_twice
        run_twice("runs", "wandb")
        left = [p for p in psutil.process_iter() if p.pid != os.getpid() and p.ppid() == os.getpid()]
        assert not left, left
    """
    environment = {"HOME": str(home), "PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", textwrap.dedent(code)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=folder, env=environment, check=False)
    assert run.returncode == 0, run.stderr
    return folder, home, run.stdout + run.stderr


def test_wandb_offline_only_writes_below_the_folder_and_ends(wandb_run):
    folder, home, printed = wandb_run
    assert printed == ""
    assert [path.name for path in folder.iterdir()] == ["runs"]
    assert not any(home.iterdir())
    assert not [process for process in psutil.process_iter() if environment_of(process).get("HOME") == str(home)]


def environment_of(process):
    try:
        return process.environ()
    except psutil.Error:  # another user's, or gone by now
        return {}


def test_wandb_runs_are_read_back_as_rows(wandb_run):
    assert results(wandb_run[0] / "runs", "optimisers") == ROWS


def wandb_records(path):
    """The records of an offline run: a log of LevelDB's format after 7 bytes of wandb's own."""
    from wandb.proto.wandb_internal_pb2 import Record

    block, whole = 32 * 1024, 1
    content, place = path.read_bytes(), 7
    while place < len(content):
        if block - place % block < 7:
            place += block - place % block
            continue
        _, length, kind = struct.unpack_from("<IHB", content, place)
        assert kind == whole, "a record over two blocks: log less"
        yield Record.FromString(content[place + 7 : place + 7 + length])
        place += 7 + length


def test_wandb_has_each_step_and_the_settings(wandb_run):
    paths = sorted(wandb_run[0].glob("runs/optimisers/*/wandb/offline-run-*/*.wandb"))
    for path, row in zip(paths, ROWS, strict=True):
        records = list(wandb_records(path))
        (run,) = (record.run for record in records if record.WhichOneof("record_type") == "run")
        assert run.project == "optimisers"
        config = {item.key: json.loads(item.value_json) for item in run.config.update}
        assert {key: config[key] for key in ("optimiser", "rate", "nesterov", "decay", "seed")}.items() <= row.items()
        steps = [
            {key: json.loads(item.value_json) for item in record.history.item for key in (item.key, *item.nested_key)}
            for record in records
            if record.WhichOneof("record_type") == "history"
        ]
        assert [step["loss"] for step in steps if "loss" in step] == [row["loss"] + 2 - step for step in range(3)]
        assert [(step["_step"], step["recall"]) for step in steps if "recall" in step] == [(3, row["recall"])]


def test_tensorboard_is_shown_only_in_an_open_notebook(tmp_path, monkeypatch, capfd):
    notebook = importlib.import_module("tensorboard.notebook")
    started = []
    monkeypatch.setattr(notebook, "start", started.append)
    for name in ("JPY_SESSION_NAME", "NBGRADER_EXECUTION"):
        monkeypatch.delenv(name, raising=False)
    show_tensorboard(tmp_path / "my runs")
    assert capfd.readouterr().out == f"TensorBoard of these runs: tensorboard --logdir '{tmp_path}/my runs'\n"
    assert not started
    monkeypatch.setenv("JPY_SESSION_NAME", "lab.ipynb")
    show_tensorboard(tmp_path / "my runs")
    monkeypatch.setattr(tracking.backends, "in_colab", lambda: True)
    monkeypatch.delenv("JPY_SESSION_NAME")
    show_tensorboard(tmp_path / "my runs")
    assert started == [f"--logdir '{tmp_path}/my runs'"] * 2
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    show_tensorboard(tmp_path)
    assert len(started) == 2 and capfd.readouterr() == ("", "")


def test_importing_loads_neither_service():
    services = {"wandb", "tensorboard", "matplotlib"}
    code = f"import sys, course_utils.training.tracking; print(sorted({services} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert run.stdout == "[]\n"


def test_rows_with_exactly_these_settings(tmp_path):
    for settings, seed in (({"dim": 8}, 0), ({"dim": 8}, 1), ({"dim": 8, "pool": "max"}, 0), ({"dim": 4}, 0), ({}, 0)):
        with track("sizes", settings, seed=seed, backend="none", folder=tmp_path):
            pass
    assert results(tmp_path, "sizes", {"dim": 8}) == [{"dim": 8, "seed": 0}, {"dim": 8, "seed": 1}]
    assert results(tmp_path, "sizes", {}) == [{"seed": 0}]
    assert results(tmp_path, settings={"dim": 4}) == [{"experiment": "sizes", "dim": 4, "seed": 0}]
    assert results(tmp_path, "sizes", {"dim": 5}) == results(tmp_path, "other", {"dim": 8}) == []
