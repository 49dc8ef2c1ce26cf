"""Which host files a sandbox sees: the system, the interpreter, and two packages of ours; all read-only."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path

PACKAGES = Path(__file__).resolve().parents[2]  # the folder that holds course_grader and course_utils
COURSE = "/opt/course"  # where the sandbox finds what it may see of them
VISIBLE = ("course_utils", "course_grader/__init__.py", "course_grader/in_sandbox")
FONT_CACHE = "/opt/cache/matplotlib"
SYSTEM_LINKS = ("/bin", "/sbin", "/lib", "/lib64", "/lib32")
SYSTEM_FILES = (
    "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/localtime", "/etc/alternatives",
    "/etc/fonts", "/etc/mime.types", "/sys/devices/system/cpu", "/nix/store", "/gnu/store",
)  # fmt: skip


def interpreter_paths() -> list[str]:
    """Every folder that the running Python needs: its prefixes, and those its symbolic links lead through."""
    paths = {sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix}
    link = sys.executable
    while True:
        folder = os.path.dirname(link)
        paths.add(os.path.dirname(folder) if os.path.basename(folder) == "bin" else folder)
        if not os.path.islink(link):
            break
        link = os.path.normpath(os.path.join(folder, os.readlink(link)))
    paths |= {os.path.realpath(path) for path in paths}
    return sorted(path for path in paths if path != "/" and not is_below(path, "/usr"))


def is_below(path: str, folder: str) -> bool:
    """Whether `path` is `folder` or lies in it."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def hidden_paths() -> list[str]:
    """Where the course would show through a mounted folder: the project, or what is installed of it."""
    if "site-packages" in PACKAGES.parts or "dist-packages" in PACKAGES.parts:
        return [str(PACKAGES / "course_grader"), str(PACKAGES / "course_utils")]
    return [str(PACKAGES)]


def file_arguments(read_only: Iterable[str] = ()) -> list[str]:
    """The bwrap arguments that bind everything read-only, parents before children, with the course hidden."""
    arguments = ["--ro-bind", "/usr", "/usr"]
    for link in SYSTEM_LINKS:
        if os.path.islink(link):
            arguments += ["--symlink", os.readlink(link), link]
        elif os.path.isdir(link):
            arguments += ["--ro-bind", link, link]
    for path in SYSTEM_FILES:
        arguments += ["--ro-bind-try", path, path]
    return arguments + _layered([*interpreter_paths(), *map(os.path.abspath, read_only)]) + _course() + _font_cache()


def _layered(shown: list[str]) -> list[str]:
    """Binds of `shown`, and an empty folder over each hidden path that one of them would show."""
    hidden = [path for path in hidden_paths() if any(is_below(path, folder) for folder in ["/usr", *shown])]
    arguments = []
    for path in sorted({*hidden, *shown}, key=lambda path: path.count("/")):
        arguments += parents(path)
        arguments += ["--tmpfs", path] if path in hidden else ["--ro-bind", path, path]
    for path in hidden:
        arguments += ["--remount-ro", path]
    return arguments


def parents(path: str) -> list[str]:
    """Make the folders above `path`, open to all: left to itself, bwrap as root keeps them for root."""
    return [word for folder in reversed(Path(path).parents[:-1]) for word in ("--perms", "755", "--dir", str(folder))]


def _course() -> list[str]:
    arguments = parents(f"{COURSE}/course_grader/in_sandbox")
    for name in VISIBLE:
        arguments += ["--ro-bind-try", str(PACKAGES / name), f"{COURSE}/{name}"]
    return arguments


def font_folder() -> Path:
    """Where matplotlib keeps its list of fonts, which takes seconds to make."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(os.environ.get("MPLCONFIGDIR") or Path(cache, "matplotlib"))


def _font_cache() -> list[str]:
    arguments = parents(f"{FONT_CACHE}/list")
    for path in font_folder().glob("fontlist-*.json"):
        arguments += ["--ro-bind", str(path), f"{FONT_CACHE}/{path.name}"]
    return arguments
