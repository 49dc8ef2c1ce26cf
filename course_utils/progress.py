"""A progress bar that leaves nothing behind in a terminal or a notebook."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def progress(total: int, label: str) -> Iterator[Callable[[], object]]:
    """A progress bar on stdout that clears itself: `with progress(24, "sweep") as advance: ... advance()`.

    In a notebook it takes with it what its cell has shown before, so a cell prints after the block.
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

    # Carriage returns clear a terminal; a saved notebook would keep every state of the bar.
    if getattr(get_ipython(), "kernel", None):
        from IPython.display import clear_output

        clear_output()
