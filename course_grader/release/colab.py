"""Colab: the lines of a released setup cell that install the course there, and the copies of labs for Colab."""

from __future__ import annotations

import copy
import re

from nbformat import NotebookNode

from course_grader.release.course_settings import DISTRIBUTION, WHEEL, Install
from course_utils._version import __version__

# The line of a reference's setup cell that the release replaces.
INSTALL_LINE = "# In Colab, the released lab installs the course here."

# A badge's picture is on a server, and is broken where there is no network; a link with the same words is not.
BADGE = re.compile(
    r"\[(?:!\[[^\]]*\]\([^)]*\)|Open in Colab)\]\((https://colab\.research\.google\.com/github/)[\w.-]+/[\w.-]+?(/blob/[^)]*)\)\n*"
)

# pip gets every version that Colab has as a constraint: it installs what is missing and changes nothing, or it fails.
_INSTALL = """\
import sys

if "google.colab" in sys.modules:  # Colab starts without the course; this does not change Colab's packages
    import os
    import subprocess
    from importlib import metadata

    if [found.version for found in metadata.distributions(name="{name}")][:1] != ["{version}"]:
        wheel, pip = "{wheel}", f"'{{sys.executable}}' -m pip"
        source = wheel if os.path.exists(wheel) else "{source}"
        have = f"{{pip}} list --format=freeze --exclude {name} > /tmp/have.txt"
        if subprocess.call(f"({{have}} && {{pip}} install -c /tmp/have.txt {{source}}) > install.log 2>&1", shell=True):
            Stop = type("Stop", (Exception,), {{"_render_traceback_": lambda self: list(self.args)}})
            question = "Is it complete? Upload it again." if source == wheel else "{question}"
            raise Stop(
                f"The course could not be installed from {{source}}. {{question}}",
                f"If that does not help, upload {{wheel}} with the folder button on the left and run this cell again; "
                "install.log, in the same place, says why it failed.",
            )
"""


def install_lines(install: Install) -> str:
    """Python code that installs the course in Colab, unless this version is there or this is not Colab.

    A wheel of the course in the working directory (an uploaded file) comes before the course's address. If the course
    cannot be installed, the cell ends with two lines that say what to do; what pip printed is in install.log.
    """
    question = f"Does {install.address} open in a browser tab?" if install.address else "Is this version published?"
    return _INSTALL.format(name=DISTRIBUTION, version=__version__, wheel=WHEEL, source=install, question=question)


def colab_copy(notebook: NotebookNode, name: str) -> NotebookNode:
    """A released lab for Colab: without the badge, which leads there, and with Colab's own metadata."""
    colab = copy.deepcopy(notebook)
    for cell in colab.cells:
        if cell.cell_type == "markdown":
            cell.source = BADGE.sub("", cell.source)
    colab.metadata["colab"] = {"name": f"{name}.ipynb", "provenance": [], "toc_visible": True}
    return colab
