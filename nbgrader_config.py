"""nbgrader's settings for this course: read by every nbgrader command started here, and by the formgrader.

solutions/ (the reference) -> labs/ (released) -> submitted/ -> autograded/ -> feedback/
"""

from nbconvert.preprocessors import ClearMetadataPreprocessor
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ComputeChecksums,
    IgnorePattern,
    IncludeHeaderFooter,
    InstantiateTests,
    LimitOutput,
    LockCells,
)

from course_grader.feedback import FEEDBACK_STEPS, FeedbackExporter
from course_grader.markup import PAGE_SETTINGS
from course_grader.nbgrader_plugins import (
    CourseExecute,
    SaveGrades,
    SaveGuardedCells,
    SubmissionExporter,
    before_autograde,
    keep_graded_files,
    take_allowed_files,
    use_course_exporter,
)
from course_grader.release.converters import prepare_process
from course_grader.release.outline import WRITTEN_STUB
from course_grader.release.steps import NamedStubs, ReleaseMark

c = get_config()  # noqa: F821

prepare_process()
use_course_exporter()
keep_graded_files()
take_allowed_files()

c.CourseDirectory.course_id = "deep-learning-labs"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "labs"
# Never released: settings and variants of a lab, and files that editors leave behind.
c.CourseDirectory.ignore = [
    "*.toml", "variants", "runs",
    ".ipynb_checkpoints", "__pycache__", "*.pyc", ".DS_Store", "feedback",
]  # fmt: skip

# zip_collect: files named for the students, or the lab's notebook in a folder named for the student, also as Moodle
# names it. The pattern reads the path downloaded/LAB/extracted/...
c.FileNameCollectorPlugin.named_regexp = (
    r".*/(?P<file_id>[^/]+)/extracted/(?:(?:(?!_assignsubmission_file).)*/)?"  # the lab, and folders around a student's
    r"(?P<student_id>(?!(?P=file_id)\.ipynb$)[^/]+?)"
    r"(?:_\d+_assignsubmission_file_?/[^/]+|/(?P=file_id))?\.ipynb$"
)

# From the reference to the lab. NamedStubs replaces nbgrader's ClearSolutions, and SaveGuardedCells replaces
# SaveCells: without this file, nbgrader cannot grade the labs in the gradebook. ReleaseMark comes last.
c.GenerateAssignment.preprocessors = [
    IncludeHeaderFooter, InstantiateTests, LockCells, NamedStubs, ClearOutput, CheckCellMetadata, ComputeChecksums,
    SaveGuardedCells, ClearHiddenTests, ClearMarkScheme, ComputeChecksums, CheckCellMetadata, ReleaseMark,
]  # fmt: skip
c.ClearSolutions.code_stub = {"python": 'raise NotImplementedError("finish this exercise first")'}
c.ClearSolutions.text_stub = WRITTEN_STUB

# Grading. SubmissionExporter repairs a submission while it reads it. CourseExecute replaces nbgrader's Execute, and
# SaveGrades replaces SaveAutoGrades: student code runs in a sandbox, and the judge runs the tests outside.
c.Autograde.pre_convert_hook = before_autograde
c.Autograde.exporter_class = SubmissionExporter
c.Autograde.sanitize_preprocessors = []
c.Autograde.autograde_preprocessors = [
    CourseExecute, IgnorePattern, ClearMetadataPreprocessor, LimitOutput, SaveGrades, AssignLatePenalties,
]  # fmt: skip

# The formgrader's page and feedback show what students wrote sanitized.
c.HTMLExporter.update(PAGE_SETTINGS)

# Feedback for students: short, readable on a phone, without the source of hidden tests.
c.GenerateFeedback.exporter_class = FeedbackExporter
c.GenerateFeedback.preprocessors = FEEDBACK_STEPS
