"""What each command does. Each returns its exit code and imports the slow modules that it needs."""

from __future__ import annotations

import argparse
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from course_grader.runner.cluster.options import ClusterOptions

OK, TROUBLE, WRONG_USAGE, NEEDS_REVIEW, INTERRUPTED = 0, 1, 2, 3, 130


def grade(options: argparse.Namespace) -> int:
    from rich.console import Console

    from course_grader.notebooks import find_lab
    from course_grader.report.grades_file import expect_writable
    from course_grader.runner.find_course import find_course
    from course_grader.runner.grade import Request, grade_lab
    from course_grader.runner.run_report import show_run

    lab = find_lab(options.lab, find_course(options.course))
    for path in filter(None, (options.json, options.page)):
        expect_writable(path)
    seed = secrets.randbelow(2**31) if options.seed is None else options.seed
    request = Request(
        seed, options.submissions, options.student, options.workers, not options.unsafe_no_sandbox,
        options.run_experiments, options.db, log_file=lab.root / "build" / "nbgrader.log",
        cluster=_cluster(options), run_all=options.run_all, gpu=options.gpu,
    )  # fmt: skip
    console = Console()
    run = grade_lab(lab, request, console)
    show_run(lab.name, run, console, options.json, options.page)
    if run.interrupted:
        return INTERRUPTED
    return OK if all(result.status == "graded" for result in run.results) else NEEDS_REVIEW


def _cluster(options: argparse.Namespace) -> ClusterOptions | None:
    from course_grader.runner.cluster.options import ClusterOptions, read_cluster

    if options.scheduler is not None:
        return ClusterOptions(scheduler=options.scheduler)
    return None if options.cluster is None else read_cluster(options.cluster)


def report(options: argparse.Namespace) -> int:
    from rich.console import Console

    from course_grader.nbgrader_plugins import Course
    from course_grader.notebooks import find_lab
    from course_grader.report.grades_file import expect_writable
    from course_grader.runner.find_course import find_course
    from course_grader.runner.run_report import show_results
    from course_grader.runner.saved_results import saved_results

    lab = find_lab(options.lab, find_course(options.course))
    for path in filter(None, (options.json, options.page)):
        expect_writable(path)
    results = saved_results(Course(lab.root, db_url=options.db), lab.name)
    show_results(lab.name, results, Console(), options.json, options.page)
    return OK


def example(options: argparse.Namespace) -> int:
    from rich.console import Console

    from course_grader.runner.example import grade_example_class
    from course_grader.runner.find_course import find_course

    return OK if grade_example_class(find_course(options.course), Console()) else TROUBLE


def labs(options: argparse.Namespace) -> int:
    from course_grader.audit.own_tests import OwnTests
    from course_grader.notebooks import find_lab, lab_names
    from course_grader.release import lint, make_labs
    from course_grader.runner.find_course import find_course

    root = find_course(options.course)
    for lab in [find_lab(name, root) for name in options.names or lab_names(root)]:
        if not lint(lab.reference()):  # else make_labs says what is wrong
            with OwnTests(lab) as own_tests:
                own_tests.expect_passed()
    for path in make_labs(root, options.names or None):
        print(path)
    return OK


def audit(options: argparse.Namespace) -> int:
    from rich.console import Console

    from course_grader.audit.lab_audit import audit_lab
    from course_grader.audit.showing import print_audit, write_json, write_page
    from course_grader.notebooks import find_lab, lab_names
    from course_grader.report.grades_file import expect_writable
    from course_grader.runner.find_course import find_course

    root, console = find_course(options.course), Console()
    for path in filter(None, (options.json, options.page)):
        expect_writable(path)
    audits = []
    for lab in [find_lab(name, root) for name in options.names or lab_names(root)]:
        with console.status(lab.name) as status:
            audits.append(audit_lab(lab, options.quick, status.update))
        print_audit(audits[-1], console)
        if options.json:
            write_json(options.json, audits)
        if options.page:
            write_page(options.page, audits)
    return OK if all(each.passed for each in audits) else TROUBLE


def lab(options: argparse.Namespace) -> int:
    from course_grader.runner.find_course import find_course
    from course_grader.runner.working_copy import open_lab

    return open_lab(find_course(options.course), options.lab)


def doctor(options: argparse.Namespace) -> int:
    from course_grader.doctor import examine
    from course_grader.runner.find_course import find_course

    checks = examine(find_course(options.course))
    for check in checks:
        print(check)
    return OK if all(check.ok for check in checks) else TROUBLE
