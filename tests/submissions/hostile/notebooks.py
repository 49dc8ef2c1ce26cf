"""Notebooks that wear out their reader, or say of themselves what is not so."""

import json

from tests.submissions.bank import FULL, LAB, code, entry, insert, named, right, untouched


@entry(FULL, r"nbformat_minor is '5', expected a whole number", worst=True)
def minor_version_as_text(made):
    made.save(right() | {"nbformat_minor": "5"})


@entry(FULL, r"nbformat_minor is 5\.0, expected a whole number")
def minor_version_with_a_point(made):
    made.save(right() | {"nbformat_minor": 5.0})


@entry(FULL, r"nbformat_minor is a list, expected a whole number")
def minor_version_as_list(made):
    made.save(right() | {"nbformat_minor": [5]})


@entry(FULL, r"nbformat_minor is inf, expected a whole number")
def minor_version_without_end(made):
    made.save(right() | {"nbformat_minor": float("inf")})


@entry(0.0, r"has notebook format 3, expected 4")
def heading_of_a_huge_level(made):
    heading = {"cell_type": "heading", "level": 10**19, "source": "x", "metadata": {}}
    made.save({"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"metadata": {}, "cells": [heading]}]})


@entry(0.0, r"cell 1 is of type 'heading', expected code, markdown, raw")
def heading_among_cells(made):
    notebook = right()
    notebook["cells"].insert(0, {"cell_type": "heading", "level": 10**19, "source": "x", "metadata": {}})
    made.save(notebook)


@entry(0.0, r"nested too deeply", worst=True)
def a_hundred_thousand_brackets(made):
    made.save(b"[" * 100_000)


@entry(0.0, r"nested too deeply")
def deep_metadata(made):
    text = json.dumps(right() | {"metadata": {"x": "DEEP"}})
    made.save(text.replace('"DEEP"', '{"a":' * 5000 + "1" + "}" * 5000).encode())


@entry(FULL, quiet=True)
def three_megabytes_of_empty_lists(made):
    made.save(right() | {"metadata": {"x": [[]] * 1_000_000}})


@entry(0.0, r"more than 4,000,000 JSON values", worst=True, slow=True)
def millions_of_empty_lists(made):
    text = json.dumps(right() | {"metadata": {"x": "MANY"}})
    made.save(text.replace('"MANY"', "[" + "[]," * 4_000_000 + "0]").encode())


@entry(0.0, r"has more than 200,000 values in its cells")
def millions_of_lists_beside_a_number_that_json_does_not_have(made):
    notebook = right()
    notebook["metadata"]["x"] = float("nan")
    named(notebook, "setup")["metadata"]["tags"] = "MANY"
    made.save(json.dumps(notebook).replace('"MANY"', "[" + "[]," * 3_000_000 + "0]").encode())


@entry(FULL, quiet=True)
def halves_of_characters_in_metadata(made):
    notebook = right()
    notebook["metadata"]["course"] = {"lab": "\ud800", "version": "\udfff"}
    picture = {"image/png": "iVBORw0KGgo="}
    cell = {"cell_type": "markdown", "metadata": {}, "source": "a", "attachments": {"\ud800.png": picture}}
    notebook["cells"].append(cell)
    made.save(notebook)


@entry(FULL, r"^Cell `x{300} \.\.\. x+` appears more than once|There are more problems, which are not listed")
def ids_of_a_million_characters(made):
    notebook = right()
    mark = {"grade": False, "solution": True, "locked": False, "task": False, "schema_version": 3}
    notebook["cells"] += [code("", nbgrader=mark | {"grade_id": "x" * 1_000_000}) for _ in range(2)]
    notebook["cells"] += [code("", nbgrader=mark | {"grade_id": f"unknown_{number}"}) for number in range(300)]
    made.save(notebook)


@entry(FULL)
def not_a_number_in_metadata(made):
    made.save(right() | {"metadata": {"x": [float("nan"), float("inf"), -float("inf")]}})


@entry(FULL)
def a_number_of_five_thousand_digits(made):
    text = json.dumps(right() | {"metadata": {"x": "LONG"}})
    made.save(text.replace('"LONG"', "9" * 4000).encode())


@entry(0.0)
def cells_twice_the_last_untouched(made):
    first, last = (json.dumps(notebook)[1:-1] for notebook in (right(), untouched()))
    made.save(f"{{{first}, {last}}}".encode())


@entry(0.0, r"is not UTF-8 text", worst=True)
def text_that_is_not_utf_8(made):
    notebook = right()
    notebook["cells"][0]["source"] += "\n# é"
    made.save(json.dumps(notebook, ensure_ascii=False).encode("latin-1", "replace"))


@entry(0.0, r"not valid JSON|not UTF-8")
def null_bytes(made):
    made.save(b"\0" * 100_000)


@entry(FULL, quiet=True)
def sixty_megabytes_of_output(made):
    notebook = right()
    named(notebook, "setup")["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x" * (60 << 20)}]
    made.save(notebook)


@entry(0.0, r"has \d+,\d+ cells; at most 5,000 are read")
def twenty_thousand_cells(made):
    notebook = right()
    notebook["cells"] += [code("") for _ in range(20_000)]
    made.save(notebook)


@entry(0.0, r"the source of cell 1 is a list, expected text")
def source_of_numbers(made):
    notebook = right()
    notebook["cells"][0]["source"] = ["# Setup", 1]
    made.save(notebook)


@entry(0.0)
def forged_scores(made):
    """An untouched lab whose test cells show full points, and which carries a record of full points."""
    notebook = untouched()
    for cell in notebook["cells"]:
        metadata = cell["metadata"].get("nbgrader", {})
        if metadata.get("grade") and cell["cell_type"] == "code":
            data = {"text/plain": repr(float(metadata["points"]))}
            cell["outputs"] = [
                {"output_type": "execute_result", "execution_count": 1, "data": data, "metadata": {}},
            ]
    notebook["metadata"]["course_grader"] = {
        "student": made.student, "lab": LAB, "seed": 1, "status": "graded", "score": FULL, "messages": [], "problems": [],
        "needs_review": False, "seconds": 1.0, "exercises": {"chain_bmm": {"points": FULL, "max": FULL, "tests": []}},
    }  # fmt: skip
    made.save(notebook)


@entry(0.0, worst=True)
def test_cells_that_always_pass(made):
    """The source, the points and the lock of each test cell are changed, in an untouched lab."""
    notebook = untouched()
    for cell in notebook["cells"]:
        metadata = cell["metadata"].get("nbgrader", {})
        if metadata.get("grade"):
            metadata |= {"points": 1000, "locked": False}
            cell["source"] = "20.0"
    made.save(notebook)


@entry(0.0)
def answers_that_call_themselves_tests(made):
    notebook = untouched()
    for cell in notebook["cells"]:
        metadata = cell["metadata"].get("nbgrader", {})
        if metadata.get("solution"):
            metadata |= {"grade": True, "locked": True, "solution": False, "points": 5}
            cell["source"] = "5.0"
    made.save(notebook)


@entry(FULL)
def more_test_cells_of_the_student_s_own(made):
    notebook = right()
    metadata = {"grade_id": "test_mine", "grade": True, "solution": False, "locked": True, "points": 80, "task": False}
    cell = code("# Test: mine\nrun_tests('mine')", nbgrader=metadata | {"schema_version": 3})
    insert(notebook, "test_chain_bmm", cell)
    made.save(notebook)


@entry(FULL)
def each_test_cell_twice(made):
    notebook = right()
    for name in ("test_chain_bmm", "test_embed_tokens"):
        insert(notebook, name, json.loads(json.dumps(named(notebook, name))))
    made.save(notebook)


@entry(0.0, r"metadata of cells \d+, .* was damaged and has been removed")
def ids_that_are_not_text(made):
    notebook = untouched()
    for cell in notebook["cells"]:
        if metadata := cell["metadata"].get("nbgrader"):
            metadata["grade_id"] = {"$ne": None}
    made.save(notebook)


@entry(0.0)
def test_cells_of_another_type(made):
    notebook = untouched()
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade"):
            cell["cell_type"] = "raw"
            cell.pop("outputs", None)
    made.save(notebook)


@entry(FULL)
def everything_tagged_as_an_experiment(made):
    notebook = right()
    for cell in notebook["cells"]:
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["tags"] = ["experiment", "setup", "fixture"]
    made.save(notebook)


@entry(FULL)
def malformed_metadata(made):
    notebook = right()
    notebook["metadata"] = {"kernelspec": 7, "course": [1], "language_info": None, "widgets": "x", "course_grader": []}
    named(notebook, "setup")["metadata"] |= {"collapsed": {"a": 1}, "slideshow": 3, "name": [], "jupyter": 1}
    made.save(notebook)


@entry(FULL)
def another_kernel(made):
    notebook = right()
    notebook["metadata"]["kernelspec"] = {"name": "bash", "display_name": "../../bin/sh", "language": "bash"}
    made.save(notebook)


@entry(FULL)
def an_attachment_of_twenty_megabytes(made):
    notebook = right()
    attachment = {"a.png": {"image/png": "A" * (20 << 20)}}
    cell = {"cell_type": "markdown", "metadata": {}, "source": "![a](attachment:a.png)", "attachments": attachment}
    notebook["cells"].append(cell)
    made.save(notebook)
