"""What the expressions of an answer are while its tests run: rewrites need to know which of them are tensors."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Any

import torch

from course_grader.audit.check import InProcess

Place = tuple[int, int, int, int]  # lines and columns of an expression
_MOST = 500  # values that are looked at, for each expression
_NOTE = "__note__"  # what an instrumented answer calls
_IMPORT = f"from course_grader.audit.observed_types import note as {_NOTE}\n"
_SKIPPED = ("annotation", "returns", "decorator_list", "args", "bases")  # parts that are not expressions of the answer


@dataclass(frozen=True)
class Seen:
    """One value. shape, dtype: of a tensor, else None."""

    kind: type
    shape: tuple[int, ...] | None = None
    dtype: torch.dtype | None = None


_seen: dict[Place, list[Seen]] = {}


def note(place: Place, value: Any) -> Any:
    """Remember what this expression is, and return it."""
    if len(found := _seen.setdefault(place, [])) < _MOST:
        is_tensor = isinstance(value, torch.Tensor)
        found.append(Seen(torch.Tensor, tuple(value.shape), value.dtype) if is_tensor else Seen(type(value)))
    return value


@dataclass
class ObservedTypes:
    """The values of each expression of an answer, in order. An expression that never ran has none."""

    seen: dict[Place, list[Seen]] = field(default_factory=dict)

    def of(self, node: ast.expr) -> list[Seen]:
        return self.seen.get(_place(node), [])

    def tensor(self, node: ast.expr) -> bool:
        """Whether the expression is always a tensor."""
        return self.only(node, torch.Tensor)

    def only(self, node: ast.expr, *kinds: type) -> bool:
        """Whether the expression is always of one of these types (True does not count as an int)."""
        return bool(found := self.of(node)) and all(each.kind in kinds for each in found)

    def axes(self, node: ast.expr) -> set[int]:
        """The numbers of axes that the tensor has; empty for what is not always a tensor."""
        return {len(each.shape or ()) for each in self.of(node)} if self.tensor(node) else set()

    def floating(self, node: ast.expr) -> bool:
        """Whether the expression is always a tensor of floating-point numbers."""
        return self.tensor(node) and all(
            each.dtype is not None and each.dtype.is_floating_point for each in self.of(node)
        )

    def sizes(self, node: ast.expr, axis: int) -> list[int]:
        """The sizes along an axis that all of the values have; empty otherwise."""
        found = [each.shape or () for each in self.of(node)]
        return [shape[axis] for shape in found] if all(len(shape) > axis for shape in found) else []

    def dtypes(self, node: ast.expr) -> list[Any]:
        return [each.dtype for each in self.of(node)]


def observe(judge: InProcess, exercise: str, source: str) -> ObservedTypes:
    """Run the exercise's tests over an instrumented answer. To be called in a child process."""
    _seen.clear()
    tree = _Instrument().visit(ast.parse(source))
    judge.outcomes({exercise: _IMPORT + ast.unparse(ast.fix_missing_locations(tree))}, [exercise])
    return ObservedTypes(dict(_seen))


class _Instrument(ast.NodeTransformer):
    """Passes the expressions in functions through `note`."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        for name, old in ast.iter_fields(node):
            if name in _SKIPPED and isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AnnAssign | ast.Lambda):
                continue
            if isinstance(old, list):
                old[:] = [self._part(node, name, each) for each in old]
            elif isinstance(old, ast.AST):
                setattr(node, name, self._part(node, name, old))
        return node

    def _part(self, parent: ast.AST, name: str, part: Any) -> Any:
        if not isinstance(part, ast.AST):
            return part
        called = isinstance(parent, ast.Call) and name == "func"
        if called or not isinstance(part, ast.expr) or not _has_value(part):
            return self.visit(part)
        place = _place(part)
        return _noted(self.visit(part), place)


def _has_value(node: ast.expr) -> bool:
    if isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
        return isinstance(node.ctx, ast.Load)
    return isinstance(node, ast.Call | ast.BinOp | ast.UnaryOp | ast.IfExp)


def _noted(node: ast.expr, place: Place) -> ast.expr:
    arguments = [ast.Tuple([ast.Constant(each) for each in place], ast.Load()), node]
    return ast.Call(ast.Name(_NOTE, ast.Load()), arguments, [])


def _place(node: ast.expr) -> Place:
    return node.lineno, node.col_offset, node.end_lineno or 0, node.end_col_offset or 0
