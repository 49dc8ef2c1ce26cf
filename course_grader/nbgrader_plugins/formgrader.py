"""The formgrader, made to use the settings of the course that it shows."""

from __future__ import annotations

import sys
from typing import Any

from nbconvert.exporters import HTMLExporter


def use_course_exporter() -> None:
    """Let the formgrader, where this process serves it, make its exporter from the course's nbgrader_config.py.

    nbgrader makes it once, from the settings of the folder in which Jupyter was started. A course that is opened from a
    folder above would be shown without the course's sanitizing.
    """
    handlers = sys.modules.get("nbgrader.server_extensions.formgrader.base")
    if handlers is not None:
        handlers.BaseHandler.exporter = property(_exporter)


def _exporter(handler: Any) -> HTMLExporter:
    return HTMLExporter(config=handler.settings["nbgrader_formgrader"].config)
