"""Exercises whose cell ended with an error when it last ran, or does not define them: tests try an older function."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Mapping
from typing import Any

from course_utils.lines import filled
from course_utils.variables import notebook_variables

_EXERCISE = re.compile(r"^# Exercise: (\w+)", re.MULTILINE)
_DEFINED = re.compile(r"^(?:def|class) (\w+)", re.MULTILINE)  # by a cell that has lost its first line, too
MAX_ERROR = 200  # characters


class CellWatch:
    """Remembers how the exercises' cells ended; IPython calls `before` and `after` for each cell."""

    def __init__(self, variables: Mapping[str, Any] | None = None):
        """variables: of the notebook; None means the one that runs in this process."""
        self._variables = variables
        self._before: dict[str, Any] = {}
        self._source = ""
        self._failed: dict[str, str] = {}
        self._unreached: set[str] = set()

    def before(self, info: Any) -> None:
        self._source = info.raw_cell or ""
        names = {*_EXERCISE.findall(self._source), *_DEFINED.findall(self._source)}
        self._before = {name: self._value(name) for name in names}

    def after(self, result: Any) -> None:
        if not self._before:  # most cells define nothing
            return
        error = result.error_before_exec or result.error_in_exec  # before: a syntax error
        for name, value in self._before.items():
            if error is not None and self._value(name) is value:
                self._failed[name] = f"it ended with {_described(error)}"
            elif self._value(name) is value and not _assigns(self._source, name):
                self._failed[name] = f"it did not define `{name}` (is the name of your function right?)"
            else:
                self._failed.pop(name, None)
        self._unreached -= self._before.keys()
        if error is None and _stands_below_the_stub(self._source):
            self._unreached |= self._before.keys()
        self._before = {}

    def warning(self, exercise: str) -> str:
        """What the test of an exercise says first; empty if its cell has defined what is tested."""
        if exercise in self._unreached:
            return filled(
                f"{exercise}: your code stands below `raise NotImplementedError(...)`, which ends the function. "
                "Delete that line, run the cell again, then run this test again.",
                rest="  ",
            )
        if exercise not in self._failed:
            return ""
        old = self._value(exercise) is not None
        tested = f"so these tests still try the old `{exercise}`" if old else f"so there is no `{exercise}` to test"
        return filled(
            f"{exercise}: when its cell last ran, {self._failed[exercise]}, {tested}. "
            "Correct the cell and run it again, then run this test again.",
            rest="  ",
        )

    def _value(self, name: str) -> Any:
        return (notebook_variables() if self._variables is None else self._variables).get(name)


def _assigns(source: str, name: str) -> bool:
    """Whether a cell gives the name to something that exists: `f = g` may leave `f` as it was, a `def` never does."""
    nodes = _nodes(source)
    if nodes is None:
        return bool(re.search(rf"\b{name}\b", _EXERCISE.sub("", source)))
    stored = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    imports = [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]
    return name in stored | {alias.asname or alias.name for node in imports for alias in node.names}


def _stands_below_the_stub(source: str) -> bool:
    """Whether a function goes on after the stub's `raise NotImplementedError(...)`, so that it never gets there."""
    functions = [node for node in _nodes(source) or () if isinstance(node, ast.FunctionDef)]
    return any(_is_stub(statement) for function in functions for statement in function.body[:-1])


def _nodes(source: str) -> list[ast.AST] | None:
    """Of a cell that ran; None if it has commands of IPython."""
    try:
        return list(ast.walk(ast.parse(source)))
    except SyntaxError:
        return None


def _is_stub(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Raise) and "NotImplementedError" in ast.unparse(statement)


def _described(error: BaseException) -> str:
    text = str(error)
    if isinstance(error, SyntaxError):  # its own text names a file that students do not know
        text = f"{error.msg} (line {error.lineno})"
    return f"{type(error).__name__}: {text}"[:MAX_ERROR]


watch = CellWatch()


def start() -> None:
    """Watch the cells of the notebook that runs in this process, if there is one."""
    if "IPython" not in sys.modules:  # importing it takes long
        return
    from IPython import get_ipython

    if (shell := get_ipython()) is not None:
        shell.events.register("pre_run_cell", watch.before)
        shell.events.register("post_run_cell", watch.after)
