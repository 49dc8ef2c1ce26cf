"""Printing to a terminal, or a pipe, that may be closed while a run goes on."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.text import Text


class Terminal(Console):
    """A console that drops its output once nobody can receive it; rich's own then ends the process."""

    def on_broken_pipe(self) -> None:
        self.quiet = True
        _drop_output()


@contextmanager
def terminal_may_be_gone() -> Iterator[None]:
    """Within the block, output that nobody can receive anymore is dropped, now and later: grading goes on."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        _drop_output()


def say(console: Console, text: str) -> None:
    """Print a line as it is, or drop it if nobody can receive it anymore, as after `| head`."""
    with terminal_may_be_gone():
        console.print(Text(text), soft_wrap=True)


def wide(console: Console, width: int) -> Console:
    """For a table that must not wrap: the console itself on a terminal, otherwise one with lines of `width`."""
    return console if console.is_terminal else Terminal(file=console.file, width=width)


def _drop_output() -> None:
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)
