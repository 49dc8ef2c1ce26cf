"""Find a diagram by its name and display it."""

from __future__ import annotations

from course_utils.diagrams import recommendation, retrieval, tensors, training
from course_utils.diagrams.from_file import FILES, Drawing, read_drawing
from course_utils.plots.display import in_figure
from course_utils.plots.picture import picture
from course_utils.runtime import in_grading
from course_utils.widgets import show_html

DIAGRAMS = {
    **tensors.DIAGRAMS,
    **training.DIAGRAMS,
    **retrieval.DIAGRAMS,
    **recommendation.DIAGRAMS,
}
"""name -> (function that draws, a text that says what is drawn)"""


def diagram(name: str) -> None:
    """Display the diagram called `name`, with its text for screen readers; while grading, only the text.

    Raises ValueError, with all names, for a name that is unknown.
    """
    drawing = _drawing(name)
    page = "" if in_grading() else in_figure(picture(drawing.svg, drawing.alt), drawing.caption)
    show_html(page, f"[Diagram] {drawing.alt}")


def _drawing(name: str) -> Drawing:
    if name in FILES:
        return read_drawing(name)
    if name in DIAGRAMS:
        draw, alt = DIAGRAMS[name]
        return Drawing(draw().svg(alt), caption=alt, alt=alt)
    raise ValueError(f"unknown diagram {name!r}; available: {', '.join(sorted([*DIAGRAMS, *FILES]))}")
