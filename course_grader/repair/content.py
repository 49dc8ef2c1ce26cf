"""What of a notebook may reach a page: plain text, checked pictures and the metadata that the course uses.

nbconvert writes display sizes, tags and execution counts into its pages as they are, and fails on metadata of another
form than it expects (Colab saves `widgets` without `state`). So everything that is not known is dropped.
"""

from __future__ import annotations

import re
from typing import Any

from nbformat import NotebookNode

from course_grader.repair.notes import METADATA_KEY
from course_grader.repair.pictures import SIGNATURES, checked_picture

MAX_SIDE = 10_000  # pixels
MAX_ALT = 2_000  # characters
MAX_TEXT = 100  # characters of a kernel's or lab's name
MAX_TAGS = 20
LEFT_OUT = "[A picture was left out: expected the base64 text of a PNG, JPEG or GIF file.]"
_CELL_FIELDS = {"cell_type", "id", "metadata", "source", "outputs", "execution_count", "attachments"}
_STREAMS = ("stdout", "stderr")
_TAG = re.compile(r"[\w.:-]{1,60}")


def clean_content(notebook: NotebookNode) -> None:
    """Change `notebook` in place; sources stay as they are. Doing it twice changes nothing."""
    for name in notebook.keys() - {"cells", "metadata", "nbformat", "nbformat_minor"}:
        del notebook[name]
    notebook.metadata = _notebook_metadata(notebook.metadata)
    for cell in notebook.cells:
        _clean_cell(cell)


def _clean_cell(cell: NotebookNode) -> None:
    for name in cell.keys() - _CELL_FIELDS:
        del cell[name]
    cell.source = _encodable(cell.source)
    cell.metadata = _cell_metadata(cell.metadata)
    attachments = _attachments(cell.pop("attachments", None))
    if cell.cell_type == "code":
        cell.execution_count = _whole(cell.get("execution_count"))
        cell.outputs = [clean for output in cell.get("outputs", []) if (clean := _output(output)) is not None]
    elif attachments:
        cell.attachments = attachments


def _notebook_metadata(metadata: dict) -> NotebookNode:
    """The kernel, the release of the lab, and what the grader writes itself."""
    kept = {name: _texts(metadata[name]) for name in ("kernelspec", "course") if isinstance(metadata.get(name), dict)}
    if isinstance(metadata.get(METADATA_KEY), dict):
        kept[METADATA_KEY] = metadata[METADATA_KEY]
    return NotebookNode(kept)


def _cell_metadata(metadata: dict) -> NotebookNode:
    kept = {name: metadata[name] for name in ("deletable", "editable") if isinstance(metadata.get(name), bool)}
    if isinstance(metadata.get("nbgrader"), dict):
        kept["nbgrader"] = metadata["nbgrader"]
    if isinstance(tags := metadata.get("tags"), list):
        known = dict.fromkeys(tag for tag in tags if isinstance(tag, str) and _TAG.fullmatch(tag))  # each once
        kept["tags"] = list(known)[:MAX_TAGS]
    return NotebookNode(kept)


def _texts(value: dict) -> NotebookNode:
    """The texts in `value` by their short names, at most `MAX_TEXT` characters of each."""
    texts = {name: entry for name, entry in value.items() if isinstance(entry, str) and _TAG.fullmatch(name)}
    return NotebookNode({name: _encodable(entry[:MAX_TEXT]) for name, entry in texts.items()})


def _attachments(attachments: Any) -> NotebookNode:
    """Of each attachment, its pictures."""
    files = attachments.items() if isinstance(attachments, dict) else ()
    kept = {_encodable(name): _pictures(content) for name, content in files if isinstance(content, dict)}
    return NotebookNode({name: pictures for name, pictures in kept.items() if pictures})


def _pictures(data: dict) -> NotebookNode:
    checked = {mime_type: checked_picture(mime_type, content) for mime_type, content in data.items()}
    return NotebookNode({mime_type: picture for mime_type, picture in checked.items() if picture is not None})


def _output(output: Any) -> NotebookNode | None:
    """The output rebuilt from what is known of its kind; None where nothing of it can be shown."""
    kind = output.get("output_type")
    if kind == "stream":
        if output.get("name") not in _STREAMS:
            return None
        return NotebookNode(output_type=kind, name=output["name"], text=_text(output.get("text")))
    if kind == "error":
        lines = output.get("traceback")
        traceback = [_text(line) for line in lines] if isinstance(lines, list) else []
        name, value = _text(output.get("ename")), _text(output.get("evalue"))
        return NotebookNode(output_type=kind, ename=name, evalue=value, traceback=traceback)
    if kind in ("display_data", "execute_result"):
        return _display(output, kind)
    return None


def _display(output: dict, kind: str) -> NotebookNode | None:
    data = output.get("data")
    if not isinstance(data, dict):
        return None
    shown = _pictures(data)
    if isinstance(data.get("text/plain"), str):
        shown["text/plain"] = _text(data["text/plain"])
    elif not shown and any(mime_type in SIGNATURES for mime_type in data):
        shown["text/plain"] = LEFT_OUT
    if not shown:
        return None
    clean = NotebookNode(output_type=kind, data=shown, metadata=_picture_metadata(output.get("metadata"), shown))
    if kind == "execute_result":
        clean.execution_count = _whole(output.get("execution_count"))
    return clean


def _picture_metadata(metadata: Any, shown: dict) -> NotebookNode:
    """Of each picture the size in whole numbers, which a page takes as it is, and the description, which it quotes."""
    kept = NotebookNode()
    for mime_type in SIGNATURES.keys() & shown.keys():
        given = metadata.get(mime_type) if isinstance(metadata, dict) else None
        if isinstance(given, dict):
            entries: dict[str, Any] = {side: _whole(given.get(side), MAX_SIDE) for side in ("width", "height")}
            entries["alt"] = _text(given.get("alt"))[:MAX_ALT]
            kept[mime_type] = NotebookNode({name: entry for name, entry in entries.items() if entry})
    return kept


def _whole(value: Any, most: int = 2**53) -> int | None:
    return value if type(value) is int and 0 < value <= most else None


def _text(value: Any) -> str:
    return _encodable(value) if isinstance(value, str) else ""


def _encodable(text: str) -> str:
    """Without half characters (lone surrogates), which no file can hold."""
    return text.encode(errors="replace").decode()
