"""Drives one student's kernel: runs cells with a deadline, limits their output, and connects the judge."""

from course_grader.kernel_client.start_listener import StartListener
from course_grader.kernel_client.student_kernel import CellEnd, StudentKernel

__all__ = ["CellEnd", "StartListener", "StudentKernel"]
