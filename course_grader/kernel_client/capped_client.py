"""nbclient with limits on a cell's output: the rest is dropped, and a cell that keeps printing is reported."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Any

from jupyter_client.asynchronous import AsyncKernelClient
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_output

MAX_BYTES = 100_000  # of text per cell
MAX_IMAGE_BYTES = 2_000_000  # of images per cell
MAX_MESSAGES = 500
MAX_NOTEBOOK_BYTES = 50_000_000  # of text and images in all cells that one kernel runs
FLOOD_SECONDS = 1.0  # how long a cell may keep printing beyond its limits
SHOWN_TYPES = ("text/plain", "image/png", "image/jpeg")
CUT_NOTE = "\n[Output truncated: this cell printed too much.]\n"
NOTEBOOK_NOTE = "\n[Output truncated: the cells of this notebook printed too much in all.]\n"
_IMAGES = SHOWN_TYPES[1:]


@dataclass
class _Amount:
    text: int = 0
    images: int = 0
    messages: int = 0

    def add(self, content: dict[str, Any]) -> None:
        images = sum(len(str(content.get("data", {}).get(kind, ""))) for kind in _IMAGES)
        self.text += len(str(content)) - images
        self.images += images
        self.messages += 1

    @property
    def bytes(self) -> int:
        return self.text + self.images

    def exceeds(self, cells: float = 1) -> bool:
        """Whether this is more than the limit for `cells` cells."""
        return (
            self.text > cells * MAX_BYTES
            or self.images > cells * MAX_IMAGE_BYTES
            or self.messages > cells * MAX_MESSAGES
        )


class CappedClient(NotebookClient):
    """nbclient's handling of messages, with limits on a cell's output and without widgets.

    For the running cell: `flooded` is set when it keeps printing beyond its limits, `idle` when the kernel reports that
    it has ended. `reply` is the content of the kernel's reply, once all of the cell's output has arrived.
    """

    kc: AsyncKernelClient
    _kept = 0  # bytes of output in all cells

    def begin(self) -> None:
        """Reset everything that is kept about a cell."""
        self.flooded, self.idle = asyncio.Event(), asyncio.Event()
        self.reply: dict[str, Any] | None = None
        self.on_cell_executed = self._keep_reply
        self._amount = _Amount()
        self._cut_at: float | None = None
        self._error_shown = False

    def has_replied(self, cell: NotebookNode) -> bool:
        """Whether the running cell has ended; its output may still be on its way."""
        return "shell.execute_reply" in cell.metadata.get("execution", {})  # where nbclient records the times

    def _keep_reply(self, execute_reply: dict[str, Any], **_: Any) -> None:
        self.reply = execute_reply["content"]

    def asked_to_exit(self) -> bool:
        """Whether the cell called exit() or quit()."""
        payload = (self.reply or {}).get("payload")
        return isinstance(payload, list) and any(
            isinstance(part, dict) and part.get("source") == "ask_exit" for part in payload
        )

    def process_message(self, msg: dict, cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        content = msg["content"]
        content.pop("transient", None)  # a later update of a display would bypass the limits
        if "data" in content:
            content["data"] = {kind: data for kind, data in content["data"].items() if kind in SHOWN_TYPES}
        if content.get("execution_state") == "idle":
            self.idle.set()
        return super().process_message(msg, cell, cell_index)

    def output(self, outs: list, msg: dict, display_id: str | None, cell_index: int) -> NotebookNode | None:
        if self._cut_at is None:
            before = self._amount.bytes
            self._amount.add(msg["content"])
            kept = self._kept + self._amount.bytes - before
            if not self._amount.exceeds() and kept <= MAX_NOTEBOOK_BYTES:
                self._kept = kept
                return super().output(outs, msg, display_id, cell_index)
            note = NOTEBOOK_NOTE if kept > MAX_NOTEBOOK_BYTES else CUT_NOTE
            outs.append(new_output("stream", name="stdout", text=note))
            self._cut_at, self._amount = time.monotonic(), _Amount()
        else:
            self._watch_surplus(msg["content"], self._cut_at)
        if msg["msg_type"] == "error" and not self._error_shown and len(str(msg["content"])) <= MAX_BYTES:
            self._error_shown = True  # the error that ended a cell is more useful than its other output
            return super().output(outs, msg, display_id, cell_index)
        return None

    def _watch_surplus(self, content: dict[str, Any], since: float) -> None:
        """A cell floods if it exceeds a whole cell's limit every second; a progress bar does not."""
        seconds = time.monotonic() - since
        if seconds >= FLOOD_SECONDS:
            if self._amount.exceeds(seconds):
                self.flooded.set()
            self._cut_at, self._amount = time.monotonic(), _Amount()
        self._amount.add(content)

    def clear_output(self, outs: list, msg: dict, cell_index: int) -> None:
        if self._cut_at is None:  # otherwise the note would be cleared, and no output would follow
            super().clear_output(outs, msg, cell_index)

    def handle_comm_msg(self, outs: list, msg: dict, cell_index: int) -> None:
        return
