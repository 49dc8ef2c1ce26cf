"""Checks that a probe is self-contained: its source may use only its own names, built-ins and a few modules."""

from __future__ import annotations

import builtins
import symtable

from course_utils.remote.server import PROBE_GLOBALS


def check(source: str, name: str) -> None:
    """Raise ValueError if `source` is not one plain function `name`, or uses names defined outside it.

    >>> check("def double(student, x): return 2 * student.f(x)", "double")
    >>> check("def scaled(student, x): return scale * student.f(x)", "scaled")
    Traceback (most recent call last):
    ...
    ValueError: the probe `scaled` uses scale, defined outside it: ...
    """
    table = symtable.symtable(source, "<probe>", "exec")
    outside = sorted(_free_names(table) - set(PROBE_GLOBALS) - set(dir(builtins)) - {name})
    if outside:
        raise ValueError(
            f"the probe `{name}` uses {', '.join(outside)}, defined outside it: pass values as arguments, since only "
            f"its source is sent to the student's process (available: built-ins and {', '.join(sorted(PROBE_GLOBALS))})"
        )
    if not table.get_children() or table.get_children()[0].get_name() != name:
        raise ValueError(f"the probe `{name}` must be a plain function written with `def`")


def _free_names(table: symtable.SymbolTable) -> set[str]:
    names = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_global() and symbol.is_referenced()}
    for child in table.get_children():
        names |= _free_names(child)
    return names
