"""A local web server that serves bytes and fails on request."""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Site:
    """What is served, and what was asked for. Paths begin with a slash."""

    files: dict[str, bytes]
    url: str = ""
    status: dict[str, int] = field(default_factory=dict)
    """answers with this status instead of the file"""
    cut: dict[str, int] = field(default_factory=dict)
    """sends only so many bytes of a body, then closes the connection"""
    etags: bool = True
    """sends the version of a file, so that a transfer can be resumed"""
    headers: dict[str, str] = field(default_factory=dict)
    """sent with every answer"""
    requests: list[tuple[str, str, str | None]] = field(default_factory=list)
    """(method, path, Range header) in order"""


class _Handler(BaseHTTPRequestHandler):
    site: Site
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def _answer(self) -> None:
        path = self.path.partition("?")[0]
        self.site.requests.append((self.command, path, self.headers["Range"]))
        status = self.site.status.get(path, 200 if path in self.site.files else 404)
        body = self.site.files.get(path, b"") if status == 200 else b"no such thing"
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        first = 0
        if status == 200 and self.headers["Range"] and self.headers["If-Range"] in (None, tag):
            first = int(self.headers["Range"].removeprefix("bytes=").rstrip("-"))
            status = 206 if first < len(body) else 416
        self.send_response(status)
        self.send_header("Content-Length", str(len(body[first:])))
        if status == 206:
            self.send_header("Content-Range", f"bytes {first}-{len(body) - 1}/{len(body)}")
        if self.site.etags:
            self.send_header("ETag", tag)
        for name, value in self.site.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body[first:][: self.site.cut.get(path)])
        self.close_connection = path in self.site.cut

    def log_message(self, *args: object) -> None:
        pass


@contextlib.contextmanager
def serve(files: dict[str, bytes]) -> Iterator[Site]:
    """A server on a free local port until the block ends."""
    site = Site(files)
    handler = type("Handler", (_Handler,), {"site": site})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        site.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield site
        finally:
            server.shutdown()
            thread.join()
