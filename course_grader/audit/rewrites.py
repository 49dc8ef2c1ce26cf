"""Right answers written in another way, made from right answers: each must be right, too."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from course_grader.audit.mutants import changed_lines
from course_grader.audit.observed_types import ObservedTypes
from course_grader.audit.rewrite_rules import RULES, Rule
from course_grader.audit.rewrite_statements import STATEMENT_RULES, Change, by


@dataclass(frozen=True)
class Rewrite:
    """A right answer in other words. line: the first changed line, by which it is known from run to run."""

    rule: str
    line: str
    code: str
    diff: str


class _Apply(ast.NodeTransformer):
    """Applies a rule at one place, counted from 0, or at all of them (only=None)."""

    def __init__(self, rule: Rule, seen: ObservedTypes, only: int | None):
        self._rule, self._seen, self._only = rule, seen, only
        self.places = 0

    def visit(self, node: ast.AST) -> ast.AST:
        original = copy.deepcopy(node) if isinstance(node, ast.expr) else None
        node = self.generic_visit(node)
        if original is None or self._rule(original, self._seen) is None:
            return node
        self.places += 1
        if self._only not in (None, self.places - 1):
            return node
        changed = self._rule(node, self._seen)  # type: ignore[arg-type]
        return node if changed is None else ast.copy_location(changed, node)


CHANGES: dict[str, Change] = {name: by(partial(_Apply, rule)) for name, rule in RULES.items()} | STATEMENT_RULES


def rewrites_of(source: str, seen: ObservedTypes) -> list[Rewrite]:
    """For each rule that can change the answer, the answer with all places changed."""
    made = (_rewrite(source, seen, name, None) for name in CHANGES)
    return [each for each in made if each is not None]


def parts_of(source: str, seen: ObservedTypes, rule: str) -> Iterator[Rewrite]:
    """The answer with one place changed by this rule, for each place."""
    count = CHANGES[rule](ast.parse(source), seen, None)
    made = (_rewrite(source, seen, rule, place) for place in range(count))
    return (each for each in made if each is not None)


def _rewrite(source: str, seen: ObservedTypes, rule: str, only: int | None) -> Rewrite | None:
    tree = ast.parse(source)
    before = ast.unparse(tree)
    CHANGES[rule](tree, seen, only)
    code = ast.unparse(ast.fix_missing_locations(tree))
    if code == before:
        return None
    diff = changed_lines(before, code)
    line = next((line for line in diff if line.startswith("+")), diff[0])
    return Rewrite(rule, line[1:].strip(), code, "\n".join(diff))
