"""Bar charts and line charts, with one style per series."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from course_utils.plots.style import HATCHES, PALETTE, as_array, check_count, in_course_style, line_style, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@in_course_style
def lines(
    series: Mapping[str, Any],
    title: str,
    x_label: str,
    y_label: str,
    *,
    x: Any = None,
    log_x: bool = False,
    log_y: bool = False,
    size: tuple[float, float] = (6.4, 4.0),
) -> Figure:
    """One line for each entry of `series` (name -> values (n,)), against `x` (n,) or, by default, against 0, 1, 2, ...

    Without `x` the lines may differ in length. NaN and infinite values leave a gap. log_x, log_y: logarithmic axes.
    size: width and height in inches. Raises ValueError if `x` and a line differ in length.

    See also: `bars`, `heat_map`, `paths_on_surface`; `show` displays the figure.
    """
    figure, axes = new_figure(title, x_label, y_label, size=size)
    for index, (name, values) in enumerate(series.items()):
        heights = as_array(values)  # (n,)
        places = as_array(range(len(heights)) if x is None else x)  # (n,)
        check_count(f"values in the line {name!r}", len(heights), len(places))
        every = max(1, len(heights) // 10)  # a marker on every point would hide a long line
        axes.plot(places, heights, label=name, markevery=every, markersize=5, **line_style(index))
    if log_x:
        axes.set_xscale("log")
    if log_y:
        axes.set_yscale("log")
    axes.grid(alpha=0.3)
    if len(series) > 1:
        axes.legend()
    return figure


@in_course_style
def bars(
    labels: Sequence[str],
    values: Any,
    title: str,
    x_label: str,
    y_label: str,
    *,
    number_format: str = "{:z.3g}",
    size: tuple[float, float] = (6.4, 4.0),
) -> Figure:
    """A bar for each label, with its number written above it.

    `values` is a sequence (n,), or a mapping series name -> (n,) for bars side by side; n is the number of labels.
    number_format: a format string for the numbers. size: width and height in inches. Raises ValueError if the numbers
    of labels and values differ.

    See also: `lines`, `heat_map`.
    """
    series = values if isinstance(values, Mapping) else {"": values}
    figure, axes = new_figure(title, x_label, y_label, size=size)
    width = 0.8 / len(series)
    for index, (name, heights) in enumerate(series.items()):
        heights = as_array(heights)  # (n,)
        check_count("values (one per label)", len(heights), len(labels))
        left = [place - 0.4 + width * (index + 0.5) for place in range(len(labels))]
        colour = list(PALETTE.values())[index % len(PALETTE)]
        hatch = HATCHES[index % len(HATCHES)]
        drawn = axes.bar(left, heights, width, label=name, color=colour, hatch=hatch, edgecolor="white")
        axes.bar_label(drawn, [number_format.format(height) for height in heights], padding=2, fontsize=9)
    axes.set_xticks(range(len(labels)), labels)
    axes.axhline(0, color="black", linewidth=0.8)
    axes.margins(y=0.12)  # room for the numbers
    if len(series) > 1:
        axes.legend()
    return figure
