"""python -m course_grader.cli"""

import sys

from course_grader.cli import main

sys.exit(main())
