"""Controls that redraw a page of HTML, in a notebook that somebody has open; a fixed page everywhere else.

The rule is in `live`. Each output with a widget also contains the fixed page, so whatever cannot show the widget (an
exported page, a front end without ipywidgets' extension) shows that instead.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from course_utils.environment import in_sandbox

if TYPE_CHECKING:
    from ipywidgets import Widget

WIDGET = "application/vnd.jupyter.widget-view+json"


def live() -> bool:
    """Whether controls can be moved: this is the kernel of a notebook that is open in JupyterLab, Colab or VS Code.

    The rule: Jupyter's server or VS Code has left the notebook's path here, or this is Colab; and nobody grades,
    validates (both set NBGRADER_EXECUTION) or exports (COURSE_WIDGETS=0). Kernels that nbclient starts (nbval,
    nbconvert --execute, `make outputs`) have no such path. Without ipywidgets nothing is live.
    """
    if in_sandbox() or os.environ.get("NBGRADER_EXECUTION") or os.environ.get("COURSE_WIDGETS") == "0":
        return False
    return _is_open() and _has_ipywidgets()


def _is_open() -> bool:
    from IPython import get_ipython

    shell = get_ipython()
    if not getattr(shell, "kernel", None):
        return False
    opened = "JPY_SESSION_NAME" in os.environ or "__vsc_ipynb_file__" in shell.user_ns
    return opened or "google.colab" in sys.modules


def _has_ipywidgets() -> bool:
    try:
        import ipywidgets  # noqa: F401
    except ImportError:
        return False
    return True


def show_html(page: str, text: str) -> None:
    """Display a page of HTML, with `text` for front ends that show only text."""
    from IPython.display import display

    display({"text/html": page, "text/plain": text}, raw=True)


def show_controls(controls: Mapping[str, Widget], draw: Callable[..., str], fixed_page: str, text: str) -> None:
    """Display `controls` above the page that `draw(name=value, ...)` returns; a moved control draws it anew.

    fixed_page: HTML for a reader who has no controls. text: for front ends that show only text. An error in `draw` is
    shown in place of the page.
    """
    from ipywidgets import HTML, Box, Layout, VBox

    page = HTML()

    def redraw(_: object = None) -> None:
        page.value = with_lines(page_or_error(draw, **{name: control.value for name, control in controls.items()}))

    for control in controls.values():
        control.observe(redraw, names="value")
    redraw()
    row = Box([*controls.values()], layout=Layout(flex_flow="row wrap", align_items="center"))
    show_widget(VBox([row, page]), fixed_page, text)


def with_lines(page: str) -> str:
    """`page` for a widget, with lines as high as in other outputs: those of a widget are as high as a button."""
    return f'<div style="line-height: 1.4">{page}</div>'


def show_widget(widget: Widget, fixed_page: str, text: str) -> None:
    """Display a widget, with the fixed page in the same output for everything that cannot show widgets."""
    from IPython.display import display

    view = {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
    display({WIDGET: view, "text/html": fixed_page, "text/plain": text}, raw=True)


def page_or_error(draw: Callable[..., str], *arguments: Any, **values: Any) -> str:
    """The page that `draw` returns, or the error that it raises."""
    import html

    try:
        return draw(*arguments, **values)
    except Exception as error:  # otherwise the page would stay as it was, and the error would be in a log
        return f"<p><strong>{type(error).__name__}</strong>: {html.escape(str(error))}</p>"
