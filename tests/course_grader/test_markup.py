"""What of a student's text and notebook reaches a page; tests/browser opens the same payloads in a browser."""

import copy
import re

import nbformat
import pytest

pytest.importorskip("nbgrader")

from bs4 import BeautifulSoup
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.server_extensions.formgrader import handlers
from traitlets.config import Config

from course_grader.markup import PAGE_SETTINGS, clean_html
from course_grader.markup.sanitizer import CLIPPED
from course_grader.repair import clean_content
from course_grader.repair.content import LEFT_OUT
from course_grader.repair.pictures import checked_picture
from tests.nbgrader_course import COUNT, DOUBLE, answered, autograde_by_writer, autograded, grades, hand_in, repaired
from tests.submissions.markup.bank import CELLS, ELSEWHERE, MARKDOWN, NOTEBOOKS, OUTPUTS, PIXEL
from tests.submissions.markup.notebooks import cell_of, is_valid
from tests.tiny_course import LAB, cell_named

GIF = "R0lGODlhAQABAAAAACw="


def shown(*cells, **metadata):
    """The body that a page has for a notebook."""
    exporter = HTMLExporter(config=Config(HTMLExporter={"template_name": "basic", **PAGE_SETTINGS}))
    notebook = new_notebook(metadata=metadata)
    notebook.cells = list(cells)
    return BeautifulSoup(exporter.from_notebook_node(notebook)[0], "html.parser")


def markdown(source, **fields):
    return shown(new_markdown_cell(source, id="it", **fields)).select_one(".text_cell_render")


def assert_contained(part):
    for tag in part.find_all(True):
        assert tag.name not in (
            "script",
            "style",
            "iframe",
            "object",
            "embed",
            "svg",
            "form",
            "input",
            "base",
            "meta",
            "link",
        )
        assert not [name for name in tag.attrs if name.startswith("on")]
        assert re.match(r"https?://|mailto:|#", tag.get("href", "#"))
        assert re.match(r"data:image/(png|jpeg|gif);base64,", tag.get("src", "data:image/png;base64,"))
        assert set(tag.attrs) <= {
            "href",
            "rel",
            "target",
            "src",
            "alt",
            "title",
            "class",
            "style",
            "start",
            "width",
            "height",
        }
        assert tag.name in ("div", "span") or "class" not in tag.attrs
        assert tag.get("style") == CLIPPED or re.fullmatch(r"(text-align: ?\w+;)?", tag.get("style", ""))


@pytest.mark.parametrize("name", MARKDOWN)
def test_markdown_is_contained(name):
    part = markdown(MARKDOWN[name])
    assert [tag.get("style") for tag in part.find_all(True, recursive=False)] == [CLIPPED]
    assert_contained(part)


@pytest.mark.parametrize("name", MARKDOWN)
def test_sanitizing_twice_changes_nothing(name):
    once = clean_html(MARKDOWN[name])
    assert clean_html(once) == once


@pytest.mark.parametrize(
    "name", [name for name in MARKDOWN if name.startswith(("image_elsewhere", "relative", "image_of"))]
)
def test_nothing_is_fetched(name):
    assert markdown(MARKDOWN[name]).find_all("img") == []


class TestMarkdown:
    def test_a_remote_picture_is_a_link(self):
        link = markdown(f'![far "away"]({ELSEWHERE}/a.png?b=1&c=2)').a
        assert link["href"] == f"{ELSEWHERE}/a.png?b=1&c=2"
        assert link.get_text() == 'picture: far "away"'
        assert (link["target"], link["rel"]) == ("_blank", ["noopener", "noreferrer"])

    def test_a_remote_picture_inside_a_link_is_text(self):
        link = markdown(f"[![badge]({ELSEWHERE}/a.svg)](https://example.org)").a
        assert (link["href"], link.get_text()) == ("https://example.org", "[picture: badge]")

    @pytest.mark.parametrize("address", ["https://a.org", "HTTP://a.org", "mailto:a@a.org", "#part"])
    def test_links_that_stay(self, address):
        assert markdown(f"[x]({address})").a["href"] == address

    @pytest.mark.parametrize(
        "address", ["/logout", "other.html", "//a.org", "file:///etc", "ftp://a.org", "javascript:x"]
    )
    def test_links_that_go_nowhere(self, address):
        assert "href" not in markdown(f"[x]({address})").a.attrs

    @pytest.mark.parametrize("source", ["![a](attachment:my%20file.png)", '<img src="attachment:my file.png">'])
    def test_a_pasted_picture_is_embedded(self, source):
        part = markdown(source, attachments={"my file.png": {"image/png": PIXEL}})
        assert part.img["src"] == f"data:image/png;base64,{PIXEL}"

    def test_a_pasted_picture_that_is_missing_or_no_picture_is_named(self):
        part = markdown(
            "![a](attachment:b.png) ![c](attachment:d.svg)", attachments={"d.svg": {"image/svg+xml": "<svg/>"}}
        )
        assert part.get_text().strip() == "[picture: a] [picture: c]"

    def test_formulas_come_through_unchanged(self):
        text = r"$a < b_{i}$ and \begin{align} a &< b \\ c &> d \end{align}" + "\n\n$$\n\\sum_i x_i\n$$"
        shown = " ".join(markdown(text).get_text().split())
        assert shown == r"$a < b_{i}$ and \begin{align} a &< b \\ c &> d \end{align} $$ \sum_i x_i $$"

    def test_tables_lists_and_code_come_through(self):
        part = markdown("|a|b|\n|-|-:|\n|1|2|\n\n3. three\n\n- [x] done\n\n```python\nreturn 1\n```\n\n~~no~~ `x<y`")
        assert [cell.get_text() for cell in part.find_all("td")] == ["1", "2"]
        assert part.find_all("td")[1]["style"] == "text-align:right;"
        assert part.ol["start"] == "3"
        assert part.ul.get_text().strip() == "☑ done"
        assert part.select_one("div.highlight span.k").get_text() == "return"
        assert part.code.get_text() == "x<y"
        assert part.find("del").get_text() == "no"

    @pytest.mark.parametrize("piece", ["<div>", "<b>", "<ul><li>", "> ", "[a](", "*a _b ", "<table><td>"])
    def test_very_long_text_is_shown_as_it_is(self, piece):
        text = piece * 20_000
        assert markdown(text).get_text().strip() == text.strip()

    def test_very_deep_markup_is_shown_as_it_is(self):
        assert clean_html("<i>" * 300) == f"<pre>{'&lt;i&gt;' * 300}</pre>"


class TestContent:
    @pytest.mark.parametrize("name", OUTPUTS)
    def test_outputs_are_contained(self, name):
        cell = cell_of({}, "it")
        cell.update(nbformat.from_dict(copy.deepcopy(OUTPUTS[name])))
        notebook = new_notebook()
        notebook.cells = [cell]
        clean_content(notebook)
        nbformat.validate(notebook)
        part = shown(cell)
        assert not part.find_all(["script", "iframe", "svg"])
        assert not [tag for tag in part.find_all(True) if any(attribute.startswith("on") for attribute in tag.attrs)]
        assert all(picture["src"] == f"data:image/png;base64,{PIXEL}" for picture in part.find_all("img"))

    @pytest.mark.parametrize("name", CELLS)
    def test_cells_are_contained(self, name):
        cell = cell_of(CELLS[name], "it")
        cell.metadata.pop("nbgrader", None)  # repaired by itself
        part = shown(cell)
        assert not part.find_all(["script", "iframe", "svg"])
        assert not [tag for tag in part.find_all(True) if any(attribute.startswith("on") for attribute in tag.attrs)]
        assert not part.select(".nbgrader_cell, .score, .panel")
        assert part.get_text().strip() or part.find("img")

    def test_doing_it_twice_changes_nothing(self):
        notebook = new_notebook()
        for name, fields in OUTPUTS.items():
            notebook.cells.append(cell_of({}, name))
            notebook.cells[-1].update(nbformat.from_dict(copy.deepcopy(fields)))
        clean_content(notebook)
        once = copy.deepcopy(notebook)
        clean_content(notebook)
        assert notebook == once

    def test_sizes_and_descriptions_of_pictures_stay(self):
        given = {"width": 20, "height": 30, "alt": "a plot", "unconfined": True}
        notebook = new_notebook(cells=[new_code_cell(outputs=[])])
        data = {"image/png": PIXEL, "text/plain": "<Figure>"}
        notebook.cells[0].outputs = [nbformat.v4.new_output("display_data", data, metadata={"image/png": given})]
        clean_content(notebook)
        (output,) = notebook.cells[0].outputs
        assert output.data == data
        assert output.metadata == {"image/png": {"width": 20, "height": 30, "alt": "a plot"}}

    @pytest.mark.parametrize("side", [0, -1, 10**6, 2.5, True, "20", None, [1]])
    def test_other_sizes_are_dropped(self, side):
        notebook = new_notebook(cells=[new_code_cell(outputs=[])])
        output = {
            "output_type": "display_data",
            "data": {"image/png": PIXEL},
            "metadata": {"image/png": {"width": side}},
        }
        notebook.cells[0].outputs = [nbformat.from_dict(output)]
        clean_content(notebook)
        assert notebook.cells[0].outputs[0].metadata == {"image/png": {}}

    def test_a_broken_picture_is_said(self):
        notebook = new_notebook(cells=[new_code_cell(outputs=[])])
        notebook.cells[0].outputs = [nbformat.v4.new_output("display_data", {"image/png": "AAAA"})]
        clean_content(notebook)
        assert notebook.cells[0].outputs[0].data == {"text/plain": LEFT_OUT}

    def test_text_that_no_file_can_hold_is_replaced(self):
        notebook = new_notebook(
            cells=[new_code_cell("'\ud800'", outputs=[nbformat.v4.new_output("stream", text="\udfff")])]
        )
        clean_content(notebook)
        assert (notebook.cells[0].source, notebook.cells[0].outputs[0].text) == ("'?'", "?")

    @pytest.mark.parametrize(
        ("mime_type", "content", "accepted"),
        [
            ("image/png", PIXEL, True),
            ("image/png", f"{PIXEL[:40]}\n{PIXEL[40:]}", True),
            ("image/gif", GIF, True),
            ("image/jpeg", "/9j/4AAQSkZJRg==", True),
            ("image/gif", PIXEL, False),
            ("image/svg+xml", PIXEL, False),
            ("image/png", PIXEL + '"', False),
            ("image/png", PIXEL[:-1], False),
            ("image/png", "é" + PIXEL, False),
            ("image/png", 7, False),
        ],
    )
    def test_pictures_are_checked(self, mime_type, content, accepted):
        assert (checked_picture(mime_type, content) is not None) == accepted


class TestSubmissions:
    @pytest.mark.parametrize("name", [name for name in NOTEBOOKS if is_valid([], NOTEBOOKS[name])])
    def test_metadata_costs_nobody_a_page(self, course, released, fake_engine, name):
        notebook = answered(released, double=DOUBLE, count=COUNT)
        notebook.metadata.update(copy.deepcopy(NOTEBOOKS[name]))
        hand_in(course.root, "ada", notebook)
        assert autograde_by_writer(course, ["ada"]) == {}
        assert set(autograded(course, "ada").metadata) <= {"kernelspec", "course", "course_grader"}
        assert grades(course, "ada")["test_double"] == (2.5, False)
        assert course.generate_feedback(LAB, ["ada"]) == {}
        config = course.config.copy()
        config.HTMLExporter.template_name = "formgrade"
        config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
        path = course.folder("autograded", LAB, "ada") / f"{LAB}.ipynb"
        page, _ = HTMLExporter(config=config).from_filename(str(path), resources={"index": 0, "total": 1})
        pages = [page, (course.folder("feedback", LAB, "ada") / f"{LAB}.html").read_text()]
        assert not [page for page in pages if "window.ran" in page]

    def test_what_a_submission_says_of_itself_is_dropped_on_reading(self, course, released):
        for number, fields in enumerate(CELLS.values()):
            released.cells.append(cell_of(fields, f"more-{number}"))
        released.cells[0].attachments = {
            "a.png": {"image/png": PIXEL, "text/html": "<b>"},
            "b.svg": {"image/svg+xml": "<svg/>"},
        }
        hand_in(course.root, "ada", released)
        notebook = repaired(course, "ada").notebook
        assert notebook.cells[0].attachments == {"a.png": {"image/png": PIXEL}}
        for cell in notebook.cells:
            assert set(cell.metadata) <= {"nbgrader", "tags", "deletable", "editable"}
            assert all(re.fullmatch(r"[\w.:-]+", tag) for tag in cell.metadata.get("tags", []))
        assert cell_named(notebook, "setup").metadata.tags == ["setup"]
