"""Says in words why a candidate was chosen or left out, and why there may be no selection at all."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from core.web import formatting
from portfolio.calc.selection import Outcome, Problem, Selection
from portfolio.calc.selection_reasons import LeftOut, Reason, conflict_of, reasons_left_out, with_prerequisites
from portfolio.models.selection import quarter_label
from portfolio.models.selection_enums import ChoiceReason, SelectionRule

_MOST_NAMED = 3


class Wording:
    """The words of one search: labels of its candidates and resources, and the unit of its value."""

    def __init__(self, inputs: Mapping[str, Any]) -> None:
        self.inputs = inputs
        self.rows = {row["key"]: row for row in inputs["candidates"]}
        self.resources = {row["key"]: row for row in inputs["resources"]}

    def reasons(self, problem: Problem, selection: Selection) -> dict[str, tuple[ChoiceReason, str]]:
        """(kind, sentence) of every candidate by key."""
        if selection.outcome in (Outcome.INFEASIBLE, Outcome.NOT_FOUND):
            return {key: self._unsearched(row) for key, row in self.rows.items()}
        found = {key: self._chosen(key, selection, problem) for key in selection.chosen}
        for reason in reasons_left_out(problem, selection):
            row = self.rows[reason.key]
            is_free = row["rule"] != SelectionRule.MUST_NOT
            if row["unknown"] and is_free:
                found[reason.key] = (ChoiceReason.UNKNOWN, unknown_sentence(row["unknown"]))
            else:
                found[reason.key] = (ChoiceReason(str(reason.kind)), self._sentence(reason))
        return found

    def impossible(self, problem: Problem) -> list[str]:
        """Why nothing fits: the decisions made beforehand contradict each other or exceed what there is."""
        needed = with_prerequisites(problem.required, problem.prerequisites)
        unknown = {key for key in needed if self.rows[key]["unknown"]}
        texts = [f"{self._because(key)}. {unknown_sentence(self.rows[key]['unknown'])}" for key in sorted(unknown)]
        conflict = conflict_of(replace(problem, forbidden=problem.forbidden - unknown))
        texts += [self._named(f"{text}.", needed) for text in conflict.contradictions]
        if conflict.short:
            texts.append(
                f"The must-dos, with what they need, take more than there is: {self._amounts(conflict.short)}."
            )
        return texts

    def _because(self, key: str) -> str:
        label = self.label(key)
        return (
            f"{label} is a must-do" if self.rows[key]["rule"] == SelectionRule.MUST_DO else f"A must-do needs {label}"
        )

    def _named(self, text: str, keys: Iterable[str]) -> str:
        for key in keys:
            text = text.replace(key, self.label(key))
        return text

    def label(self, key: str) -> str:
        """What people call the candidate."""
        return str(self.rows[key]["label"])

    def _unsearched(self, row: Mapping[str, Any]) -> tuple[ChoiceReason, str]:
        if row["unknown"]:
            return ChoiceReason.UNKNOWN, unknown_sentence(row["unknown"])
        return ChoiceReason.NOT_SEARCHED, "Nothing was chosen, because no selection was found."

    def _chosen(self, key: str, selection: Selection, problem: Problem) -> tuple[ChoiceReason, str]:
        row = self.rows[key]
        if row["rule"] == SelectionRule.MUST_DO:
            return ChoiceReason.CHOSEN, "Must do."
        if float(row["value"]) <= 0:
            chosen = set(selection.chosen)
            pairs = problem.prerequisites
            dependents = [dependent for dependent, needed in pairs if needed == key and dependent in chosen]
            if dependents:
                return ChoiceReason.CHOSEN, f"Needed by {self._list(dependents)}."
        return ChoiceReason.CHOSEN, "Part of the most valuable set."

    def _sentence(self, reason: Reason) -> str:
        match reason.kind:
            case LeftOut.FORBIDDEN:
                return "Somebody decided against it beforehand."
            case LeftOut.NO_VALUE:
                return (
                    f"It is worth {self.worth(float(self.rows[reason.key]['value']))} and would not add to the total."
                )
            case LeftOut.EXCLUDED_BY:
                return f"{self._list(reason.others)} was chosen, and only one of them can be."
            case LeftOut.NEEDS:
                return f"It needs {self._list(reason.others)}, which was not chosen."
            case LeftOut.TOO_LARGE:
                return f"Alone it takes more than there is: {self._amounts(reason.short or {})}."
            case LeftOut.NO_ROOM:
                return f"No room beside what is worth more: {self._amounts(reason.short or {})}."
            case LeftOut.SEARCH_ENDED:
                return "It would still fit; the search ended before that mattered."

    def _list(self, keys: Iterable[str]) -> str:
        labels = [self.label(key) for key in keys]
        more = len(labels) - _MOST_NAMED
        return ", ".join(labels[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")

    def _amounts(self, short: Mapping[str, float]) -> str:
        texts = [f"{self.resource(key)} is short by {self.amount(key, amount)}" for key, amount in short.items()]
        more = len(texts) - _MOST_NAMED
        return "; ".join(texts[:_MOST_NAMED]) + (f"; and {more} more" if more > 0 else "")

    def resource(self, key: str) -> str:
        """Budget in Q3 2026."""
        row = self.resources[key]
        return f"{row['label']} in {quarter_label(date.fromisoformat(row['quarter']))}"

    def amount(self, key: str, amount: float) -> str:
        """The amount in the resource's unit."""
        if self.resources[key]["team"] is None:
            return f"{formatting.number(round(amount, 2))} {self.inputs['currency']}"
        return f"{formatting.number(round(amount, 2))} person-months"

    def worth(self, value: float) -> str:
        """The value in its unit."""
        return f"{formatting.number(round(value, 2))} {self.inputs['unit']}".strip()


def unknown_sentence(unknown: Iterable[str]) -> str:
    """Why a candidate cannot be chosen."""
    return f"Cannot be chosen. Not known: {'; '.join(unknown)}."
