"""A module imports only from its own room and from lower floors, and there are no import cycles."""

import ast
import json
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# Rooms of course_utils, then those of course_grader; a room is a subpackage or a single file.
STUDENT_FLOORS = [
    {"_version", "compat", "environment", "lines", "progress", "seeds", "variables"},
    {"remote", "runtime", "widgets"},
    {"data", "plots", "study", "testing"},
    {"diagrams", "hand_in", "interactive", "random_check", "start", "training"},
]
GRADER_FLOORS = [
    {"engine_options", "errors", "files", "nbgrader_import", "python_source", "results", "terminal", "threads"},
    {"lab_settings", "in_sandbox"},
    {"sandbox", "kernel_client", "notebooks", "gradebook"},
    {"judge", "repair", "release", "report", "fingerprint"},
    {"grading", "audit", "markup"},
    {"diagnosis"},
    {"nbgrader_plugins", "feedback"},
    {"runner"},
    {"doctor"},
    {"cli"},
]
FLOORS = [
    *({f"course_utils.{room}" for room in rooms} for rooms in STUDENT_FLOORS),
    *({f"course_grader.{room}" for room in rooms} for rooms in GRADER_FLOORS),
]
# A package's own file is imported with each of its modules, so it may import only these.
LOADED_FIRST = {"course_grader": set(), "course_utils": {"course_utils._version", "course_utils.compat"}}


def module_name(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {
    module_name(path): path for package in ("course_utils", "course_grader") for path in (ROOT / package).rglob("*.py")
}


def room(module):
    """The name of a module's room in FLOORS: course_grader.judge.session is in `course_grader.judge`."""
    return ".".join(module.split(".")[:2])


def floor(module):
    return next((number for number, rooms in enumerate(FLOORS) if room(module) in rooms), None)


def course_imports(tree, package):
    """Names of the course's modules that a syntax tree imports anywhere; `package` resolves relative imports."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            source = ".".join([*base, *filter(None, [node.module])])
            # In `from package import name`, the name may be a module or something in the package.
            found |= {name if (name := f"{source}.{alias.name}") in MODULES else source for alias in node.names}
    return {name for name in found if name.partition(".")[0] in ("course_utils", "course_grader")}


def imports_of(module):
    path = MODULES[module]
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    return course_imports(ast.parse(path.read_text()), package)


def code_of(notebook):
    """The Python code of a notebook's code cells, without magics."""
    cells = [cell for cell in json.loads(notebook.read_text())["cells"] if cell["cell_type"] == "code"]
    lines = "\n".join("".join(cell["source"]) for cell in cells).splitlines()
    return "\n".join("pass" if line.startswith(("%", "!")) else line for line in lines)


@pytest.mark.parametrize("module", sorted(MODULES))
def test_imports_go_down(module):
    if module in LOADED_FIRST:
        assert imports_of(module) <= LOADED_FIRST[module]
        return
    assert floor(module) is not None, f"{module} is on no floor: add it to FLOORS"
    for target in imports_of(module):
        assert target in MODULES, f"{module} imports {target}, which does not exist"
        assert room(target) == room(module) or floor(target) < floor(module), (
            f"{module} (floor {floor(module)}) imports {target} (floor {floor(target)}): move what both need down"
        )


def test_course_utils_has_at_most_five_floors():
    assert len(STUDENT_FLOORS) <= 5


def test_no_import_cycles():
    TopologicalSorter({module: imports_of(module) - {module} for module in MODULES}).prepare()


@pytest.mark.parametrize("notebook", sorted((ROOT / "solutions").glob("*/*.ipynb")), ids=lambda path: path.stem)
def test_notebooks_import_only_what_students_have(notebook):
    found = course_imports(ast.parse(code_of(notebook)), "")
    assert found, "a lab imports its tests from course_utils"
    assert {name.partition(".")[0] for name in found} == {"course_utils"}
