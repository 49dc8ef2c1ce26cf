"""Figures for every reader: readable without colour, labelled, and with a text for readers who cannot see them.

Each drawing function returns a matplotlib `Figure`; `show(figure, alt=...)` displays it in the notebook. The first
drawing loads matplotlib, not the import.
"""

from course_utils.plots.charts import bars, lines
from course_utils.plots.display import show
from course_utils.plots.heat import heat_map
from course_utils.plots.knobs import knob
from course_utils.plots.style import PALETTE, line_style, new_figure
from course_utils.plots.surface import paths_on_surface
from course_utils.plots.vector import INK

__all__ = [
    "INK",
    "PALETTE",
    "bars",
    "heat_map",
    "knob",
    "line_style",
    "lines",
    "new_figure",
    "paths_on_surface",
    "show",
]
