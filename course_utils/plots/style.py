"""Colours, markers and line styles that colour-blind readers can tell apart, also in black and white."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's colours (https://jfly.uni-koeln.de/color/), without yellow, which is hard to see on white.
PALETTE = {
    "blue": "#0072B2",
    "vermilion": "#D55E00",
    "green": "#009E73",
    "purple": "#CC79A7",
    "orange": "#E69F00",
    "sky": "#56B4E9",
    "black": "#000000",
}
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
DASHES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)))
HATCHES = ("", "//", "..", "xx", "\\\\", "++", "oo")


def line_style(index: int) -> dict[str, Any]:
    """Keyword arguments for `Axes.plot` that give line number `index` (from 0) its own colour, marker and dashes.

    The styles repeat after seven lines.

    >>> line_style(1)
    {'color': '#D55E00', 'marker': 's', 'linestyle': '--'}
    >>> line_style(7) == line_style(0)
    True
    """
    return {
        "color": list(PALETTE.values())[index % len(PALETTE)],
        "marker": MARKERS[index % len(MARKERS)],
        "linestyle": DASHES[index % len(DASHES)],
    }


def in_course_style(draw: Callable) -> Callable:
    """Decorator: draw with matplotlib's defaults, whatever the reader's matplotlibrc or rcParams say."""

    @functools.wraps(draw)
    def drawn(*args: Any, **kwargs: Any) -> Any:
        from matplotlib import style

        with style.context("default"):
            return draw(*args, **kwargs)

    return drawn


@in_course_style
def new_figure(
    title: str, x_label: str, y_label: str, *, size: tuple[float, float] = (6.4, 4.0)
) -> tuple[Figure, Axes]:
    """An empty figure with one pair of labelled axes; `size` is in inches.

    The figure does not belong to pyplot, so it needs no display, is never shown twice, and is freed like any object.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    axes = figure.add_subplot()
    axes.set_title(title)
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    return figure, axes


def as_array(values: Any) -> np.ndarray:
    """A float64 array of the same shape from a tensor (on any device, with or without gradient), array or nested list.

    >>> import torch
    >>> as_array([torch.tensor(0.5, requires_grad=True), 2])
    array([0.5, 2. ])
    """
    import numpy as np

    if hasattr(values, "detach"):
        values = values.detach().cpu().double().numpy()
    elif isinstance(values, Sequence):
        values = [as_array(value) for value in values]
    return np.asarray(values, dtype=np.float64)


def check_count(what: str, got: int, expected: int) -> None:
    """Raise ValueError if the figure did not get exactly `expected` labels or values.

    >>> check_count("row labels", got=2, expected=3)
    Traceback (most recent call last):
    ...
    ValueError: Expected 3 row labels, got 2.
    """
    if got != expected:
        raise ValueError(f"Expected {expected} {what}, got {got}.")
