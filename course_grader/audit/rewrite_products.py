"""Other ways to write a product of matrices."""

from __future__ import annotations

import ast

from course_grader.audit.observed_types import ObservedTypes
from course_grader.audit.rewrite_parts import function_of, made, method_of


def _product(node: ast.expr, seen: ObservedTypes) -> tuple[ast.expr, ast.expr] | None:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        return (node.left, node.right) if seen.tensor(node.left) and seen.tensor(node.right) else None
    return None


def matmul_function(node: ast.expr, seen: ObservedTypes) -> ast.expr | None:
    pair = _product(node, seen)
    return made("torch.matmul(A, B)", A=pair[0], B=pair[1]) if pair else None


def einsum(node: ast.expr, seen: ObservedTypes) -> ast.expr | None:
    pair = _product(node, seen)
    if not pair:
        return None
    left, right = (min(seen.axes(side)) for side in pair)
    if left >= 2 and right >= 2:
        return made("torch.einsum('...ij,...jk->...ik', A, B)", A=pair[0], B=pair[1])
    one_vector = seen.axes(pair[1]) == {1} and left >= 2
    return made("torch.einsum('...ij,j->...i', A, B)", A=pair[0], B=pair[1]) if one_vector else None


def bmm(node: ast.expr, seen: ObservedTypes) -> ast.expr | None:
    pair = _product(node, seen)
    if not pair or not all(seen.axes(side) == {3} for side in pair):
        return None
    same = seen.sizes(pair[0], 0) == seen.sizes(pair[1], 0)
    return made("torch.bmm(A, B)", A=pair[0], B=pair[1]) if same else None


def matmul_operator(node: ast.expr, seen: ObservedTypes) -> ast.expr | None:
    function, method = function_of(node), method_of(node, seen)
    if function and function[1] in ("matmul", "bmm", "mm", "mv") and len(function[2].args) == 2:
        return made("A @ B", A=function[2].args[0], B=function[2].args[1])
    if method and method[0] in ("matmul", "bmm", "mm", "mv") and len(method[2].args) == 1:
        return made("A @ B", A=method[1], B=method[2].args[0])
    return None
