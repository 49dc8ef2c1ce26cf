"""Drives one student's kernel: runs cells with a deadline, caps what they may put out, and lets the judge in."""

from course_grader.kernel_client.student_kernel import CellEnd, StudentKernel

__all__ = ["CellEnd", "StudentKernel"]
