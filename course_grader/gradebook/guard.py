"""What a lab's entry in the gradebook says beyond nbgrader: that only the course's grader may run it, and its version.

Autograde gives every submission the kernel that the gradebook names, and starts it. Ours names a kernel that does not
exist: without the course's nbgrader_config.py nbgrader ends there, before anything of a student's has run. Beside the
name stands which reference the gradebook has learned.
"""

from __future__ import annotations

import json

from nbgrader.api import Gradebook, Notebook

# nbgrader shows the name, so it says what to do: "No such kernel named ..."
NO_KERNEL = "start-nbgrader-where-nbgrader_config.py-lies-or-use-course-grader-grade"


def guard(notebook: Notebook, reference: str | None = None) -> None:
    """Make the gradebook's entry name no kernel that exists; `reference`: the fingerprint it has learned, else kept.

    The caller commits.
    """
    learned = learned_reference(notebook) if reference is None else reference
    kernel = {"name": NO_KERNEL, "display_name": "course-grader", "language": "python", "reference": learned}
    entry = json.dumps(kernel)
    if notebook.kernelspec != entry:
        notebook.kernelspec = entry


def learned_reference(notebook: Notebook) -> str | None:
    """The fingerprint of the reference that the gradebook learned; None where it was made without ours."""
    kernel = json.loads(notebook.kernelspec or "{}")
    return kernel.get("reference") if kernel.get("name") == NO_KERNEL else None


def guard_lab(db_url: str, lab: str, reference: str | None = None) -> None:
    """`guard` for the gradebook at `db_url`."""
    with Gradebook(db_url) as gradebook:
        guard(gradebook.find_notebook(lab, lab), reference)
        gradebook.db.commit()
