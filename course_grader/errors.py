"""The error that the command line prints as one sentence."""


class CourseError(Exception):
    """A mistake of the instructor's that a sentence can explain; the command line prints it without a traceback."""
