"""What a syntax error in a cell comes from: the line with it, and the grader's Python if it may be too old for it."""

from __future__ import annotations

import re
import sys

SYNTAX_ERRORS = ("SyntaxError", "IndentationError", "TabError")
MAX_LINE = 80  # characters of the line that are shown
_PLACE = re.compile(r"(?P<problem>.*) \((?P<file>[^()]*), line (?P<line>\d+)\)", re.DOTALL)
_CELL = re.compile(r"\d+\.py|<tokenize>")  # how IPython names the file of a cell
# Forms that came with a version, and how they begin on a line.
_NEWER_FORMS = {
    (3, 12): r"\s*type\s+\w+\s*(\[.*\]\s*)?=|\s*(async\s+)?(def|class)\s+\w+\s*\[[^\]]*\]",
    (3, 13): r"\s*(type|(async\s+)?def|class)\s+\w+\s*\[[^\]]*=",
    (3, 14): r"(.*\W)?(t|rt|tr)['\"]|\s*except\*?\s+\w[^()]*,",
    (3, 15): r"\s*lazy\s+(import|from)\b|(.*[^\w)\]])?[\[{(]\s*\*.*\bfor\b",
}
_NEWER_F_STRINGS = (3, 12)


def explain_syntax_error(text: str, source: str, version: tuple[int, int] = sys.version_info[:2]) -> tuple[str, str]:
    """The problem without IPython's name for the file, and its cause; `text` is the error's, `source` the cell's.

    >>> explain_syntax_error("invalid syntax (1234.py, line 2)", "a = 1\\nx = = 1", (3, 11))
    ('invalid syntax', 'line 2: `x = = 1`')
    >>> explain_syntax_error("expected '(' (1234.py, line 1)", "def first[T](items):", (3, 11))[1]
    'line 1: `def first[T](items):`; labs are graded with Python 3.11, which does not know the syntax of later versions'
    """
    found = _PLACE.fullmatch(text)
    old = f"labs are graded with Python {version[0]}.{version[1]}, which does not know the syntax of later versions"
    if not found:
        return text, ""
    if not _CELL.fullmatch(found["file"]):  # of a file that was handed in, or of text that the cell ran
        return text, old if found["file"].endswith(".py") else ""
    number, lines = int(found["line"]), source.splitlines()
    line = lines[number - 1].strip() if 0 < number <= len(lines) else ""
    shown = line if len(line) <= MAX_LINE else f"{line[:MAX_LINE]} ..."
    place = f"line {number}" + (f": `{shown}`" if shown else "")
    return found["problem"], f"{place}; {old}" if _may_be_newer(found["problem"], line, version) else place


def _may_be_newer(problem: str, line: str, version: tuple[int, int]) -> bool:
    """Whether a later version of Python than `version` may accept the line."""
    if problem.startswith("f-string") and version < _NEWER_F_STRINGS:
        return True
    return any(version < since and re.match(form, line) for since, form in _NEWER_FORMS.items())
