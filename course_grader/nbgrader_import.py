"""Imports nbgrader without its web handlers: `import nbgrader` alone loads server extensions, which takes a second."""

from __future__ import annotations

import sys
from types import ModuleType

_EXTENSIONS = ("assignment_list", "course_list", "validate_assignment", "formgrader")


def skip_slow_grammar() -> None:
    """Call before nbformat is imported: jsonschema would spend two seconds on a grammar for web addresses, which
    notebooks do not need."""
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def import_nbgrader() -> None:
    """Import nbgrader for a command that serves no web pages; does nothing if it is already imported."""
    if "nbgrader" in sys.modules:
        return
    names = [f"nbgrader.server_extensions.{name}" for name in _EXTENSIONS]
    for name in names:
        sys.modules[name] = ModuleType(name)
        sys.modules[name].load_jupyter_server_extension = None  # type: ignore[attr-defined]
    try:
        import nbgrader  # noqa: F401
    finally:
        for name in names:  # so that a later import gets the real module
            del sys.modules[name]
