"""The audit of one lab: the reference, the release, variants, constant answers, probes and mutants."""

from __future__ import annotations

import gc
import hashlib
import importlib
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

import nbformat
from nbformat import NotebookNode

from course_grader.audit.behaviours import mistakes_of
from course_grader.audit.check import Finding, InProcess
from course_grader.audit.constants import constant_answers
from course_grader.audit.diagnosing import Diagnosing
from course_grader.audit.in_child import ChildEnded, in_child
from course_grader.audit.mutants import EQUIVALENT_FILE, Mutant, equivalent_mutants, mutants_of
from course_grader.audit.probes import probing_tests
from course_grader.audit.variants import FOLDER, Kind, Variant, load_variants
from course_grader.fingerprint import lab_fingerprint
from course_grader.judge import LATE_IMPORTS
from course_grader.notebooks import Lab, is_solution_cell, nbgrader_metadata
from course_utils.testing import Outcome
from course_utils.testing.case import session

MIN_SEEN, MIN_KILLED, MAX_CONSTANT, MAX_PROBED = 0.9, 0.95, 0.5, 0.75
MIN_DIAGNOSED, MAX_MISDIAGNOSED = 0.9, 0.01
LIMIT_SECONDS = 120.0  # for all tests of a lab
_MIN_SECONDS, _SLACK = 10.0, 5.0  # a mutant may take five times as long as the reference


@dataclass
class ExerciseAudit:
    """What was found for one exercise. seen: misconceptions that fail a visible test. constant: the most points for an
    answer that ignores its arguments. probed: the points of tests that run a probe. diagnosed, told: misconceptions
    that the grader and a notebook name. others, misdiagnosed: other answers, and how many are taken for one."""

    name: str
    alternatives: int = 0
    misconceptions: int = 0
    seen: int = 0
    constant: float = 0.0
    probed: float = 0.0
    mutants: int = 0
    killed: int = 0
    equivalent: int = 0
    diagnosed: int = 0
    told: int = 0
    others: int = 0
    misdiagnosed: int = 0


@dataclass
class LabAudit:
    """What was found for one lab; it passes when `problems` is empty. survivors: mutants' changes, by exercise."""

    lab: str
    fingerprint: str
    quick: bool
    exercises: list[ExerciseAudit]
    problems: list[str] = field(default_factory=list)
    unexplained: list[str] = field(default_factory=list)
    survivors: list[dict[str, str]] = field(default_factory=list)
    misdiagnoses: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        return not self.problems

    def total(self, name: str) -> Any:
        """The sum over the exercises of one of their numbers."""
        return sum(getattr(exercise, name) for exercise in self.exercises)

    @property
    def seen_share(self) -> float:
        """The share of the misconceptions that a visible test notices."""
        return _share(self.total("seen"), self.total("misconceptions"))

    @property
    def killed_share(self) -> float:
        """The share of the mutants that are noticed, of those that are not equivalent."""
        return _share(self.total("killed"), self.total("mutants") - self.total("equivalent"))

    @property
    def diagnosed_share(self) -> float:
        """The share of the misconceptions that a judge names."""
        return _share(self.total("diagnosed"), self.total("misconceptions"))

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> LabAudit:
        return cls(**{**data, "exercises": [ExerciseAudit(**each) for each in data["exercises"]]})


def audit_fingerprint(lab: Lab) -> str:
    """A hash that changes with the lab, its variants and equivalent mutants, and the grader."""
    found = hashlib.sha256(lab_fingerprint(lab).encode())
    for path in [*sorted((lab.source_folder / FOLDER).glob("*.py")), lab.source_folder / EQUIVALENT_FILE]:
        found.update(path.name.encode() + path.read_bytes() if path.is_file() else b"")
    return found.hexdigest()


def audit_lab(lab: Lab, quick: bool = False, report: Callable[[str], None] = lambda _step: None) -> LabAudit:
    """Audit a lab; with `quick`, without mutants. report: told each step. Raises CourseError for a broken file."""
    return _Audit(lab, quick, report).run()


def reference_failures(judge: InProcess) -> list[str]:
    """The tests that the reference itself fails, hidden ones too: they would cost every student points."""
    found = in_child(lambda: [_failures(name, tests) for name, tests in judge.outcomes({}).items()], LIMIT_SECONDS)
    return [failure for failures in found for failure in failures]


def _failures(exercise: str, outcomes: list[Outcome]) -> list[str]:
    failed = [outcome for outcome in outcomes if outcome.status != "passed"]
    return [
        f"{exercise}: the reference fails its own test {outcome.name} ({outcome.title}): {_line(outcome.message)}"
        for outcome in failed
    ]


class _Audit:
    def __init__(self, lab: Lab, quick: bool, report: Callable[[str], None]):
        self._lab, self._quick, self._report = lab, quick, report
        notebook = lab.reference()
        self._sources = _solutions(notebook)
        self._variants = load_variants(lab)
        self._equivalent = equivalent_mutants(lab.source_folder, list(self._sources))
        self._judge = InProcess(notebook)
        _prepare_forks()
        tested = {name: ExerciseAudit(name) for name in self._judge.tests}
        self._exercises = {name: exercise for name, exercise in tested.items() if name in self._sources}
        self._result = LabAudit(lab.name, audit_fingerprint(lab), quick, list(self._exercises.values()))
        self._problems = self._result.problems

    def run(self) -> LabAudit:
        self._report("reference")
        if not self._reference_passes():
            return self._result
        self._release()
        self._report("variants")
        for variant in self._variants:
            self._variant(variant)
        self._expect(self._result.seen_share >= MIN_SEEN, f"visible tests notice {self._result.seen_share:.0%} of the "
                     f"misconceptions; the aim is {MIN_SEEN:.0%}")  # fmt: skip
        self._report("diagnoses")
        self._diagnoses()
        self._report("constant answers and probes")
        self._constants()
        self._probes()
        if not self._quick:
            self._mutants()
        wrong, others = self._result.total("misdiagnosed"), self._result.total("others")
        self._expect(wrong <= MAX_MISDIAGNOSED * others, f"{wrong} of {others} other answers are taken for a "
                     f"misconception; the aim is at most {MAX_MISDIAGNOSED:.0%}")  # fmt: skip
        return self._result

    def _expect(self, holds: bool, problem: str) -> None:
        if not holds:
            self._problems.append(problem)

    def _reference_passes(self) -> bool:
        try:
            self._problems += reference_failures(self._judge)
        except ChildEnded as end:
            self._problems.append(f"the reference's tests: {end}")
        return self._result.passed

    def _release(self) -> None:
        if not self._lab.release_path.is_file():
            self._problems.append(f"{self._lab.release_path} does not exist; make it with `course-grader labs`")
            return
        stubs = _solutions(nbformat.read(self._lab.release_path, as_version=4))
        for name, points in self._points(stubs, list(self._judge.tests), LIMIT_SECONDS).items():
            self._expect(points == 0, f"{name}: the untouched release gets {points:g} points")

    def _variant(self, variant: Variant) -> None:
        exercise, name = self._exercises.get(variant.exercise), f"{variant.exercise}, {variant.name!r}"
        if exercise is None:
            self._problems.append(f"{name}: the exercise has no tests")
            return
        try:
            lost, seen = in_child(lambda: _plain(self._judge.find(variant)), LIMIT_SECONDS)
        except ChildEnded as end:
            self._problems.append(f"{name}: {end}")
            self._variants = [each for each in self._variants if each is not variant]  # a diagnosis would wait again
            return
        finding = Finding(variant, lost, seen)
        self._expect(not finding.problem, f"{name}: {finding.problem}")
        if variant.kind is Kind.ALTERNATIVE:
            exercise.alternatives += 1
            return
        exercise.misconceptions += 1
        exercise.seen += seen
        if finding.unexplained:
            self._result.unexplained.append(name)
            self._problems.append(f"{name}: only hidden tests notice it; give it a visible test or `hidden_because`")

    def _diagnoses(self) -> None:
        wrong = [variant for variant in self._variants if variant.kind is Kind.MISCONCEPTION]
        self._diagnosing = Diagnosing(self._judge, mistakes_of(self._lab, self._judge), self._variants)
        for name, exercise in self._exercises.items():
            own = [variant for variant in wrong if variant.exercise == name]
            said = self._diagnosing.of(name, [{name: variant.code} for variant in own])
            exercise.diagnosed = sum(variant.name in each.judge for variant, each in zip(own, said, strict=True))
            exercise.told = sum(variant.name in each.notebook for variant, each in zip(own, said, strict=True))
            self._expect_no_diagnosis(name, self._other_answers(name))
        share = self._result.diagnosed_share
        self._expect(share >= MIN_DIAGNOSED, f"{share:.0%} of the misconceptions are diagnosed; the aim is "
                     f"{MIN_DIAGNOSED:.0%}")  # fmt: skip

    def _other_answers(self, exercise: str) -> dict[str, dict[str, str]]:
        """Answers that are no misconception of this exercise, by what they are."""
        found = {"unfinished": {exercise: _unfinished(exercise)}}
        for variant in self._variants:
            other = exercise in variant.also_affects
            if other or (variant.exercise == exercise and variant.kind is Kind.ALTERNATIVE):
                found[f"{variant.exercise}, {variant.name!r}"] = {variant.exercise: variant.code}
        for answer in constant_answers(self._sources[exercise], exercise):
            found[f"the answer {answer.splitlines()[-1].strip()!r}"] = {exercise: answer}
        return found

    def _expect_no_diagnosis(self, exercise: str, answers: dict[str, dict[str, str]]) -> None:
        """Or the right one: some of these answers make the mistake of a misconception, on other inputs, too."""
        self._exercises[exercise].others += len(answers)
        for (what, answer), said in zip(
            answers.items(), self._diagnosing.of(exercise, list(answers.values())), strict=True
        ):
            names = sorted({*said.judge, *said.notebook})
            if names and not self._diagnosing.is_the_same(exercise, answer, names):
                self._exercises[exercise].misdiagnosed += 1
                self._result.misdiagnoses.append(f"{exercise}: {what} is taken for {', '.join(map(repr, names))}")

    def _constants(self) -> None:
        for name, exercise in self._exercises.items():
            answers = constant_answers(self._sources[name], name)
            exercise.constant = max(self._own_points(name, answer) for answer in answers)
        total = self._result.total("constant")
        self._expect(total <= MAX_CONSTANT, f"answers that ignore their arguments get {total:g} points; the aim is at "
                     f"most {MAX_CONSTANT:g}")  # fmt: skip

    def _own_points(self, exercise: str, answer: str) -> float:
        return self._points({exercise: answer}, [exercise], LIMIT_SECONDS).get(exercise, 0.0)

    def _points(
        self, answers: dict[str, str], exercises: list[str], seconds: float, stop_early: bool = False
    ) -> dict[str, float]:
        """The points of these exercises; none for answers that do not end. stop_early: tells only full from less."""

        def judge() -> dict[str, float]:
            session.stop_early = stop_early  # of this child alone
            outcomes = self._judge.outcomes(answers, exercises)
            return {name: sum(test.points for test in tests) for name, tests in outcomes.items()}

        try:
            return in_child(judge, seconds)
        except ChildEnded:
            return dict.fromkeys(exercises, 0.0)

    def _probes(self) -> None:
        for name, exercise in self._exercises.items():
            probing = probing_tests(self._judge.tests[name])
            worth = {test: points for test, points in self._worth(name).items() if test in probing}
            exercise.probed = sum(worth.values())
        total = self._result.total("probed")
        self._expect(total <= MAX_PROBED, f"tests with probes give {total:g} points; the aim is at most {MAX_PROBED:g}")

    def _worth(self, exercise: str) -> dict[str, float]:
        """The points of each test of an exercise."""
        return in_child(lambda: {test.name: test.max for test in self._judge.outcomes({}, [exercise])[exercise]},
                        LIMIT_SECONDS)  # fmt: skip

    def _mutants(self) -> None:
        used: set[tuple[str, str]] = set()
        for name, exercise in self._exercises.items():
            self._report(f"mutants of {name}")
            limit, full = self._effort(name)
            ended: dict[str, dict[str, str]] = {}
            for mutant in mutants_of(self._sources[name], name):
                exercise.mutants += 1
                key = (name, mutant.line)
                start = time.monotonic()
                if self._points({name: mutant.code}, [name], limit, stop_early=True)[name] < full:
                    exercise.killed += 1
                    if time.monotonic() - start < limit:
                        ended[f"the mutant {mutant.line!r}"] = {name: mutant.code}
                elif key in self._equivalent:
                    exercise.equivalent += 1
                    used.add(key)
                else:
                    self._survived(mutant)
            self._expect_no_diagnosis(name, ended)
        for name, line in set(self._equivalent) - used:
            self._problems.append(f"{name}: no mutant {line!r} survives; remove it from {EQUIVALENT_FILE}")
        share = self._result.killed_share
        self._expect(share >= MIN_KILLED, f"the tests notice {share:.0%} of the mutants; the aim is {MIN_KILLED:.0%}")

    def _effort(self, exercise: str) -> tuple[float, float]:
        """How long a mutant may take, and the points of the reference."""
        start = time.monotonic()
        full = self._points({}, [exercise], LIMIT_SECONDS)[exercise]
        return max(_MIN_SECONDS, _SLACK * (time.monotonic() - start)), full

    def _survived(self, mutant: Mutant) -> None:
        self._result.survivors.append({"exercise": mutant.exercise, "line": mutant.line, "diff": mutant.diff})


def _prepare_forks() -> None:
    """Do once what each child would do for itself: PyTorch's late imports, and copies of pages that gc touches."""
    for name in LATE_IMPORTS:
        importlib.import_module(name)
    gc.freeze()


def _solutions(notebook: NotebookNode) -> dict[str, str]:
    """The sources of the solution cells, by exercise."""
    return {nbgrader_metadata(cell)["grade_id"]: cell.source for cell in filter(is_solution_cell, notebook.cells)}


def _plain(finding: Finding) -> tuple[dict[str, float], bool]:
    return finding.lost, finding.seen


def _unfinished(exercise: str) -> str:
    return f"def {exercise}(*args, **kwargs):\n    raise NotImplementedError('finish `{exercise}` first')"


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 1.0


def _line(message: str) -> str:
    return " ".join(message.split())[:200]
