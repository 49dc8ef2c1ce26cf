"""The course's plug-ins for nbgrader (listed in nbgrader_config.py), and nbgrader's functions for our own commands.

course = Course(root, db_url=..., autograded=..., feedback=..., log_file=...)
course.register_lab(lab)                     writes the reference to the gradebook, if it has changed
with GradebookWriter(course, lab) as writer:
    writer.lab_cells                         what `repair_submission` needs
    writer.save(graded, folder)              writes scores to the gradebook and files to autograded/
course.generate_feedback(lab, students)
"""

from course_grader.nbgrader_import import import_nbgrader

import_nbgrader()

from course_grader.gradebook.guard import NO_KERNEL  # noqa: E402
from course_grader.nbgrader_plugins.course import Course  # noqa: E402
from course_grader.nbgrader_plugins.execute import CourseExecute, close_engine  # noqa: E402
from course_grader.nbgrader_plugins.exporter import SubmissionExporter  # noqa: E402
from course_grader.nbgrader_plugins.formgrader import use_course_exporter  # noqa: E402
from course_grader.nbgrader_plugins.kept_files import keep_graded_files  # noqa: E402
from course_grader.nbgrader_plugins.preconditions import before_autograde  # noqa: E402
from course_grader.nbgrader_plugins.saving import SaveGrades, SaveGuardedCells  # noqa: E402
from course_grader.nbgrader_plugins.submitted_files import take_allowed_files  # noqa: E402
from course_grader.nbgrader_plugins.writer import GradebookWriter  # noqa: E402

__all__ = [
    "NO_KERNEL", "Course", "CourseExecute", "GradebookWriter", "SaveGrades", "SaveGuardedCells",
    "SubmissionExporter", "before_autograde", "close_engine", "keep_graded_files", "take_allowed_files",
    "use_course_exporter",
]  # fmt: skip
