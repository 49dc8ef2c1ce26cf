"""Other ways to write statements and whole functions, which give the same values."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Protocol

import torch

from course_grader.audit.observed_types import ObservedTypes

Change = Callable[[ast.Module, ObservedTypes, int | None], int]  # changes a tree; returns how many places there are
_Return = tuple[ast.FunctionDef, ast.Return]


class Transformer(Protocol):
    """Changes a tree at one place, counted from 0, or at all of them. places: how many there are."""

    places: int

    def visit(self, node: ast.AST) -> ast.AST: ...


class _OutOfPlace(ast.NodeTransformer):
    """`total = total + x` for `total += x`, where `total` is the function's own."""

    def __init__(self, seen: ObservedTypes, only: int | None):
        self._seen, self._only, self._handed = seen, only, {"self"}
        self.places = 0

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        loops = [part.target for part in ast.walk(node) if isinstance(part, ast.For)]
        targets = {part.id for loop in loops for part in ast.walk(loop) if isinstance(part, ast.Name)}
        self._handed |= targets | {argument.arg for argument in ast.walk(node) if isinstance(argument, ast.arg)}
        return self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        numbers = self._seen.only(node.value, int, float, torch.Tensor) or isinstance(node.value, ast.Constant)
        if not isinstance(node.target, ast.Name) or node.target.id in self._handed or not numbers:
            return node
        self.places += 1
        if self._only not in (None, self.places - 1):
            return node
        value = ast.BinOp(ast.Name(node.target.id, ast.Load()), node.op, node.value)
        return ast.copy_location(ast.Assign([node.target], value), node)


class _Loops(ast.NodeTransformer):
    """A loop in a function of its own, for each list comprehension in a function."""

    def __init__(self, _seen: ObservedTypes, only: int | None):
        self._only = only
        self._loops: list[ast.stmt] = []
        self._inside = False
        self.places = 0

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        outside, self._inside = self._inside, True
        node.body = [each for statement in node.body for each in self._statement(statement)]
        self._inside = outside
        return node

    def _statement(self, statement: ast.stmt) -> list[ast.stmt]:
        outer, self._loops = self._loops, []
        for name in ("body", "orelse"):
            if isinstance(inner := getattr(statement, name, None), list) and not isinstance(statement, ast.FunctionDef):
                setattr(statement, name, [each for part in inner for each in self._statement(part)])
        changed = self.visit(statement)
        loops, self._loops = self._loops, outer
        return [*loops, changed]

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        return node  # its comprehensions may use its arguments

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> ast.AST:
        return node

    visit_SetComp = visit_DictComp = visit_GeneratorExp  # type: ignore[assignment]

    def visit_ListComp(self, node: ast.ListComp) -> ast.AST:
        if not self._inside:
            return node
        self.places += 1
        if self._only not in (None, self.places - 1):
            return node
        name, body = f"collected_{self.places}", ast.parse("collected.append(X)").body
        body[0].value.args[0] = node.elt  # type: ignore[attr-defined]
        for part in reversed(node.generators):
            for condition in reversed(part.ifs):
                body = [ast.If(condition, body, [])]
            body = [ast.For(part.target, part.iter, body, [])]
        function = ast.parse(f"def {name}():\n    collected = []\n    return collected").body[0]
        function.body[1:1] = body  # type: ignore[attr-defined]
        self._loops.append(function)
        return ast.copy_location(ast.parse(f"{name}()", mode="eval").body, node)


def _returns(tree: ast.Module) -> Iterator[_Return]:
    """The `return` statements of functions, without those of functions inside them."""
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        waiting: list[ast.AST] = list(function.body)
        while waiting:
            node = waiting.pop()
            if isinstance(node, ast.Return):
                yield function, node
            elif not isinstance(node, ast.FunctionDef | ast.Lambda):
                waiting += ast.iter_child_nodes(node)


def _other_strides(tree: ast.Module, seen: ObservedTypes, only: int | None) -> int:
    """Return tensors that are not contiguous."""
    found = [each for _, each in _returns(tree) if each.value and min(seen.axes(each.value), default=0) >= 2]
    for place, statement in enumerate(found):
        if only in (None, place) and statement.value:
            text = f"({ast.unparse(statement.value)}).transpose(-2, -1).contiguous().transpose(-2, -1)"
            statement.value = ast.parse(text, mode="eval").body
    return len(found)


def _in_float64(tree: ast.Module, seen: ObservedTypes, only: int | None) -> int:
    """Convert a function's arguments to float64, and its result back."""
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    found = [
        function for function in functions if _float_arguments(function, seen) and _all_float(tree, function, seen)
    ]
    for place, function in enumerate(found):
        if only in (None, place):
            _convert(tree, function, _float_arguments(function, seen))
    return len(found)


def _float_arguments(function: ast.FunctionDef, seen: ObservedTypes) -> list[str]:
    """The arguments that are always tensors of floats."""
    used: dict[str, list[ast.Name]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            used.setdefault(node.id, []).append(node)
    names = [argument.arg for argument in function.args.args]
    return [name for name in names if used.get(name) and all(map(seen.floating, used[name]))]


def _own_returns(tree: ast.Module, function: ast.FunctionDef) -> list[ast.Return]:
    return [statement for owner, statement in _returns(tree) if owner is function]


def _all_float(tree: ast.Module, function: ast.FunctionDef, seen: ObservedTypes) -> bool:
    values = [statement.value for statement in _own_returns(tree, function)]
    return bool(values) and all(value is not None and seen.floating(value) for value in values)


def _convert(tree: ast.Module, function: ast.FunctionDef, names: list[str]) -> None:
    for statement in _own_returns(tree, function):
        if statement.value:
            statement.value = ast.parse(f"({ast.unparse(statement.value)}).to(their_dtype)", mode="eval").body
    start = f"their_dtype = {names[0]}.dtype\n" + "\n".join(f"{name} = {name}.double()" for name in names)
    has_docstring = ast.get_docstring(function) is not None
    function.body[has_docstring:has_docstring] = ast.parse(start).body


def by(transformer: Callable[[ObservedTypes, int | None], Transformer]) -> Change:
    """The change that such a transformer makes."""

    def change(tree: ast.Module, seen: ObservedTypes, only: int | None) -> int:
        apply = transformer(seen, only)
        apply.visit(tree)
        return apply.places

    return change


STATEMENT_RULES: dict[str, Change] = {
    "out of place": by(_OutOfPlace),
    "loops for comprehensions": by(_Loops),
    "results that are not contiguous": _other_strides,
    "float64 inside": _in_float64,
}
