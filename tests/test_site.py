"""The site: labs without answers, and links that lead somewhere."""

import importlib.util
import re
from pathlib import Path
from urllib.parse import unquote, urldefrag

import nbformat
import pytest

pytest.importorskip("myst_nb")

from course_grader.notebooks import find_lab, lab_names
from tests.paths import ROOT
from tests.tiny_course import cell_named, code, tiny_notebook


@pytest.fixture(scope="module")
def make_site():
    """The module scripts/make_site.py."""
    spec = importlib.util.spec_from_file_location("make_site", ROOT / "scripts" / "make_site.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def printed(text):
    return [nbformat.v4.new_output("stream", name="stdout", text=text)]


def test_only_outputs_that_need_no_answer_are_shown(make_site):
    """Names that a solution defines, and whatever is computed with them, by cell."""
    cells = {
        "given": "print(table.sum())",
        "direct": "print(double(table))",
        "assigned": "twice = double(table)\nprint('done')",
        "indirect": "print(twice)",
        "in_function": "def show():\n    print(twice)",
        "guess": "guess = None\npredict('lab', 'name', guess)",
        "from_guess": "print(guess)",
        "demo": "with needs('double'):\n    print('shown')",
        "unrelated": "print('the end')",
    }
    reference = tiny_notebook()
    reference.cells += [code(source, name) for name, source in cells.items()]
    for cell in reference.cells:
        if cell.cell_type == "code":
            cell.outputs = printed(f"output of {cell.id}")
    released = nbformat.reads(nbformat.writes(reference), as_version=4)
    for cell in released.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    make_site.add_outputs(released, reference)
    shown = {cell.id for cell in released.cells if cell.get("outputs")}
    assert shown == {"setup", "table", "experiment", "goodbye", "given", "unrelated"}


def test_a_cell_that_the_release_changed_shows_no_output(make_site):
    reference, released = tiny_notebook(), tiny_notebook()
    cell_named(reference, "goodbye").outputs = printed("a secret")
    cell_named(released, "goodbye").source = "print('changed')"
    make_site.add_outputs(released, reference)
    assert not cell_named(released, "goodbye").outputs


@pytest.mark.parametrize("name", lab_names(ROOT))
def test_no_output_of_a_test_or_prediction_is_on_a_labs_page(make_site, name):
    lab = find_lab(name, ROOT)
    page = nbformat.read(lab.release_path, as_version=4)
    make_site.add_outputs(page, lab.reference())
    shown = [cell for cell in page.cells if cell.get("outputs")]
    assert shown
    assert not [cell.id for cell in shown if re.search(r"\b(run_tests|predict|needs)\(|# Exercise:", cell.source)]


def test_the_audits_page_shows_no_line_of_a_solution(make_site):
    text = (ROOT / "docs" / "audit.md").read_text(encoding="utf-8")
    text += (
        "\n## 10_more\n\nProblems: 1.\n\n- f: the reference, rewritten (bmm), loses points; correct 'a = secret'\n"
        "\nMisdiagnosed:\n\n- f: the mutant 'b = secret' is taken for 'slow'\n"
        "\nRight answers that lose points: no reason is given.\n\n```diff\n# f\n-c = secret\n```\n\n| total | 1 |\n"
    )
    shown = make_site.without_answers(text)
    assert "```diff" in text and "```diff" not in shown
    assert "secret" not in shown and "the mutant" not in shown and "Problems: 1." in shown
    assert shown.count("\n| total |") == text.count("\n| total |") > 0


def test_every_page_is_in_the_menu():
    menu = (ROOT / "scripts" / "site" / "index.md").read_text(encoding="utf-8").splitlines()
    pages = {f"docs/{path.stem}" for path in (ROOT / "docs").glob("*.md")}
    assert pages <= set(menu)


def test_the_picture_of_the_floors_has_every_room(make_site):
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    mermaid = make_site.MERMAID.search(page)[1]
    picture = make_site.floors_picture(mermaid)
    rooms = set(re.findall(r'"(\w+)"', mermaid))
    assert rooms == set(re.findall(r"<span>(\w+)</span>", picture))
    assert picture.count("<li>") == mermaid.count("subgraph")


@pytest.fixture(scope="module")
def site(make_site):
    make_site.main()
    return make_site.SITE


# A page of each kind; of the labs one with drawings and one with tables of results.
PAGES = [
    "index.html",
    "flashcards.html",
    "labs/02_attention/02_attention.html",
    "labs/08_playlist_recommender/08_playlist_recommender.html",
    "docs/students.html",
    "docs/audit.html",
    "docs/architecture.html",
    "docs/reference/commands.html",
]
# Texts whose contrast with their ground is less than what WCAG 2 asks for at level AA, 4.5 to 1.
FAINT = """() => {
    const channels = colour => colour.match(/[\\d.]+/g).map(Number);
    const luminance = ([r, g, b]) => [r, g, b].map(c => c / 255)
        .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
        .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
    const ground = element => {
        for (let e = element; e; e = e.parentElement) {
            const colour = channels(getComputedStyle(e).backgroundColor);
            if (colour.length < 4 || colour[3] > 0) return colour;
        }
        return [255, 255, 255];
    };
    return [...document.querySelectorAll('article :is(p, li, td, figcaption)')].filter(element => {
        const [text, behind] = [channels(getComputedStyle(element).color), ground(element)].map(luminance);
        return (Math.max(text, behind) + 0.05) / (Math.min(text, behind) + 0.05) < 4.5;
    }).map(element => element.textContent.trim().slice(0, 60));
}"""


@pytest.mark.slow
class TestSite:
    def test_there_is_a_page_for_every_lab_and_document(self, site):
        pages = {path.relative_to(site).as_posix() for path in site.rglob("*.html")}
        assert {f"labs/{name}/{name}.html" for name in lab_names(ROOT)} <= pages
        documents = (ROOT / "docs").rglob("*.md")
        assert {path.relative_to(ROOT).with_suffix(".html").as_posix() for path in documents} <= pages

    def test_links_within_the_site_lead_somewhere(self, site):
        pages = [page for page in site.rglob("*.html") if "_static" not in page.parts]
        broken = [f"{page.relative_to(site)}: {link}" for page in pages for link in broken_links(page)]
        assert not broken

    def test_every_lab_links_to_colab_and_to_its_notebook(self, site):
        for name in lab_names(ROOT):
            text = (site / "labs" / name / f"{name}.html").read_text(encoding="utf-8")
            assert (
                f"colab.research.google.com/github/deep-learning-labs/course/blob/main/labs/{name}/{name}.ipynb" in text
            )
            assert f'href="../../{name}.ipynb" download' in text
            assert (site / f"{name}.ipynb").read_bytes() == find_lab(name, ROOT).release_path.read_bytes()

    def test_a_page_needs_no_other_server(self, site):
        loads = re.compile(
            r"""<(?:script|img|iframe)\b[^>]*\bsrc="((?:https?:)?//[^"]+)|<link\b[^>]*\bhref="(https?://[^"]+)"""
        )
        found = {match for page in site.rglob("*.html") for match in loads.findall(page.read_text(encoding="utf-8"))}
        assert not found
        assert (site / "_static" / "mathjax" / "tex-chtml.js").is_file()

    def test_the_search_finds_a_lab(self, site):
        assert "temperature" in (site / "searchindex.js").read_text(encoding="utf-8")

    def test_every_lab_has_a_deck_of_flashcards(self, site):
        for name in lab_names(ROOT):
            assert {(site / f"{name}.apkg").is_file(), (site / f"{name}.csv").is_file()} == {True}

    @pytest.mark.browser
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_pages_can_be_read_on_a_phone_and_in_the_dark(self, site, chromium_path, scheme):
        playwright = pytest.importorskip("playwright.sync_api", reason="no Playwright: pip install playwright")
        with playwright.sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 390, "height": 844}, color_scheme=scheme)
            for name in PAGES:
                page.goto((site / name).as_uri())
                assert page.evaluate("document.documentElement.dataset.theme") == scheme
                assert (name, page.evaluate("document.documentElement.scrollWidth")) == (name, 390)
                assert (name, page.evaluate(FAINT)) == (name, [])
            browser.close()


def broken_links(page: Path):
    for link in re.findall(r'(?:href|src)="([^"]+)"', page.read_text(encoding="utf-8")):
        address, anchor = urldefrag(unquote(link))
        if re.match(r"[a-z]+:|//", address):
            continue  # another server's
        target = page.parent / address.partition("?")[0] if address else page
        if not target.exists() or not has_anchor(target, anchor):
            yield link


def has_anchor(page: Path, anchor: str):
    return not anchor or page.suffix != ".html" or f'id="{anchor}"' in page.read_text(encoding="utf-8")
