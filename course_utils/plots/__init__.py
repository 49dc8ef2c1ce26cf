"""Figures that every reader can use: distinct without colour, labelled, and with a text for those who do not see them.

Each drawing function returns a matplotlib `Figure`; `show(figure, alt=...)` puts it into the notebook. matplotlib is
loaded by the first drawing, not by the import.
"""

from course_utils.plots.charts import bars, lines
from course_utils.plots.display import show
from course_utils.plots.heat import heat_map
from course_utils.plots.style import PALETTE, line_style, new_figure
from course_utils.plots.surface import paths_on_surface

__all__ = ["PALETTE", "bars", "heat_map", "line_style", "lines", "new_figure", "paths_on_surface", "show"]
