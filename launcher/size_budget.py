"""The size budget: how long files, classes, functions and views may be, and the exceptions, which may only shrink."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from launcher.source_files import source_files

FILE_LINES = 400
CLASS_LINES = 200
FUNCTION_LINES = 40
VIEW_LINES = 15
ALLOW_LIST = "size-budget-allow.txt"


@dataclass(frozen=True)
class Measure:
    """The length of one thing in lines, and the budget that holds for it."""

    subject: str
    """`path` or `path:name`; methods are named `Class.method`."""
    lines: int
    budget: int


@dataclass(frozen=True)
class Allowance:
    """One line of the allow-list."""

    subject: str
    limit: int
    reason: str


def complaints(root: Path) -> list[str]:
    """What is over its budget without leave, over its allowance, or allowed without need; empty when all is well."""
    measures = {measure.subject: measure for path in _python_files(root) for measure in measure_file(path, root)}
    allow_list = root / ALLOW_LIST
    found: list[str] = []
    allowances: dict[str, Allowance] = {}
    for number, line in enumerate(allow_list.read_text().splitlines() if allow_list.exists() else [], start=1):
        if not line.strip() or line.startswith("#"):
            continue
        allowance = parse_allowance(line)
        if allowance is None or allowance.subject in allowances:
            found.append(f"{ALLOW_LIST}:{number}: expected once per subject: path[:name] limit reason")
        else:
            allowances[allowance.subject] = allowance
    return found + list(_compare(measures, allowances))


def parse_allowance(line: str) -> Allowance | None:
    """An allowance from its line; None when the line is malformed or gives no reason."""
    words = line.split(maxsplit=2)
    if len(words) < 3 or not words[1].isdecimal():
        return None
    return Allowance(words[0], int(words[1]), words[2])


def measure_file(path: Path, root: Path) -> Iterator[Measure]:
    """The file itself and every class and function in it, nested ones too."""
    text = path.read_text(encoding="utf-8")
    name = path.relative_to(root).as_posix()
    yield Measure(name, len(text.splitlines()), FILE_LINES)
    tree = ast.parse(text, filename=name)
    holds_views = path.match("web/views*.py") or path.match("api/viewsets*.py")
    for node, qualified in _definitions(tree, ""):
        lines = (node.end_lineno or node.lineno) - node.lineno + 1
        if isinstance(node, ast.ClassDef):
            budget = CLASS_LINES
        else:
            budget = VIEW_LINES if holds_views and node in tree.body and is_view(node) else FUNCTION_LINES
        yield Measure(f"{name}:{qualified}", lines, budget)


def is_view(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a function answers requests: it is public and takes the request first."""
    positional = [*function.args.posonlyargs, *function.args.args]
    return not function.name.startswith("_") and bool(positional) and positional[0].arg == "request"


_Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def _definitions(node: ast.AST, prefix: str) -> Iterator[tuple[_Definition, str]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, _Definition):
            yield child, prefix + child.name
            yield from _definitions(child, f"{prefix}{child.name}.")
        else:
            yield from _definitions(child, prefix)


def _python_files(root: Path) -> Iterator[Path]:
    for path in source_files(root, ".py"):
        parts = path.relative_to(root).parts
        if "migrations" not in parts and not (parts[0] == "tests" and "data" in parts):
            yield path


def _compare(measures: dict[str, Measure], allowances: dict[str, Allowance]) -> Iterator[str]:
    for subject, measure in measures.items():
        allowance = allowances.get(subject)
        if measure.lines > max(measure.budget, allowance.limit if allowance else 0):
            allowed = f", allowed {allowance.limit}" if allowance else ""
            yield f"{subject}: {measure.lines} lines, budget {measure.budget}{allowed}"
    for subject, allowance in allowances.items():
        found = measures.get(subject)
        if found is None or found.lines <= found.budget:
            yield f"{ALLOW_LIST}: {subject} is no longer needed; remove it"
        elif allowance.limit > found.lines:
            yield f"{ALLOW_LIST}: {subject} has shrunk to {found.lines} lines; lower its limit from {allowance.limit}"
