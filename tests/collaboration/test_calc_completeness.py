"""The score of a document follows rules anybody can check."""

import pytest

from collaboration.calc.completeness import SectionRule, SectionScore, placeholders, score_document, score_section

TEN = "one two three four five six seven eight nine ten"


@pytest.mark.parametrize(
    ("text", "rule", "score", "counts", "reasons"),
    [
        ("", SectionRule(), 0, True, ("Nothing is written yet.",)),
        ("  \n- [ ] \n", SectionRule(), 0, True, ("Nothing is written yet.",)),
        ("", SectionRule(is_required=False), 0, False, ("Nothing is written yet.",)),
        (TEN, SectionRule(min_words=10), 100, True, ()),
        (TEN, SectionRule(min_words=20), 50, True, ("Too short: 10 of at least 20 words.",)),
        ("yes", SectionRule(is_required=False, min_words=0), 100, True, ()),
        (
            f"{TEN}\n- [x] a b\n- [ ] c d",
            SectionRule(min_words=10),
            50,
            True,
            ("Open: 1 of 2 items of the checklist.",),
        ),
        (f"{TEN}\n- [x] a b\n1. [X] c d", SectionRule(min_words=10), 100, True, ()),
        (f"{TEN} TBD", SectionRule(min_words=10), 50, True, ("Placeholder left: TBD.",)),
        (
            "todo <name>\n- [ ] open",
            SectionRule(min_words=10),
            0,
            True,
            (
                "Too short: 3 of at least 10 words.",
                "Open: 1 of 1 items of the checklist.",
                "Placeholder left: todo, <name>.",
            ),
        ),
    ],
)
def test_section_is_scored_with_its_reasons(text, rule, score, counts, reasons):
    assert score_section(text, rule) == SectionScore(score, counts, reasons)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "to be decided, ???, [...], [\N{HORIZONTAL ELLIPSIS}], lorem ipsum",
            ["to be decided", "???", "[...]", "[…]", "lorem ipsum"],
        ),
        ("<https://example.org> <a@example.org> 1 < 2 > 1 and todos", []),
        ("<owner's name> twice <owner's name>", ["<owner's name>"]),
        ("Why? Really?? mastodon", []),
    ],
)
def test_placeholders_are_found(text, found):
    assert placeholders(text) == found


def test_document_is_the_mean_of_what_counts():
    full, half, out = SectionScore(100, counts=True), SectionScore(51, counts=True), SectionScore(0, counts=False)

    assert score_document([full, half, out]) == 75
    assert score_document([full, full, out]) == 100
    assert score_document([full] * 199 + [SectionScore(99, counts=True)]) == 99
    assert score_document([out]) == 0
    assert score_document([]) == 0


def test_hostile_text_is_scored_at_once():
    for piece in ("<", "- [ ", "[.", "?", "a-", "\n \t"):
        score_section(piece * 50_000, SectionRule())
