"""Answers that ignore their arguments: the tests must not give points for them."""

from __future__ import annotations

import ast

BODIES = (
    "raise ValueError('no')",
    "return None",
    "return 0",
    "return 1",
    "return 0.0",
    "return True",
    "return False",
    "return []",
    "return ''",
    "return {first}",
    "return torch.zeros_like({first})",
    "return torch.ones_like({first})",
    "return torch.tensor(0.0)",
    "return ({first}, {first})",
)


def constant_answers(source: str, exercise: str) -> list[str]:
    """The solution cell once for each body, in which the exercise, or each of its methods, has that body."""
    return [_with_body(source, exercise, body) for body in BODIES]


def _with_body(source: str, exercise: str, body: str) -> str:
    tree = ast.parse(source)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == exercise:
            for function in _functions(node):
                function.body = _body(function, body)
    return ast.unparse(ast.fix_missing_locations(tree))


def _functions(node: ast.FunctionDef | ast.ClassDef) -> list[ast.FunctionDef]:
    if isinstance(node, ast.FunctionDef):
        return [node]
    return [part for part in node.body if isinstance(part, ast.FunctionDef)]


def _body(function: ast.FunctionDef, body: str) -> list[ast.stmt]:
    if function.name == "__init__":  # of a module: without it, nothing else could be called
        body = "super().__init__()"
    names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args) if argument.arg != "self"]
    return ast.parse(body.format(first=names[0] if names else "None")).body
