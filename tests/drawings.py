"""The drawings of a page of HTML, as a browser reads them from the addresses of its pictures."""

import re
from html import unescape
from urllib.parse import unquote

PICTURE = re.compile(r'<img [^>]*?src="data:image/svg\+xml,([^"]*)"')


def drawings(page: str) -> list[str]:
    """Each <svg> element that a picture of the page holds."""
    return [unquote(unescape(address)) for address in PICTURE.findall(page)]
