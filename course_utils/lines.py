"""Text in lines that fit the output of a notebook: JupyterLab breaks longer ones anywhere, also within a word."""

from __future__ import annotations

import textwrap

WIDTH = 84  # characters; what a window of 1100 pixels has room for beside JupyterLab's list of files
KEEP = "\N{NO-BREAK SPACE}"
_LABELS = ("expected: ", "got:      ", "where:    ", "hint:     ")


def filled(text: str, first: str = "", rest: str | None = None) -> str:
    """`text` in lines of at most WIDTH characters, broken at spaces only; a longer word keeps its own line.

    first: what the first line begins with. rest: what the others begin with; by default the same as the first, and as
    many spaces as the label of the first line takes (expected, got, where, hint). No line is broken at a `KEEP`, which
    becomes a space.

    >>> print(filled("got:      " + "one row of values, " * 5, first="  "))
      got:      one row of values, one row of values, one row of values, one row of
                values, one row of values,
    """
    if rest is None:
        rest = first + " " * next((len(label) for label in _LABELS if text.startswith(label)), 0)
    lines = textwrap.fill(
        text, WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
    return lines.replace(KEEP, " ")


def say(*parts: object) -> None:
    """Print `parts` in lines that fit, as `print` does with a space between them; further lines are indented by two.

    >>> say("- The same vectors:", ", ".join(f"loss {loss} at T = 0.{loss}" for loss in range(1, 6)))
    - The same vectors: loss 1 at T = 0.1, loss 2 at T = 0.2, loss 3 at T = 0.3, loss 4
      at T = 0.4, loss 5 at T = 0.5
    """
    text = " ".join(map(str, parts))
    start = text[: len(text) - len(text.lstrip())]
    print(filled(text.lstrip(), start, start + "  "))
