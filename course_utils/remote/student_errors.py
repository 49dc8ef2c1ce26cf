"""What a test catches when the student's code raised, did not answer in time, or gave no valid answer."""

from __future__ import annotations

from course_utils.remote.framing import ProtocolError

UNFINISHED = "not done yet"  # how the message about an unfinished exercise begins


class StudentError(Exception):
    """The student's code raised; the class at hand is also of the built-in type that was raised.

    student_type, student_text, where: the exception's own type and message, and the line of the student's code.
    by_test: a test, or its probe, could not use what the student's function returned; got: that value's kind, if a
    probe called the function. called: the name of the function or module that a test called. cannot_be_sent: it
    returned a value, but one that cannot be sent to the test.
    """

    student_type = "Exception"
    student_text = ""
    where = ""
    by_test = False
    got = ""
    called = ""

    @property
    def cannot_be_sent(self) -> bool:
        return self.student_type == ProtocolError.__name__

    @property
    def what(self) -> str:
        """Type and message, without the line."""
        return f"{self.student_type}: {self.student_text}" if self.student_text else self.student_type

    def __str__(self) -> str:
        return f"{self.what} ({self.where})" if self.where else self.what


class StudentTimeout(StudentError):
    """The student's code did not answer in time."""


class StudentProtocolError(StudentError):
    """What came from the student's process is no valid answer."""


_ERROR_BASES = {
    error.__name__: error
    for error in (
        ZeroDivisionError,
        OverflowError,
        ArithmeticError,
        IndexError,
        KeyError,
        LookupError,
        NotImplementedError,
        RecursionError,
        RuntimeError,
        AttributeError,
        NameError,
        AssertionError,
        ModuleNotFoundError,
        ImportError,
        FileNotFoundError,
        OSError,
        MemoryError,
        SyntaxError,
        StopIteration,
        TypeError,
        ValueError,
    )
}


def error_class(names: list[str]) -> type[StudentError]:
    """A StudentError that is also the first built-in error among `names`."""
    base = next((name for name in names if name in _ERROR_BASES), None)
    if base is None:
        return StudentError
    return type(f"Student{base}", (StudentError, _ERROR_BASES[base]), {})


def student_error(kind: type[StudentError], type_name: str, text: str, where: str = "") -> StudentError:
    error = kind(text)
    error.student_type, error.student_text, error.where = type_name, text, where
    return error


def printable(text: str) -> str:
    """Without control characters: a student's text goes to terminals and pages."""
    return "".join(c for c in text if c.isprintable() or c in "\n\t")
