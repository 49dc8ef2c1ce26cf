"""A figure as SVG in the page itself, in the page's own text colour: sharp at any size, on white and on dark pages.

What matplotlib draws black (text, axes, lines) gets `currentColor`, and white areas (legends) the page's background. So
text on a colour must be nearly black instead: see `INK`.
"""

from __future__ import annotations

import html
import io
import re
from typing import TYPE_CHECKING

from course_utils.plots.style import in_course_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INK = "#111111"  # for text on a colour, which stays as it is
MOST = 60_000  # characters; a longer drawing is shown as a PNG
MOST_POINTS = 1000
# JupyterLab's, Colab's, VS Code's and the course site's background.
BACKGROUND = (
    "var(--jp-layout-color0, var(--colab-primary-surface-color, "
    "var(--vscode-editor-background, var(--pst-color-background, transparent))))"
)
_FONTS = "DejaVu Sans, Verdana, sans-serif"  # of similar width
_HEAD = re.compile(r"\A.*?<svg[^>]*>\s*<metadata>.*?</metadata>\s*<defs>\s*<style.*?</style>\s*</defs>", re.DOTALL)
_NOT_NEEDED = re.compile(r"<!--.*?-->|^\s+|\n| id=\"(?:[A-Za-z.]+|line2d)_\d+\"", re.DOTALL | re.MULTILINE)
_LONG = re.compile(r"(-?\d+\.\d\d)\d+")
_COORDINATES = re.compile(r"(?<=[ \n])(?:d|x|y)=\"[^\"]*\"")


def svg(figure: Figure, alt: str, dpi: int) -> str | None:
    """`figure` as an <svg> element, `dpi` pixels per inch wide; None if it is too large.

    alt: read out by screen readers. The same figure gives the same text.
    """
    import numpy as np

    points = [np.shape(each.get_offsets())[0] for axes in figure.axes for each in axes.collections]
    if max(points, default=0) > MOST_POINTS:  # drawing them only to find that out takes long
        return None
    drawn = _drawn(figure, alt)
    if len(drawn) > MOST:
        return None
    width, height = figure.get_size_inches()
    start = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" role="img" '
        f'aria-label="{html.escape(alt)}" viewBox="0 0 {72 * width:g} {72 * height:g}" fill="currentColor" '
        f'stroke-linejoin="round" style="width: {dpi * width:g}px; max-width: 100%; height: auto">'
    )
    return start + drawn


@in_course_style
def _drawn(figure: Figure, name: str) -> str:
    """What is inside the <svg> element, and its end.

    name: the ids of parts depend on it. Figures of one page must not share them: with the figure that holds a part
    folded away, the part would be missing in the others.
    """
    from matplotlib import rc_context

    file = io.StringIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": name}):  # letters as text; the same ids in every run
        figure.savefig(file, format="svg", facecolor="none", metadata={"Date": None})
    text = _NOT_NEEDED.sub(_space, _HEAD.sub("", file.getvalue(), count=1))
    text = _COORDINATES.sub(lambda found: _LONG.sub(r"\1", found[0]), text)
    text = re.sub(r"'DejaVu Sans'[^;\"]*", _FONTS, text)
    text = text.replace("stroke: #000000", "stroke: currentColor")
    return re.sub(r'(<path [^>]*style="[^"]*)fill: #ffffff', rf"\1fill: {BACKGROUND}", text)


def _space(found: re.Match) -> str:
    """Lines of coordinates end with a newline, which separates them."""
    return " " if found[0] == "\n" else ""
