"""Drawn diagrams of the labs: `diagram("a view and its memory")`."""

from course_utils.diagrams.gallery import DIAGRAMS, diagram

__all__ = ["DIAGRAMS", "diagram"]
