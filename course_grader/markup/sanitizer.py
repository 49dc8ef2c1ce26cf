"""HTML without anything that runs, loads from elsewhere or looks like a part of the page around it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from html import escape, unescape
from typing import Any
from urllib.parse import unquote

from bleach.css_sanitizer import CSSSanitizer
from bleach.html5lib_shim import Filter
from bleach.sanitizer import Cleaner
from pygments.token import STANDARD_TYPES

from course_grader.repair.pictures import SIGNATURES, checked_picture

Token = dict[str, Any]

# What Markdown makes. Other tags are shown as text. Of `input`, only the boxes of task lists come through, as signs.
_TAGS = """a abbr b blockquote br code dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr i img input li ol p pre s span
strong sub summary sup table tbody td th thead tr ul""".split()
_PROTOCOLS = ("http", "https", "mailto", "data", "attachment")
_ANY = re.compile(".*", re.DOTALL)
_PIXELS = re.compile(r"\d{1,4}")
# Of a box that clips what is in it: a formula can put text anywhere on the page. Wide tables scroll.
CLIPPED = "contain: paint; overflow-x: auto; overflow-y: hidden;"
_ALIGNED = re.compile(r"text-align: ?(left|center|right);?")
# The values that an attribute may have. No id, and no class but those that color code.
_VALUES = {
    ("a", "href"): re.compile(r"(https?://|mailto:|#).*", re.DOTALL | re.IGNORECASE),
    ("a", "title"): _ANY,
    ("abbr", "title"): _ANY,
    ("div", "class"): re.compile(r" ?highlight( hl-\w+)?"),
    ("div", "style"): re.compile(re.escape(CLIPPED)),
    ("img", "src"): _ANY,
    ("img", "alt"): _ANY,
    ("img", "title"): _ANY,
    ("img", "width"): _PIXELS,
    ("img", "height"): _PIXELS,
    ("input", "type"): re.compile("checkbox"),
    ("input", "checked"): _ANY,
    ("ol", "start"): _PIXELS,
    ("span", "class"): re.compile("|".join(map(re.escape, filter(None, STANDARD_TYPES.values())))),
    ("td", "style"): _ALIGNED,
    ("th", "style"): _ALIGNED,
}
_START_OR_END = re.compile(r"<(/?)([a-z][^\s/>]*)", re.IGNORECASE)
_VOID = {"br", "hr", "img", "input"}
MAX_DEPTH = 200  # the parser's time grows with the square of it
_EMBEDDED = re.compile(r"data:(?P<type>[\w/]+);base64,(?P<content>[\w+/=\s]*)", re.ASCII)


def clean_html(html: str | bytes, attachments: Mapping[str, Mapping[str, str]] | None = None) -> str:
    """Balanced, sanitized HTML; markup that is nested too deeply is shown as text. Doing it twice changes nothing.

    attachments: the cell's pictures, by name and type, for `src="attachment:name"`.
    """
    html = html.decode(errors="replace") if isinstance(html, bytes) else str(html)
    if _is_too_deep(html):
        return f"<pre>{escape(html)}</pre>"
    cleaner = Cleaner(
        tags=_TAGS,
        attributes=_is_allowed,
        protocols=_PROTOCOLS,
        css_sanitizer=CSSSanitizer(allowed_css_properties=["text-align", "contain", "overflow-x", "overflow-y"]),
        filters=[partial(_Contained, attachments=attachments or {})],
    )
    return cleaner.clean(html)


def _is_too_deep(html: str) -> bool:
    opened: Counter[str] = Counter()
    for end, name in _START_OR_END.findall(html.lower()):
        if name not in _VOID:
            opened[name] = max(0, opened[name] + (-1 if end else 1))
            if opened[name] > MAX_DEPTH:
                return True
    return False


def _is_allowed(tag: str, attribute: str, value: str) -> bool:
    values = _VALUES.get((tag, attribute))
    return values is not None and values.fullmatch(value) is not None


class _Contained(Filter):
    """Embeds attached pictures, shows those that lie elsewhere as links, and opens links in a window of their own."""

    def __init__(self, source: Any, attachments: Mapping[str, Mapping[str, str]]):
        super().__init__(source)
        self._attachments = attachments
        self._in_link = False

    def __iter__(self) -> Iterator[Token]:
        for token in super().__iter__():
            name = token.get("name")
            if name == "a":
                yield self._link(token)
            elif name == "img":
                yield from self._picture(token)
            elif name == "input":
                yield from _checkbox(token)
            else:
                yield token

    def _link(self, token: Token) -> Token:
        href = token["data"].get((None, "href"), "") if token["type"] == "StartTag" else ""
        self._in_link = bool(href)
        if href and not href.startswith("#"):
            token["data"] |= {(None, "target"): "_blank", (None, "rel"): "noopener noreferrer"}
        return token

    def _picture(self, token: Token) -> Iterator[Token]:
        source = token["data"].get((None, "src"), "")
        label = unescape(token["data"].get((None, "alt")) or source)
        if embedded := self._embedded(unescape(source)):
            token["data"][None, "src"] = embedded
            yield token
        elif not self._in_link and re.match("https?://", source, re.IGNORECASE):
            yield from _linked(source, f"picture: {label}")
        else:
            yield _text(f"[picture: {label}]")

    def _embedded(self, source: str) -> str | None:
        """The picture as a data: address; None where it is not in the notebook, or not a picture."""
        given: Mapping[str, str] = {}
        if match := _EMBEDDED.fullmatch(source):
            given = {match["type"]: match["content"]}
        elif source.startswith("attachment:"):
            name = source.removeprefix("attachment:")
            given = self._attachments.get(name) or self._attachments.get(unquote(name)) or {}
        for mime_type in SIGNATURES:
            if content := checked_picture(mime_type, given.get(mime_type)):
                return f"data:{mime_type};base64,{content}"
        return None


def _linked(address: str, label: str) -> Iterator[Token]:
    attributes = {(None, "href"): address, (None, "target"): "_blank", (None, "rel"): "noopener noreferrer"}
    yield {"type": "StartTag", "name": "a", "namespace": None, "data": attributes}
    yield _text(label)
    yield {"type": "EndTag", "name": "a", "namespace": None, "data": {}}


def _checkbox(token: Token) -> Iterator[Token]:
    if (None, "type") in token["data"]:
        yield _text("☑ " if (None, "checked") in token["data"] else "☐ ")


def _text(text: str) -> Token:
    return {"type": "Characters", "data": text}
