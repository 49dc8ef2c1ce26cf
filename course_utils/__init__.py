"""What the course's notebooks import: set-up, tests, plots and study texts, with no grading machinery and no answers.

Import the room that you need (`from course_utils import testing`); this file loads nothing of them, so that importing
the package costs nothing.
"""

from course_utils import compat
from course_utils._version import __version__

__all__ = ["__version__"]

compat.install()
