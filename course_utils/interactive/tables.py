"""A table of rankings: one column for each model, one row for each rank."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

CELL = "vertical-align: top; text-align: left; padding: 0.4em 0.7em; border: 1px solid #888; white-space: normal"
RIGHT = f"{CELL}; border-left: 5px solid #009E73"


def ranking_table(title: str, columns: Mapping[str, Sequence[str]]) -> str:
    """HTML with `title` above it. columns: the name of a model -> the HTML of its <td> elements, best first."""
    heads = "".join(f'<th scope="col" style="{CELL}">{html.escape(name)}</th>' for name in columns)
    rows = "".join(_row(place, columns) for place in range(max(map(len, columns.values()))))
    caption = f'<caption style="text-align: left; padding: 0.4em 0"><strong>{html.escape(title)}</strong></caption>'
    style = "border-collapse: collapse; margin: 0.3em 0 1em 0; max-width: 70em"
    head = f'<thead><tr><td style="{CELL}"></td>{heads}</tr></thead>'
    return f'<table style="{style}">{caption}{head}<tbody>{rows}</tbody></table>'


def cell(first: str, *more: str, mark: str = "", style: str = CELL) -> str:
    """A <td> with `first` in bold and the other lines, which are HTML, below it."""
    lines = "".join(f"<br>{line}" for line in more)
    # A name such as torch.nn.utils.clip_grads_with_norm_ may be wider than its column.
    return f'<td style="{style}; overflow-wrap: anywhere">{mark}<strong>{html.escape(first)}</strong>{lines}</td>'


def _row(place: int, columns: Mapping[str, Sequence[str]]) -> str:
    empty = f'<td style="{CELL}">–</td>'
    cells = "".join(column[place] if place < len(column) else empty for column in columns.values())
    return f'<tr><th scope="row" style="{CELL}">{place + 1}</th>{cells}</tr>'
