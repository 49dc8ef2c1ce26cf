"""Grading on other machines' workers: the same records as here, whatever happens to a worker."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from concurrent.futures import CancelledError
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from rich.console import Console

pytest.importorskip("distributed")

import dask
from distributed import KilledWorker, Security

from course_grader.engine_options import EngineOptions
from course_grader.errors import CourseError
from course_grader.grading import write_record
from course_grader.grading.notebook_run import fail_closed
from course_grader.notebooks import find_lab
from course_grader.repair import Notes
from course_grader.results import GradedSubmission, OtherFiles
from course_grader.runner import grade
from course_grader.runner.cluster import remote_engine, worker
from course_grader.runner.cluster.attempts import Workers
from course_grader.runner.cluster.connection import job_arguments
from course_grader.runner.cluster.engines import Engines, NotStarted
from course_grader.runner.cluster.messages import from_json, pack, read_answer, to_json, unpacked_files
from course_grader.runner.cluster.options import ClusterOptions, read_cluster
from course_grader.runner.cluster.remote_engine import RemoteEngine
from course_grader.runner.deadline import NotGraded
from tests import slurm
from tests.course_grader.fake_grading import hand_in, write_course
from tests.dask_cluster import cluster
from tests.fake_worker import SlowEngine
from tests.paths import ROOT
from tests.printed_results import read_results
from tests.tiny_course import LAB, tiny_notebook, with_sources, write_tiny_course

A, B, C = "tcp://a:1", "tcp://b:1", "tcp://c:1"


class TestOptions:
    def test_a_kind_of_batch_system_is_enough(self):
        assert read_cluster("slurm") == ClusterOptions(kind="slurm")

    def test_a_file_says_how_many_jobs_and_which_arguments(self, tmp_path):
        path = tmp_path / "cluster.toml"
        path.write_text('kind = "pbs"\njobs = 3\n[arguments]\ncores = 8\n')
        assert read_cluster(str(path)) == ClusterOptions(kind="pbs", jobs=3, arguments={"cores": 8})

    @pytest.mark.parametrize(
        "text, problem",
        [
            ('kind = "cloud"', "kind takes one of local, htcondor, .*got 'cloud'"),
            ("jobs = 1", "kind takes one of .*got None"),
            ('kind = "slurm"\njobs = 0', "jobs takes a whole number of at least 1, got 0"),
            ('kind = "slurm"\ncores = 8', r"unknown key 'cores'; expected kind, jobs, and a table \[arguments\]"),
            ('kind = "slurm"\narguments = 8', "arguments takes a table, got 8"),
        ],
    )
    def test_a_mistake_in_the_file_is_explained(self, tmp_path, text, problem):
        path = tmp_path / "cluster.toml"
        path.write_text(text)
        with pytest.raises(CourseError, match=problem):
            read_cluster(str(path))

    def test_the_file_in_the_documentation_is_one(self, tmp_path):
        page = (ROOT / "docs" / "scaling.md").read_text(encoding="utf-8")
        path = tmp_path / "cluster.toml"
        path.write_text(page.partition("```toml\n")[2].partition("```")[0])
        assert read_cluster(str(path)).kind == "slurm"

    def test_the_manifest_in_the_documentation_starts_a_scheduler_and_workers_with_tls(self):
        page = (ROOT / "docs" / "scaling.md").read_text(encoding="utf-8")
        parts = list(yaml.safe_load_all(page.partition("```yaml\n")[2].partition("```")[0]))
        started = [p["spec"]["template"]["spec"]["containers"][0] for p in parts if p["kind"] == "Deployment"]
        assert [container["command"][1] for container in started] == ["scheduler", "worker"]
        (settings,) = [
            yaml.safe_load(part["data"]["distributed.yaml"]) for part in parts if part["kind"] == "ConfigMap"
        ]
        assert settings["distributed"]["comm"]["require-encryption"] is True

    def test_a_missing_file_is_named(self):
        with pytest.raises(CourseError, match=r"one of local, .*or a file, got 'slrum', which does not exist"):
            read_cluster("slrum")


class Recorded:
    """Makes engines that record when they start and end."""

    def __init__(self):
        self.events = []

    def __call__(self, name):
        @contextmanager
        def make():
            self.events.append(f"{name} starts")
            yield name
            self.events.append(f"{name} ends")

        return make


class TestJobArguments:
    def arguments(self, **arguments):
        return job_arguments(ClusterOptions(kind="slurm", arguments=arguments), Path("/my course"))

    def test_jobs_are_told_where_the_course_is(self):
        assert self.arguments()["job_script_prologue"] == ["export COURSE_FOLDER='/my course'"]

    def test_a_prologue_may_tell_them_otherwise(self):
        lines = self.arguments(job_script_prologue=["export COURSE_FOLDER=/there"])["job_script_prologue"]
        assert lines[1:] == ["export COURSE_FOLDER=/there"]

    def test_what_dasks_configuration_says_stays(self):
        with dask.config.set({"jobqueue.slurm.job-script-prologue": ["module load python"]}):
            assert self.arguments()["job_script_prologue"][1:] == ["module load python"]

    def test_connections_are_encrypted_and_there_is_no_dashboard(self):
        found = self.arguments(cores=4, scheduler_options={"port": 9000})
        assert found["security"] is True and found["cores"] == 4
        assert found["scheduler_options"] == {"dashboard": False, "dashboard_address": "127.0.0.1:0", "port": 9000}


class TestEngines:
    def test_an_engine_starts_once_for_all_its_submissions(self):
        engines, make = Engines(), Recorded()
        for _ in range(3):
            with engines.using("a", make("a")) as engine:
                assert engine == "a"
        assert make.events == ["a starts"]

    def test_one_that_nobody_uses_ends_when_another_lab_comes(self):
        engines, make = Engines(), Recorded()
        with engines.using("a", make("a")):
            pass
        with engines.using("b", make("b")):
            assert make.events[:2] == ["a starts", "a ends"]

    def test_one_in_use_goes_on_when_another_lab_comes(self):
        engines, make = Engines(), Recorded()
        with engines.using("a", make("a")):
            with engines.using("b", make("b")):
                pass
            assert "a ends" not in make.events
        engines.close_idle()
        assert {"a ends", "b ends"} <= set(make.events)

    def test_after_an_exception_the_next_submission_gets_a_new_one(self):
        engines, make = Engines(), Recorded()
        with pytest.raises(RuntimeError), engines.using("a", make("a")):
            raise RuntimeError("the judge is gone")
        with engines.using("a", make("a")):
            assert make.events == ["a starts", "a ends", "a starts"]

    def test_one_that_does_not_start_says_why_and_is_tried_again(self):
        @contextmanager
        def broken():
            raise CourseError("the reference fails")
            yield

        engines, make = Engines(), Recorded()
        with pytest.raises(NotStarted, match="the reference fails"), engines.using("a", broken):
            pass
        with engines.using("a", make("a")) as engine:
            assert engine == "a"


class TestWorkers:
    def test_without_a_reason_dask_chooses(self):
        assert Workers().allowed([A, B]) is None

    def test_one_that_refused_gets_nothing_more(self):
        workers = Workers()
        assert workers.avoid(A, "another version") and not workers.avoid(A, "another version")
        assert workers.allowed([A, B]) == [B]
        assert workers.allowed([A]) == []

    def test_a_second_attempt_goes_to_another_worker_if_there_is_one(self):
        assert Workers().allowed([A, B], tried=[A]) == [B]
        assert Workers().allowed([A], tried=[A]) == [A]

    def test_where_nobody_is_present_those_that_come_may_be_used(self):
        workers = Workers()
        workers.avoid(A, "another version")
        assert workers.allowed([], tried=[B]) is None


class TestMessages:
    def test_a_submission_arrives_as_it_was_sent(self, tmp_path):
        (tmp_path / "data").mkdir()
        (tmp_path / "data" / "a.csv").write_bytes(b"1,2\r\n\xff")
        notebook = tiny_notebook()
        notebook.cells[0].source = "é \udc80 \u2028"
        work = pack(notebook, "ada", 7, Notes(["late"]), OtherFiles(tmp_path, ("data/a.csv",)))
        assert from_json(work["notebook"]) == notebook and Notes(**work["notes"]) == Notes(["late"])
        with unpacked_files(work) as files:
            assert (files.folder / "data" / "a.csv").read_bytes() == b"1,2\r\n\xff"
        assert not files.folder.exists()

    def test_a_file_that_became_a_link_is_not_followed(self, tmp_path):
        (tmp_path / "a.csv").symlink_to("/etc/passwd")
        with pytest.raises(OSError):
            pack(tiny_notebook(), "ada", 7, Notes(), OtherFiles(tmp_path, ("a.csv",)))

    def test_an_answer_for_somebody_else_is_no_result(self):
        with pytest.raises(NotGraded, match=r"answered for ben .*expected ada"):
            read_answer(to_json(recorded("ben").notebook), LAB, "ada", 7)

    @pytest.mark.parametrize("answer", [b"{", b"{}", to_json(tiny_notebook())])
    def test_an_answer_without_a_record_is_no_result(self, answer):
        with pytest.raises(NotGraded, match="could not be read"):
            read_answer(answer, LAB, "ada", 7)


def recorded(student, seed=7):
    graded = GradedSubmission(student, LAB, seed, tiny_notebook(), messages=["late"])
    fail_closed(graded)
    write_record(graded)
    return graded


class FakeFuture:
    """Has one of the outcomes that a test has listed; `None` never comes."""

    def __init__(self, outcome):
        self.outcome, self.cancelled = outcome, False

    def result(self, timeout):
        if self.outcome is None:
            raise TimeoutError
        if isinstance(self.outcome, BaseException):
            raise self.outcome
        return self.outcome

    def cancel(self, force):
        self.cancelled = force


class FakeClient:
    """Stands for Dask's client: each submitted task has the next of the outcomes."""

    def __init__(self, *outcomes, workers=(A, B), gpus=()):
        self.outcomes, self.workers, self.gpus = list(outcomes), workers, gpus
        self.sent_to, self.futures, self.begin = [], [], None

    def submit(self, function, request, work, name, *, key, workers, **options):
        self.sent_to.append(workers)
        self.options = options
        self.futures.append(FakeFuture(self.outcomes.pop(0)))
        if self.begin:
            self.begin((0.0, {"key": key, "worker": A}))
        return self.futures[-1]

    def nthreads(self):
        return dict.fromkeys(self.workers, 1)

    def scheduler_info(self):
        resources = {address: {"GPU": 1} if address in self.gpus else {} for address in self.workers}
        return {"workers": {address: {"resources": each} for address, each in resources.items()}}

    def subscribe_topic(self, topic, handler):
        pass

    def run(self, function, workers, wait, on_error):
        pass


class TestRemoteEngine:
    """The side of the command, with a stand-in for Dask."""

    @pytest.fixture
    def lab(self, tmp_path):
        return find_lab(LAB, write_tiny_course(tmp_path))

    @pytest.fixture
    def engine(self, lab, monkeypatch):
        @contextmanager
        def opened(client, lab=lab):
            monkeypatch.setattr(remote_engine, "connected", lambda options, course: nullcontext(client))
            self.console = Console(record=True, width=200)
            with RemoteEngine(lab, ClusterOptions("tcp://s:1"), self.console) as engine:
                yield engine

        return opened

    def grade_ada(self, engine, client):
        with engine(client) as opened:
            return opened.grade(tiny_notebook(), "ada", 7)

    def done(self, address=A):
        return {"worker": address, "notebook": to_json(recorded("ada").notebook)}

    def test_the_result_is_the_record_that_the_worker_wrote(self, engine):
        assert self.grade_ada(engine, FakeClient(self.done())) == recorded("ada")

    def test_a_failure_is_tried_again_elsewhere(self, engine):
        client = FakeClient({"worker": A, "failed": "The grader itself failed: OSError: full."}, self.done(B))
        assert self.grade_ada(engine, client).student == "ada"
        assert client.sent_to == [None, [B]]

    def test_after_three_failures_the_result_is_in_words(self, engine):
        client = FakeClient(*[{"worker": A, "failed": "The disk is full."}] * 3)
        with pytest.raises(NotGraded, match=r"The disk is full. It was tried 3 times, on tcp://a:1"):
            self.grade_ada(engine, client)

    def test_a_worker_that_refuses_is_left_out_and_named(self, engine):
        client = FakeClient({"worker": A, "refused": "it has another version"}, self.done(B))
        self.grade_ada(engine, client)
        assert client.sent_to == [None, [B]]
        assert f"Worker {A} is left out: it has another version" in self.console.export_text()

    def test_if_all_refuse_the_run_ends_with_their_reasons(self, engine):
        client = FakeClient({"worker": A, "refused": "it has another version"}, workers=[A])
        with pytest.raises(CourseError, match=f"no worker of the cluster can grade {LAB}: worker {A}: it has another"):
            self.grade_ada(engine, client)

    def test_a_worker_that_does_not_finish_is_given_up(self, engine, monkeypatch):
        client = FakeClient(None, self.done(B))
        with engine(client) as opened:
            client.begin = opened._note_begin
            opened._request["seconds"] = -remote_engine.GRACE_SECONDS
            assert opened.grade(tiny_notebook(), "ada", 7).student == "ada"
        assert client.futures[0].cancelled and client.sent_to == [None, [B]]

    def test_workers_that_took_the_place_of_others_get_what_was_meant_for_those(self, engine):
        client = FakeClient({"worker": A, "failed": "The disk is full."}, None, self.done(C))
        submit = client.submit

        def submit_and_leave(*arguments, **options):
            future = submit(*arguments, **options)
            if client.sent_to == [None, [B]]:  # B leaves before it begins
                client.workers = (C,)
            return future

        client.submit = submit_and_leave
        assert self.grade_ada(engine, client).student == "ada"
        assert client.sent_to == [None, [B], [C]] and client.futures[1].cancelled

    def test_the_time_of_a_worker_that_has_left_does_not_count(self, engine, monkeypatch):
        client = FakeClient(None, workers=[B])
        with engine(client) as opened:
            client.begin = opened._note_begin  # on A, which is gone
            opened._request["seconds"] = -remote_engine.GRACE_SECONDS
            finish = lambda: setattr(client.futures[0], "outcome", self.done(B))  # noqa: E731
            monkeypatch.setattr(opened, "_say_what_is_missing", finish)  # what follows a look at a task
            assert opened.grade(tiny_notebook(), "ada", 7).student == "ada"
        assert "left out" not in self.console.export_text()

    def test_a_second_attempt_of_a_lab_that_needs_a_gpu_goes_to_a_worker_with_one(self, engine, tmp_path):
        lab = find_lab(LAB, write_tiny_course(tmp_path / "gpu", "gpu = true\n"))
        client = FakeClient({"worker": A, "failed": "The disk is full."}, self.done(), gpus=[A])
        with engine(client, lab) as opened:
            opened.grade(tiny_notebook(), "ada", 7)
        assert client.sent_to == [None, [A]]

    def test_a_submission_that_ends_its_workers_gets_a_result_in_words(self, engine):
        class State:
            address = A

        with pytest.raises(NotGraded, match="4 workers ended while they graded it"):
            self.grade_ada(engine, FakeClient(KilledWorker("key", State(), 3)))

    @pytest.mark.parametrize("error", [CancelledError("lost"), ConnectionError("closed")])
    def test_without_a_scheduler_the_run_ends(self, engine, error):
        with pytest.raises(CourseError, match=r"the scheduler has ended .*what is graded is saved: run it again"):
            self.grade_ada(engine, FakeClient(error))

    def test_leaving_ends_the_waiting(self, engine, monkeypatch):
        monkeypatch.setattr(remote_engine, "LOOK_SECONDS", 0.01)
        ended = queue.Queue()
        with engine(FakeClient(None)) as opened:
            threading.Thread(target=lambda: ended.put(raised(opened.grade, tiny_notebook(), "ada", 7))).start()
        assert "Grading was stopped" in str(ended.get(timeout=20))

    def test_a_lab_that_needs_a_gpu_asks_for_a_worker_that_offers_one(self, engine, tmp_path):
        lab = find_lab(LAB, write_tiny_course(tmp_path / "gpu", "gpu = true\n"))
        client = FakeClient(self.done())
        with engine(client, lab) as opened:
            opened.grade(tiny_notebook(), "ada", 7)
            opened._say_what_is_missing()
        assert client.options["resources"] == {"GPU": 1}
        assert "needs a GPU, and no worker offers one" in self.console.export_text()


def raised(function, *arguments):
    try:
        return function(*arguments)
    except Exception as error:
        return error


class TestSameCourse:
    """A worker grades with the same lab, grader and libraries, or not at all."""

    def request(self, lab, **changed):
        from course_grader.fingerprint import libraries

        asked = {"lab": LAB, "fingerprint": worker.lab_fingerprint(lab), "libraries": libraries()}
        return {**asked, "options": asdict(EngineOptions(sandbox=False)), **changed}

    @pytest.fixture
    def lab(self, tmp_path, monkeypatch):
        monkeypatch.setenv(worker.FOLDER_VARIABLE, str(write_course(tmp_path)))
        return find_lab(LAB, tmp_path)

    def test_the_same_course_is_accepted(self, lab):
        assert worker._same_lab(self.request(lab)) == lab

    def test_other_tests_are_refused(self, lab):
        request = self.request(lab)
        path = lab.reference_path
        path.write_text(path.read_text().replace("Twice nothing", "Two times nothing"))
        with pytest.raises(CourseError, match=f"{lab.root} has another version of {LAB} or of the grader"):
            worker._same_lab(request)

    def test_another_pytorch_is_refused(self, lab):
        with pytest.raises(CourseError, match=r"the command has Python 3.10, torch 2.1.0: results could differ"):
            worker._same_lab(self.request(lab, libraries="Python 3.10, torch 2.1.0"))

    def test_a_worker_outside_a_course_says_so(self, lab, tmp_path, monkeypatch):
        monkeypatch.setenv(worker.FOLDER_VARIABLE, str(tmp_path / "nowhere"))
        with pytest.raises(CourseError, match=r"no course in .*nowhere"):
            worker._same_lab(self.request(lab))

    @pytest.mark.slow
    def test_a_diagnosis_made_on_a_worker_comes_back(self, lab, monkeypatch):
        """The worker's own function and a real engine, in this process instead of Dask's."""
        # Without a sandbox, the kernel imports PyTorch in its first cell: on a busy machine that takes longer than 4 s.
        (lab.source_folder / "lab.toml").write_text("")
        lab = find_lab(LAB, lab.root)
        here = SimpleNamespace(address=A, log_event=lambda topic, message: None)
        monkeypatch.setattr("distributed.get_worker", lambda: here)
        work = pack(with_sources(double="def double(x):\n    return x + x + x"), "ada", 7, Notes(), None)
        try:
            answer = worker.grade_on_worker(self.request(lab, seconds=200.0, topic="t"), work, "key")
        finally:
            worker._engines.close_idle()
        result = read_answer(answer["notebook"], LAB, "ada", 7)
        assert [found.name for found in result.exercises["double"].diagnoses] == ["three times x"]


STUDENTS = ("ada", "ben", "cem", "dee", "eve", "fay")


def start_grading(course, name, *options):
    command = [sys.executable, "-m", "course_grader.cli", "grade", LAB, "--course", course, "--seed", "3",
               "--json", course / f"{name}.json", *options]  # fmt: skip
    return subprocess.Popen(command, env=os.environ | {"PYTHONUNBUFFERED": "1"}, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True)  # fmt: skip


def records(course, name):
    """What --json wrote, without the times."""
    found = json.loads((course / f"{name}.json").read_text())
    return [{**entry, "seconds": None} for entry in found["submissions"]]


def grade_here(course, *options):
    running = start_grading(course, "here", *options)
    printed, _ = running.communicate(timeout=300)
    assert running.returncode == 3, printed
    return records(course, "here")


@pytest.fixture
def class_of_six(course):
    """Two right, one with a known mistake, one half right, one whose code ends its kernel, one that is damaged."""
    hand_in(course.root / "submitted", "ada")
    hand_in(course.root / "submitted", "ben", double="def double(x):\n    return x + x + x")
    hand_in(course.root / "submitted", "cem")
    hand_in(course.root / "submitted", "dee", count="def count(n):\n    return range(n)")
    hand_in(course.root / "submitted", "eve", double="import os; os._exit(1)")
    (hand_in(course.root / "submitted", "fay") / f"{LAB}.ipynb").write_text("{")
    return course.root


def kill_a_worker_in_the_middle(course, tmp_path, *options):
    with cluster(tmp_path, course) as started:
        running = start_grading(course, "there", "--scheduler", started.file, *options)
        lines = [running.stdout.readline()]
        started.workers[0].send_signal(signal.SIGKILL)
        lines.append(running.communicate(timeout=300)[0])
    assert running.returncode == 3, "".join(lines)  # two of the six need review
    return records(course, "there")


def kill_after(running, results):
    """kill -9 of the command, after it has printed so many results."""
    read_results(running, LAB, results)
    running.kill()
    running.wait()
    running.stdout.close()


def test_a_worker_and_the_command_killed_in_the_middle_change_no_record_of_a_fake_engine(
    class_of_six, tmp_path, monkeypatch
):
    with cluster(tmp_path, class_of_six, preload="tests.fake_worker") as started:
        first = start_grading(class_of_six, "there", "--scheduler", started.file)
        first.stdout.readline()
        started.workers[0].kill()
        kill_after(first, 2)
        second = start_grading(class_of_six, "there", "--scheduler", started.file)
        printed, _ = second.communicate(timeout=300)
    assert second.returncode == 3 and "graded already" in printed, printed
    there = records(class_of_six, "there")
    monkeypatch.setattr(grade, "Engine", SlowEngine())
    lab = find_lab(LAB, class_of_six)
    here = grade.grade_lab(lab, grade.Request(3), Console(quiet=True))
    assert there == [{**result.public(), "seconds": None} for result in here.results]
    assert [entry["student"] for entry in there] == list(STUDENTS)


@pytest.mark.slow
def test_a_worker_killed_in_the_middle_changes_no_record(class_of_six, tmp_path):
    there = kill_a_worker_in_the_middle(class_of_six, tmp_path)
    assert there == grade_here(class_of_six)
    assert [found["name"] for found in there[1]["exercises"]["double"]["diagnoses"]] == ["three times x"]


@pytest.mark.slow
def test_a_worker_with_another_version_of_the_lab_gets_nothing(class_of_six, tmp_path):
    other = write_course(tmp_path / "other")
    reference = other / "solutions" / LAB / f"{LAB}.ipynb"
    reference.write_text(reference.read_text().replace("2 * x", "3 * x"))
    with cluster(tmp_path, class_of_six, workers=1) as started:
        started.add_worker(course=other)
        running = start_grading(class_of_six, "there", "--scheduler", started.file, "--unsafe-no-sandbox")
        printed, _ = running.communicate(timeout=300)
    assert f"is left out: {other} has another version of {LAB}" in " ".join(printed.split())
    assert records(class_of_six, "there") == grade_here(class_of_six, "--unsafe-no-sandbox")


@pytest.mark.slow
def test_without_its_scheduler_a_run_ends_with_a_sentence(class_of_six, tmp_path):
    with cluster(tmp_path, class_of_six, workers=1) as started:
        running = start_grading(class_of_six, "there", "--scheduler", started.file, "--unsafe-no-sandbox")
        running.stdout.readline()
        started.scheduler.kill()
        printed, _ = running.communicate(timeout=300)
    assert running.returncode == 2 and "the scheduler has ended" in printed
    assert "Traceback" not in printed, printed


@pytest.mark.slow
def test_a_frozen_worker_costs_time_but_no_result(class_of_six, tmp_path, monkeypatch):
    monkeypatch.setenv("DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL", "10s")
    with cluster(tmp_path, class_of_six) as started:
        running = start_grading(class_of_six, "there", "--scheduler", started.file, "--unsafe-no-sandbox")
        running.stdout.readline()
        started.workers[0].send_signal(signal.SIGSTOP)
        printed, _ = running.communicate(timeout=300)
    assert running.returncode == 3, printed
    assert records(class_of_six, "there") == grade_here(class_of_six, "--unsafe-no-sandbox")


@pytest.fixture
def certificates(tmp_path, monkeypatch):
    """A key and a certificate that are their own authority, in Dask's configuration of every process."""
    made = Security.temporary()
    for name, content in (("cert", made.tls_client_cert), ("key", made.tls_client_key)):
        (tmp_path / f"{name}.pem").write_text(content)
    settings = {"CA_FILE": "cert"} | {
        f"{role}__{name.upper()}": name for role in ("SCHEDULER", "WORKER", "CLIENT") for name in ("cert", "key")
    }
    for key, name in settings.items():
        monkeypatch.setenv(f"DASK_DISTRIBUTED__COMM__TLS__{key}", str(tmp_path / f"{name}.pem"))
    return list(settings)


@pytest.mark.slow
def test_with_tls_only_who_has_a_certificate_can_grade(class_of_six, tmp_path, certificates, monkeypatch):
    monkeypatch.setenv("DASK_DISTRIBUTED__COMM__DEFAULT_SCHEME", "tls")
    with cluster(tmp_path, class_of_six, preload="tests.fake_worker") as started:
        address = json.loads(started.file.read_text())["address"]
        assert address.startswith("tls://")
        running = start_grading(class_of_six, "there", "--scheduler", address)
        printed, _ = running.communicate(timeout=300)
        assert running.returncode == 3, printed
        for key in certificates:
            monkeypatch.delenv(f"DASK_DISTRIBUTED__COMM__TLS__{key}")
        refused = start_grading(class_of_six, "there", "--scheduler", address, "--force")
        printed, _ = refused.communicate(timeout=300)
        assert refused.returncode == 2 and f"no certificates for {address}" in printed
        plain = start_grading(class_of_six, "there", "--force", "--scheduler", address.replace("tls://", "tcp://"))
        printed, _ = plain.communicate(timeout=300)
        assert plain.returncode == 2 and "no scheduler at" in printed


JOBS = """\
kind = "slurm"
jobs = 2

[arguments]
queue = "{queue}"
cores = 1
memory = "1GB"
walltime = "00:20:00"
interface = "lo"
shared_temp_directory = "{folder}"
log_directory = "{folder}"
"""


@pytest.mark.slow
@pytest.mark.slurm
def test_a_job_cancelled_in_the_middle_changes_no_record(class_of_six, tmp_path, monkeypatch):
    options = tmp_path / "cluster.toml"
    options.write_text(JOBS.format(queue=slurm.QUEUE, folder=tmp_path))
    with slurm.one_node() as configuration:
        monkeypatch.setenv("SLURM_CONF", configuration)
        running = start_grading(class_of_six, "there", "--cluster", options)
        lines = read_results(running, LAB, 1)
        jobs = slurm.asked(configuration, "squeue", "--noheader", "--states=RUNNING", "--format=%i")
        slurm.asked(configuration, "scancel", jobs.split()[0])
        lines.append(running.communicate(timeout=300)[0])
    assert running.returncode == 3, "".join(lines)  # two of the six need review
    assert records(class_of_six, "there") == grade_here(class_of_six)
