"""Which host files a sandbox sees, read-only: the system, the interpreter, and parts of the course's two packages."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path

PACKAGES = Path(__file__).resolve().parents[2]  # the folder that contains course_grader and course_utils
COURSE = "/opt/course"  # where the visible parts of them are mounted in the sandbox
VISIBLE = ("course_utils", "course_grader/__init__.py", "course_grader/in_sandbox")
FONT_CACHE = "/opt/cache/matplotlib"
SYSTEM_LINKS = ("/bin", "/sbin", "/lib", "/lib64", "/lib32")
SYSTEM_FILES = (
    "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/localtime", "/etc/alternatives",
    "/etc/fonts", "/etc/mime.types", "/sys/devices/system/cpu", "/nix/store", "/gnu/store",
)  # fmt: skip


def interpreter_paths() -> list[str]:
    """Every folder that the running Python needs: its prefixes, and the folders of its chain of symbolic links."""
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
    """Whether `path` is `folder` or is inside it."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def hidden_paths() -> list[str]:
    """The course's paths, which must be hidden if they are inside a mounted folder: the project or its packages."""
    if "site-packages" in PACKAGES.parts or "dist-packages" in PACKAGES.parts:
        return [str(PACKAGES / "course_grader"), str(PACKAGES / "course_utils")]
    return [str(PACKAGES)]


def file_arguments(read_only: Iterable[str] = ()) -> list[str]:
    """The bwrap arguments that bind all visible files read-only, parents before children, and hide the course."""
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
    """Binds for `shown`, and an empty folder over each hidden path inside one of them."""
    hidden = [path for path in hidden_paths() if any(is_below(path, folder) for folder in ["/usr", *shown])]
    arguments = []
    for path in sorted({*hidden, *shown}, key=lambda path: path.count("/")):
        arguments += parents(path)
        arguments += ["--tmpfs", path] if path in hidden else ["--ro-bind", path, path]
    for path in hidden:
        arguments += ["--remount-ro", path]
    return arguments


def parents(path: str) -> list[str]:
    """Create the folders above `path`, readable by everyone; by default, bwrap as root makes them readable by root."""
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
