"""What must never reach students: the code of solutions, hidden tests and variants, model answers, tokens, local paths.

secrets_of(root, names)   the passages that a course keeps back, from its solutions/
leaks(text, secrets)      which of them a text contains
"""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from course_grader.notebooks import find_lab, is_written_answer, lab_names

# One passage is enough to find a leak, and three lines in a row are unlikely to be written twice.
_LINES, _LEAST = 3, 40
_REGION = re.compile(r"### BEGIN (SOLUTION|HIDDEN TESTS|MARK SCHEME)\n(.*?)### END \1", re.DOTALL)
_KINDS = {"SOLUTION": "a solution", "HIDDEN TESTS": "a hidden test", "MARK SCHEME": "a rubric"}
_MARKER = "a marker of what is kept back"
_PATTERNS = {
    _MARKER: re.compile(r"### (?:BEGIN|END) (?:SOLUTION|HIDDEN TESTS|MARK SCHEME)$", re.MULTILINE),
    "a class of hidden tests": re.compile(r"^class Hidden\w+\(LabTestCase\)", re.MULTILINE),
    "a local path": re.compile(
        r"(?<![\w.:/])/(?:home|Users|root|work|mnt)/[\w.-]+|\bfile:///[\w.-]+|\b[A-Z]:[\\/]Users[\\/][\w.-]+"
    ),
    "a token": re.compile(
        r"\bgh[oprsu]_\w{36}|\bgithub_pat_\w{40}|\bhf_[A-Za-z]{34}\b|\bsk-[\w-]{32}|\bA[KS]IA[A-Z0-9]{16}\b"
        r"|\bxox[abprs]-[\w-]{20}|\bglpat-[\w-]{20}|\bAIza[\w-]{35}|\bnpm_\w{36}|\bpypi-AgEI[\w-]{40}|\bsk_live_\w{20}"
        r"|\beyJ[\w-]{15,}\.eyJ[\w-]{15,}\.[\w-]{20}|-----BEGIN [A-Z ]*PRIVATE KEY-----"
        r"|(?i:\bbearer\s+(?=[\w.~+/-]*\d)[\w.~+/-]{24})|\bhttps?://[^\s/:@\"'{}]+:[^\s/@\"'{}]{6,}@|[?&]token=[0-9a-f]{32}"
        r"|(?i:(?:token|password|api_?key|secret)\b[\"']?\s*[:=]\s*[\"'](?=[\w-]*\d)[\w-]{20,}[\"'])"
        r"|^(?:export\s+)?[A-Z_]*(?:TOKEN|PASSWORD|API_?KEY|SECRET)=(?=\w*\d)[\w-]{20,}$",
        re.MULTILINE,
    ),
}
_BASE64 = re.compile(
    # In one line, or broken into lines of 60 to 76 characters.
    r"(?:(?:[A-Za-z0-9+/_-]{4}){15,19}\n)+[A-Za-z0-9+/_-]*={0,2}|(?:[A-Za-z0-9+/_-]{4}){10,}[A-Za-z0-9+/_-]*={0,2}"
)
_TAG = re.compile(r"<[^<>]*>")


@dataclass(frozen=True)
class Secret:
    """A passage that students must not get.

    what: in words. passage: its lines, stripped, joined by newlines. is_answer: from a solution or a model answer.
    """

    what: str
    passage: str
    is_answer: bool = False


@dataclass(frozen=True)
class Leak:
    """what: the kind of secret and its source. found: the passage's beginning; tokens are not repeated."""

    what: str
    found: str

    def __str__(self) -> str:
        return f"{self.what} ({self.found})" if self.found else self.what


def secrets_of(root: Path, released: Sequence[str]) -> list[Secret]:
    """The passages that the course at `root` keeps back when the labs `released` are released.

    A passage is three lines of code in a row (fewer where a region is shorter) or a line of prose. A later lab may give
    the answer to an earlier one: what such a lab shows is not secret once it is released.
    """
    references = {name: find_lab(name, root).reference() for name in lab_names(root)}
    shown = {name: _shown(notebook) for name, notebook in references.items() if name in released}
    found = []
    for name, notebook in references.items():
        everywhere = "\n".join(shown.values())
        later = "\n".join(text for other, text in shown.items() if other > name)
        secrets = [*_of_reference(name, notebook), *_of_variants(name, find_lab(name, root).source_folder)]
        # Hidden tests and variants repeat given code, such as signatures; a solution in its own lab would be a leak.
        found += [secret for secret in secrets if secret.passage not in (later if secret.is_answer else everywhere)]
    return found


def _shown(reference: NotebookNode) -> str:
    return "\n".join(normalised(_REGION.sub("", cell.source)) for cell in reference.cells)


def leaks(text: str, secrets: Iterable[Secret]) -> list[Leak]:
    """The secrets in a text, also as HTML, as the source of a string, or in base64; each kind once."""
    views = list(_views(text))
    lines = "\n".join(map(normalised, views))
    found = {
        secret.what: Leak(secret.what, secret.passage.splitlines()[0][:60])
        for secret in secrets
        if secret.passage in lines
    }
    for what, pattern in _PATTERNS.items():
        # The grader's own patterns contain the markers, with an escaped line end.
        for match in filter(None, map(pattern.search, views[:1] if what == _MARKER else views)):
            found[what] = Leak(what, "" if what == "a token" else match[0][:60])
    return list(found.values())


def _views(text: str) -> Iterator[str]:
    """The text, and what it says where it is HTML, a string with escaped line ends, or base64 of a text."""
    yield text
    if "<span" in text or "&" in text:
        yield html.unescape(_TAG.sub("", text))
    if "\\n" in text:
        yield text.replace("\\n", "\n").replace("\\t", "\t").replace("\\'", "'").replace('\\"', '"')
    for match in _BASE64.finditer(text):
        if decoded := _decoded(match[0]):
            yield decoded


def _decoded(encoded: str) -> str:
    """The text in a base64 string; empty if it is something else, such as a picture."""
    compact = "".join(encoded.split()).replace("-", "+").replace("_", "/").rstrip("=")
    try:
        text = base64.b64decode(compact[: len(compact) // 4 * 4]).decode("utf-8")
    except ValueError:
        return ""
    return text if "\0" not in text else ""


def normalised(text: str) -> str:
    """The lines of a text that are not blank, without their indentation."""
    return "\n".join(line for line in map(str.strip, text.splitlines()) if line)


def _of_reference(name: str, notebook: NotebookNode) -> Iterator[Secret]:
    for cell in notebook.cells:
        for kind, region in _REGION.findall(cell.source):
            what = "a model answer or rubric" if is_written_answer(cell) and kind == "SOLUTION" else _KINDS[kind]
            for passage in _passages(region, 1 if cell.cell_type == "markdown" else _LINES):
                yield Secret(f"{what} of {name}", passage, is_answer=kind == "SOLUTION")


def _of_variants(name: str, folder: Path) -> Iterator[Secret]:
    for path in sorted(folder.glob("variants/**/*.py")):
        for passage in _passages(path.read_text(encoding="utf-8"), _LINES):
            yield Secret(f"a variant of {name} ({path.stem})", passage)


def _passages(region: str, size: int) -> Iterator[str]:
    lines = normalised(region).splitlines()
    for start in range(max(1, len(lines) - size + 1)):
        passage = "\n".join(lines[start : start + size])
        if len(passage) >= _LEAST:
            yield passage
