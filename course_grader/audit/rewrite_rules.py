"""Other ways to write an expression, with the same value: each rule changes one node of a syntax tree, or none."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

import torch

from course_grader.audit.observed_types import ObservedTypes

Rule = Callable[[ast.expr, ObservedTypes], ast.expr | None]
_FIRST = (
    "sum mean softmax log_softmax argmax argmin amax amin any all unsqueeze squeeze logsumexp cumsum gather argsort "
    "index_select unbind"
)
_AXIS = dict.fromkeys(_FIRST.split(), 0) | {"topk": 1, "split": 1, "chunk": 1}  # methods, and where the axis is
_LISTS = {"cat": 1, "stack": 1}  # torch functions of a list of tensors, and where the axis is
_TAKE_TUPLES = {"permute", "reshape", "flip", "tile"}  # as functions; as methods they take several numbers
_NOT_METHODS = {"where", "zeros_like", "ones_like", "full_like"}  # the first argument is not the tensor
_LIBRARY = {"softmax", "log_softmax", "relu", "sigmoid", "tanh", "normalize"}
_ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div)
_FLIPPED = {ast.Lt: ast.Gt, ast.LtE: ast.GtE, ast.Gt: ast.Lt, ast.GtE: ast.LtE, ast.Eq: ast.Eq, ast.NotEq: ast.NotEq}


def _made(template: str, **parts: ast.expr) -> ast.expr:
    """The expression of a template, with nodes in place of some of its names."""

    class Fill(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            return parts.get(node.id, node)

    return Fill().visit(ast.parse(template, mode="eval").body)


def _method(node: ast.expr, seen: ObservedTypes) -> tuple[str, ast.expr, ast.Call] | None:
    """The name, the tensor and the call of a tensor's method."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and seen.tensor(node.func.value):
        return node.func.attr, node.func.value, node
    return None


def _function(node: ast.expr) -> tuple[str, str, ast.Call] | None:
    """The module (torch, F), the name and the call of one of PyTorch's functions."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
        module, name = node.func.value.id, node.func.attr
        return (module, name, node) if module in ("torch", "F") else None
    return None


def _number(node: ast.expr) -> int | None:
    """A literal whole number."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _number(node.operand)
        return None if inner is None else -inner
    return node.value if isinstance(node, ast.Constant) and type(node.value) is int else None


def _literal(number: int) -> ast.expr:
    return ast.parse(str(number), mode="eval").body


def _product(node: ast.expr, seen: ObservedTypes) -> tuple[ast.expr, ast.expr] | None:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        return (node.left, node.right) if seen.tensor(node.left) and seen.tensor(node.right) else None
    return None


def matmul_function(node: ast.expr, seen: ObservedTypes) -> ast.expr | None:
    pair = _product(node, seen)
    return _made("torch.matmul(A, B)", A=pair[0], B=pair[1]) if pair else None


def einsum(node: ast.expr, seen: ObservedTypes) -> ast.expr | None:
    pair = _product(node, seen)
    if not pair:
        return None
    left, right = (min(seen.axes(side)) for side in pair)
    if left >= 2 and right >= 2:
        return _made("torch.einsum('...ij,...jk->...ik', A, B)", A=pair[0], B=pair[1])
    one_vector = seen.axes(pair[1]) == {1} and left >= 2
    return _made("torch.einsum('...ij,j->...i', A, B)", A=pair[0], B=pair[1]) if one_vector else None


def bmm(node: ast.expr, seen: ObservedTypes) -> ast.expr | None:
    pair = _product(node, seen)
    if not pair or not all(seen.axes(side) == {3} for side in pair):
        return None
    same = seen.sizes(pair[0], 0) == seen.sizes(pair[1], 0)
    return _made("torch.bmm(A, B)", A=pair[0], B=pair[1]) if same else None


def matmul_operator(node: ast.expr, seen: ObservedTypes) -> ast.expr | None:
    function, method = _function(node), _method(node, seen)
    if function and function[1] in ("matmul", "bmm", "mm", "mv") and len(function[2].args) == 2:
        return _made("A @ B", A=function[2].args[0], B=function[2].args[1])
    if method and method[0] in ("matmul", "bmm", "mm", "mv") and len(method[2].args) == 1:
        return _made("A @ B", A=method[1], B=method[2].args[0])
    return None


def function_for_method(node: ast.expr, seen: ObservedTypes) -> ast.expr | None:
    method = _method(node, seen)
    if not method or method[0].endswith("_") or not callable(getattr(torch, method[0], None)):
        return None
    name, tensor, call = method
    arguments = call.args
    if name in _TAKE_TUPLES and arguments and not isinstance(arguments[0], ast.Tuple | ast.List):
        if not isinstance(arguments[0], ast.Starred) and not _is_whole(arguments[0], seen):
            return None  # already a tuple
        arguments = [ast.Tuple(arguments, ast.Load())]
    return ast.Call(_made(f"torch.{name}"), [tensor, *arguments], call.keywords)


def _is_whole(node: ast.expr, seen: ObservedTypes) -> bool:
    return _number(node) is not None or seen.only(node, int)


def method_for_function(node: ast.expr, seen: ObservedTypes) -> ast.expr | None:
    function = _function(node)
    if not function or not function[2].args or not seen.tensor(function[2].args[0]):
        return None
    module, name, call = function
    known = name in _LIBRARY if module == "F" else name not in _NOT_METHODS
    if not known or not hasattr(torch.Tensor, name):
        return None
    return ast.Call(ast.Attribute(call.args[0], name, ast.Load()), call.args[1:], call.keywords)


def library_function(node: ast.expr, seen: ObservedTypes) -> ast.expr | None:
    """F.softmax and the like."""
    method, function = _method(node, seen), _function(node)
    if method and method[0] in _LIBRARY:
        return ast.Call(_made(f"torch.nn.functional.{method[0]}"), [method[1], *method[2].args], method[2].keywords)
    if function and function[0] == "torch" and function[1] in _LIBRARY:
        return ast.Call(_made(f"torch.nn.functional.{function[1]}"), function[2].args, function[2].keywords)
    return None


def _axis(node: ast.expr, seen: ObservedTypes) -> tuple[ast.Call, int, list[ast.expr]] | None:
    """A call that takes an axis, the place of this argument, and the tensors whose axis it is."""
    method, function = _method(node, seen), _function(node)
    if method and method[0] in _AXIS:
        return method[2], _AXIS[method[0]], [method[1]]
    if not function:
        return None
    _, name, call = function
    if name in _LISTS and call.args:
        listed = call.args[0].elts if isinstance(call.args[0], ast.List | ast.Tuple) else []
        return call, _LISTS[name], listed
    if name in _AXIS and call.args and seen.tensor(call.args[0]):
        return call, _AXIS[name] + 1, call.args[:1]
    return None


def keyword_axis(node: ast.expr, seen: ObservedTypes) -> ast.expr | None:
    if not (found := _axis(node, seen)):
        return None
    call, place, _ = found
    if len(call.args) != place + 1 or isinstance(call.args[place], ast.Starred) or not _is_axis(call.args[place], seen):
        return None
    return ast.Call(call.func, call.args[:place], [ast.keyword("dim", call.args[place]), *call.keywords])


def _is_axis(node: ast.expr, seen: ObservedTypes) -> bool:
    return _is_whole(node, seen) or isinstance(node, ast.Tuple)


def positional_axis(node: ast.expr, seen: ObservedTypes) -> ast.expr | None:
    if not (found := _axis(node, seen)):
        return None
    call, place, _ = found
    given = [each for each in call.keywords if each.arg == "dim"]
    if not given or len(call.args) != place:
        return None
    return ast.Call(call.func, [*call.args, given[0].value], [each for each in call.keywords if each.arg != "dim"])


def axis_from_the_other_end(node: ast.expr, seen: ObservedTypes) -> ast.expr | None:
    if not (found := _axis(node, seen)):
        return None
    call, place, tensors = found
    counts = set().union(*(seen.axes(each) for each in tensors))
    given = next((each.value for each in call.keywords if each.arg == "dim"), None)
    positional = given is None and len(call.args) > place
    axis = call.args[place] if positional else given
    number = None if axis is None else _number(axis)
    if number is None or len(counts) != 1 or not isinstance(call.func, ast.Attribute):
        return None
    count = counts.pop() + (call.func.attr in ("unsqueeze", "stack"))  # a new axis counts
    other = _literal(number - count if number >= 0 else number + count)
    if positional:
        return ast.Call(call.func, [*call.args[:place], other, *call.args[place + 1 :]], call.keywords)
    keywords = [ast.keyword("dim", other) if each.arg == "dim" else each for each in call.keywords]
    return ast.Call(call.func, call.args, keywords)


def none_index(node: ast.expr, seen: ObservedTypes) -> ast.expr | None:
    """x[:, None] for x.unsqueeze(1)."""
    method = _method(node, seen)
    if not method or method[0] != "unsqueeze":
        return None
    axis = next(iter([*method[2].args, *(each.value for each in method[2].keywords)]), None)
    number = None if axis is None else _number(axis)
    templates = {-2: "X[..., None, :]", -1: "X[..., None]", 0: "X[None]", 1: "X[:, None]", 2: "X[:, :, None]"}
    return _made(templates[number], X=method[1]) if number in templates else None


def unsqueeze(node: ast.expr, seen: ObservedTypes) -> ast.expr | None:
    """x.unsqueeze(1) for x[:, None]."""
    if not isinstance(node, ast.Subscript) or not isinstance(node.ctx, ast.Load) or not seen.tensor(node.value):
        return None
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    texts = [ast.unparse(part) for part in parts]
    if texts.count("None") != 1 or set(texts) - {":", "...", "None"}:
        return None
    place = texts.index("None")
    if "..." in texts:
        place = place - len(texts) if texts.index("...") < place else place
    return _made(f"X.unsqueeze({place})", X=node.value)


def reshape_and_view(node: ast.expr, seen: ObservedTypes) -> ast.expr | None:
    """reshape for view, view of a contiguous tensor for reshape, reshape for flatten()."""
    method = _method(node, seen)
    if not method:
        return None
    name, tensor, call = method
    if name == "view" and not (len(call.args) == 1 and not _is_axis(call.args[0], seen)):  # not of another dtype
        return ast.Call(ast.Attribute(tensor, "reshape", ast.Load()), call.args, call.keywords)
    if name == "reshape":
        return ast.Call(_made("X.contiguous().view", X=tensor), call.args, call.keywords)
    if name == "flatten" and not call.args and not call.keywords:
        return _made("X.reshape(-1)", X=tensor)
    return None


def transposed(node: ast.expr, seen: ObservedTypes) -> ast.expr | None:
    """swapaxes for transpose; transpose for .T and .mT."""
    method = _method(node, seen)
    if method and method[0] == "transpose" and len(method[2].args) == 2:
        return ast.Call(ast.Attribute(method[1], "swapaxes", ast.Load()), method[2].args, [])
    if not isinstance(node, ast.Attribute) or not seen.tensor(node.value):
        return None
    last_two = node.attr == "mT" or (node.attr == "T" and seen.axes(node.value) == {2})
    return _made("X.transpose(-2, -1)", X=node.value) if last_two else None


def transposed_by_einsum(node: ast.expr, seen: ObservedTypes) -> ast.expr | None:
    method = _method(node, seen)
    if method and method[0] == "transpose" and {_number(each) for each in method[2].args} == {-2, -1}:
        return _made("torch.einsum('...ij->...ji', X)", X=method[1])
    return None


def powers(node: ast.expr, seen: ObservedTypes) -> ast.expr | None:
    """x ** 2 for square(), square() for x ** 2, a power for a root."""
    method = _method(node, seen)
    if method and method[0] == "square":
        return _made("X ** 2", X=method[1])
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) and _number(node.right) == 2:
        return _made("X.square()", X=node.left) if seen.floating(node.left) else None
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "math.sqrt" and len(node.args) == 1:
        return _made("X ** 0.5", X=node.args[0]) if seen.only(node.args[0], int, float) else None
    return None


def sizes(node: ast.expr, seen: ObservedTypes) -> ast.expr | None:
    """size(0) for shape[0], shape[0] for len()."""
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute) and node.value.attr == "shape":
        whole = _number(node.slice) is not None and seen.tensor(node.value.value)
        return _made("X.size(K)", X=node.value.value, K=node.slice) if whole else None
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "len" and seen.tensor(node.args[0]):
        return _made("X.shape[0]", X=node.args[0])
    return None


def sum_over_count(node: ast.expr, seen: ObservedTypes) -> ast.expr | None:
    """A sum divided by the number of elements, for mean() of a name."""
    method = _method(node, seen)
    plain = method and method[0] == "mean" and not method[2].args and not method[2].keywords
    if method and plain and isinstance(method[1], ast.Name):
        return _made("X.sum() / X.numel()", X=method[1])
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
    both = all(seen.only(side, *numbers) or _number(side) is not None for side in (node.left, node.right))
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
    return _made(template, P=one, A=node.left, B=node.right)


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
}


def places(tree: ast.AST, rule: Rule, seen: ObservedTypes) -> Iterator[ast.expr]:
    """The expressions that a rule can change."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.expr) and rule(node, seen) is not None)
