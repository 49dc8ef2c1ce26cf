"""The bank's payloads as notebooks: what a student hands in, and what a kernel may have sent."""

import copy

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.submissions.markup.bank import CELLS, MARKDOWN, NOTEBOOKS, OUTPUTS


def handed_in(released: NotebookNode) -> NotebookNode:
    """All payloads that fit into one notebook, after the lab's own cells."""
    notebook = copy.deepcopy(released)
    for metadata in NOTEBOOKS.values():
        if is_valid([], metadata):
            notebook.metadata.update(copy.deepcopy(metadata))
    notebook.cells += [new_markdown_cell(source, id=f"markdown-{name}") for name, source in MARKDOWN.items()]
    notebook.cells += [cell_of(fields, f"cell-{name}") for name, fields in CELLS.items()]
    notebook.cells += [new_code_cell("1", id=f"output-{name}") for name in OUTPUTS]
    return notebook


def cell_of(fields: dict, name: str) -> NotebookNode:
    cell = {"cell_type": "code", "id": name, "metadata": {}, "source": "1"} | copy.deepcopy(fields)
    if cell["cell_type"] == "code":
        cell |= {"outputs": [], "execution_count": None}
    return nbformat.from_dict(cell)


def add_outputs(notebook: NotebookNode) -> None:
    """What the kernel of `handed_in` sends."""
    for cell in notebook.cells:
        if cell.id.startswith("output-"):
            cell.update(nbformat.from_dict(copy.deepcopy(OUTPUTS[cell.id.removeprefix("output-")])))


def is_valid(cells: list[NotebookNode], metadata: dict) -> bool:
    """Whether nbformat takes a notebook of these."""
    try:
        new_notebook(cells=cells, metadata=metadata)
    except nbformat.ValidationError:
        return False
    return True
