"""Keeps nbgrader from running student code without the course's grader, and records the version of a lab.

nbgrader's Autograde starts the kernel that the gradebook names for a notebook. Ours names a kernel that does not exist,
so without the course's nbgrader_config.py nbgrader stops before any student code runs. The same entry holds the
fingerprint of the reference from which the lab was registered.
"""

from __future__ import annotations

import json

from nbgrader.api import Gradebook, Notebook

# nbgrader prints "No such kernel named ...", so the name says what to do.
NO_KERNEL = "start-nbgrader-in-the-folder-of-nbgrader_config.py-or-use-course-grader-grade"


def guard(notebook: Notebook, reference: str | None = None) -> None:
    """Make the gradebook's entry name a kernel that does not exist. The caller commits.

    reference: the fingerprint to record; by default the recorded one is kept.
    """
    fingerprint = registered_reference(notebook) if reference is None else reference
    kernel = {"name": NO_KERNEL, "display_name": "course-grader", "language": "python", "reference": fingerprint}
    entry = json.dumps(kernel)
    if notebook.kernelspec != entry:
        notebook.kernelspec = entry


def registered_reference(notebook: Notebook) -> str | None:
    """The fingerprint of the reference from which the lab was registered; None if our plug-ins did not register it."""
    kernel = json.loads(notebook.kernelspec or "{}")
    return kernel.get("reference") if kernel.get("name") == NO_KERNEL else None


def guard_lab(db_url: str, lab: str, reference: str | None = None) -> None:
    """`guard` for the gradebook at `db_url`."""
    with Gradebook(db_url) as gradebook:
        guard(gradebook.find_notebook(lab, lab), reference)
        gradebook.db.commit()
