"""What each misconception of a lab returns in the tests: what an answer is compared with to diagnose it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

from course_grader.audit.check import InProcess
from course_grader.audit.in_child import ChildEnded, in_child
from course_grader.audit.variants import FOLDER, Kind, Variant, load_variants
from course_grader.judge.reference import ReferenceSource
from course_grader.notebooks import Lab, is_judged_cell
from course_utils.remote.recorder import Recorder, Traces, traces_from_json, traces_to_json
from course_utils.testing.case import session
from course_utils.testing.diagnosis import ENOUGH, Mistake

LIMIT_SECONDS = 60.0  # for the tests of one exercise
_FORMAT = 1  # of the fingerprints

Mistakes = dict[str, list[Mistake]]  # by exercise


def record(judge: InProcess, answers: dict[str, str], exercise: str, seed: int = 0) -> Traces:
    """What the tests of an exercise ask of these answers, and what they get; empty if they do not end.

    Runs in a child process. A judge diagnoses with seed 0.
    """

    def run() -> dict[str, Any]:
        recorder, session.seed = Recorder(), seed
        judge.outcomes(answers, [exercise], recorder)
        return traces_to_json(recorder.traces)

    try:
        return traces_from_json(in_child(run, LIMIT_SECONDS))
    except ChildEnded:
        return {}


def mistakes_of(lab: Lab, judge: InProcess | None = None) -> Mistakes:
    """The misconceptions of a lab that its tests show clearly enough, with their behaviour."""
    judge = judge or InProcess(lab.reference())
    right = {exercise: record(judge, {}, exercise) for exercise in judge.tests}
    found: Mistakes = {exercise: [] for exercise in judge.tests}
    for variant in load_variants(lab):
        if variant.kind is Kind.MISCONCEPTION and variant.exercise in right:
            mistake = _mistake(judge, variant, right[variant.exercise])
            if mistake.evidence_in(mistake.traces) >= ENOUGH:
                found[variant.exercise].append(mistake)
    return found


def _mistake(judge: InProcess, variant: Variant, right: Traces) -> Mistake:
    traces = record(judge, {variant.exercise: variant.code}, variant.exercise)
    return Mistake(variant.name, variant.explanation, against(right, traces))


def against(right: Traces, traces: Traces) -> Traces:
    """The traces, with no evidence in the calls that a right answer has too."""
    return {
        test: [
            replace(call, evidence=0) if place < len(known) and known[place].agrees(call) else call
            for place, call in enumerate(calls)
        ]
        for test, calls in traces.items()
        for known in [right.get(test, [])]
    }


def mistakes_to_json(mistakes: Mistakes) -> dict[str, Any]:
    return {exercise: [mistake.to_json() for mistake in known] for exercise, known in mistakes.items()}


def mistakes_from_json(data: dict[str, Any]) -> Mistakes:
    return {exercise: [Mistake.from_json(entry) for entry in known] for exercise, known in data.items()}


def visible_part(mistakes: Mistakes) -> Mistakes:
    """What the visible tests alone show: all that students get."""
    visible = {exercise: [_visible(mistake) for mistake in known] for exercise, known in mistakes.items()}
    return {
        exercise: [mistake for mistake in known if mistake.evidence_in(mistake.traces) >= ENOUGH]
        for exercise, known in visible.items()
    }


def _visible(mistake: Mistake) -> Mistake:
    shown = {test: calls for test, calls in mistake.traces.items() if not test.startswith("Hidden")}
    return replace(mistake, traces=shown)


def behaviour_hash(lab: Lab) -> str:
    """A hash that changes with the cells that tests depend on, and with the variants."""
    notebook = lab.reference()
    source, tests = ReferenceSource.of(notebook), [cell.source for cell in notebook.cells if is_judged_cell(cell)]
    files = [path.read_text(encoding="utf-8") for path in sorted((lab.source_folder / FOLDER).glob("*.py"))]
    cells = [text for _, text in source.cells]
    return hashlib.sha256(json.dumps([_FORMAT, cells, tests, files]).encode()).hexdigest()[:16]
