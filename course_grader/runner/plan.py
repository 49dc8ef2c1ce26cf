"""What a run will do: which submissions it grades and why, and which results of earlier runs it keeps."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from course_grader.errors import CourseError
from course_grader.fingerprint import run_fingerprint
from course_grader.gradebook.manual import all_manual_points
from course_grader.gradebook.provenance import Provenance, all_provenance
from course_grader.gradebook.reading import reading
from course_grader.notebooks import Lab
from course_grader.repair import Submission, submission_hash
from course_grader.repair.student_name import unusable_name
from course_grader.report.text import plural
from course_grader.results import Fingerprint, GradedSubmission, ManualPoints
from course_grader.runner.request import Request
from course_grader.runner.run_record import LabRuns, RunRecord
from course_grader.runner.saved_results import saved_result

if TYPE_CHECKING:
    from course_grader.nbgrader_plugins import Course

# Why a submission is graded, in the order in which the plan counts them.
WORDS = {
    "new": "new",
    "changed": "changed since",
    "run": "not yet graded by this run",
    "lab": "because the lab has changed since",
    "grader": "because the grader has changed since (its code, Python or PyTorch)",
    "options": "because the options differ (--run-experiments, --run-all, --gpu, --profile, --unsafe-no-sandbox)",
    "seed": "because the seed differs",
    "unrecorded": "graded before, but this gradebook does not say from what",
    "damaged": "because the graded notebook is missing or cannot be read",
    "failed": "failed",
    "review": "in need of review",
    "force": "--force",
}


@dataclass
class Plan:
    """submissions: all. reasons: why, for each that will be graded. earlier: results that are kept.

    going_on: the run was interrupted and goes on. left: how many would be graded but for `only`.
    """

    lab: str
    submissions: Sequence[Submission]
    run: RunRecord
    going_on: bool = False
    reasons: dict[str, str] = field(default_factory=dict)
    earlier: dict[str, GradedSubmission] = field(default_factory=dict)
    fingerprints: dict[str, Fingerprint] = field(default_factory=dict)
    only: Sequence[str] = ()
    left: int = 0

    @property
    def to_grade(self) -> list[Submission]:
        return [submission for submission in self.submissions if submission.student in self.reasons]

    @property
    def sentence(self) -> str:
        """One line for the instructor."""
        total, count = len(self.submissions), len(self.reasons)
        graded = sum(result.saved for result in self.earlier.values())
        if not count:
            return f"{self.lab}: {self._nothing(total, graded)}"
        known = f"{graded} of {total} are graded already, {count} to go" if graded else f"{count} of {total} to grade"
        if count == total:
            again = "" if "new" in self.reasons.values() else " again"
            known = f"{plural(total, 'submission')} to grade{again}"
        left = f". Left out by --only: {self.left} more" if self.left else ""
        on = f". Goes on with run {self.run.name}, seed {self.run.seed}" if self.going_on else ""
        return f"{self.lab}: {known} ({self._why()}){left}{on}"

    def _nothing(self, total: int, graded: int) -> str:
        if self.only:
            return f"--only {' --only '.join(self.only)}: none of {plural(total, 'submission')}, nothing to grade"
        if graded < total:
            return f"{graded} of {total} are graded already, and nothing else can be graded"
        return f"{plural(total, 'submission')}, graded already and unchanged: nothing to grade (--force grades again)"

    def _why(self) -> str:
        counts = Counter(self.reasons.values())
        if len(counts) == 1:
            return WORDS[next(iter(counts))]
        return ", ".join(f"{counts[reason]} {word}" for reason, word in WORDS.items() if counts[reason])


def make_plan(course: Course, lab: Lab, request: Request, submissions: Sequence[Submission], runs: LabRuns) -> Plan:
    """Compare the submissions with what is graded. Reads only."""
    run, going_on = _next_run(runs, request, lab)
    plan = Plan(lab.name, submissions, run, going_on, only=request.only)
    state = run_fingerprint(lab, request.engine)
    run.options = state.options
    with reading(course.db_url) as session:
        graded = {} if session is None else all_provenance(session, lab.name)
        manual = {} if session is None else all_manual_points(session, lab.name)
    for submission in submissions:
        _plan_one(plan, submission, _Saved.of(course, submission, graded, manual), state, request, lab)
    run.planned = sorted({*run.planned, *plan.reasons})
    return plan


@dataclass(frozen=True)
class _Saved:
    """What is known of a submission's last result."""

    path: Path
    manual: Mapping[str, ManualPoints]
    provenance: Provenance | None

    @classmethod
    def of(
        cls,
        course: Course,
        submission: Submission,
        graded: Mapping[str, Provenance],
        manual: Mapping[str, ManualPoints],
    ) -> _Saved:
        folder = course.folder("autograded", submission.lab, submission.student)
        return cls(folder / f"{submission.lab}.ipynb", manual, graded.get(submission.student))

    def result(self) -> GradedSubmission | None:
        """None if there is none that can be read."""
        try:
            return saved_result(self.path, self.manual)
        except (CourseError, KeyError):
            return None


def _plan_one(
    plan: Plan, submission: Submission, saved: _Saved, state: Fingerprint, request: Request, lab: Lab
) -> None:
    student = submission.student
    if problem := unusable_name(student):
        reason = f"{problem[0].upper()}{problem[1:]}."
        plan.earlier[student] = GradedSubmission.not_graded(student, lab.name, plan.run.seed, reason)
        return
    fingerprint = replace(state, submission=submission_hash(submission, lab.settings))
    plan.fingerprints[student] = fingerprint
    reason = _difference(saved, fingerprint, plan, student, request)
    result = saved.result() if saved.provenance is not None else None
    if saved.provenance is not None and result is None:
        reason = reason or "damaged"
    chosen = _chosen(reason, saved.provenance, request, plan, student)
    if chosen:
        plan.reasons[student] = chosen
    elif result is not None:
        plan.earlier[student] = result
    plan.left += bool(reason and not chosen)


def _difference(saved: _Saved, fingerprint: Fingerprint, plan: Plan, student: str, request: Request) -> str:
    """Why the last result does not count; empty if it does."""
    if saved.provenance is None:
        return "unrecorded" if saved.path.is_file() else "new"
    before = saved.provenance.fingerprint
    if before is None:
        return "unrecorded"
    for name in ("submission", "lab", "grader", "options"):
        if getattr(before, name) != getattr(fingerprint, name):
            return "changed" if name == "submission" else name
    if request.seed not in (None, saved.provenance.seed):
        return "seed"
    if plan.going_on and student in plan.run.planned and saved.provenance.run != plan.run.name:
        return "run"
    return ""


def _chosen(reason: str, provenance: Provenance | None, request: Request, plan: Plan, student: str) -> str:
    """Why the submission is graded, according to the request; empty if it is not."""
    if request.force:
        return "force"
    if not request.only or (reason == "run" and plan.run.only):
        return reason
    is_failed = provenance is not None and provenance.status == "failed"
    kinds = {reason} & {"new", "changed"}
    if is_failed or student in plan.run.unsaved:
        kinds.add("failed")
    if provenance is not None and provenance.status == "needs_person":
        kinds.add("review")
    return next((only for only in request.only if only in kinds), "")


def _next_run(runs: LabRuns, request: Request, lab: Lab) -> tuple[RunRecord, bool]:
    """The run to go on with, or a new one; and whether it goes on."""
    last = runs.last
    if last is not None and _goes_on(last, request):
        return replace(last, planned=[*last.planned]), True
    if request.name in {run.name for run in runs.runs}:
        raise CourseError(f"{lab.name} already has a run named {request.name!r}; give another name with --run")
    seed = secrets.randbelow(2**31) if request.seed is None else request.seed
    started = datetime.now(UTC).isoformat(timespec="seconds")
    run = RunRecord(request.name or runs.free_name(), seed, started, force=request.force, only=[*request.only])
    return replace(run, unsaved=dict(last.unsaved) if last else {}), False


def _goes_on(last: RunRecord, request: Request) -> bool:
    return (
        not last.finished
        and not request.force
        and (not request.only or [*request.only] == last.only)
        and request.name in (None, last.name)
        and request.seed in (None, last.seed)
    )
