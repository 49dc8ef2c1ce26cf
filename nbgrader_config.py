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
    use_course_exporter,
)
from course_grader.release.converters import prepare_process
from course_grader.release.outline import WRITTEN_STUB
from course_grader.release.steps import NamedStubs, ReleaseMark

c = get_config()  # noqa: F821

prepare_process()
use_course_exporter()

c.CourseDirectory.course_id = "deep-learning-labs"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "labs"
# Never released: what stands beside a reference, and what editors leave behind.
c.CourseDirectory.ignore = [
    "lab.toml", "misconceptions.py", "alternatives.py", "runs",
    ".ipynb_checkpoints", "__pycache__", "*.pyc", ".DS_Store", "feedback",
]  # fmt: skip

# From the reference to the lab. NamedStubs stands for nbgrader's ClearSolutions, SaveGuardedCells for
# SaveCells: without this file nbgrader cannot grade what is in the gradebook. ReleaseMark comes last.
c.GenerateAssignment.preprocessors = [
    IncludeHeaderFooter, InstantiateTests, LockCells, NamedStubs, ClearOutput, CheckCellMetadata, ComputeChecksums,
    SaveGuardedCells, ClearHiddenTests, ClearMarkScheme, ComputeChecksums, CheckCellMetadata, ReleaseMark,
]  # fmt: skip
c.ClearSolutions.code_stub = {"python": 'raise NotImplementedError("finish this exercise first")'}
c.ClearSolutions.text_stub = WRITTEN_STUB

# Grading. SubmissionExporter repairs a submission while it reads it. CourseExecute stands for nbgrader's Execute,
# SaveGrades for SaveAutoGrades: the student's code runs in a sandbox, the tests are judged outside it.
c.Autograde.pre_convert_hook = before_autograde
c.Autograde.exporter_class = SubmissionExporter
c.Autograde.sanitize_preprocessors = []
c.Autograde.autograde_preprocessors = [
    CourseExecute, IgnorePattern, ClearMetadataPreprocessor, LimitOutput, SaveGrades, AssignLatePenalties,
]  # fmt: skip

# The formgrader's page, and feedback: what students wrote is sanitized.
c.HTMLExporter.update(PAGE_SETTINGS)

# What students read in the end: short, for a phone too, without the source of hidden tests.
c.GenerateFeedback.exporter_class = FeedbackExporter
c.GenerateFeedback.preprocessors = FEEDBACK_STEPS
