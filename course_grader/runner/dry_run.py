"""What `course-grader grade --dry-run` prints: what would be graded, and why. Nothing is changed."""

from __future__ import annotations

from rich.console import Console

from course_grader.notebooks import Lab
from course_grader.repair.student_name import unusable_name
from course_grader.report.text import one_line
from course_grader.runner.grade import plan_lab
from course_grader.runner.request import Request, open_course
from course_grader.terminal import say


def show_plan(lab: Lab, request: Request, console: Console) -> None:
    """Print the plan's line, then one line for each submission that would be graded or cannot be."""
    from course_grader.runner.plan import WORDS  # imports nbgrader

    plan = plan_lab(open_course(lab.root, request), lab, request)
    lines = [plan.sentence]
    lines += [f"  {one_line(student, 40)}: {WORDS[reason]}" for student, reason in plan.reasons.items()]
    names = [submission.student for submission in plan.submissions]
    lines += [f"  not possible: {problem}" for name in names if (problem := unusable_name(name))]
    for line in lines:
        say(console, line)
