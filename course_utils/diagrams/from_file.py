"""Diagrams that are kept as SVG files in `files/`.

Lines and letters of a file use `currentColor`, the text colour of the page. Its <title> is the caption, its <desc> the
text for readers who cannot see it.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

FOLDER = Path(__file__).parent / "files"
NAMESPACE = "{http://www.w3.org/2000/svg}"
FILES = {path.stem.replace("_", " "): path for path in sorted(FOLDER.glob("*.svg"))}
"""name -> file"""


class Drawing(NamedTuple):
    """A drawing with its texts."""

    svg: str
    caption: str
    alt: str


def read_drawing(name: str) -> Drawing:
    """The drawing of FILES with this name."""
    svg = FILES[name].read_text(encoding="utf-8")
    root = ElementTree.fromstring(svg)
    caption, alt = (" ".join(root.findtext(f"{NAMESPACE}{tag}", "").split()) for tag in ("title", "desc"))
    return Drawing(svg, caption, alt)
