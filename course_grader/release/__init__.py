"""labs/: what students get, made from solutions/ by nbgrader's generate_assignment.

make_labs(root, names)   lints, makes the labs in a scratch folder, swaps them in, writes course_utils/outline.json
lint(notebook)           what is wrong with a reference, as sentences
differences(root)        which released files are out of step with solutions/
"""

from course_grader.release.lint import lint
from course_grader.release.making import LintError, differences, make_labs

__all__ = ["LintError", "differences", "lint", "make_labs"]
