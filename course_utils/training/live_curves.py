"""Curves that grow while a model trains, with the time left; an interrupted training keeps what it has.

with curves(epochs, "training") as watch:
    for epoch in range(epochs):
        ...
        watch(loss=loss, recall=recall)
if watch.stopped: ...
"""

from __future__ import annotations

import contextlib
import html
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from course_utils import plots
from course_utils.plots.display import image, in_figure
from course_utils.progress import progress
from course_utils.widgets import live

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHARE = 0.1  # at most a tenth of the time goes into drawing


class Watch:
    """Counts steps and remembers the figures of each; call it after each step."""

    def __init__(self, total: int, label: str, advance: Callable[[int], object]):
        self.total, self.label = total, label
        self.step = 0
        self.figures: dict[str, tuple[list[int], list[float]]] = {}
        """name -> (steps, values)"""
        self.stopped = False
        """whether the training was interrupted"""
        self.ended = False
        """whether its block is over, however it ended: then no time is left"""
        self._advance = advance
        self._start = time.monotonic()

    def __call__(self, steps: int = 1, /, **figures: Any) -> None:
        """`steps` more are done; figures: numbers or tensors with one element, such as loss=0.5, by name."""
        self.step += steps
        for name, value in figures.items():
            places, values = self.figures.setdefault(name, ([], []))
            places.append(self.step)
            values.append(float(value))
        self._advance(steps)

    def seconds_left(self) -> float:
        """The time that the remaining steps take if they are as fast as those so far."""
        return (time.monotonic() - self._start) * (self.total - self.step) / max(1, self.step)

    def summary(self) -> str:
        """For example "training: step 3 of 5, about 8 s left; loss 0.512"."""
        latest = ", ".join(f"{name} {values[-1]:.3g}" for name, (_, values) in self.figures.items())
        left = "" if self.step >= self.total else f", about {self.seconds_left():.0f} s left"
        left = ", stopped" if self.stopped or (self.ended and left) else left
        return f"{self.label}: step {self.step} of {self.total}{left}" + (f"; {latest}" if latest else "")


@contextlib.contextmanager
def curves(total: int, label: str) -> Iterator[Watch]:
    """Watch a training of `total` steps: `with curves(5, "training") as watch: ... watch(loss=loss)`.

    In an open notebook its figures grow as curves below the cell; elsewhere there is a progress bar, which removes
    itself. Interrupting the kernel ends the block and not the cell: `watch.stopped` is then True, a sentence says how
    far it came, and the code after the block goes on with what is trained so far.

    See also: `course_utils.progress.progress`, for work that has no figures.
    """
    watch: Watch | None = None
    try:
        with _drawn(total, label) if live() else _barred(total, label) as watch:
            try:
                yield watch
            except KeyboardInterrupt:
                watch.stopped = True
    finally:
        if watch and watch.stopped:
            print(f"Stopped after {watch.step} of {total} steps. What is trained so far is kept.")


@contextlib.contextmanager
def _barred(total: int, label: str) -> Iterator[Watch]:
    with progress(total, label) as advance:
        yield Watch(total, label, advance)


@contextlib.contextmanager
def _drawn(total: int, label: str) -> Iterator[Watch]:
    from IPython.display import display

    handle = display({"text/plain": f"{label}: step 0 of {total}"}, raw=True, display_id=True)
    spent = [0.0, 0.0]  # when the last drawing ended, and how long it took

    def redraw(_: int = 0, *, now: bool = False) -> None:
        start = time.monotonic()
        if now or start - spent[0] > spent[1] / SHARE:
            handle.update({"text/html": _page(watch, last=now), "text/plain": watch.summary()}, raw=True)
            spent[:] = time.monotonic(), time.monotonic() - start

    watch = Watch(total, label, redraw)
    try:
        yield watch
    finally:
        watch.ended = True
        redraw(now=True)


def _page(watch: Watch, *, last: bool) -> str:
    bar = f'<progress value="{watch.step}" max="{watch.total}" style="width: 20em"></progress>'
    line = f"<div>{bar} {html.escape(watch.summary())}</div>"
    if not watch.figures:
        return in_figure(line)
    return in_figure(line + image(_figure(watch), alt=watch.summary(), dpi=80, redrawn=not last))


def _figure(watch: Watch) -> Figure:
    """Losses on the left, all other figures on the right."""
    groups: dict[str, dict[str, tuple[list[int], list[float]]]] = {"loss": {}, "score": {}}
    for name, series in watch.figures.items():
        groups["loss" if "loss" in name.lower() else "score"][name] = series
    filled = {kind: series for kind, series in groups.items() if series}
    figure, axes = plots.new_figure("", "", "", size=(4.2 * len(filled), 2.8))
    axes.remove()
    for place, (kind, group) in enumerate(filled.items(), start=1):
        axes = figure.add_subplot(1, len(filled), place)
        for index, (name, (steps, values)) in enumerate(group.items()):
            axes.plot(
                steps, values, label=name, **plots.line_style(index) | ({"marker": ""} if len(steps) > 30 else {})
            )
        axes.set(title=watch.label, xlabel="step", ylabel=kind, xlim=(0, watch.total))
        axes.grid(alpha=0.3)
        axes.legend(fontsize=8)
    return figure
