"""Right answers in other words: what each rule makes, that it has the same values, and what a lab's tests say to it."""

import ast
from types import SimpleNamespace

import pytest
import torch

pytest.importorskip("jupytext")

from course_grader.audit import observed_types
from course_grader.audit.observed_types import ObservedTypes
from course_grader.audit.rewrites import CHANGES, parts_of, rewrites_of

ENCODERS = SimpleNamespace(encoder=lambda input_ids, attention_mask=None: 2 * input_ids)
MATRIX, BATCH = torch.randn(3, 4, dtype=torch.float64), torch.randn(2, 3, 4)


def observed(source, *arguments):
    """What the expressions of f are, when it is called with these arguments."""
    observed_types._seen.clear()
    tree = observed_types._Instrument().visit(ast.parse(source))
    space = {"torch": torch, "F": torch.nn.functional}
    exec(observed_types._IMPORT + ast.unparse(ast.fix_missing_locations(tree)), space)
    space["f"](*arguments)
    return ObservedTypes(dict(observed_types._seen))


def made(body, *arguments):
    """The rewrites of a function with this body, by rule: their last lines, after a check that the values agree."""
    source = f"def f(x, y=None):\n    {body}"
    found = {}
    for rewrite in rewrites_of(source, observed(source, *arguments)):
        values = []
        for code in (source, rewrite.code):
            space = {"torch": torch, "F": torch.nn.functional, "math": __import__("math")}
            exec(code, space)
            values.append(torch.as_tensor(space["f"](*arguments)))
        torch.testing.assert_close(values[1], values[0])
        found[rewrite.rule] = rewrite.code.splitlines()[-1].strip().removeprefix("return ")
    return found


@pytest.mark.parametrize(
    ("body", "arguments", "rule", "expected"),
    [
        ("return x @ y", (MATRIX, MATRIX.T), "torch.matmul", "torch.matmul(x, y)"),
        ("return x @ y", (MATRIX, MATRIX.T), "einsum", "torch.einsum('...ij,...jk->...ik', x, y)"),
        ("return x @ y", (MATRIX, MATRIX[0]), "einsum", "torch.einsum('...ij,j->...i', x, y)"),
        ("return x @ y", (BATCH, BATCH.mT), "bmm", "torch.bmm(x, y)"),
        ("return torch.matmul(x, y)", (MATRIX, MATRIX.T), "the operator @", "x @ y"),
        ("return x.sum(0)", (MATRIX,), "functions for methods", "torch.sum(x, 0)"),
        ("return x.reshape(4, -1)", (MATRIX,), "functions for methods", "torch.reshape(x, (4, -1))"),
        ("return torch.sum(x, 0)", (MATRIX,), "methods for functions", "x.sum(0)"),
        ("return x.softmax(dim=1)", (MATRIX,), "torch.nn.functional", "torch.nn.functional.softmax(x, dim=1)"),
        ("return x.sum(0)", (MATRIX,), "axes by keyword", "x.sum(dim=0)"),
        ("return x.sum(dim=0)", (MATRIX,), "axes by position", "x.sum(0)"),
        ("return x.sum(0)", (MATRIX,), "axes from the other end", "x.sum(-2)"),
        ("return x.unsqueeze(-1)", (MATRIX,), "axes from the other end", "x.unsqueeze(2)"),
        ("return torch.stack([x, x], dim=0)", (MATRIX,), "axes from the other end", "torch.stack([x, x], dim=-3)"),
        ("return x.unsqueeze(1)", (MATRIX,), "None for unsqueeze", "x[:, None]"),
        ("return x[:, None]", (MATRIX,), "unsqueeze for None", "x.unsqueeze(1)"),
        ("return x[..., None, :]", (MATRIX,), "unsqueeze for None", "x.unsqueeze(-2)"),
        ("return x.view(4, 3)", (MATRIX,), "reshape and view", "x.reshape(4, 3)"),
        ("return x.reshape(4, 3)", (MATRIX.T,), "reshape and view", "x.contiguous().view(4, 3)"),
        ("return x.T", (MATRIX,), "other transposes", "x.transpose(-2, -1)"),
        ("return x.transpose(1, 2)", (BATCH,), "other transposes", "x.swapaxes(1, 2)"),
        ("return x.transpose(-2, -1)", (BATCH,), "transposes by einsum", "torch.einsum('...ij->...ji', x)"),
        ("return x.square()", (MATRIX,), "powers", "x ** 2"),
        ("return len(x)", (MATRIX,), "sizes", "x.shape[0]"),
        ("return x.mean()", (MATRIX,), "a sum over a count", "x.sum() / x.numel()"),
        ("return x < y", (MATRIX, MATRIX + 1), "swapped comparisons", "y > x"),
        ("return x + 1", (MATRIX,), "swapped operands", "1 + x"),
        (
            "return x - y",
            (MATRIX, MATRIX[:1]),
            "loops for broadcasting",
            "torch.stack([one - other for one, other in zip(*torch.broadcast_tensors(x, y))])",
        ),
        ("return y.encoder(x)", (MATRIX, ENCODERS), "encoders by keyword", "y.encoder(input_ids=x)"),
        (
            "return y.encoder(attention_mask=x, input_ids=x)",
            (MATRIX, ENCODERS),
            "encoders by position",
            "y.encoder(x, x)",
        ),
        ("total = 0\n    total += x\n    return total", (MATRIX,), "out of place", "total"),
        (
            "return sum([row.sum() for row in x if len(row)])",
            (MATRIX,),
            "loops for comprehensions",
            "sum(collected_1())",
        ),
        (
            "return x + 1",
            (MATRIX,),
            "results that are not contiguous",
            "(x + 1).transpose(-2, -1).contiguous().transpose(-2, -1)",
        ),
        ("return x.exp()", (BATCH,), "float64 inside", "x.exp().to(their_dtype)"),
    ],
)
def test_a_rule_gives_the_same_value(body, arguments, rule, expected):
    assert made(body, *arguments)[rule] == expected


def test_every_rule_is_tried_above():
    tried = {case[2] for case in test_a_rule_gives_the_same_value.pytestmark[0].args[1]}
    assert tried == set(CHANGES)


def test_what_is_no_tensor_stays():
    assert set(made("return len(x) + sum([3])", [1, 2])) <= {"swapped operands"}


def test_each_place_for_itself():
    source = "def f(x):\n    return x.sum(0) + x.sum(1).sum()"
    seen = observed(source, MATRIX)
    changed = [part.line for part in parts_of(source, seen, "axes by keyword")]
    assert changed == ["return x.sum(dim=0) + x.sum(1).sum()", "return x.sum(0) + x.sum(dim=1).sum()"]


def test_an_argument_changed_in_place_stays():
    assert "out of place" not in made("x += 1\n    return x", MATRIX.clone())
