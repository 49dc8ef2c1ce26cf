"""A figure that depends on a number: with a slider in an open notebook, at a few values elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from course_utils.plots.display import image, in_figure
from course_utils.runtime import in_grading
from course_utils.widgets import live, show_controls, show_html

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Value = float | str
PANELS = 3
HINT = "Move the slider in JupyterLab or Colab; here are some of its positions."


def knob(draw: Callable[..., Figure], *, alt: str, caption: str = "", **values: Sequence[Value]) -> None:
    """Show `draw(name=value, ...)` with a slider for each name, over the values given for it.

    draw: a function that returns a figure; it should take a fraction of a second. alt: as in `show`, for all positions;
    {name} stands for the value, as in alt="Bars at temperature {temperature}". Where there is no slider (an exported
    page, an automatic run), the first knob is shown at three of its values, side by side, and the others in the middle.
    While grading, nothing is drawn and only the text is shown. Raises ValueError for an empty alt, without a knob, and
    for a knob with fewer than two values.

    See also: `show`.
    """
    _check(alt, values)
    positions = _positions(values)
    text = f"[Figure] {alt.format(**positions[len(positions) // 2])}"
    if in_grading():
        show_html("", text)
        return

    def page(**chosen: Value) -> str:
        return in_figure(image(draw(**chosen), alt=alt.format(**chosen), redrawn=True), caption)

    panels = "".join(
        f'<div style="flex: 1 1 20em">{image(draw(**place), alt=alt.format(**place), dpi=80)}</div>'
        for place in positions
    )
    row = f'<div style="display: flex; flex-wrap: wrap; gap: 0.5em">{panels}</div>'
    fixed_page = in_figure(row, f"{caption} {HINT}".strip())
    if not live():
        show_html(fixed_page, text)
        return
    from ipywidgets import SelectionSlider

    sliders = {
        name: SelectionSlider(
            options=list(options),
            value=_middle(options),
            description=name.replace("_", " "),
            style={"description_width": "initial"},
        )
        for name, options in values.items()
    }
    show_controls(sliders, page, fixed_page, text)


def _check(alt: str, values: Mapping[str, Sequence[Value]]) -> None:
    if not alt.strip():
        raise ValueError("Expected alt=... to say what the figure shows, got an empty string.")
    short = [name for name, options in values.items() if len(options) < 2]
    if not values or short:
        got = f"{short[0]}={list(values[short[0]])}" if short else "none"
        raise ValueError(f"Expected knobs with two values or more, such as temperature=[0.1, 1.0]; got {got}.")


def _positions(values: Mapping[str, Sequence[Value]]) -> list[dict[str, Value]]:
    """Up to three positions: the first knob from end to end, the others in the middle."""
    first, options = next(iter(values.items()))
    count = min(PANELS, len(options))
    places = [round(number * (len(options) - 1) / (count - 1)) for number in range(count)]
    middle = {name: _middle(others) for name, others in values.items()}
    return [middle | {first: options[place]} for place in places]


def _middle(options: Sequence[Value]) -> Value:
    return options[(len(options) - 1) // 2]
