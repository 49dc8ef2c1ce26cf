"""Checks that a probe carries nothing along: its source may use only its own names, built-ins and a few modules."""

from __future__ import annotations

import builtins
import symtable

from course_utils.remote.server import PROBE_GLOBALS


def check(source: str, name: str) -> None:
    """ValueError where the function `name` in `source` uses a name from outside itself."""
    table = symtable.symtable(source, "<probe>", "exec")
    outside = sorted(_free_names(table) - set(PROBE_GLOBALS) - set(dir(builtins)) - {name})
    if outside:
        raise ValueError(
            f"the probe `{name}` uses {', '.join(outside)} from outside itself; it runs on the student's side, so pass "
            f"values as arguments (free names may be built-ins and {', '.join(sorted(PROBE_GLOBALS))})"
        )
    if not table.get_children() or table.get_children()[0].get_name() != name:
        raise ValueError(f"the probe `{name}` must be a plain function written with `def`")


def _free_names(table: symtable.SymbolTable) -> set[str]:
    names = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_global() and symbol.is_referenced()}
    for child in table.get_children():
        names |= _free_names(child)
    return names
