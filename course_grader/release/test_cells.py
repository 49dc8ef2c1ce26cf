"""Reads the tests of a test cell from its source, without running it."""

from __future__ import annotations

import ast
import symtable
from dataclasses import dataclass

from course_grader.python_source import parse


@dataclass
class TestMethod:
    """One test method. points: None if the decorator is missing or its argument is not a literal."""

    __test__ = False  # tells pytest that this is not a test class

    name: str
    points: float | None
    title: str
    hidden: bool


@dataclass
class TestCell:
    """What one test cell defines, in order."""

    __test__ = False

    classes: list[str]
    methods: list[TestMethod]
    ends_in_run_tests: bool

    @classmethod
    def parse(cls, source: str) -> TestCell:
        body = parse(source).body
        classes = [node for node in body if isinstance(node, ast.ClassDef)]
        methods = [method for node in classes for method in _methods(node)]
        return cls([node.name for node in classes], methods, _runs_tests(body[-1:]))


def _methods(case: ast.ClassDef) -> list[TestMethod]:
    functions = [node for node in case.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test")]
    hidden = case.name.startswith("Hidden")
    return [TestMethod(f"{case.name}.{f.name}", _points(f), ast.get_docstring(f) or "", hidden) for f in functions]


def _points(function: ast.FunctionDef) -> float | None:
    for decorator in function.decorator_list:
        match decorator:
            case ast.Call(func=ast.Name(id="points"), args=[ast.Constant(value=int() | float() as value)]):
                return float(value)
    return None


def _runs_tests(last: list[ast.stmt]) -> bool:
    match last:
        case [ast.Expr(value=ast.Call(func=ast.Name(id="run_tests"), args=[ast.Constant()]))]:
            return True
    return False


def names_read(tree: ast.Module) -> set[str]:
    """Global names that a cell reads but does not define."""
    table = symtable.symtable(ast.unparse(tree), "<cell>", "exec")
    own = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    return _globals_of(table, top=True) - own


def _globals_of(table: symtable.SymbolTable, top: bool = False) -> set[str]:
    read = [symbol for symbol in table.get_symbols() if symbol.is_referenced()]
    found = {symbol.get_name() for symbol in read if top or symbol.is_global()}
    return found.union(*(_globals_of(child) for child in table.get_children()))
