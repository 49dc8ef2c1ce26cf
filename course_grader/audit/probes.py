"""Which tests rely on a probe: code that runs in the student's kernel, whose answer the student's code could forge."""

from __future__ import annotations

import ast

_PROBES = {"assert_same_storage", "torch_calls"}  # methods of LabTestCase that use a probe


def probing_tests(source: str) -> set[str]:
    """The tests (as Class.method) of a test cell that run a probe, in themselves or in a helper that they call."""
    tree = ast.parse(source)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    probing = set(_PROBES)
    found = True
    while found:
        new = {node.name for node in functions if _runs_probe(node, probing)} - probing
        probing |= new
        found = bool(new)
    return {
        f"{case.name}.{method.name}"
        for case in tree.body
        if isinstance(case, ast.ClassDef)
        for method in case.body
        if isinstance(method, ast.FunctionDef) and method.name.startswith("test") and _runs_probe(method, probing)
    }


def _runs_probe(function: ast.FunctionDef, probing: set[str]) -> bool:
    """Whether the function calls student.run, or something that does."""
    return any(_is_probe(node.func, probing) for node in ast.walk(function) if isinstance(node, ast.Call))


def _is_probe(called: ast.expr, probing: set[str]) -> bool:
    if isinstance(called, ast.Name):
        return called.id in probing
    if not isinstance(called, ast.Attribute):
        return False
    of_student = isinstance(called.value, ast.Name) and called.value.id == "student"
    return called.attr == "run" if of_student else called.attr in probing
