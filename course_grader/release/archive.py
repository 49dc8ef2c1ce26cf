"""Text files, checksums and zip files whose bytes depend on nothing but their contents."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Sequence
from pathlib import Path

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the ZIP format's first moment


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 with the same line ends on every system, and make the folder if it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def write_checksums(folder: Path, files: Sequence[Path]) -> Path:
    """folder/SHA256SUMS, which `sha256sum --check` reads."""
    lines = [f"{_sha256(path)}  {path.relative_to(folder).as_posix()}\n" for path in files]
    write_text(folder / "SHA256SUMS", "".join(lines))
    return folder / "SHA256SUMS"


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def zip_folder(folder: Path, path: Path) -> Path:
    """A zip file of `folder`, in the order of names."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                entry = zipfile.ZipInfo((Path(folder.name) / file.relative_to(folder)).as_posix(), _EPOCH)
                entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
                archive.writestr(entry, file.read_bytes())
    return path
