"""Drawn diagrams: SVG files that follow the reader's theme, light or dark, with a text alternative.

Lines and letters of a file use `currentColor`, the text colour of the page. Its <title> is the caption, its <desc> the
text for readers who cannot see it.
"""

from __future__ import annotations

import html
from pathlib import Path
from xml.etree import ElementTree

from course_utils.runtime import in_grading

FOLDER = Path(__file__).parent / "diagram_files"
NAMESPACE = "{http://www.w3.org/2000/svg}"


def show_diagram(name: str) -> None:
    """Display the diagram `name` with its caption. During grading only its text is shown.

    Raises ValueError for an unknown name.

    See also: `show`, which displays a figure that is drawn from numbers.
    """
    from IPython.display import display

    path = FOLDER / f"{name}.svg"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in FOLDER.glob("*.svg")))
        raise ValueError(f"Expected the name of a diagram ({known}), got {name!r}: check the spelling.")
    drawing = path.read_text(encoding="utf-8")
    title, description = _texts(drawing)
    forms = {"text/plain": f"[Diagram] {description}"}
    if not in_grading():
        caption = f"<figcaption>{html.escape(title)}</figcaption>"
        forms["text/html"] = f'<figure style="margin: 0.5em 0">{drawing}{caption}</figure>'
    display(forms, raw=True)


def _texts(drawing: str) -> tuple[str, str]:
    """The title and the description of a drawing."""
    root = ElementTree.fromstring(drawing)
    found = (root.findtext(f"{NAMESPACE}{tag}", "") for tag in ("title", "desc"))
    title, description = (" ".join(text.split()) for text in found)
    return title, description
