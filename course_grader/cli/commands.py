"""What each command does. Each returns its exit code and imports the slow modules that it needs."""

from __future__ import annotations

import argparse
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from course_grader.runner.cluster.options import ClusterOptions
    from course_grader.runner.request import Request

OK, TROUBLE, WRONG_USAGE, NEEDS_REVIEW, INTERRUPTED = 0, 1, 2, 3, 130
INCOMPLETE = WRONG_USAGE  # a lab could not be graded completely


def grade(options: argparse.Namespace) -> int:
    from course_grader.report.grades_file import expect_writable
    from course_grader.runner.dry_run import show_plan
    from course_grader.runner.find_course import find_course
    from course_grader.runner.grade_labs import grade_labs, labs_to_grade
    from course_grader.runner.timeline import Timeline
    from course_grader.terminal import Terminal

    root, console = find_course(options.course), Terminal()
    request = _request(options, root)
    labs = labs_to_grade(root, options.labs, options.all, request)
    if options.dry_run:
        for lab in labs:
            show_plan(lab, request, console)
        return OK
    for path in filter(None, (options.json, options.page, options.timeline)):
        expect_writable(path)
    with nullcontext() if options.timeline is None else Timeline(options.timeline) as timeline:
        request = replace(request, timeline=timeline)
        runs, problems = grade_labs(labs, request, console, options.json, options.page)
    if any(run.interrupted for run in runs.values()):
        return INTERRUPTED
    if problems or any(run.stopped for run in runs.values()):
        return INCOMPLETE
    return OK if all(each.status == "graded" for run in runs.values() for each in run.results) else NEEDS_REVIEW


def _request(options: argparse.Namespace, root: Path) -> Request:
    from course_grader.engine_options import EngineOptions
    from course_grader.runner.request import Request

    engine = EngineOptions(
        not options.unsafe_no_sandbox, options.run_experiments, options.run_all, options.gpu, options.profile
    )
    log_file = None if options.dry_run else root / "build" / "nbgrader.log"
    return Request(
        options.seed, options.submissions, options.student, options.workers, engine, options.db, options.autograded,
        log_file, options.force, options.only, options.run, _cluster(options),
    )  # fmt: skip


def _cluster(options: argparse.Namespace) -> ClusterOptions | None:
    from course_grader.runner.cluster.options import ClusterOptions, read_cluster

    if options.scheduler is not None:
        return ClusterOptions(scheduler=options.scheduler)
    return None if options.cluster is None else read_cluster(options.cluster)


def report(options: argparse.Namespace) -> int:
    from course_grader.notebooks import find_lab
    from course_grader.report.grades_file import expect_writable
    from course_grader.runner.find_course import find_course
    from course_grader.runner.request import course_of_gradebook
    from course_grader.runner.run_report import show_results
    from course_grader.runner.saved_results import saved_results
    from course_grader.terminal import Terminal

    lab = find_lab(options.lab, find_course(options.course))
    for path in filter(None, (options.json, options.page)):
        expect_writable(path)
    results = saved_results(course_of_gradebook(lab.root, options.db, options.autograded), lab.name)
    show_results(lab.name, results, Terminal(), options.json, options.page)
    return OK


def example(options: argparse.Namespace) -> int:
    from course_grader.runner.example import grade_example_class
    from course_grader.runner.find_course import find_course
    from course_grader.terminal import Terminal

    return OK if grade_example_class(find_course(options.course), Terminal()) else TROUBLE


def labs(options: argparse.Namespace) -> int:
    from course_grader.audit.own_tests import OwnTests
    from course_grader.diagnosis.shipped import write_shipped
    from course_grader.notebooks import find_lab, lab_names
    from course_grader.release import lint, make_labs
    from course_grader.runner.find_course import find_course
    from course_grader.terminal import Terminal, say

    root, console = find_course(options.course), Terminal()
    for lab in [find_lab(name, root) for name in options.names or lab_names(root)]:
        if not lint(lab.reference()):  # else make_labs says what is wrong
            with OwnTests(lab) as own_tests:
                own_tests.expect_passed()
    for path in make_labs(root, options.names or None):
        write_shipped(find_lab(path.name, root))
        say(console, str(path))
    return OK


def release(options: argparse.Namespace) -> int:
    from course_grader.errors import CourseError
    from course_grader.release import make_release
    from course_grader.runner.find_course import find_course
    from course_grader.terminal import Terminal, say
    from course_utils._version import __version__

    if options.tag not in (None, f"v{__version__}"):
        raise CourseError(
            f"expected the tag v{__version__} for this version, got {options.tag}; see course_utils/_version.py"
        )
    written = make_release(find_course(options.course), options.names, options.to, published=not options.unpublished)
    console = Terminal()
    for path in (written.folder, written.archive, written.wheel, written.checksums, written.notes):
        say(console, str(path))
    return OK


def audit(options: argparse.Namespace) -> int:
    from course_grader.audit.lab_audit import audit_lab
    from course_grader.audit.showing import print_audit, write_json, write_page
    from course_grader.notebooks import find_lab, lab_names
    from course_grader.report.grades_file import expect_writable
    from course_grader.runner.find_course import find_course
    from course_grader.terminal import Terminal

    root, console = find_course(options.course), Terminal()
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
    from course_grader.errors import CourseError
    from course_grader.runner.find_course import find_course
    from course_utils.start import StartError, open_lab

    try:
        return open_lab(find_course(options.course), options.lab)
    except StartError as error:
        raise CourseError(str(error)) from None


def doctor(options: argparse.Namespace) -> int:
    from course_grader.doctor import examine
    from course_grader.runner.find_course import find_course
    from course_grader.terminal import Terminal, say

    checks, console = examine(find_course(options.course)), Terminal()
    for check in checks:
        say(console, str(check))
    return OK if all(check.ok for check in checks) else TROUBLE
