"""Pages that show what students wrote, in a real browser: nothing runs, nothing is fetched, what is harmless shows."""

import contextlib
import json
import secrets
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell, new_notebook
from servers import jupyterlab

pytest.importorskip("nbgrader")
from nbconvert.exporters import HTMLExporter

from course_grader.nbgrader_plugins import Course, execute
from course_grader.release import make_labs
from tests.nbgrader_course import FakeEngine, answered, autograde_by_writer, hand_in, write_course
from tests.submissions.markup.bank import ELSEWHERE, MARKDOWN, PIXEL, STUDENT
from tests.submissions.markup.notebooks import add_outputs, handed_in, is_valid
from tests.tiny_course import LAB

MATHJAX = Path("/usr/share/javascript/mathjax")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not MATHJAX.is_dir(), reason="no MathJax: sudo apt-get install libjs-mathjax"),
]

CDN = "https://cdnjs.cloudflare.com/ajax/libs/mathjax/2.7.7/"
LATEST = """document.head.appendChild(Object.assign(document.createElement('script'),
    {src: document.currentScript.src.replace('latest.js', 'MathJax.js')}));"""
HARMLESS = r"""# A heading

Inline $a < b$, and displayed:

$$\sum_{i} x_i$$

| left | right |
|------|------:|
| one  | $y^2$ |

- **bold** and *slanted*
- [ ] to do
- [site](https://example.org) and [mail](mailto:a@example.org)

```python
def f(x): return x
```

![pasted](attachment:my%20picture.png) <img src="attachment:my picture.png" width="20">

![far](https://elsewhere.example/far.png)
"""
# Of the formula "math_above_its_cell": where its box begins, where its text is, and whether that is seen there.
ABOVE_ITS_CELL = """() => {
    const formula = [...document.querySelectorAll('.mjx-chtml')].find(one => one.textContent.includes('20 / 20'));
    const box = formula.closest('[style*=contain]');
    const tops = [...formula.querySelectorAll('.mjx-char')].map(one => [one.getBoundingClientRect().top, one]);
    const text = tops.reduce((one, other) => one[0] < other[0] ? one : other)[1];
    window.scrollTo(0, window.scrollY + text.getBoundingClientRect().top - 100);
    const {left, top, width, height} = text.getBoundingClientRect();
    const hit = document.elementFromPoint(left + width / 2, top + height / 2);
    return {top: box.getBoundingClientRect().top, raised: top, seen: formula.contains(hit)};
}"""
# Students: "mallory" comes the whole way, of "older" the notebook in autograded/ was written by other means.
STUDENTS = ["mallory", "older", STUDENT]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    root = write_course(tmp_path_factory.mktemp("course"))
    make_labs(root)
    course = Course(root)
    released = nbformat.read(root / "labs" / LAB / f"{LAB}.ipynb", as_version=4)
    written = answered(released, explain_nothing=HARMLESS)
    for cell in written.cells:
        if cell.id == "explain_nothing":
            cell.attachments = {"my picture.png": {"image/png": PIXEL}}
    hostile = handed_in(released)
    for student in ("mallory", STUDENT):
        hand_in(root, student, hostile)
    for student in ("older", "ada"):
        hand_in(root, student, written)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(execute, "make_engine", FakeEngine)
        patch.setattr(FakeEngine, "change", staticmethod(lambda graded: add_outputs(graded.notebook)))
        assert autograde_by_writer(course, ["ada", *STUDENTS]) == {}
        execute.close_engine()
    _write_unchecked(course.folder("autograded", LAB, "older") / f"{LAB}.ipynb", hostile)
    assert course.generate_feedback(LAB, ["ada", *STUDENTS]) == {}
    return course


def _write_unchecked(path, hostile):
    """The graded notebook with every payload in it that is a valid notebook's."""
    graded = nbformat.read(path, as_version=4)
    add_outputs(hostile)
    own = {cell.id for cell in graded.cells} | {"cell-grade_id"}
    graded.cells += [cell for cell in hostile.cells if cell.id not in own and is_valid([cell], {})]
    graded.metadata.update({name: hostile.metadata[name] for name in ("title", "widgets")})
    path.chmod(0o644)
    nbformat.write(graded, path)


@pytest.fixture(scope="module")
def server(course, tmp_path_factory):
    """(address, token) of a Jupyter server in the course's folder."""
    token = secrets.token_hex(8)
    with jupyterlab(course.root, tmp_path_factory.mktemp("home"), token) as url:
        yield url, token


@pytest.fixture(scope="module")
def server_above(course, tmp_path_factory):
    """(address, token) of a Jupyter server in the folder above, which knows nothing of the course's settings."""
    token = secrets.token_hex(8)
    with jupyterlab(course.root.parent, tmp_path_factory.mktemp("home_above"), token) as url:
        yield url, token


class Visit:
    """A page, what it asked for, and what ran in it; `allowed`: beginnings of addresses that it may load."""

    def __init__(self, window, allowed):
        self.requested, self.dialogs, self._allowed = [], [], (CDN, "data:", "about:", *allowed)
        self.page = window.new_page()
        self.page.on("dialog", lambda dialog: self.dialogs.append(dialog.message) or dialog.dismiss())
        window.on("request", lambda request: self.requested.append(request.url))
        window.route(
            lambda address: address.startswith("http") and not address.startswith("http://127.0.0.1"), _fulfill
        )

    def open(self, address):
        self.page.goto(address)
        self.page.wait_for_function(
            "window.MathJax && MathJax.Hub && MathJax.Hub.queue.pending === 0 && MathJax.isReady"
        )
        self.page.wait_for_load_state("networkidle")
        return self

    def assert_contained(self):
        assert self.page.evaluate("window.ran") is None
        assert self.dialogs == []
        assert [address for address in self.requested if not address.startswith(self._allowed)] == []
        assert not {"javascript:", "vbscript:", "data:"} & set(
            self.page.evaluate("[...document.links].map(a => a.protocol)")
        )


def _fulfill(route):
    """MathJax comes from the disk; elsewhere is not reached."""
    name = route.request.url.removeprefix(CDN).partition("?")[0]
    if not route.request.url.startswith(CDN):
        route.abort()
    elif name == "latest.js":
        route.fulfill(body=LATEST, content_type="text/javascript")
    else:
        file = MATHJAX / name
        route.fulfill(path=file) if file.is_file() else route.fulfill(status=404)


@pytest.fixture
def visit(course, chromium, request):
    """Opens a student's page: "formgrader", the same from a server that was started above the course, or "feedback"."""
    with contextlib.ExitStack() as stack:

        def opened(place, student):
            window = stack.enter_context(chromium.new_context())
            url, token = request.getfixturevalue("server_above" if place == "formgrader from above" else "server")
            if place == "feedback":
                folder = course.folder("feedback", LAB, student)
                return Visit(window, ["file://"]).open((folder / f"{LAB}.html").as_uri())
            submission = _submission(course, student)
            shown = Visit(
                window, [f"{url}/formgrader/{part}/" for part in ("static", "api", f"submissions/{submission}")]
            )
            window.request.get(f"{url}/lab?token={token}")  # leaves a cookie
            if place == "formgrader from above":  # as JupyterLab's menu opens it
                window.request.get(f"{url}/formgrader?path={course.root}")
            return shown.open(f"{url}/formgrader/submissions/{submission}/")

        yield opened


def _submission(course, student):
    with course.gradebook() as gradebook:
        return gradebook.find_submission_notebook(LAB, LAB, student).id


@pytest.mark.parametrize("student", STUDENTS)
@pytest.mark.parametrize("place", ["formgrader", "formgrader from above", "feedback"])
def test_nothing_that_a_student_wrote_runs_or_loads(visit, place, student):
    shown = visit(place, student)
    shown.page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    shown.assert_contained()
    assert "window.ran=window.ran||[]).push('plain_markup')" in shown.page.text_content("body")  # one of the last cells


@pytest.mark.parametrize("place", ["formgrader", "feedback"])
def test_a_formula_cannot_draw_outside_of_its_cell(visit, place):
    page = visit(place, "mallory").page
    page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    drawn = page.evaluate(ABOVE_ITS_CELL)
    assert drawn["raised"] < drawn["top"] - 100  # where it would be seen, if nothing clipped it
    assert not drawn["seen"]


@pytest.mark.parametrize("place", ["formgrader", "feedback"])
def test_student_markup_stays_in_its_cell(visit, place):
    """The page's own parts are those of a page without payloads."""
    parts = {
        "formgrader": ".score, .comment, .panel-heading, .modal, form, input, nav, iframe",
        "feedback": "main > h1, .graded, .points, main > table, form, input",
    }
    count = f"document.querySelectorAll({json.dumps(parts[place])}).length"
    assert visit(place, "mallory").page.evaluate(count) == visit(place, "ada").page.evaluate(count)


@pytest.mark.parametrize("place", ["formgrader", "feedback"])
def test_what_is_harmless_shows(visit, place):
    shown = visit(place, "ada")
    shown.assert_contained()
    page = shown.page
    assert page.locator(".mjx-chtml:not(.MJXc-display) .mjx-math").count() >= 2
    assert page.locator(".MJXc-display").count() == 1
    assert page.locator("td", has_text="one").count() == 1
    assert page.locator("strong", has_text="bold").count() == 1
    assert page.locator("li", has_text="☐ to do").count() == 1
    assert page.locator("div.highlight span.k", has_text="return").count() >= 1
    assert page.eval_on_selector_all("img", "all => all.map(i => i.naturalWidth)") == [1, 1]
    assert page.get_attribute("a:text('site')", "rel") == "noopener noreferrer"
    assert page.get_attribute("a:text('picture: far')", "href") == f"{ELSEWHERE}/far.png"


def test_an_instructor_grades_on_the_page(visit, course):
    page = visit("formgrader", "mallory").page
    page.fill("#explain_nothing", "3")
    with page.expect_response(lambda reply: reply.request.method == "PUT" and "/api/grade/" in reply.url) as saved:
        page.press("#explain_nothing", "Tab")
    assert saved.value.ok
    page.fill("#explain_nothing-comment", "Say why.")
    with page.expect_response(lambda reply: reply.request.method == "PUT" and "/api/comment/" in reply.url) as saved:
        page.press("#explain_nothing-comment", "Tab")
    assert saved.value.ok
    with course.gradebook() as gradebook:
        assert gradebook.find_grade("explain_nothing", LAB, LAB, "mallory").manual_score == 3
        assert gradebook.find_comment("explain_nothing", LAB, LAB, "mallory").manual_comment == "Say why."


def test_the_bank_bites(chromium, tmp_path):
    """Without sanitizing, many payloads run or load something by themselves: they test what they are meant to."""
    ran, requested = set(), []
    with chromium.new_context() as window:
        window.route(f"{ELSEWHERE}/**", lambda route: route.abort())
        window.on("request", lambda request: requested.append(request.url))
        for name, source in MARKDOWN.items():
            if name.startswith("attachment") or name == "meta_refresh":  # nbconvert fails; the page goes away
                continue
            body, _ = HTMLExporter(template_name="basic").from_notebook_node(
                new_notebook(cells=[new_markdown_cell(source)])
            )
            file = tmp_path / f"{name}.html"
            file.write_text(f"<!DOCTYPE html><body>{body}")
            page = window.new_page()
            page.goto(file.as_uri(), wait_until="load")
            ran |= set(page.evaluate("window.ran || []"))
            page.close()
    loaded = {name for name in MARKDOWN if any(f"/{name}" in address for address in requested)}
    assert len(ran) >= 15
    assert len(loaded) >= 5
