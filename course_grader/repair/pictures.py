"""Pictures in a notebook: base64 of a type that browsers draw and that cannot hold markup or scripts, as SVG can."""

from __future__ import annotations

import base64
import binascii
from typing import Any

# How the file begins, by MIME type.
SIGNATURES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff", "image/gif": b"GIF8"}


def checked_picture(mime_type: str, content: Any) -> str | None:
    """The picture as base64 without white space; None where it is not a picture of this type."""
    if mime_type not in SIGNATURES or not isinstance(content, str):
        return None
    compact = "".join(content.split())
    try:
        picture = base64.b64decode(compact, validate=True)
    except (binascii.Error, ValueError):  # ValueError: characters that are not ASCII
        return None
    return compact if picture.startswith(SIGNATURES[mime_type]) else None
