"""Display a figure in the notebook, with a text alternative."""

from __future__ import annotations

import base64
import html
import io
import sys
from typing import TYPE_CHECKING

from course_utils.plots.picture import picture
from course_utils.plots.style import in_course_style
from course_utils.plots.vector import svg
from course_utils.runtime import in_grading

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHARPNESS = 2  # pixels of a PNG for each on the page: screens of phones and good laptops show them


def show(figure: Figure, *, alt: str, caption: str = "", dpi: int = 100) -> None:
    """Display `figure`, `dpi` pixels per inch wide, with `alt` for screen readers and `caption` below it.

    `alt` says in one or two sentences what the figure shows. The same drawing gives the same bytes. During grading only
    the text is shown. Raises ValueError if `alt` is empty or if a title or an axis label is missing.
    """
    from IPython.display import display

    if not alt.strip():
        raise ValueError(
            "Expected alt=... to say what the figure shows, got an empty string: describe what a reader sees."
        )
    _refuse_unlabelled(figure)
    if in_grading():  # drawing takes longer than most exercises, and the feedback omits the lesson's figures
        _close(figure)
        display({"text/plain": f"[Figure] {alt}"}, raw=True)
        return
    page = in_figure(image(figure, alt=alt, dpi=dpi), caption)
    display({"text/html": page, "text/plain": f"[Figure] {alt}"}, raw=True)


def image(figure: Figure, *, alt: str, dpi: int = 100, redrawn: bool = False) -> str:
    """`figure` as a `picture`, or, with very many lines or points, as an <img> of two pixels for each on the page.

    redrawn: it is soon replaced by the next one. Then it is an <svg> element from the start, which does not flicker.
    Raises ValueError if a title or an axis label is missing.
    """
    _refuse_unlabelled(figure)
    drawing = svg(figure, alt, dpi)
    if drawing is None:
        pixels = base64.b64encode(_png(figure, SHARPNESS * dpi)).decode("ascii")
        width = f"{dpi * figure.get_figwidth():g}px"
        # HTML, because JupyterLab and nbconvert's default template drop the alt text of an image/png output.
        style = f"width: {width}; max-width: 100%"
        drawing = f'<img alt="{html.escape(alt)}" style="{style}" src="data:image/png;base64,{pixels}">'
    elif not redrawn:
        drawing = picture(drawing, alt)
    _close(figure)
    return drawing


def in_figure(content: str, caption: str = "") -> str:
    """A <figure> element with `content` and, below it, the caption."""
    below = f"<figcaption>{html.escape(caption)}</figcaption>" if caption else ""
    return f'<figure style="margin: 0.5em 0">{content}{below}</figure>'


@in_course_style
def _png(figure: Figure, dpi: int) -> bytes:
    from PIL import Image

    drawn, small = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, format="png", dpi=dpi, facecolor="white")
    # 256 colours are enough for a plot and make the saved notebook less than half as large.
    picture = Image.open(drawn).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    picture.save(small, format="PNG", optimize=True)  # writes no date and no software version
    return small.getvalue()


def _refuse_unlabelled(figure: Figure) -> None:
    overall = {"title": figure.get_suptitle(), "x label": figure.get_supxlabel(), "y label": figure.get_supylabel()}
    for axes in figure.axes:
        if axes.get_label() == "<colorbar>":
            continue
        own = _labels(axes)
        missing = [part for part, text in own.items() if not text.strip() and not overall[part].strip()]
        if missing:
            raise ValueError(
                f"Expected a title and both axis labels, got axes without {' and '.join(missing)}: "
                "set them with axes.set_title, axes.set_xlabel and axes.set_ylabel."
            )


def _labels(axes: Axes) -> dict[str, str]:
    labels = {"title": axes.get_title()}
    if axes.axison:  # a photograph without axes only needs a title
        labels |= {"x label": axes.get_xlabel(), "y label": axes.get_ylabel()}
    return labels


def _close(figure: Figure) -> None:
    """Close a figure made with pyplot, which the notebook would otherwise show again at the end of the cell."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close(figure)
