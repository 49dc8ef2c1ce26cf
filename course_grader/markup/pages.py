"""Settings of nbconvert's HTMLExporter that sanitize what students wrote; the formgrader uses this exporter too."""

from __future__ import annotations

from html import escape

from jinja2 import pass_context
from jinja2.runtime import Context
from mistune import HTMLRenderer
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode

from course_grader.markup.sanitizer import CLIPPED, clean_html
from course_grader.repair import clean_content

# What the formgrader says about a submission, and its page shows as markup. Names come from folders and class lists.
_ABOUT_STUDENT = ("student", "first_name", "last_name", "notebook_path")


class CleanContent(Preprocessor):
    """Cleans the notebook once more, for notebooks that were graded by other means than ours."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        clean_content(nb)
        for name in _ABOUT_STUDENT:
            if isinstance(resources.get(name), str):
                resources[name] = escape(resources[name])
        return nb, resources


MAX_MARKDOWN = 20_000  # characters of a cell; the time that some Markdown takes grows with the square of its length


class _Renderer(IPythonRenderer):
    image = HTMLRenderer.image  # nbconvert's own fails on a missing attachment; `clean_html` embeds those there are


@pass_context
def markdown2html(context: Context, source: str) -> str:
    """In place of nbconvert's filter, whose result some templates use as it is. Very long text is not rendered.

    What the source draws stays inside of its own box.
    """
    if len(source) > MAX_MARKDOWN:
        return f"<pre>{escape(source)}</pre>"
    cell = context.get("cell") or {}
    renderer = _Renderer(escape=False, exclude_anchor_links=True)
    html = clean_html(MarkdownWithMath(renderer=renderer).render(source), cell.get("attachments"))
    return f'<div style="{CLIPPED}">{html}</div>'


PAGE_SETTINGS = {
    "sanitize_html": True,
    "preprocessors": [CleanContent],
    "filters": {"markdown2html": markdown2html, "clean_html": clean_html},
}
