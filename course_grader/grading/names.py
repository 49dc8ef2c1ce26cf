"""The variables that a cell uses and defines, found from its source, without running it."""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from course_grader.python_source import parse

# Through these, code can reach variables that it does not name.
INDIRECT = {"eval", "exec", "globals", "locals", "vars", "get_ipython", "__import__", "importlib", "inspect"}
_COMPOUND = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.TryStar, ast.Match)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_COMPREHENSION_TABLES = {"listcomp", "setcomp", "dictcomp", "genexpr"}


@dataclass(frozen=True)
class Names:
    """The variables of the notebook, not those inside a function, that a cell has to do with.

    mentions: all that occur. needs: those whose value from before the cell can matter; not one that the cell itself
    assigns first. defines: those that it assigns. changes: those whose attributes or items it assigns. imports: those
    that it imports. calls: functions and what they belong to, such as ("torch", "set_default_dtype").
    """

    mentions: frozenset[str]
    needs: frozenset[str]
    defines: frozenset[str]
    changes: frozenset[str]
    calls: frozenset[tuple[str, str]]
    imports: frozenset[str]


@lru_cache(maxsize=4096)  # most cells are the same in every submission
def names_of(source: str) -> Names | None:
    """None if they cannot be told: magics, a syntax error, `import *`, or code that looks variables up by itself."""
    try:
        tree = parse(source)
        tables = list(_tables(symtable.symtable(source, "cell", "exec")))
        mentions = {symbol.get_name() for table in tables for symbol in _globals(table)}
        needs = _needs(tree.body, set()) | {name for table in tables[1:] for name in _used_later(table)}
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    nodes = list(ast.walk(tree))
    if mentions & INDIRECT or any(isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in nodes):
        return None
    defines = {s.get_name() for table in tables for s in _globals(table) if s.is_assigned() or s.is_imported()}
    changes = {root for node in nodes if _is_target(node) and (root := _root(node))}
    calls = {call for node in nodes if isinstance(node, ast.Call) and (call := _call(node))}
    imports = {name for node in nodes if isinstance(node, ast.Import | ast.ImportFrom) for name in _stored(node)}
    return Names(
        frozenset(mentions), frozenset(needs), frozenset(defines), frozenset(changes), frozenset(calls),
        frozenset(imports),
    )  # fmt: skip


def _tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for child in table.get_children():
        yield from _tables(child)


def _globals(table: symtable.SymbolTable) -> Iterator[symtable.Symbol]:
    """The symbols of one scope that stand for variables of the notebook."""
    top = table.get_type() == "module"
    return (symbol for symbol in table.get_symbols() if top or symbol.is_global())


def _used_later(table: symtable.SymbolTable) -> Iterator[str]:
    """What a function uses may have its value from any time before the call; a comprehension runs at once."""
    if table.get_name() not in _COMPREHENSION_TABLES:
        yield from (symbol.get_name() for symbol in _globals(table) if symbol.is_referenced())


def _needs(body: Sequence[ast.stmt], bound: set[str]) -> set[str]:
    """The names that statements load before they have surely been assigned. Changes `bound`: those that have."""
    needed: set[str] = set()
    for statement in body:
        if isinstance(statement, _COMPOUND):  # may run not at all, or in part
            needed |= _needs_of_compound(statement, set(bound))
        else:
            needed |= _loaded(statement) - bound
            bound |= _stored(statement)
    return needed


def _needs_of_compound(statement: ast.stmt, bound: set[str]) -> set[str]:
    needed: set[str] = set()
    bodies: list[list[ast.stmt]] = []
    for child in ast.iter_child_nodes(statement):
        if isinstance(child, ast.stmt):
            continue
        if isinstance(child, ast.ExceptHandler | ast.match_case):
            bodies.append(child.body)
        needed |= _loaded(child) - bound if not isinstance(child, ast.ExceptHandler) else set()
    bodies += [getattr(statement, name) for name in ("body", "orelse", "finalbody") if getattr(statement, name, None)]
    if isinstance(statement, ast.For | ast.AsyncFor):
        bound |= _stored(statement.target)
    if isinstance(statement, ast.With | ast.AsyncWith):
        bound |= {name for item in statement.items if item.optional_vars for name in _stored(item.optional_vars)}
    for part in bodies:
        needed |= _needs(part, set(bound))
    return needed


def _children_now(node: ast.AST) -> Iterator[ast.AST]:
    """The children that run with a statement: not the body of a function or a class, whose names symtable tells."""
    later = node.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda) else []
    for child in ast.iter_child_nodes(node):
        if child is not later and not (isinstance(later, list) and child in later):
            yield child


def _runs_now(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for child in _children_now(node):
        yield from _runs_now(child)


def _loaded(node: ast.AST) -> set[str]:
    """What a statement or an expression loads; a comprehension's own variables are none of the notebook's."""
    names = {name for child in _children_now(node) for name in _loaded(child)}
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        names.add(node.id)
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        names.add(node.target.id)
    if isinstance(node, _COMPREHENSIONS):
        own = {name for generator in node.generators for name in _stored(generator.target)}
        names = names - own | _loaded(node.generators[0].iter)
    return names


def _stored(node: ast.AST) -> set[str]:
    names = {n.id for n in _runs_now(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        names.add(node.name)
    if isinstance(node, ast.Import | ast.ImportFrom):
        names |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    return names


def _is_target(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load)


def _root(node: ast.AST) -> str:
    """`a` in a.b[c].d; empty if it is no variable."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _call(node: ast.Call) -> tuple[str, str] | None:
    match node.func:
        case ast.Attribute(attr=name):
            return _root(node.func), name
        case ast.Name(id=name):
            return "", name
    return None
