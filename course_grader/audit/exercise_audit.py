"""The audit of one exercise: its variants, constant answers, probes, mutants and rewrites, each judged once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from course_grader.audit.behaviours import add_mistakes
from course_grader.audit.check import Finding, InProcess
from course_grader.audit.constants import constant_answers
from course_grader.audit.diagnosing import Diagnosing
from course_grader.audit.in_child import ChildEnded, in_child
from course_grader.audit.judged_answers import JudgedAnswer, judge_answers
from course_grader.audit.known_mistakes import KnownMistakes
from course_grader.audit.marked_answers import EQUIVALENT_FILE, REFUSED_FILE
from course_grader.audit.mutants import Mutant, mutants_of
from course_grader.audit.probes import probing_tests
from course_grader.audit.result import ExerciseAudit, LabAudit, processor_time
from course_grader.audit.rewrite_audit import refused_rewrites_of
from course_grader.audit.rewrites import Rewrite
from course_grader.audit.variants import Kind, Variant

OTHERS_SECONDS = 120.0  # for the tests of all other exercises
_MIN_SECONDS, _SLACK = 10.0, 5.0  # a mutant may take five times as long as the reference
_TOGETHER = 8  # mutants that one child judges: a fork costs as much as a few tests


@dataclass
class Scope:
    """What the audits of a lab's exercises share.

    sources: the solution cells, by exercise. equivalent, refused: the reasons of marked mutants and rewrites, by
    exercise and line. marks_in_use: those that were needed, by file. more_seconds: the processor time of mutants and
    rewrites.
    """

    judge: InProcess
    sources: dict[str, str]
    variants: list[Variant]
    equivalent: dict[tuple[str, str], str]
    refused: dict[tuple[str, str], str]
    result: LabAudit
    marks_in_use: set[tuple[str, str, str]] = field(default_factory=set)
    more_seconds: float = 0.0


class ExerciseAuditor:
    """Fills in what is found for one exercise, and adds to the lab's problems."""

    def __init__(self, scope: Scope, exercise: ExerciseAudit):
        self._scope, self._exercise, self._name = scope, exercise, exercise.name
        self._judge, self._result = scope.judge, scope.result
        self._variants = [variant for variant in scope.variants if variant.exercise == self._name]

    def run(self, quick: bool) -> None:
        answers = [{}, *({self._name: variant.code} for variant in self._variants)]
        self._right, *judged = judge_answers(self._judge, self._name, answers)
        if not self._right.ended:
            self._result.problems.append(f"{self._name}: the tests of the reference do not end")
            return
        self._full = self._right.points
        self._count_probes()
        pairs = list(zip(self._variants, judged, strict=True))
        for variant, answer in pairs:
            self._check_variant(variant, answer)
        self._check_diagnoses([(variant, answer) for variant, answer in pairs if answer.ended])
        self._check_other_answers()
        if not quick:
            start = processor_time()
            self._check_mutants()
            self._check_rewrites()
            self._scope.more_seconds += processor_time() - start

    def _count_probes(self) -> None:
        probing = probing_tests(self._judge.tests[self._name])
        self._exercise.probed = sum(test.worth for test in self._right.tests if test.name in probing)

    def _check_variant(self, variant: Variant, answer: JudgedAnswer) -> None:
        if not answer.ended:
            self._result.problems.append(f"{variant.label}: its tests do not end")
            return
        lost = self._lost_elsewhere(variant) | ({self._name: answer.lost} if answer.lost else {})
        finding = Finding(variant, lost, answer.seen)
        self._result.expect(not finding.problem, f"{variant.label}: {finding.problem}")
        if variant.kind is Kind.ALTERNATIVE:
            self._exercise.alternatives += 1
            return
        self._exercise.misconceptions += 1
        self._exercise.seen += answer.seen
        if finding.unexplained:
            self._result.unexplained.append(variant.label)
            self._result.problems.append(
                f"{variant.label}: only hidden tests notice it; give it a visible test or `hidden_because`"
            )

    def _lost_elsewhere(self, variant: Variant) -> dict[str, float]:
        """The points that the variant loses on other exercises, where it must not lose any."""
        others = self._judge.affected(variant) - {self._name, *variant.also_affects}

        def lost() -> dict[str, float]:
            outcomes = self._judge.outcomes({self._name: variant.code}, others)
            return {name: sum(test.max - test.points for test in tests) for name, tests in outcomes.items()}

        if not others:
            return {}
        try:
            return {name: points for name, points in in_child(lost, OTHERS_SECONDS).items() if points}
        except ChildEnded as end:
            self._result.problems.append(f"{variant.label}, the tests of {', '.join(sorted(others))}: {end}")
            return {}

    def _check_diagnoses(self, variants: list[tuple[Variant, JudgedAnswer]]) -> None:
        """The misconceptions should get their own; alternatives none."""
        wrong = [(variant, answer) for variant, answer in variants if variant.kind is Kind.MISCONCEPTION]
        known = KnownMistakes()
        right = [answer for variant, answer in variants if variant.kind is Kind.ALTERNATIVE]
        add_mistakes(known, self._name, [self._right, *right], wrong)
        self._diagnosing = Diagnosing(self._judge, known, self._variants)
        for variant, answer in wrong:
            said = self._diagnosing.of(self._name, answer)
            self._exercise.diagnosed += variant.name in said.judge
            self._exercise.told += variant.name in said.notebook
        for variant, answer in variants:
            if variant.kind is Kind.ALTERNATIVE:
                self._expect_no_diagnosis(variant.label, {self._name: variant.code}, answer)

    def _check_other_answers(self) -> None:
        """Unfinished ones, misconceptions of other exercises, and constants, which must not get points."""
        constants = constant_answers(self._scope.sources[self._name], self._name)
        others = {"unfinished": {self._name: _unfinished(self._name)}}
        for variant in self._scope.variants:
            if self._name in variant.also_affects:
                others[variant.label] = {variant.exercise: variant.code}
        for code in constants:
            others[f"the answer {code.splitlines()[-1].strip()!r}"] = {self._name: code}
        judged = judge_answers(self._judge, self._name, list(others.values()))
        for (what, sources), answer in zip(others.items(), judged, strict=True):
            self._expect_no_diagnosis(what, sources, answer)
            if sources.get(self._name) in constants:
                self._exercise.constant = max(self._exercise.constant, answer.points)

    def _expect_no_diagnosis(self, what: str, sources: dict[str, str], answer: JudgedAnswer) -> None:
        """Unless it is the right one: some of these answers do make a misconception's mistake, also on other inputs."""
        self._exercise.others += 1
        said = self._diagnosing.of(self._name, answer)
        names = sorted({*said.judge, *said.notebook})
        if names and not self._diagnosing.is_the_same(self._name, sources, names):
            self._exercise.misdiagnosed += 1
            self._result.misdiagnoses.append(f"{self._name}: {what} is taken for {', '.join(map(repr, names))}")

    def _check_mutants(self) -> None:
        limit = max(_MIN_SECONDS, _SLACK * self._right.seconds)
        mutants = mutants_of(self._scope.sources[self._name], self._name)
        self._exercise.mutants = len(mutants)
        groups = [mutants[start : start + _TOGETHER] for start in range(0, len(mutants), _TOGETHER)]
        for mutant, answer in (pair for group in groups for pair in self._judged(group, limit)):
            if answer.points < self._full:
                self._exercise.killed += 1
                if answer.ended:
                    self._expect_no_diagnosis(f"the mutant {mutant.line!r}", {self._name: mutant.code}, answer)
            else:
                self._survived(mutant)

    def _judged(self, mutants: Sequence[Mutant], limit: float) -> Iterator[tuple[Mutant, JudgedAnswer]]:
        sources = [{self._name: mutant.code} for mutant in mutants]
        return zip(mutants, judge_answers(self._judge, self._name, sources, limit=limit), strict=True)

    def _survived(self, mutant: Mutant) -> None:
        key = (self._name, mutant.line)
        if key in self._scope.equivalent:
            self._exercise.equivalent += 1
            self._scope.marks_in_use.add((EQUIVALENT_FILE, *key))
        else:
            self._result.survivors.append({"exercise": self._name, "line": mutant.line, "diff": mutant.diff})

    def _check_rewrites(self) -> None:
        """Of the reference and the alternatives; those that lose points need a reason."""
        right = {"the reference": self._scope.sources[self._name]}
        right |= {variant.label: variant.code for variant in self._variants if variant.kind is Kind.ALTERNATIVE}
        for what, source in right.items():
            try:
                tried, refused = refused_rewrites_of(self._judge, self._name, source)
            except ChildEnded as end:
                self._result.problems.append(f"{self._name}: {what} could not be rewritten: {end}")
                continue
            self._exercise.rewrites += tried
            for rewrite in refused:
                self._refused(what, rewrite)

    def _refused(self, what: str, rewrite: Rewrite) -> None:
        key = (self._name, rewrite.line)
        reason = self._scope.refused.get(key, "")
        self._scope.marks_in_use.add((REFUSED_FILE, *key))
        self._exercise.refused += 1
        self._result.refusals.append(
            {"exercise": self._name, "rule": rewrite.rule, "diff": rewrite.diff, "reason": reason}
        )
        self._result.expect(bool(reason), f"{self._name}: {what}, rewritten ({rewrite.rule}), loses points; correct "
                            f"the tests, or give a reason for {rewrite.line!r}")  # fmt: skip


def _unfinished(exercise: str) -> str:
    return f"def {exercise}(*args, **kwargs):\n    raise NotImplementedError('finish `{exercise}` first')"
