"""HTML from what students wrote, sanitized: for the formgrader's page and for feedback."""

from course_grader.markup.pages import PAGE_SETTINGS
from course_grader.markup.sanitizer import clean_html

__all__ = ["PAGE_SETTINGS", "clean_html"]
