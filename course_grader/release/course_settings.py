"""Where the course is published: [tool.course] in pyproject.toml."""

from __future__ import annotations

import re
import shlex
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from packaging.requirements import InvalidRequirement, Requirement

from course_grader.errors import CourseError
from course_utils._version import __version__

DISTRIBUTION = "deep-learning-labs"
WHEEL = f"{DISTRIBUTION.replace('-', '_')}-{__version__}-py3-none-any.whl"
_ADDRESS = r"https?://[\w./:%~-]+"  # nothing that a shell would read
_FORMS = (
    "expected a tag (git+https://ADDRESS@v{version}), a wheel (https://ADDRESS/deep_learning_labs-{version}"
    "-py3-none-any.whl) or a version in a package index (deep-learning-labs=={version}, also followed by "
    "--index-url ADDRESS)"
)


@dataclass(frozen=True)
class Install:
    """What pip installs the course from, in one of three forms.

    arguments: what follows `pip install`. kind: "tag" of a repository, "wheel" at an address, or package "index".
    """

    arguments: tuple[str, ...]
    kind: Literal["tag", "wheel", "index"]

    def __str__(self) -> str:
        return " ".join(self.arguments)

    @property
    def address(self) -> str:
        """The web address in it; empty for a package index that pip knows by itself."""
        if self.kind == "tag":
            return self.arguments[0].removeprefix("git+").rpartition("@")[0]
        return self.arguments[-1] if "://" in self.arguments[-1] else ""


@dataclass(frozen=True)
class CourseSettings:
    """repository: owner/name on GitHub, which the Colab badges link to. install: where the course's package is."""

    repository: str
    install: Install


def course_settings(root: Path) -> CourseSettings:
    """[tool.course] of the course's pyproject.toml. Raises CourseError if a setting is missing or malformed."""
    path = root / "pyproject.toml"
    settings = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    course = settings.get("tool", {}).get("course", {})
    repository = str(course.get("repository", ""))
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", repository):
        raise CourseError(f'{path}: expected `repository = "owner/name"` in [tool.course], got {repository!r}')
    text = str(course.get("install", f"git+https://github.com/{repository}@v{{version}}"))
    try:
        return CourseSettings(repository, parse_install(text))
    except ValueError as error:
        raise CourseError(f"{path}: `install` in [tool.course]: {error}") from None


def parse_install(text: str) -> Install:
    """The setting `install`, with the course's version in the place of {version}. ValueError for any other form."""
    arguments = tuple(shlex.split(text.replace("{version}", __version__)))
    first = arguments[0] if arguments else ""
    if "{version}" not in text:
        raise ValueError(f"{_FORMS}, with {{version}} in it; got {text!r}")
    if re.fullmatch(rf"git\+{_ADDRESS}@[\w.-]+", first) and len(arguments) == 1:
        return Install(arguments, "tag")
    if re.fullmatch(rf"{_ADDRESS}/{re.escape(WHEEL)}", first) and len(arguments) == 1:
        return Install(arguments, "wheel")
    if _is_own_version(first) and (not arguments[1:] or _is_index(*arguments[1:])):
        return Install(arguments, "index")
    raise ValueError(f"{_FORMS}; got {text!r}")


def _is_own_version(text: str) -> bool:
    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        return False
    return (requirement.name, str(requirement.specifier)) == (DISTRIBUTION, f"=={__version__}") and not requirement.url


def _is_index(option: str, address: str = "", *more: str) -> bool:
    return option in ("--index-url", "--extra-index-url") and bool(re.fullmatch(_ADDRESS, address)) and not more
