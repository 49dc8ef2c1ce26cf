"""After "Run All", a student who fills in a guess runs a cell again: no name that it reads may be missing by then.

A name can be missing because a later cell has deleted it, or because it is assigned only where the guess is known. Such
a name is read under `needs("name")`, which says what to run first, or under the same `guessed(...)`.
"""

import ast
from dataclasses import dataclass

import nbformat
import pytest

from course_grader.notebooks import lab_names
from tests.paths import ROOT

FUNCTIONS = (ast.FunctionDef, ast.Lambda, ast.ClassDef, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True)
class Use:
    """Where a name of the notebook is stored, read or deleted. guards: what `needs` and `guessed` around it name."""

    cell: str
    name: str
    kind: str
    line: int
    guards: frozenset[str]


def guards_of(node):
    """{"needs x", ...} for `with needs("x")`, {"guessed x", ...} for `if guessed(lab, "x")`, also with `and`."""
    if isinstance(node, ast.With):
        calls, word, first = [item.context_expr for item in node.items], "needs", 0
    elif isinstance(node, ast.If):
        both = isinstance(node.test, ast.BoolOp) and isinstance(node.test.op, ast.And)
        calls, word, first = node.test.values if both else [node.test], "guessed", 1
    else:
        return set()
    named = [call for call in calls if isinstance(call, ast.Call) and ast.unparse(call.func) == word]
    return {f"{word} {part.value}" for call in named for part in call.args[first:] if isinstance(part, ast.Constant)}


def inner_reads(node):
    """What a function, class or comprehension reads and does not define itself."""
    inner = list(ast.walk(node))
    own = {part.arg for part in inner if isinstance(part, ast.arg)}
    own |= {part.id for part in inner if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
    return {part.id for part in inner if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)} - own


def uses_in(cell, node, guards=frozenset()):
    """The uses in one statement or expression of a cell, in order; a `def` only stores its name here."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        yield Use(cell, node.name, "stored", node.lineno, guards)
    elif isinstance(node, FUNCTIONS):
        yield from (Use(cell, name, "read", node.lineno, guards) for name in sorted(inner_reads(node)))
    elif isinstance(node, ast.Name):
        kind = {"Load": "read", "Store": "stored", "Del": "deleted"}[type(node.ctx).__name__]
        yield Use(cell, node.id, kind, node.lineno, guards)
    elif isinstance(node, ast.alias):
        yield Use(cell, (node.asname or node.name).split(".")[0], "stored", node.lineno, guards)
    else:
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "free_gpu_memory":
            yield from (Use(cell, name.value, "deleted", node.lineno, guards) for name in node.args)
        within = guards | guards_of(node)
        for field, value in ast.iter_fields(node):
            parts = value if isinstance(value, list) else [value]
            for part in (part for part in parts if isinstance(part, ast.AST)):
                yield from uses_in(cell, part, within if field == "body" else guards)


def uses_of(cells):
    """All uses of a notebook, {cell: source}; what a function reads counts wherever the function is mentioned."""
    trees = {cell: ast.parse(source) for cell, source in cells.items()}
    reads = {
        node.name: inner_reads(node)
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.ClassDef))
    }
    found = []
    for cell, tree in trees.items():
        for use in uses_in(cell, tree):
            found.append(use)
            known, new = set(), {use.name} & reads.keys() if use.kind == "read" else set()
            while new:
                known |= new
                through = set().union(*(reads[name] for name in new))
                found += [Use(cell, name, "read", use.line, use.guards) for name in through]
                new = (through & reads.keys()) - known
    return found


def missing_when_run_again(cells):
    """(cell, name) for each read of a name that may be missing after "Run All" without guesses."""
    found = uses_of(cells)
    by_kind = {kind: {} for kind in ("stored", "read", "deleted")}
    for use in found:
        by_kind[use.kind].setdefault(use.name, []).append(use)
    problems = set()
    for name, reads in by_kind["read"].items():
        stores = by_kind["stored"].get(name, [])
        guesses = [{guard for guard in store.guards if guard.startswith("guessed")} for store in stores]
        for use in reads:
            stored_before = any(
                store.cell == use.cell and store.line <= use.line and store.guards <= use.guards for store in stores
            )
            deleted = name in by_kind["deleted"] and f"needs {name}" not in use.guards
            waits = bool(stores) and not any(guess <= use.guards for guess in guesses)
            if (deleted or waits) and not stored_before:
                problems.add((use.cell, name))
    return sorted(problems)


@pytest.mark.parametrize("lab", lab_names(ROOT))
def test_no_cell_reads_a_name_that_may_be_missing(lab):
    notebook = nbformat.read(ROOT / "solutions" / lab / f"{lab}.ipynb", as_version=4)
    assert missing_when_run_again({cell.id: cell.source for cell in notebook.cells if cell.cell_type == "code"}) == []


def test_a_name_that_a_later_cell_deletes_is_noticed():
    cells = {
        "make": "model = 1\nprint(model)",
        "use": "print([model for _ in range(2)])",
        "guarded": 'with needs("model"):\n    print(model)',
        "function": "def f():\n    return model\ndef g():\n    return f()",
        "call": "g()",
    }
    for last in ("del model", 'with free_gpu_memory("model"):\n    pass'):
        assert missing_when_run_again(cells | {"last": last}) == [("call", "model"), ("use", "model")]
    assert missing_when_run_again(cells) == []


def test_a_name_that_waits_for_a_guess_is_noticed():
    cells = {
        "table": 'if x and guessed("lab", "a"):\n    rows = 1\n    print(rows)',
        "same": 'if guessed("lab", "a", "b"):\n    print(rows)',
        "other": 'if guessed("lab", "b"):\n    print(rows)',
        "not": 'if not guessed("lab", "a"):\n    print(rows)',
        "else": 'if guessed("lab", "a"):\n    pass\nelse:\n    print(rows)',
    }
    assert missing_when_run_again(cells) == [("else", "rows"), ("not", "rows"), ("other", "rows")]
    assert missing_when_run_again({"before": "rows = None", **cells}) == []


def computed_from_themselves(source):
    """Names that a cell takes from an earlier one and gives a value computed from the old one, outside of functions."""
    return _computed_from_themselves(ast.parse(source).body, set())


def _computed_from_themselves(body, own):
    found = []
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            continue
        if isinstance(node, ast.Assign):
            stored = {name.id for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name)}
            read = {name.id for name in ast.walk(node.value) if isinstance(name, ast.Name)}
            found += sorted((stored & read) - own)
            own |= stored
        if isinstance(node, ast.For):
            own |= {name.id for name in ast.walk(node.target) if isinstance(name, ast.Name)}
        for field in ("body", "orelse", "finalbody"):
            found += _computed_from_themselves(getattr(node, field, []), own)
    return found


@pytest.mark.parametrize("lab", lab_names(ROOT))
def test_no_cell_computes_a_name_of_an_earlier_one_from_itself(lab):
    """Run again, it would start from what it made: seeds that were cut once would stay cut."""
    notebook = nbformat.read(ROOT / "solutions" / lab / f"{lab}.ipynb", as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert {cell.id: found for cell in cells if (found := computed_from_themselves(cell.source))} == {}


def test_a_name_computed_from_itself_is_noticed():
    assert computed_from_themselves("if rows:\n    seeds = seeds[: len(rows)]") == ["seeds"]
    assert computed_from_themselves("seeds = all_seeds\nseeds = seeds[:2]") == []
    assert computed_from_themselves("def f(x):\n    x = x + 1\n    return x") == []
