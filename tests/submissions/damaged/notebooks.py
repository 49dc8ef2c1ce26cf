"""Honest damage to the notebook's file: broken JSON, other formats, lost or doubled metadata, other front ends."""

import json
import math

from tests.submissions.bank import FULL, code, entry, insert, name_of, named, right, untouched, without

EXERCISES = 9


def saved_text(notebook):
    return json.dumps(notebook).encode()


@entry(0.0, r"is not valid JSON \(line \d+\): the file is cut off or damaged", worst=True)
def cut_off_in_the_middle(made):
    text = saved_text(right())
    made.save(text[: len(text) // 2])


@entry(0.0, r"is not valid JSON \(line \d+\): Git has left a merge conflict in it")
def a_merge_conflict(made):
    made.save(json.dumps(right(), indent=1).replace("\n", "\n<<<<<<< HEAD\n", 1).encode())


@entry(FULL, r"`test_embed_tokens` was above its answer and has been moved below it")
def tests_above_their_answers(made):
    notebook = right()
    tests = [cell for cell in notebook["cells"] if (name_of(cell) or "").startswith("test_")]
    others = [cell for cell in notebook["cells"] if not any(cell is test for test in tests)]
    notebook["cells"] = [others[0], *tests, *others[1:]]
    made.save(notebook)


@entry(FULL, r"`setup` was below cells that may need it; it was run before them, too")
def all_cells_in_reverse_order(made):
    notebook = right()
    notebook["cells"].reverse()
    made.save(notebook)


@entry(0.0, r"is not valid JSON")
def an_empty_file(made):
    made.save(b"")


@entry(0.0, r"is not valid JSON|is not UTF-8")
def a_picture_with_the_notebooks_name(made):
    made.save(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))


@entry(0.0, r"is not valid JSON")
def a_page_of_the_course_site(made):
    made.save(b"<!doctype html><html><body>Please sign in</body></html>")


@entry(0.0, r"is JSON, but not a valid notebook: expected a list of cells")
def json_of_something_else(made):
    made.save({"name": "ada", "answers": [1, 2, 3]})


@entry(0.0, r"expected an object, found a list")
def json_that_is_a_list(made):
    made.save([1, 2, 3])


@entry(0.0, r"has notebook format 3, expected 4: open it in JupyterLab")
def saved_in_an_old_format(made):
    notebook = right()
    made.save({"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [], "cells": notebook["cells"]})


@entry(0.0, r"is not UTF-8 text")
def saved_in_utf_16(made):
    made.save(saved_text(right()).decode().encode("utf-16"))


@entry(FULL, r"byte-order mark, which has been removed")
def saved_with_a_byte_order_mark(made):
    made.save(b"\xef\xbb\xbf" + saved_text(right()))


@entry(FULL, quiet=True)
def saved_with_windows_line_ends(made):
    made.save(json.dumps(right(), indent=1).replace("\n", "\r\n").encode())


@entry(FULL, quiet=True)
def sources_with_windows_line_ends(made):
    notebook = right()
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"]).replace("\n", "\r\n")
    made.save(notebook)


@entry(FULL, quiet=True)
def sources_as_lists_of_lines(made):
    notebook = right()
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"]).splitlines(keepends=True)
    made.save(notebook)


@entry(FULL, quiet=True)
def not_a_number_in_an_output(made):
    notebook = right()
    output = {"output_type": "execute_result", "data": {"application/json": math.nan}, "metadata": {}}
    notebook["cells"][-1].update(cell_type="code", outputs=[output], execution_count=1)
    notebook["cells"].append(code("1", tags=[]) | {"outputs": [output]})
    made.save(notebook)


@entry(FULL, quiet=True)
def sixty_megabytes_of_outputs(made):
    notebook = right()
    notebook["cells"].append(
        code("1") | {"outputs": [{"output_type": "stream", "name": "stdout", "text": "x" * (60 << 20)}]}
    )
    made.save(notebook)


@entry(FULL, quiet=True)
def colabs_metadata(made):
    """colabtools #4559: widgets without the key `state`, which nbconvert refuses."""
    notebook = right()
    widgets = {"abc": {"model_module": "@jupyter-widgets/controls", "model_name": "HBoxModel", "state": {}}}
    notebook["metadata"] |= {
        "widgets": {"application/vnd.jupyter.widget-state+json": widgets},
        "colab": {"provenance": [], "collapsed_sections": ["a"]},
        "accelerator": "GPU",
    }
    notebook["nbformat_minor"] = 0
    for number, cell in enumerate(notebook["cells"]):
        cell["metadata"]["id"] = f"x{number}"
        cell["metadata"]["colab"] = {"base_uri": "https://localhost:8080/", "height": 34}
        cell.pop("id", None)
    made.save(notebook)


@entry(FULL, quiet=True)
def metadata_of_visual_studio_code(made):
    notebook = right()
    for cell in notebook["cells"]:
        cell["metadata"]["vscode"] = {"languageId": "python"}
    notebook["metadata"]["language_info"] = {"name": "python", "version": "3.14.0"}
    made.save(notebook)


@entry(FULL, quiet=True)
def metadata_of_jupytext(made):
    notebook = right()
    notebook["metadata"]["jupytext"] = {"formats": "ipynb,py:percent", "text_representation": {"extension": ".py"}}
    made.save(notebook)


@entry(FULL, quiet=True)
def another_kernels_name(made):
    notebook = right()
    notebook["metadata"]["kernelspec"] = {"display_name": "my env", "language": "python", "name": "conda-env-my-py"}
    made.save(notebook)


@entry(FULL, quiet=True)
def no_metadata_of_the_notebook(made):
    notebook = right()
    notebook["metadata"] = {}
    made.save(notebook)


@entry(FULL, quiet=True)
def ids_lost_and_doubled(made):
    notebook = right()
    for number, cell in enumerate(notebook["cells"]):
        cell["id"] = "same" if number % 2 else None
    made.save(notebook)


@entry(FULL, r"nbgrader metadata", worst=True)
def every_nbgrader_mark_lost(made):
    """An editor that drops cell metadata; the cells' first lines still name the exercises."""
    notebook = right()
    for cell in notebook["cells"]:
        cell["metadata"].pop("nbgrader", None)
    made.save(notebook)


@entry(FULL, r"nbgrader metadata of cell \d+ was damaged and has been removed")
def a_nbgrader_mark_of_the_wrong_type(made):
    notebook = right()
    named(notebook, "embed_tokens")["metadata"]["nbgrader"] = {"grade_id": "embed_tokens", "solution": "yes"}
    made.save(notebook)


@entry(FULL, r"`?test_embed_tokens`?.*(missing|restored)")
def a_test_cell_deleted(made):
    made.save(without(right(), "test_embed_tokens"))


@entry(FULL)
def a_test_cell_edited(made):
    notebook = right()
    named(notebook, "test_embed_tokens")["source"] = "print('all tests passed')"
    made.save(notebook)


@entry(FULL, r"restored|missing")
def every_test_cell_deleted(made):
    notebook = right()
    names = [name_of(cell) for cell in notebook["cells"] if (name_of(cell) or "").startswith("test_")]
    assert len(names) == EXERCISES
    made.save(without(notebook, *names))


@entry(17.75, r"`?missing_operand_shape`?")
def a_solution_cell_deleted(made):
    made.save(without(right(), "missing_operand_shape"))


@entry(FULL, r"more than once|twice|copies|copied")
def a_solution_cell_copied(made):
    notebook = right()
    cell = named(notebook, "embed_tokens")
    insert(notebook, "test_embed_tokens", json.loads(json.dumps(cell)))
    made.save(notebook)


@entry(FULL, quiet=True)
def an_answer_split_into_two_cells(made):
    notebook = right()
    insert(notebook, "embed_tokens", code("def my_helper(x):\n    return x"))
    made.save(notebook)


@entry(FULL, r"`setup` was missing and has been restored")
def the_setup_cell_deleted(made):
    made.save(without(right(), "setup"))


@entry(FULL, r"`setup` was changed; its own version was run too")
def the_setup_cell_of_colab(made):
    notebook = right()
    cell = named(notebook, "setup")
    cell["source"] = "from google.colab import drive\ndrive.mount('/content/drive')\n" + "".join(cell["source"])
    made.save(notebook)


@entry(0.0, quiet=True)
def nothing_done(made):
    made.save(untouched())


@entry(0.0, r"(02_attention|another lab|other lab)", worst=True)
def the_notebook_of_another_lab(made):
    made.save(untouched("02_attention"))


@entry(0.0, r"no cells|at most|lost|missing|restored")
def a_notebook_without_cells(made):
    notebook = right()
    notebook["cells"] = []
    made.save(notebook)
