"""The file that says where the time of a run went."""

import json
from pathlib import Path

from course_grader.results import Phase, Phases
from course_grader.runner.timeline import BUSY, RUN, Timeline


def read(path):
    return json.loads(path.read_text().rstrip().rstrip(",") + "]")


def test_a_row_per_submission_and_a_process_per_lab(tmp_path):
    path = tmp_path / "timeline.json"
    with Timeline(path) as timeline:
        timeline.begin_lab("01_first")
        timeline.add(RUN, [Phase("planning", 10.0, 10.5)])
        timeline.add("ada", [Phase("tests", 11.0, 11.25, "double")])
        killed = read(path)  # what is there if the run is killed now
        timeline.begin_lab("02_second")
        timeline.add("ada", [])
    events = [event for event in read(path) if event["name"] != BUSY]
    assert [event for event in killed if event["name"] != BUSY] == events[:-3]
    names = [(e["pid"], e["tid"], e["args"]["name"]) for e in events if e["name"].endswith("_name")]
    assert names == [(1, 0, "01_first"), (1, 1, RUN), (1, 2, "ada"), (2, 0, "02_second"), (2, 1, "ada")]
    tests = next(event for event in events if event.get("cat") == "tests")
    assert tests == {
        "name": "tests: double", "cat": "tests", "ph": "X", "pid": 1, "tid": 2, "ts": 11_000_000, "dur": 250_000,
    }  # fmt: skip


def test_a_phase_is_noted_however_it_ends():
    phases = Phases()
    try:
        with phases.during("cells", "double"):
            raise ValueError
    except ValueError:
        pass
    assert [(phase.name, phase.detail) for phase in phases] == [("cells", "double")]
    assert phases[0].began <= phases[0].ended


def test_a_full_disk_ends_no_run():
    with Timeline(Path("/dev/full")) as timeline:
        timeline.add("ada", [Phase("tests", 11.0, 11.25)])
