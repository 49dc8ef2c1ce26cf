"""Run reference notebooks and save their outputs: make outputs LAB="01_tensor_basics 02_attention".

The saved outputs are the same in every run: no time stamps, no progress bars, one output for each print.
If a cell fails, its notebook is not changed.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

SOLUTIONS = Path(__file__).resolve().parents[1] / "solutions"
KERNEL = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def execute(path: Path) -> nbformat.NotebookNode:
    """The notebook with the outputs of a run in its folder; the first error of a cell is raised."""
    notebook = nbformat.read(path, as_version=4)
    # coalesce_streams: otherwise timing decides where a print is split.
    client = NotebookClient(
        notebook, timeout=600, record_timing=False, coalesce_streams=True, resources={"metadata": {"path": path.parent}}
    )
    client.execute()
    return notebook


def save_outputs(path: Path) -> None:
    notebook = execute(path)
    notebook.metadata = KERNEL
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    nbformat.validate(notebook)
    nbformat.write(notebook, path)


def main(names: list[str]) -> None:
    paths = [SOLUTIONS / name / f"{name}.ipynb" for name in names]
    if missing := [path.stem for path in paths if not path.exists()]:
        sys.exit(f"no such lab below {SOLUTIONS}: {', '.join(missing)}")
    if not paths:
        sys.exit(__doc__)
    os.environ["TQDM_DISABLE"] = "1"
    os.environ["COURSE_PROFILE"] = "cpu"
    for path in paths:
        save_outputs(path)
        print(f"saved {path.stem}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
