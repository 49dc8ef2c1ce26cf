"""nbgrader without its web handlers: `import nbgrader` would load JupyterLab's server extensions, a second of work."""

from __future__ import annotations

import sys
from types import ModuleType

_EXTENSIONS = ("assignment_list", "course_list", "validate_assignment", "formgrader")


def skip_slow_grammar() -> None:
    """Call before nbformat is imported: jsonschema would compile a grammar for web addresses, which takes two seconds
    and no notebook needs."""
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def import_nbgrader() -> None:
    """Import nbgrader for a command that serves no pages. Nothing happens where it is imported already."""
    if "nbgrader" in sys.modules:
        return
    names = [f"nbgrader.server_extensions.{name}" for name in _EXTENSIONS]
    for name in names:
        sys.modules[name] = ModuleType(name)
        sys.modules[name].load_jupyter_server_extension = None  # type: ignore[attr-defined]
    try:
        import nbgrader  # noqa: F401
    finally:
        for name in names:  # whoever asks for the real one later gets it
            del sys.modules[name]
