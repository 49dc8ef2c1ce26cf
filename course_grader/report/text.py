"""Makes student text safe to show: it may contain terminal escapes, control characters or reversed text."""

from __future__ import annotations

import re

_TERMINAL_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)?", re.DOTALL)
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def clean(text: str, limit: int = 4000) -> str:
    """`text` without escapes, control characters and direction overrides, cut to `limit` characters; keeps newlines."""
    text = _CONTROLS.sub("", _TERMINAL_ESCAPES.sub("", text[: 4 * limit]))
    return text if len(text) <= limit else text[: limit - 1] + "…"


def one_line(text: str, limit: int = 160) -> str:
    """The cleaned text on one line: every run of white space becomes one space."""
    return clean(" ".join(clean(text).split()), limit)


def points(value: float) -> str:
    """Points without trailing zeros: 2, 1.5, 0.25."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def plural(count: int, singular: str, several: str | None = None) -> str:
    return f"{count} {singular if count == 1 else several or singular + 's'}"
