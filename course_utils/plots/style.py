"""Colours, markers and line styles that stay apart for colour-blind readers and in black and white."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's colours; their yellow is left out, since a thin yellow line is lost on white.
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
    """Keyword arguments for `Axes.plot` that give the line number `index` (from 0) its own colour, marker and dashes.

    After seven lines the styles repeat.
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

    The figure does not belong to pyplot, so it needs no display, is never shown twice, and is freed with its last name.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    axes = figure.add_subplot()
    axes.set_title(title)
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    return figure, axes


def as_array(values: Any) -> np.ndarray:
    """Numbers in a tensor (on any device, with or without gradient), an array or nested lists -> float64 array."""
    import numpy as np

    if hasattr(values, "detach"):
        values = values.detach().cpu().double().numpy()
    elif isinstance(values, Sequence):
        values = [as_array(value) for value in values]
    return np.asarray(values, dtype=np.float64)


def check_count(what: str, got: int, expected: int) -> None:
    """ValueError when there are not as many labels or values as the picture has places for."""
    if got != expected:
        raise ValueError(f"Expected {expected} {what}, got {got}: give one for each.")
