"""A progress bar that removes itself from the terminal or the notebook."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import Protocol


class Advance(Protocol):
    """Moves a progress bar."""

    def __call__(self, steps: int = 1, /) -> object: ...


@contextlib.contextmanager
def progress(total: int, label: str) -> Iterator[Advance]:
    """A progress bar on stdout that removes itself at the end: `with progress(24, "sweep") as advance: ... advance()`.

    In a notebook this clears the cell's whole output, so print results after the block. `advance(n)` moves the bar by n
    of `total` steps (default 1).
    """
    from tqdm import tqdm

    bar = tqdm(total=total, desc=label, file=sys.stdout, leave=False, ncols=80)
    try:
        yield bar.update
    finally:
        bar.close()
        _clear_cell_output()


def _clear_cell_output() -> None:
    from IPython import get_ipython

    # Carriage returns clear a line in a terminal, but a saved notebook would keep every state of the bar.
    if getattr(get_ipython(), "kernel", None):
        from IPython.display import clear_output

        clear_output()
