"""Navigation and palette show only what the actor may open."""

from types import SimpleNamespace

import pytest
from django.urls import NoReverseMatch

from core.web import navigation, palette
from core.web.tones import register_tones, tone_of


class FakeActor:
    organization = SimpleNamespace(slug="acme", name="Acme")

    def __init__(self, *allowed: str) -> None:
        self.allowed = allowed

    def can(self, action: str, obj: object = None) -> bool:
        return action in self.allowed


@pytest.fixture
def _registries(monkeypatch):
    monkeypatch.setattr(navigation, "_sections", {})
    monkeypatch.setattr(navigation, "_items", {})
    monkeypatch.setattr(palette, "_commands", {})
    monkeypatch.setattr(palette, "_providers", [])


@pytest.fixture
def two_items(_registries):
    navigation.register_item("tools", "Search", "web:search", "search", action="search.view", order=2)
    navigation.register_item("tools", "Keys", "web:shortcuts", "keyboard", order=1)
    navigation.register_section("tools", "Tools", "tool", order=1)
    navigation.register_section("empty", "Empty", "tool", order=0)


@pytest.mark.usefixtures("two_items")
def test_items_come_in_order_and_sections_without_items_do_not():
    (section,) = navigation.navigation_for(FakeActor("search.view"), "/elsewhere/")

    assert [item.label for item in section.items] == ["Keys", "Search"]
    assert not section.is_current


@pytest.mark.usefixtures("two_items")
def test_item_without_the_right_is_hidden():
    (section,) = navigation.navigation_for(FakeActor(), "/acme/-/shortcuts/")

    assert [(item.label, item.is_current) for item in section.items] == [("Keys", True)]


@pytest.mark.usefixtures("_registries")
def test_item_of_certain_pages_is_current_on_them_alone():
    navigation.register_section("home", "Home", "home")
    pages = ("organization_home", "portfolio:home")
    navigation.register_item("home", "Overview", "portfolio:home", "home", pages=pages)

    def is_current(path):
        (section,) = navigation.navigation_for(FakeActor(), path)
        return section.is_current

    assert is_current("/acme/")
    assert is_current("/acme/portfolio/")
    assert not is_current("/acme/portfolio/key-results/")
    assert not is_current("/acme/elsewhere/")


@pytest.mark.usefixtures("_registries")
def test_item_to_nowhere_is_loud():
    navigation.register_section("tools", "Tools", "tool")
    navigation.register_item("tools", "Lost", "web:nowhere", "x")

    with pytest.raises(NoReverseMatch):
        navigation.navigation_for(FakeActor(), "/")


@pytest.mark.usefixtures("_registries")
def test_commands_match_every_word_and_respect_rights():
    palette.register_command("New search", "web:search", action="search.create", keywords=["add"])
    palette.register_command("Add key", "web:shortcuts")

    found = palette.commands(FakeActor("search.create"), "add", 5)

    assert [hit.label for hit in found] == ["Add key", "New search"]
    assert [hit.label for hit in palette.commands(FakeActor("search.create"), "add new", 5)] == ["New search"]
    assert [hit.label for hit in palette.commands(FakeActor(), "add", 5)] == ["Add key"]


@pytest.mark.usefixtures("_registries")
def test_hits_are_grouped_by_kind_and_bounded():
    hits = [palette.SearchHit(f"Hit {n}", "", "/", "x", "Even" if n % 2 == 0 else "Odd") for n in range(6)]
    palette.register_search(lambda actor, text, limit: hits)

    groups = palette.search(FakeActor(), "hit", 2)

    assert [(group.label, [hit.label for hit in group.hits]) for group in groups] == [
        ("Even", ["Hit 0", "Hit 2"]),
        ("Odd", ["Hit 1", "Hit 3"]),
    ]
    assert palette.search(FakeActor(), "  ", 2) == []


def test_unknown_tone_is_refused():
    with pytest.raises(ValueError, match="pinkish"):
        register_tones({"approved": "pinkish"})


def test_unregistered_value_is_neutral():
    assert tone_of("never-heard-of") == "neutral"
