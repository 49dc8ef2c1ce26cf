"""A small drawing surface that gives SVG: boxes, texts, arrows and grids, in the colours of the page's own theme.

Lines and texts use `currentColor`, the colour of the surrounding text, so a drawing is dark on a light page and light
on a dark one. Fills are the course's colour-blind-safe colours, thin enough for the text on them in either theme.
"""

from __future__ import annotations

import html
import zlib
from collections.abc import Sequence

from course_utils.plots.style import PALETTE

CELL = 26  # pixels
SIZE = 13  # of the font
LINE = 'stroke="currentColor" fill="none" stroke-width="1.4"'


class Canvas:
    """Collects shapes on a surface of width x height pixels; `svg` returns the drawing."""

    def __init__(self, width: int, height: int):
        self.width, self.height = width, height
        self._shapes: list[str] = []

    def text(self, x: float, y: float, text: str, *, anchor: str = "middle", bold: bool = False) -> None:
        """`text` around (x, y); anchor: "start", "middle" or "end"."""
        weight = ' font-weight="bold"' if bold else ""
        self._shapes.append(
            f'<text x="{x:g}" y="{y + SIZE * 0.35:g}" text-anchor="{anchor}"{weight}>{html.escape(text)}</text>'
        )

    def box(
        self, x: float, y: float, width: float, height: float, text: str = "", *, fill: str = "", dashed: bool = False
    ) -> None:
        """A rectangle with `text` in its middle; fill: a name of the palette, or empty."""
        colour = f'fill="{PALETTE[fill]}" fill-opacity="0.35"' if fill else 'fill="none"'
        dash = ' stroke-dasharray="4 3"' if dashed else ""
        self._shapes.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="3" {colour} '
            f'stroke="currentColor" stroke-width="1.2"{dash}/>'
        )
        for number, line in enumerate(lines := text.split("\n") if text else []):
            self.text(x + width / 2, y + height / 2 + (number - (len(lines) - 1) / 2) * (SIZE + 4), line)

    def arrow(self, x1: float, y1: float, x2: float, y2: float, *, bend: float = 0, width: float = 1.4) -> None:
        """An arrow from (x1, y1) to (x2, y2), bent upwards by `bend` pixels."""
        middle_x, middle_y = (x1 + x2) / 2, (y1 + y2) / 2 - 2 * bend
        path = f"M{x1:g} {y1:g} Q{middle_x:g} {middle_y:g} {x2:g} {y2:g}"
        style = LINE.replace("1.4", f"{width:g}")
        self._shapes.append(f'<path d="{path}" {style} marker-end="url(#tip)"/>')

    def line(self, x1: float, y1: float, x2: float, y2: float) -> None:
        self._shapes.append(f'<path d="M{x1:g} {y1:g} L{x2:g} {y2:g}" {LINE}/>')

    def dot(self, x: float, y: float, fill: str = "") -> None:
        colour = PALETTE[fill] if fill else "currentColor"
        self._shapes.append(f'<circle cx="{x:g}" cy="{y:g}" r="5" fill="{colour}" stroke="currentColor"/>')

    def grid(
        self,
        x: float,
        y: float,
        rows: Sequence[Sequence[str]],
        fills: Sequence[Sequence[str]] | None = None,
        *,
        cell: float = CELL,
    ) -> None:
        """A matrix of cells with texts; fills: for each cell a name of the palette, or empty."""
        for i, row in enumerate(rows):
            for j, text in enumerate(row):
                self.box(x + j * cell, y + i * cell, cell, cell, text, fill=fills[i][j] if fills else "")

    def svg(self, alt: str) -> str:
        """The drawing; `alt` is read out by screen readers.

        The arrows' tip has an id of its own in each drawing: with the drawing that holds it folded away, the tip would
        be missing in the others.
        """
        name = f"tip-{zlib.crc32(alt.encode()):08x}"
        tip = f'<marker id="{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="10" markerHeight="10" '
        tip += 'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 L8 4 L0 8 z" fill="currentColor"/></marker>'
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{html.escape(alt)}" '
            f'viewBox="0 0 {self.width} {self.height}" style="width: 100%; max-width: {self.width}px; height: auto" '
            f'font-family="sans-serif" font-size="{SIZE}" fill="currentColor"><defs>{tip}</defs>'
            f"{''.join(self._shapes).replace('url(#tip)', f'url(#{name})')}</svg>"
        )
