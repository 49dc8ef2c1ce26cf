"""Other ways to write an expression, with the same value: each rule changes one node of a syntax tree, or none."""

from __future__ import annotations

import ast
from collections.abc import Callable

import torch

from course_grader.audit.observed_types import ObservedTypes
from course_grader.audit.rewrite_axes import (
    axis_from_the_other_end,
    is_axis,
    keyword_axis,
    none_index,
    positional_axis,
    unsqueeze,
)
from course_grader.audit.rewrite_parts import function_of, is_whole, made, method_of, whole_number
from course_grader.audit.rewrite_products import bmm, einsum, matmul_function, matmul_operator

Rule = Callable[[ast.expr, ObservedTypes], ast.expr | None]


_TAKE_TUPLES = {"permute", "reshape", "flip", "tile"}  # as functions; as methods they take several numbers
_NOT_METHODS = {"where", "zeros_like", "ones_like", "full_like"}  # the first argument is not the tensor
_LIBRARY = {"softmax", "log_softmax", "relu", "sigmoid", "tanh", "normalize"}
_ENCODERS = {"encoder", "query_encoder", "passage_encoder"}  # attributes that the labs' models have
_ENCODER_ARGUMENTS = ("input_ids", "attention_mask")
_ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div)
_FLIPPED = {ast.Lt: ast.Gt, ast.LtE: ast.GtE, ast.Gt: ast.Lt, ast.GtE: ast.LtE, ast.Eq: ast.Eq, ast.NotEq: ast.NotEq}


def function_for_method(node: ast.expr, seen: ObservedTypes) -> ast.expr | None:
    method = method_of(node, seen)
    if not method or method[0].endswith("_") or not callable(getattr(torch, method[0], None)):
        return None
    name, tensor, call = method
    arguments = call.args
    if name in _TAKE_TUPLES and arguments and not isinstance(arguments[0], ast.Tuple | ast.List):
        if not isinstance(arguments[0], ast.Starred) and not is_whole(arguments[0], seen):
            return None  # already a tuple
        arguments = [ast.Tuple(arguments, ast.Load())]
    return ast.Call(made(f"torch.{name}"), [tensor, *arguments], call.keywords)


def method_for_function(node: ast.expr, seen: ObservedTypes) -> ast.expr | None:
    function = function_of(node)
    if not function or not function[2].args or not seen.tensor(function[2].args[0]):
        return None
    module, name, call = function
    known = name in _LIBRARY if module == "F" else name not in _NOT_METHODS
    if not known or not hasattr(torch.Tensor, name):
        return None
    return ast.Call(ast.Attribute(call.args[0], name, ast.Load()), call.args[1:], call.keywords)


def library_function(node: ast.expr, seen: ObservedTypes) -> ast.expr | None:
    """F.softmax and the like."""
    method, function = method_of(node, seen), function_of(node)
    if method and method[0] in _LIBRARY:
        return ast.Call(made(f"torch.nn.functional.{method[0]}"), [method[1], *method[2].args], method[2].keywords)
    if function and function[0] == "torch" and function[1] in _LIBRARY:
        return ast.Call(made(f"torch.nn.functional.{function[1]}"), function[2].args, function[2].keywords)
    return None


def reshape_and_view(node: ast.expr, seen: ObservedTypes) -> ast.expr | None:
    """reshape for view, view of a contiguous tensor for reshape, reshape for flatten()."""
    method = method_of(node, seen)
    if not method:
        return None
    name, tensor, call = method
    if name == "view" and not (len(call.args) == 1 and not is_axis(call.args[0], seen)):  # not of another dtype
        return ast.Call(ast.Attribute(tensor, "reshape", ast.Load()), call.args, call.keywords)
    if name == "reshape":
        return ast.Call(made("X.contiguous().view", X=tensor), call.args, call.keywords)
    if name == "flatten" and not call.args and not call.keywords:
        return made("X.reshape(-1)", X=tensor)
    return None


def transposed(node: ast.expr, seen: ObservedTypes) -> ast.expr | None:
    """swapaxes for transpose; transpose for .T and .mT."""
    method = method_of(node, seen)
    if method and method[0] == "transpose" and len(method[2].args) == 2:
        return ast.Call(ast.Attribute(method[1], "swapaxes", ast.Load()), method[2].args, [])
    if not isinstance(node, ast.Attribute) or not seen.tensor(node.value):
        return None
    last_two = node.attr == "mT" or (node.attr == "T" and seen.axes(node.value) == {2})
    return made("X.transpose(-2, -1)", X=node.value) if last_two else None


def transposed_by_einsum(node: ast.expr, seen: ObservedTypes) -> ast.expr | None:
    method = method_of(node, seen)
    if method and method[0] == "transpose" and {whole_number(each) for each in method[2].args} == {-2, -1}:
        return made("torch.einsum('...ij->...ji', X)", X=method[1])
    return None


def powers(node: ast.expr, seen: ObservedTypes) -> ast.expr | None:
    """x ** 2 for square(), square() for x ** 2, a power for a root."""
    method = method_of(node, seen)
    if method and method[0] == "square":
        return made("X ** 2", X=method[1])
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) and whole_number(node.right) == 2:
        return made("X.square()", X=node.left) if seen.floating(node.left) else None
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "math.sqrt" and len(node.args) == 1:
        return made("X ** 0.5", X=node.args[0]) if seen.only(node.args[0], int, float) else None
    return None


def sizes(node: ast.expr, seen: ObservedTypes) -> ast.expr | None:
    """size(0) for shape[0], shape[0] for len()."""
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute) and node.value.attr == "shape":
        whole = whole_number(node.slice) is not None and seen.tensor(node.value.value)
        return made("X.size(K)", X=node.value.value, K=node.slice) if whole else None
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "len" and seen.tensor(node.args[0]):
        return made("X.shape[0]", X=node.args[0])
    return None


def sum_over_count(node: ast.expr, seen: ObservedTypes) -> ast.expr | None:
    """A sum divided by the number of elements, for mean() of a name."""
    method = method_of(node, seen)
    plain = method and method[0] == "mean" and not method[2].args and not method[2].keywords
    if method and plain and isinstance(method[1], ast.Name):
        return made("X.sum() / X.numel()", X=method[1])
    return None


def swapped_comparison(node: ast.expr, seen: ObservedTypes) -> ast.expr | None:
    if not isinstance(node, ast.Compare) or len(node.ops) != 1 or type(node.ops[0]) not in _FLIPPED:
        return None
    return ast.Compare(node.comparators[0], [_FLIPPED[type(node.ops[0])]()], [node.left])


def swapped_operands(node: ast.expr, seen: ObservedTypes) -> ast.expr | None:
    """b + a for a + b, b * a for a * b."""
    numbers = (torch.Tensor, int, float)
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Add | ast.Mult):
        return None
    both = all(seen.only(side, *numbers) or whole_number(side) is not None for side in (node.left, node.right))
    return ast.BinOp(node.right, node.op, node.left) if both else None


def loop_for_broadcasting(node: ast.expr, seen: ObservedTypes) -> ast.expr | None:
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, _ARITHMETIC):
        return None
    sides, first = (node.left, node.right), seen.sizes(node, 0)
    if not all(map(seen.tensor, sides)) or seen.dtypes(node.left) != seen.dtypes(node.right):
        return None
    if not seen.tensor(node) or not first or min(first) < 1:
        return None
    one = ast.BinOp(ast.Name("one", ast.Load()), node.op, ast.Name("other", ast.Load()))
    template = "torch.stack([P for one, other in zip(*torch.broadcast_tensors(A, B))])"
    return made(template, P=one, A=node.left, B=node.right)


def encoder_by_keyword(node: ast.expr, seen: ObservedTypes) -> ast.expr | None:
    """encoder(input_ids=..., attention_mask=...) for encoder(..., ...), as Hugging Face's encoders can be called."""
    if not _calls_encoder(node) or not isinstance(node, ast.Call) or node.keywords or not node.args:
        return None
    named = [ast.keyword(name, value) for name, value in zip(_ENCODER_ARGUMENTS, node.args, strict=False)]
    return ast.Call(node.func, [], named) if len(node.args) <= len(_ENCODER_ARGUMENTS) else None


def encoder_by_position(node: ast.expr, seen: ObservedTypes) -> ast.expr | None:
    if not _calls_encoder(node) or not isinstance(node, ast.Call) or node.args:
        return None
    given = {each.arg: each.value for each in node.keywords}
    in_order = [given[name] for name in _ENCODER_ARGUMENTS if name in given]
    return ast.Call(node.func, in_order, []) if set(given) == set(_ENCODER_ARGUMENTS) else None


def _calls_encoder(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _ENCODERS


RULES: dict[str, Rule] = {
    "torch.matmul": matmul_function,
    "einsum": einsum,
    "bmm": bmm,
    "the operator @": matmul_operator,
    "functions for methods": function_for_method,
    "methods for functions": method_for_function,
    "torch.nn.functional": library_function,
    "axes by keyword": keyword_axis,
    "axes by position": positional_axis,
    "axes from the other end": axis_from_the_other_end,
    "None for unsqueeze": none_index,
    "unsqueeze for None": unsqueeze,
    "reshape and view": reshape_and_view,
    "other transposes": transposed,
    "transposes by einsum": transposed_by_einsum,
    "powers": powers,
    "sizes": sizes,
    "a sum over a count": sum_over_count,
    "swapped comparisons": swapped_comparison,
    "swapped operands": swapped_operands,
    "loops for broadcasting": loop_for_broadcasting,
    "encoders by keyword": encoder_by_keyword,
    "encoders by position": encoder_by_position,
}
