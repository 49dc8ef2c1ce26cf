"""What the tests of course_utils import, directly or not: they also run on systems where the grader does not."""

import ast

from tests.paths import ROOT


def imports_of_student_tests():
    """(file, top-level module) for each import outside the course.

    Imports within functions do not count, nor those of a file that is skipped where a package is missing.
    """
    waiting = [ROOT / "tests" / "conftest.py", *(ROOT / "tests" / "course_utils").rglob("*.py")]
    waiting += (ROOT / "course_utils").rglob("*.py")
    seen = set(waiting)
    while waiting:
        path = waiting.pop()
        for module in _imported(path):
            if file := _own_file(module):
                waiting += {file} - seen
                seen.add(file)
            elif not module.startswith(("tests.", "course_")):
                yield path.relative_to(ROOT).as_posix(), module.partition(".")[0]


def _imported(path):
    text = path.read_text(encoding="utf-8")
    for node in ast.parse(text).body if "\npytest.importorskip(" not in text else []:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _own_file(module):
    """Where a module of the course is; None for other modules, and for names in a module."""
    path = ROOT.joinpath(*module.split("."))
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()), None)
