"""Other ways to name or add the axis of a tensor."""

from __future__ import annotations

import ast

from course_grader.audit.observed_types import ObservedTypes
from course_grader.audit.rewrite_parts import function_of, is_whole, literal, made, method_of, whole_number

_FIRST = (
    "sum mean softmax log_softmax argmax argmin amax amin any all unsqueeze squeeze logsumexp cumsum gather argsort "
    "index_select unbind"
)
_AXIS = dict.fromkeys(_FIRST.split(), 0) | {"topk": 1, "split": 1, "chunk": 1}  # methods, and where the axis is
_LISTS = {"cat": 1, "stack": 1}  # torch functions of a list of tensors, and where the axis is


def _axis(node: ast.expr, seen: ObservedTypes) -> tuple[ast.Call, int, list[ast.expr]] | None:
    """A call that takes an axis, the place of this argument, and the tensors whose axis it is."""
    method, function = method_of(node, seen), function_of(node)
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
    if len(call.args) != place + 1 or isinstance(call.args[place], ast.Starred) or not is_axis(call.args[place], seen):
        return None
    return ast.Call(call.func, call.args[:place], [ast.keyword("dim", call.args[place]), *call.keywords])


def is_axis(node: ast.expr, seen: ObservedTypes) -> bool:
    return is_whole(node, seen) or isinstance(node, ast.Tuple)


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
    number = None if axis is None else whole_number(axis)
    if number is None or len(counts) != 1 or not isinstance(call.func, ast.Attribute):
        return None
    count = counts.pop() + (call.func.attr in ("unsqueeze", "stack"))  # a new axis counts
    other = literal(number - count if number >= 0 else number + count)
    if positional:
        return ast.Call(call.func, [*call.args[:place], other, *call.args[place + 1 :]], call.keywords)
    keywords = [ast.keyword("dim", other) if each.arg == "dim" else each for each in call.keywords]
    return ast.Call(call.func, call.args, keywords)


def none_index(node: ast.expr, seen: ObservedTypes) -> ast.expr | None:
    """x[:, None] for x.unsqueeze(1)."""
    method = method_of(node, seen)
    if not method or method[0] != "unsqueeze":
        return None
    axis = next(iter([*method[2].args, *(each.value for each in method[2].keywords)]), None)
    number = None if axis is None else whole_number(axis)
    templates = {-2: "X[..., None, :]", -1: "X[..., None]", 0: "X[None]", 1: "X[:, None]", 2: "X[:, :, None]"}
    return made(templates[number], X=method[1]) if number in templates else None


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
    return made(f"X.unsqueeze({place})", X=node.value)
