"""What the rules for rewrites are made of: parts of expressions, read and built."""

from __future__ import annotations

import ast

from course_grader.audit.observed_types import ObservedTypes


def made(template: str, **parts: ast.expr) -> ast.expr:
    """The expression of a template, with nodes in place of some of its names."""

    class Fill(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            return parts.get(node.id, node)

    return Fill().visit(ast.parse(template, mode="eval").body)


def method_of(node: ast.expr, seen: ObservedTypes) -> tuple[str, ast.expr, ast.Call] | None:
    """The name, the tensor and the call of a tensor's method."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and seen.tensor(node.func.value):
        return node.func.attr, node.func.value, node
    return None


def function_of(node: ast.expr) -> tuple[str, str, ast.Call] | None:
    """The module (torch, F), the name and the call of one of PyTorch's functions."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
        module, name = node.func.value.id, node.func.attr
        return (module, name, node) if module in ("torch", "F") else None
    return None


def whole_number(node: ast.expr) -> int | None:
    """A literal whole number."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = whole_number(node.operand)
        return None if inner is None else -inner
    return node.value if isinstance(node, ast.Constant) and type(node.value) is int else None


def literal(number: int) -> ast.expr:
    return ast.parse(str(number), mode="eval").body


def is_whole(node: ast.expr, seen: ObservedTypes) -> bool:
    return whole_number(node) is not None or seen.only(node, int)
