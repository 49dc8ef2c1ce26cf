"""An SVG drawing as an <img> element, which replaces itself by the drawing where the page runs scripts.

Only as part of the page does a drawing take the colours of the page's theme. But JupyterLab takes <svg> elements, and
scripts, out of a notebook that it does not trust, such as one from another computer; it leaves <img> elements with
their data. There the drawing stays a picture, black on white.
"""

from __future__ import annotations

import html
import re

ADDRESS = "data:image/svg+xml,"
REPLACE = f"this.outerHTML = decodeURIComponent(this.src.slice({len(ADDRESS)}))"
_STYLE = re.compile(r"<svg\b[^>]*? style=\"([^\"]*)\"")
# Quotes change places, which keeps the attribute short: base64 would be a third longer than the drawing.
_QUOTES = {ord('"'): "'", ord("'"): "&#39;"}
# What means something else in an address, and a line's end, which browsers remove from it.
_IN_ADDRESS = {ord(sign): f"%{ord(sign):02X}" for sign in "%#\n"}


def picture(svg: str, alt: str) -> str:
    """An <img> element of the size that the style of the <svg> element asks for.

    svg: an <svg> element with its namespaces and with a style, attributes in double quotes. alt: read out by screen
    readers while it is a picture. Raises ValueError for an <svg> element without a style.
    """
    style = _STYLE.search(svg)
    if style is None:
        raise ValueError(f"Expected an <svg> element with a style that gives its size, got {svg[:80]!r}.")
    address = ADDRESS + svg.strip().translate(_QUOTES).translate(_IN_ADDRESS).replace("&", "&amp;")
    return f'<img alt="{html.escape(alt)}" style="{style[1]}; background: white" onload="{REPLACE}" src="{address}">'
