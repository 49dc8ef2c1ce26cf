"""How the grader stands in nbgrader: its plug-ins (named in nbgrader_config.py), and nbgrader run from here.

course = Course(root, db_url=..., submitted=..., autograded=..., feedback=..., log_file=...)
course.add_lab(lab)                          the lab, as it is in solutions/, into the gradebook
course.students(lab)                         who handed in
sanitized = course.sanitize(lab, student)    what Autograde's second stage will see; thread-safe, never raises
offer(lab, student, sanitized.notebook, graded)
course.autograde(lab, students, seed=seed)   saves grades, one writer; {student: reason} for those that failed
course.generate_feedback(lab, students)
"""

from course_grader.nbgrader_plugins.course import Course, Sanitized
from course_grader.nbgrader_plugins.execute import CourseExecute, SaveGrades, close_engine
from course_grader.nbgrader_plugins.guard import NO_KERNEL, SaveGuardedCells
from course_grader.nbgrader_plugins.prepared import offer
from course_grader.nbgrader_plugins.refusal import before_autograde
from course_grader.nbgrader_plugins.sanitize import SANITIZE_STEPS, SubmissionExporter

__all__ = [
    "NO_KERNEL", "SANITIZE_STEPS", "Course", "CourseExecute", "Sanitized", "SaveGrades", "SaveGuardedCells",
    "SubmissionExporter", "before_autograde", "close_engine", "offer",
]  # fmt: skip
