"""What the course's notebooks import: set-up, tests, plots and study texts, with no grading machinery and no answers.

Import the module you need (`from course_utils import testing`). This file loads none of them, so importing the package
is cheap.
"""

from course_utils import compat
from course_utils._version import __version__

__all__ = ["__version__"]

compat.install()
