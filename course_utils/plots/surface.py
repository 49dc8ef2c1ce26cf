"""Paths of optimisers over the contours of a loss with two parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from course_utils.plots.style import as_array, in_course_style, line_style, new_figure

if TYPE_CHECKING:
    import numpy as np
    import torch
    from matplotlib.figure import Figure

Range = tuple[float, float]


@in_course_style
def paths_on_surface(
    loss: Callable[[torch.Tensor], Any],
    paths: Mapping[str, Any],
    title: str,
    x_label: str,
    y_label: str,
    *,
    x_range: Range | None = None,
    y_range: Range | None = None,
    minimum: tuple[float, float] | None = None,
    resolution: int = 60,
    size: tuple[float, float] = (6.8, 5.0),
) -> Figure:
    """Contours of `loss` with a path for each entry of `paths` (name -> (steps, 2)), from its dot to its star.

    `loss` maps one point, a float32 tensor (2,), to one number; it is called `resolution` squared times. By default
    `x_range` and `y_range` cover the paths' finite points; a path outside the ranges is clipped. `minimum` marks the
    best point. size: width and height in inches. Raises ValueError if a path is not (steps, 2).

    See also: `lines`, for the loss at each step.
    """
    walks = {name: _checked(name, path) for name, path in paths.items()}
    figure, axes = new_figure(title, x_label, y_label, size=size)
    x_range = x_range or _covered(walks, 0)
    y_range = y_range or _covered(walks, 1)
    xs, ys, heights = _grid(loss, x_range, y_range, resolution)
    levels = _levels(heights)
    below = levels[0] - 0.05 * (levels[-1] - levels[0])  # nothing is quite white: white becomes the page's background
    filled = axes.contourf(xs, ys, heights, levels=levels, cmap="Greys", alpha=0.6, vmin=below)
    figure.colorbar(filled, ax=axes, label="loss", format="%.2g", ticks=levels[:: max(1, len(levels) // 5)])
    for index, (name, walk) in enumerate(walks.items()):
        style = line_style(index)
        axes.plot(*walk.T, label=name, markersize=3, linewidth=1.6, **style)  # walk is (steps, 2)
        on_top = {"color": style["color"], "markeredgecolor": "white", "zorder": 3}
        axes.plot(*walk[0], marker="o", markersize=9, **on_top)
        axes.plot(*walk[-1], marker="*", markersize=15, **on_top)
    if minimum is not None:
        cross = {"marker": "+", "markersize": 14, "markeredgewidth": 2, "color": "black", "linestyle": ""}
        axes.plot(*minimum, label="minimum", zorder=4, **cross)
    axes.set_xlim(*x_range)
    axes.set_ylim(*y_range)
    axes.legend()
    return figure


def _checked(name: str, path: Any) -> np.ndarray:
    walk = as_array(path)
    if walk.ndim != 2 or walk.shape[1] != 2 or len(walk) == 0:
        raise ValueError(f"Expected the path {name!r} of shape (steps, 2), got {walk.shape}: stack one point per step.")
    return walk


def _covered(walks: Mapping[str, np.ndarray], column: int) -> Range:
    import numpy as np

    values = np.concatenate([walk[:, column] for walk in walks.values()])
    values = values[np.isfinite(values)]
    margin = 0.15 * (values.max() - values.min()) or 1.0
    return float(values.min() - margin), float(values.max() + margin)


def _grid(loss: Callable, x_range: Range, y_range: Range, resolution: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    import numpy as np
    import torch

    xs = torch.linspace(*x_range, resolution)
    ys = torch.linspace(*y_range, resolution)
    with torch.no_grad():
        heights = [[float(loss(torch.stack([x, y]))) for x in xs] for y in ys]
    return xs.numpy(), ys.numpy(), np.array(heights)  # (resolution,), (resolution,), (resolution, resolution)


def _levels(heights: np.ndarray) -> np.ndarray:
    import numpy as np

    # Contours that enclose equal areas show a narrow valley, which equal steps of the loss would miss.
    levels = np.unique(np.quantile(heights[np.isfinite(heights)], np.linspace(0, 1, 21)))
    return levels if len(levels) > 1 else np.array([levels[0] - 0.5, levels[0] + 0.5])
