"""In which order rows are entered: parents before children, and no row below itself."""

from integrations.enums import ImportField
from integrations.services.importer.directory import Directory, UnknownTargetError
from integrations.services.importer.interpreting import ImportRecord
from integrations.services.importer.mapping import ColumnMapping
from integrations.services.importer.problems import ProblemList, shortened
from portfolio.validators import MAX_DEPTH


def in_tree_order(directory: Directory, mapping: ColumnMapping, problems: ProblemList) -> list[ImportRecord]:
    """Rows that can be entered, parents first; unknown and cyclic parents become errors of their rows."""
    column = mapping.column_of(ImportField.PARENT)
    parents: dict[str, str] = {}
    for record in directory.rows.values():
        text = record.values.get(ImportField.PARENT)
        if not text:
            continue
        try:
            node = directory.locate_parent(text)
        except UnknownTargetError as error:
            problems.error(record.line, str(error), column=column, value=text)
            continue
        if isinstance(node, str):
            parents[record.external_id] = node
    _refuse_cycles(directory, parents, column, problems)
    depths = {external_id: _depth(external_id, parents) for external_id in directory.rows}
    good = [record for record in directory.rows.values() if not problems.is_rejected(record.line)]
    return sorted(good, key=lambda record: (depths[record.external_id], record.line))


def _refuse_cycles(directory: Directory, parents: dict[str, str], column: str, problems: ProblemList) -> None:
    for cycle in _cycles(parents):
        path = " → ".join(f"“{shortened(each, 60)}”" for each in (*cycle, cycle[0]))
        for external_id in cycle:
            record = directory.rows[external_id]
            reason = f"The row would stand below itself: {path}."
            problems.error(record.line, reason, column=column, value=parents[external_id])


def _cycles(parents: dict[str, str]) -> list[list[str]]:
    """Every cycle once. Each row has one parent, so walking up either ends or comes round."""
    finished: set[str] = set()
    found = []
    for start in parents:
        path: dict[str, None] = {}
        current: str | None = start
        while current is not None and current not in finished and current not in path:
            path[current] = None
            current = parents.get(current)
        if current in path:
            walked = list(path)
            found.append(walked[walked.index(str(current)) :])
        finished |= set(path)
    return found


def _depth(external_id: str, parents: dict[str, str]) -> int:
    """Rows above this one. Counting stops past the deepest tree allowed, which also ends it in a cycle."""
    depth = 0
    current = external_id
    while current in parents and depth <= MAX_DEPTH:
        current = parents[current]
        depth += 1
    return depth
