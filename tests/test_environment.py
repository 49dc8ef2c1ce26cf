"""environment.yml, constraints.txt and the code's imports agree with the packages in pyproject.toml."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from course_utils._version import __version__
from tests.imports import imports_of_student_tests

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
# Packages whose name on conda-forge differs from PyPI's.
CONDA_NAMES = {"torch": "pytorch", "playwright": "playwright-python"}

# Versions in Colab's runtimes, from its package lists of 2026-08-19 and before; the other packages are installed.
COLAB = [
    {
        "python": "3.13.15",
        "torch": "2.11.0",
        "transformers": "5.15.0",
        "numpy": "2.1.3",
        "matplotlib": "3.10.0",
        "ipywidgets": "7.7.1",
    },
    {"python": "3.12.13", "torch": "2.11.0", "numpy": "2.0.2", "ipython": "7.34.0", "tqdm": "4.67.3"},
]
OWN_MODULES = sys.stdlib_module_names | {"__main__", "course_utils", "course_grader"}


def requirements(*extras):
    """The packages that pyproject.toml requires, by normalised name, with their version ranges."""
    lines = PROJECT["dependencies"] + [line for extra in extras for line in PROJECT["optional-dependencies"][extra]]
    return by_name(lines)


def by_name(lines):
    parsed = [Requirement(line) for line in lines]
    return {canonicalize_name(requirement.name): requirement.specifier for requirement in parsed}


# What each conda environment contains, as extras of pyproject.toml.
ENVIRONMENTS = {"environment.yml": ["notebook"], "environment-instructor.yml": list(PROJECT["optional-dependencies"])}


def conda_dependencies(environment):
    entries = yaml.safe_load((ROOT / environment).read_text())["dependencies"]
    conda = [entry for entry in entries if isinstance(entry, str)]
    pip = next(entry["pip"] for entry in entries if isinstance(entry, dict))
    return conda, pip


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_conda_asks_for_the_same_packages_and_ranges(environment):
    conda, pip = conda_dependencies(environment)
    found = by_name([line for line in conda if not re.match(r"(python=|pip$)", line)])
    found |= by_name([line for line in pip if not line.startswith("-e ")])
    wanted = requirements(*ENVIRONMENTS[environment])
    assert found == {CONDA_NAMES.get(name, name): versions for name, versions in wanted.items()}


def test_students_install_no_grader():
    assert not requirements("notebook").keys() & {"nbgrader", "pytest", "playwright", "wandb", "sphinx"}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_conda_python_is_one_that_the_course_supports(environment):
    conda, _ = conda_dependencies(environment)
    (python,) = [line.removeprefix("python=") for line in conda if line.startswith("python=")]
    assert python == "3.12"
    assert f"{python}.0" in Requirement("python" + PROJECT["requires-python"]).specifier


def test_constraints_pin_every_package_inside_its_range():
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = by_name([line for line in lines if not line.startswith("#")])
    wanted = requirements(*PROJECT["optional-dependencies"])
    assert pins.keys() == wanted.keys()
    for name, pin in pins.items():
        version = re.fullmatch(r"==([\d.]+)", str(pin))
        assert version and version[1] in wanted[name], f"{name}: {pin} is not one version within {wanted[name]}"


@pytest.mark.parametrize("preinstalled", COLAB, ids=lambda runtime: runtime["python"])
def test_installing_in_colab_changes_no_package(preinstalled):
    wanted = requirements() | by_name(["python" + PROJECT["requires-python"]])
    assert [name for name, version in preinstalled.items() if version not in wanted[name]] == []


@pytest.mark.parametrize(
    "package, extras", [("course_utils", ("wandb", "anki")), ("course_grader", ("instructor", "cluster", "gpu"))]
)
def test_everything_imported_is_required(package, extras):
    asked = requirements(*extras).keys()
    distributions = packages_distributions()
    for path in sorted((ROOT / package).rglob("*.py")):
        for module in imported_packages(path) - OWN_MODULES:
            owners = {canonicalize_name(owner) for owner in distributions.get(module, [])}
            assert owners & asked, f"{path.relative_to(ROOT)} imports {module}, which pyproject.toml does not ask for"


def test_the_students_tests_run_without_the_grader():
    """Windows and macOS install the extras notebook and test."""
    allowed = requirements("notebook", "test").keys() | {"nbclient", "nbformat"}  # JupyterLab needs these
    distributions = packages_distributions()
    for path, module in imports_of_student_tests():
        owners = {canonicalize_name(owner) for owner in distributions.get(module, [])}
        assert module in OWN_MODULES or owners & allowed, f"{path} imports {module}, which is not in these extras"


def imported_packages(path):
    """The top-level packages that a file imports, at its top or in a function."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(node.module.partition(".")[0])
    return names


def test_the_citation_has_the_courses_version_and_address():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    repository = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["course"]["repository"]
    assert (citation["version"], citation["license"]) == (__version__, PROJECT["license"])
    assert citation["repository-code"].endswith(f"/{repository}")
    assert f"## [{__version__}] - {citation['date-released']}" in (ROOT / "CHANGELOG.md").read_text()
