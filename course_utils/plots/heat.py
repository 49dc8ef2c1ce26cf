"""Heat maps of small matrices, with the numbers in their cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from course_utils.plots.style import as_array, check_count, in_course_style, new_figure
from course_utils.plots.vector import INK

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage
    from matplotlib.ticker import Locator


@in_course_style
def heat_map(
    matrix: Any,
    row_labels: Sequence[str],
    column_labels: Sequence[str],
    title: str,
    x_label: str,
    y_label: str,
    *,
    annotate: bool = True,
    number_format: str = "{:z.2f}",  # z: no -0.00
    value_label: str = "value",
    low: float | None = None,
    high: float | None = None,
    centre: float | None = None,
    size: tuple[float, float] | None = None,
) -> Figure:
    """A matrix (rows, columns) as colours; `annotate` writes each number into its cell.

    `low` and `high` fix the ends of the colour scale, so that two maps can be compared; they default to the matrix's
    smallest and largest number. `centre` gives a two-sided scale around that value, for signed numbers. Cells with NaN
    or infinity are grey. size: width and height in inches. Raises ValueError if the matrix is not two-dimensional, does
    not have one label per row and column, or contains no finite number.

    See also: `lines`, `bars`.
    """
    numbers = as_array(matrix)  # (rows, columns)
    if numbers.ndim != 2:
        raise ValueError(f"Expected a matrix (rows, columns), got shape {numbers.shape}: choose one matrix.")
    check_count("row labels", len(row_labels), numbers.shape[0])
    check_count("column labels", len(column_labels), numbers.shape[1])
    figure, axes = new_figure(title, x_label, y_label, size=size or _size_for(numbers.shape))
    image = _draw(axes, numbers, low, high, centre)
    slant = {} if _short(column_labels) else {"rotation": 45, "ha": "right", "rotation_mode": "anchor"}
    axes.set_xticks(range(len(column_labels)), column_labels, **slant)
    axes.set_yticks(range(len(row_labels)), row_labels)
    bar = figure.colorbar(image, ax=axes, label=value_label, shrink=0.85)
    bar.locator = _ticks_for(numbers)
    bar.update_ticks()
    if annotate:
        _write_numbers(axes, image, numbers, number_format)
    return figure


def _ticks_for(numbers: np.ndarray) -> Locator:
    import numpy as np
    from matplotlib.ticker import AutoLocator, MaxNLocator

    finite = numbers[np.isfinite(numbers)]
    whole = bool(np.all(finite == np.round(finite)))  # no ticks at halves for counts
    return MaxNLocator(integer=True) if whole else AutoLocator()


def _size_for(shape: tuple[int, ...]) -> tuple[float, float]:
    rows, columns = shape
    return (min(10.0, 2.6 + 0.8 * columns), min(9.0, 1.4 + 0.6 * rows))


def _short(labels: Sequence[str]) -> bool:
    return all(len(str(label)) <= 7 for label in labels)


def _draw(axes: Axes, numbers: np.ndarray, low: float | None, high: float | None, centre: float | None) -> AxesImage:
    import numpy as np

    finite = numbers[np.isfinite(numbers)]
    if not finite.size:
        raise ValueError("Expected a matrix with a finite number, got none: check why it is empty, NaN or infinite.")
    low = float(np.min(finite, initial=np.inf)) if low is None else low
    high = float(np.max(finite, initial=-np.inf)) if high is None else high
    colours = "cividis"  # looks the same to readers with and without red-green blindness
    if centre is not None:
        reach = max(abs(high - centre), abs(low - centre))
        low, high, colours = centre - reach, centre + reach, "PuOr"
    axes.set_facecolor("lightgrey")
    return axes.imshow(np.ma.masked_invalid(numbers), cmap=colours, vmin=low, vmax=high, aspect="auto")


def _write_numbers(axes: Axes, image: AxesImage, numbers: np.ndarray, number_format: str) -> None:
    colours = image.to_rgba(numbers)  # (rows, columns, 4)
    for (row, column), number in _cells(numbers):
        red, green, blue, _ = colours[row, column]
        dark = 0.299 * red + 0.587 * green + 0.114 * blue < 0.5  # perceived brightness
        colour = "white" if dark else INK
        axes.text(column, row, number_format.format(number), ha="center", va="center", color=colour, fontsize=9)


def _cells(numbers: np.ndarray) -> Iterator[tuple[tuple[int, ...], float]]:
    import numpy as np

    return ((place, number) for place, number in np.ndenumerate(numbers) if np.isfinite(number))
