"""Makes labs/, the students' version, from solutions/ with nbgrader's generate_assignment.

make_labs(root, names)   checks the references, replaces the labs in one step, writes course_utils/outline.json
lint(notebook)           the problems of a reference, as sentences
differences(root)        the released files that are out of date
make_release(root, ...)  the students' bundle: labs, package, Colab copies and wheel, checked for leaks
"""

from course_grader.release.bundle import Release, make_release
from course_grader.release.leaks import LeakError
from course_grader.release.lint import lint
from course_grader.release.making import LintError, differences, make_labs

__all__ = ["LeakError", "LintError", "Release", "differences", "lint", "make_labs", "make_release"]
