"""nbclient with limits on what a cell may put out: the surplus is dropped, and a cell that goes on is told of."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Any

from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_output

MAX_BYTES = 100_000  # of text a cell
MAX_IMAGE_BYTES = 2_000_000  # of pictures a cell
MAX_MESSAGES = 500
FLOOD_SECONDS = 1.0  # so long a cell may go on beyond its limits
SHOWN_TYPES = ("text/plain", "image/png", "image/jpeg")
CUT_NOTE = "\n[This cell put out too much; the rest is left out.]\n"
_PICTURES = SHOWN_TYPES[1:]


@dataclass
class _Amount:
    text: int = 0
    pictures: int = 0
    messages: int = 0

    def add(self, content: dict[str, Any]) -> None:
        pictures = sum(len(str(content.get("data", {}).get(kind, ""))) for kind in _PICTURES)
        self.text += len(str(content)) - pictures
        self.pictures += pictures
        self.messages += 1

    def exceeds(self, cells: float = 1) -> bool:
        """Whether this is more than so many cells may put out."""
        return (
            self.text > cells * MAX_BYTES
            or self.pictures > cells * MAX_IMAGE_BYTES
            or self.messages > cells * MAX_MESSAGES
        )


class CappedClient(NotebookClient):
    """nbclient's handling of messages, with limits on what a cell may put out and no widgets.

    For the cell that runs: `flooded` is set when it goes on and on beyond its limits, `idle` when the kernel says that
    it has ended; `reply` is the content of the kernel's reply, once all that the cell put out is here too.
    """

    def begin(self) -> None:
        """Forget the cell before."""
        self.flooded, self.idle = asyncio.Event(), asyncio.Event()
        self.reply: dict[str, Any] | None = None
        self.on_cell_executed = self._keep_reply
        self._amount = _Amount()
        self._cut_at: float | None = None
        self._error_shown = False

    def has_replied(self, cell: NotebookNode) -> bool:
        """Whether the running cell has ended; what it put out may still be on its way."""
        return "shell.execute_reply" in cell.metadata.get("execution", {})  # nbclient's record of times

    def _keep_reply(self, execute_reply: dict[str, Any], **_: Any) -> None:
        self.reply = execute_reply["content"]

    def process_message(self, msg: dict, cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        content = msg["content"]
        content.pop("transient", None)  # displays that are changed later would change what has passed our limits
        if "data" in content:
            content["data"] = {kind: data for kind, data in content["data"].items() if kind in SHOWN_TYPES}
        if content.get("execution_state") == "idle":
            self.idle.set()
        return super().process_message(msg, cell, cell_index)

    def output(self, outs: list, msg: dict, display_id: str | None, cell_index: int) -> NotebookNode | None:
        if self._cut_at is None:
            self._amount.add(msg["content"])
            if not self._amount.exceeds():
                return super().output(outs, msg, display_id, cell_index)
            outs.append(new_output("stream", name="stdout", text=CUT_NOTE))
            self._cut_at, self._amount = time.monotonic(), _Amount()
        else:
            self._watch_surplus(msg["content"])
        if msg["msg_type"] == "error" and not self._error_shown and len(str(msg["content"])) <= MAX_BYTES:
            self._error_shown = True  # what a cell ends with is worth more than what it printed
            return super().output(outs, msg, display_id, cell_index)
        return None

    def _watch_surplus(self, content: dict[str, Any]) -> None:
        """A flood puts out as much as a whole cell may, again in each second; a progress bar does not."""
        seconds = time.monotonic() - self._cut_at
        if seconds >= FLOOD_SECONDS:
            if self._amount.exceeds(seconds):
                self.flooded.set()
            self._cut_at, self._amount = time.monotonic(), _Amount()
        self._amount.add(content)

    def clear_output(self, outs: list, msg: dict, cell_index: int) -> None:
        if self._cut_at is None:  # else the note would go, and nothing come after it
            super().clear_output(outs, msg, cell_index)

    def handle_comm_msg(self, outs: list, msg: dict, cell_index: int) -> None:
        return
