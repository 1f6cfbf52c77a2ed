"""Replaying the history of a plan: dated changes become entries, once, and the report agrees with the file."""

import json
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from core.errors import NotPermittedError
from integrations.services.importer.plan_history import BadHistoryError, read_changes, read_history
from integrations.services.importer.problems import UnreadableFileError
from integrations.services.plan_history import replay_changes, replay_file
from roadmap.enums import RELEASE_FIELDS, HistoryField
from roadmap.models import PlanHistoryEntry
from roadmap.selectors.target_slippage import target_slippage
from tests.factories.integrations import ExternalReferenceFactory
from tests.factories.portfolio import InitiativeFactory

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
HISTORY, PORTFOLIO = DATA / "kubernetes_kep_history.json", DATA / "kubernetes_keps.csv"
AT = "2026-01-10T12:00:00Z"


def change(field="milestone_beta", old="v1.30", new="v1.31", **more):
    return {"id": "7", "at": AT, "field": field, "old": old, "new": new, **more}


CREATED = {
    "id": "7",
    "at": "2025-06-01T00:00:00+02:00",
    "field": "created",
    "old": None,
    "new": "provisional",
    "snapshot": {"status": "provisional", "owning_team": "Search", "title": "Better search", "stage": "alpha"},
}


def test_every_row_knows_the_team_and_title_of_its_moment():
    later = "2026-02-01T00:00:00Z"
    history = read_changes(
        [
            change(at="2026-03-01T00:00:00Z", field="target_ga", old="", new="v1.32"),
            change(at=later, field="owning_team", old="Search", new="Platform"),
            CREATED,
            change(),
            change(field="reviewers", old="a", new="b"),
            change(field="status", old="provisional", new="implementable"),
        ]
    )

    told = [(row.field, row.old_value, row.new_value, row.team_name) for row in history.rows]
    assert told == [
        ("stage", "", "discovery", "Search"),
        ("beta", "v1.30", "v1.31", "Search"),
        ("stage", "discovery", "validated", "Search"),
        ("ga", "", "v1.32", "Platform"),
    ]
    assert {row.title for row in history.rows} == {"Better search"}
    assert (history.changes, history.passed_over) == (6, 1)


def test_a_prd_is_complete_or_not():
    words = [None, "draft", "Approved", "complete", "100", "draft", "done"]
    days = [f"2026-03-0{day}T00:00:00Z" for day in range(1, 8)]
    entries = [
        change(at=at, field="PRD", old=old, new=new) for at, old, new in zip(days[1:], words, words[1:], strict=False)
    ]

    told = [(row.field, row.old_value, row.new_value, row.changed_at.day) for row in read_changes(entries).rows]

    assert told == [("prd", "", "complete", 3), ("prd", "complete", "", 6), ("prd", "", "complete", 7)]


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe", b"{", b"null", b"7", b'{"rows": []}', b"[" * 100_000, b"[" + b"9" * 5000 + b"]"],
)
def test_what_is_no_history_is_refused(content):
    with pytest.raises(UnreadableFileError):
        read_history(content)


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (7, "is no object"),
        ({}, "“field” is missing"),
        (change(id=""), "“id” is missing"),
        (change(id=["7"]), "“id” is no text"),
        (change(at="yesterday"), "no moment"),
        (change(at="2026-02-31T00:00:00Z"), "no moment"),
        (change(at="2026-01-10T12:00:00"), "time zone"),
        (change(at=5), "no moment"),
        (change(at="0001-01-01T00:00:00+14:00"), "outside the calendar"),
        (change(at="9999-12-31T23:59:59-14:00"), "outside the calendar"),
        (change(new="v" * 101), "longer than 100"),
        (change(new={"a": 1}), "“new” is no text"),
        (change(new=True), "“new” is no text"),
        (change(old="a\x00b"), "cannot be stored"),
        (change(old="\ud800"), "cannot be stored"),
        (change(id="9" * 301), "longer than 300"),
        (change(snapshot=[1]), "“snapshot” is no object"),
    ],
)
def test_bad_changes_are_named_by_their_place_and_refuse_the_file(entry, reason):
    with pytest.raises(BadHistoryError, match=re.escape(reason)) as refusal:
        read_changes([change(), entry])

    assert refusal.value.reasons[0].startswith("Change 2: ")


def test_replay_finds_initiatives_by_their_ids_and_again_changes_nothing(product_manager, scope):
    initiative, other = InitiativeFactory(), InitiativeFactory()
    for number, target in (("7-better-search", initiative), ("8", other)):
        ExternalReferenceFactory(
            system="tracker", external_id=number, target_model="portfolio.initiative", target_id=target.pk
        )
    content = json.dumps({"changes": [CREATED, change(), change(id="8"), change(id="9"), change()]}).encode()

    first = replay_file(content, file_name="changes.json", actor=product_manager)
    again = replay_file(content, file_name="renamed.json", actor=product_manager)

    assert (first.system, first.created, first.known, first.records, first.unmatched) == ("tracker", 5, 0, 3, 1)
    assert (again.created, again.known) == (0, 5)
    entries = PlanHistoryEntry.objects.all()
    assert {entry.initiative_id for entry in entries} == {initiative.pk, other.pk, None}
    assert [entry.sequence for entry in entries.filter(external_id="7", field="beta").order_by("sequence")] == [0, 1]
    assert set(entries.filter(field="beta").values_list("releases_moved", flat=True)) == {1}


def test_id_that_two_records_begin_with_is_nobodys(product_manager, scope):
    for slug in ("7-a", "7-b"):
        ExternalReferenceFactory(
            system="tracker",
            external_id=slug,
            target_model="portfolio.initiative",
            target_id=InitiativeFactory().pk,
        )

    assert replay_changes([change()], system="tracker", actor=product_manager).unmatched == 1


def test_who_may_only_look_replays_nothing(viewer, scope):
    with pytest.raises(NotPermittedError):
        replay_changes([change()], system="tracker", actor=viewer)


@pytest.mark.parametrize("count", [1, 3, 30])
def test_replay_and_report_cost_the_same_for_any_number_of_changes(
    product_manager, scope, count, django_assert_num_queries
):
    changes = [change(id=str(number)) for number in range(count)]

    with django_assert_num_queries(7):
        replay_changes(changes, system="tracker", actor=product_manager)
    with django_assert_num_queries(4):
        target_slippage(product_manager)


@pytest.mark.parametrize(
    ("content", "message"), [(None, "cannot be read"), ("[7]", "Change 1: This is no object"), ("{", "not JSON")]
)
def test_command_says_what_is_wrong_with_the_file(organization, tmp_path, content, message):
    path = tmp_path / "history.json"
    if content is not None:
        path.write_text(content)

    with pytest.raises(CommandError, match=message):
        call_command("replay_history", str(path), organization="acme")
    with pytest.raises(CommandError, match="no organization"):
        call_command("replay_history", str(path), organization="nobody")


def test_command_of_a_history_without_targets_says_so(organization, tmp_path, capsys):
    path = tmp_path / "history.json"
    path.write_text(json.dumps([CREATED]))

    call_command("replay_history", str(path), organization="acme")

    assert "No target release ever changed." in capsys.readouterr().out


def _number(text):
    """As one would read a release off the file; not the code that is tested."""
    parts = (text or "").strip().lower().removeprefix("v").split(".")
    if len(parts) not in {2, 3} or not all(part.isdigit() for part in parts) or parts[:2] == ["0", "0"]:
        return None
    return int(parts[0]), int(parts[1])


def _counted(path):
    """Moves of targets counted straight off the file: how many by (target, team, releases)."""
    targets = {"milestone_alpha": "alpha", "milestone_beta": "beta", "milestone_stable": "ga"}
    targets["latest_milestone"] = "release"
    teams, moves, others = {}, Counter(), Counter()
    for each in json.loads(path.read_bytes())["changes"]:
        kep, field, old, new = each["kep"], each["field"], each["old"], each["new"]
        if field == "created":
            teams[kep] = each["snapshot"]["owning_team"]
        elif field == "owning_team":
            teams[kep] = new
        elif field in targets:
            before, after = _number(old), _number(new)
            if before and after:
                assert before[0] == after[0] == 1
                moves[targets[field], teams[kep], after[1] - before[1]] += 1
            else:
                kind = "added" if old is None else "removed" if new is None else "unclear"
                others[targets[field], kind] += 1
    return moves, others


@pytest.mark.slow
@pytest.mark.skipif(
    not (HISTORY.exists() and PORTFOLIO.exists()), reason="../shared/data/kubernetes_kep* is not beside the project"
)
def test_report_of_the_real_history_agrees_with_a_direct_count_of_the_file(imported, product_manager, capsys):
    imported(PORTFOLIO.read_bytes(), file_name=PORTFOLIO.name)
    call_command("replay_history", str(HISTORY), organization="acme")
    said = capsys.readouterr().out
    moves, others = _counted(HISTORY)

    for fields in (["alpha"], ["beta"], ["ga"], ["release"], list(RELEASE_FIELDS)):
        report = target_slippage(product_manager, fields=fields, system="kubernetes_keps")
        wanted = {key: count for key, count in moves.items() if key[0] in fields}
        assert report.total.later == sum(count for (_, _, by), count in wanted.items() if by > 0)
        assert report.total.earlier == sum(count for (_, _, by), count in wanted.items() if by < 0)
        assert report.total.same == sum(count for (_, _, by), count in wanted.items() if by == 0)
        assert report.total.releases == sum(count * by for (_, _, by), count in wanted.items() if by > 0)
        by_distance, by_team = Counter(), defaultdict(lambda: (0, 0))
        for (_, team, by), count in wanted.items():
            if by:
                by_distance[by] += count
            if by > 0:
                by_team[team] = (by_team[team][0] + count, by_team[team][1] + by * count)
        assert dict(report.by_distance) == by_distance
        assert {group.label: (group.later, group.releases) for group in report.by_team if group.later} == by_team
        for kind in ("added", "removed", "unclear"):
            assert getattr(report.total, kind) == sum(others[field, kind] for field in fields)

    later = sum(count for (field, _, by), count in moves.items() if by > 0 and field != HistoryField.RELEASE)
    assert f"{later:,} later" in said
    matched = PlanHistoryEntry.objects.exclude(initiative=None).values("initiative").distinct().count()
    assert matched > 640


@pytest.mark.slow
@pytest.mark.skipif(not HISTORY.exists(), reason="../shared/data/kubernetes_kep_history.json is not beside the project")
def test_the_real_history_again_changes_nothing(product_manager, scope):
    first = replay_file(HISTORY.read_bytes(), file_name=HISTORY.name, actor=product_manager)
    again = replay_file(HISTORY.read_bytes(), file_name=HISTORY.name, actor=product_manager)

    assert first.created == again.known == PlanHistoryEntry.objects.count() > 3000
    assert again.created == 0
