"""What a public link opens, and what it keeps to itself."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from core.errors import DomainError, InvalidInputError, NotPermittedError
from portfolio.enums import Visibility
from roadmap.enums import Audience, LinkKind, PublishedField
from roadmap.models import PublicLink, PublicLinkTally
from roadmap.services.link_visits import MOST_WRONG_PASSWORDS
from roadmap.services.public_links import address_of, change_public_link, create_public_link, revoke_public_link
from tenancy.enums import Role
from tenancy.models import LedgerEvent
from tenancy.scope import tenant_scope
from tests.factories.portfolio import InitiativeFactory, PortfolioFactory, ThemeFactory
from tests.factories.roadmap import DependencyFactory, MilestoneFactory, RoadmapFactory, RoadmapItemFactory
from tests.factories.tenancy import TeamFactory

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
PASSWORD = "correct horse"


@pytest.fixture(autouse=True)
def _on_a_known_day():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def plan(scope):
    """Two items with something secret in every field, one milestone, one dependency."""
    initiative = InitiativeFactory(title="Secret initiative", theme=ThemeFactory(name="Secret theme"))
    roadmap = RoadmapFactory(name="Assistant", description="Secret purpose")
    first = RoadmapItemFactory(
        roadmap=roadmap,
        title="Search that answers",
        start_on=date(2026, 4, 13),
        end_on=date(2026, 6, 17),
        status="in_progress",
        initiative=initiative,
        owning_team=TeamFactory(name="Secret team"),
        lane="Secret lane",
        description="Secret description",
        external_party="Secret vendor",
        confidence="0.37",
        progress="0.61",
    )
    second = RoadmapItemFactory(
        roadmap=roadmap, title="Voice", start_on=date(2026, 7, 6), end_on=date(2026, 9, 11), date_precision="month"
    )
    MilestoneFactory(roadmap=roadmap, title="Secret milestone", due_on=date(2026, 9, 23))
    DependencyFactory(predecessor=first, successor=second)
    return roadmap


def publish(plan, scope, **wanted):
    """The link and its address on this host."""
    link, secret = create_public_link(roadmap=plan, actor=scope, **{"name": "Customers", **wanted})
    return link, address_of(link, secret).partition("://")[2].partition("/")[2].join(("/", ""))


def opened(address, **extra):
    return Client().get(address, **extra)


def text_of(response):
    return response.content.decode()


def test_the_secret_is_stored_as_a_hash_and_in_no_ledger_row(plan, scope):
    link, secret = create_public_link(roadmap=plan, actor=scope, name="Customers", password=PASSWORD)
    assert len(secret) >= 43
    stored = PublicLink.objects.values().get(pk=link.pk)
    assert secret not in str(stored)
    assert bytes(stored["token_hash"]).hex() not in str(LedgerEvent.objects.values_list("changes"))
    assert PASSWORD not in str(stored)
    events = LedgerEvent.objects.filter(table_name="roadmap_publiclink", action="public_link.created")
    assert events.count() == 1
    assert "password_hash" not in events.get().changes


def test_a_page_tells_titles_and_nothing_that_is_not_allowed(plan, scope):
    _, address = publish(plan, scope, audience=Audience.QUARTERS_ONLY, allowed_fields=[])
    page = text_of(opened(address))
    assert "Search that answers" in page
    assert "Voice" in page
    assert "Q2 2026" in page
    for hidden in ("Secret", "In progress", ">61%<", ">37%<", "13 Apr", "17 Jun", "Jul", "milestone", "Waits for"):
        assert hidden not in page, hidden


@pytest.mark.parametrize(
    ("field", "shown"),
    [
        (PublishedField.STATUS, "In progress"),
        (PublishedField.PROGRESS, ">61%<"),
        (PublishedField.CONFIDENCE, ">37%<"),
        (PublishedField.TEAM, "Secret team"),
        (PublishedField.LANE, "Secret lane"),
        (PublishedField.THEME, "Secret theme"),
        (PublishedField.INITIATIVE, "Secret initiative"),
        (PublishedField.STAGE, "Stage"),
        (PublishedField.EXTERNAL_PARTY, "Secret vendor"),
        (PublishedField.DESCRIPTION, "Secret description"),
        (PublishedField.MILESTONES, "Secret milestone"),
        (PublishedField.DEPENDENCIES, "Waits for"),
    ],
)
def test_each_field_is_told_only_when_it_is_allowed(plan, scope, field, shown):
    others = [other for other in PublishedField.values if other != field]
    assert shown in text_of(opened(publish(plan, scope, audience=Audience.FULL, allowed_fields=[field])[1]))
    assert shown not in text_of(opened(publish(plan, scope, audience=Audience.FULL, allowed_fields=others)[1]))


def test_nothing_on_a_page_names_an_id_of_ours(plan, scope):
    link, address = publish(plan, scope, audience=Audience.FULL, allowed_fields=PublishedField.values)
    page = text_of(opened(address))
    for row in (plan, link, link.created_by, scope.organization):
        assert str(row.pk) not in page
    assert scope.user.email not in page


def test_without_dates_there_is_no_date_but_todays(plan, scope):
    _, address = publish(plan, scope, audience=Audience.NO_DATES, allowed_fields=[PublishedField.MILESTONES])
    page = text_of(opened(address))
    assert page.count("2026") == 1, "the day of the plan"
    for hidden in ("Q2", "Q3", "<rect", "Apr", "Jun", "Jul", "Sep"):
        assert hidden not in page, hidden
    assert page.index("Now") < page.index("Search that answers") < page.index("Next") < page.index("Voice")


def test_full_dates_are_told_only_as_exactly_as_they_are_meant(plan, scope):
    page = text_of(opened(publish(plan, scope, audience=Audience.FULL, allowed_fields=[])[1]))
    assert "13 Apr \N{EN DASH} 17 Jun 2026" in page
    assert "Jul \N{EN DASH} Sep 2026" in page
    assert "6 Jul" not in page


def test_within_a_quarter_the_order_tells_nothing(plan, scope):
    RoadmapItemFactory(roadmap=plan, title="Agents", start_on=date(2026, 5, 20), end_on=date(2026, 6, 1))
    page = text_of(opened(publish(plan, scope, audience=Audience.QUARTERS_ONLY)[1]))
    assert page.index("Agents") < page.index("Search that answers"), "begins later, but is first by name"


@pytest.mark.parametrize("secret", ["x" * 43, "%00", "a", "../../accounts", "' OR 1=1 --"])
def test_a_guessed_link_is_not_found(plan, scope, secret):
    publish(plan, scope)
    response = opened(f"/published/{scope.organization.slug}/{secret}/")
    assert response.status_code == 404
    assert "Assistant" not in text_of(response)


def test_a_link_opens_nothing_in_another_organization(owner, other_organization):
    with tenant_scope(owner):
        _, address = publish(RoadmapFactory(), owner)
    assert opened(address).status_code == 200
    assert opened(address.replace(owner.organization.slug, other_organization.slug)).status_code == 404
    assert opened(address.replace(owner.organization.slug, "nowhere")).status_code == 404


def test_a_link_opens_until_it_expires(plan, scope):
    _, address = publish(plan, scope, expires_at=NOW + timedelta(days=1))
    assert opened(address).status_code == 200
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        response = opened(address)
    assert response.status_code == 404
    assert "not open" in text_of(response)


def test_a_revoked_link_is_closed_at_once(plan, scope):
    link, address = publish(plan, scope)
    revoke_public_link(link, actor=scope)
    assert opened(address).status_code == 404
    with pytest.raises(DomainError, match="revoked"):
        change_public_link(link, actor=scope, name="Again")


def test_a_roadmap_that_becomes_restricted_leaves_its_links(plan, scope):
    plan.portfolio = PortfolioFactory()
    plan.save()
    _, address = publish(plan, scope)
    assert opened(address).status_code == 200
    plan.portfolio.visibility = Visibility.RESTRICTED
    plan.portfolio.save()
    assert opened(address).status_code == 404
    with pytest.raises(InvalidInputError, match="restricted"):
        create_public_link(roadmap=plan, actor=scope, name="Second")


def test_items_of_restricted_initiatives_stay_hidden_whoever_made_the_link(plan, scope):
    hidden = InitiativeFactory(portfolio=PortfolioFactory(visibility=Visibility.RESTRICTED))
    RoadmapItemFactory(roadmap=plan, title="Merger", initiative=hidden)
    _, address = publish(plan, scope, audience=Audience.FULL, allowed_fields=PublishedField.values)
    assert "Merger" not in text_of(opened(address))


def test_the_filters_of_a_link_hold(plan, scope):
    _, address = publish(plan, scope, filters={"status": ["planned"]})
    page = text_of(opened(address))
    assert "Voice" in page
    assert "Search that answers" not in page


def test_a_filter_by_something_that_is_no_more_shows_nothing(plan, scope):
    _, address = publish(plan, scope, filters={"owning_team": [str(uuid4())]})
    page = text_of(opened(address))
    assert "Voice" not in page
    assert "Nothing is planned" in page


def test_a_password_is_asked_for_and_remembered(plan, scope):
    _, address = publish(plan, scope, password=PASSWORD)
    client = Client()
    assert "Voice" not in text_of(client.get(address))
    wrong = client.post(address, {"password": "wrong"})
    assert wrong.status_code == 422
    assert "Voice" not in text_of(wrong)
    right = client.post(address, {"password": PASSWORD})
    assert right.status_code == 302
    cookie = right.cookies["published"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (address, True, "Lax")
    assert "Voice" in text_of(client.get(address))
    with time_machine.travel(NOW + timedelta(hours=13), tick=False):
        assert "Voice" not in text_of(client.get(address))


def test_a_new_password_closes_browsers_that_know_the_old_one(plan, scope):
    link, address = publish(plan, scope, password=PASSWORD)
    client = Client()
    client.post(address, {"password": PASSWORD})
    change_public_link(link, actor=scope, password="battery staple")
    assert "Voice" not in text_of(client.get(address))


def test_the_cookie_of_one_link_opens_no_other(plan, scope):
    _, address = publish(plan, scope, password=PASSWORD)
    _, other = publish(plan, scope, password=PASSWORD)
    client = Client()
    value = client.post(address, {"password": PASSWORD}).cookies["published"].value
    client.cookies["published"] = value
    assert "Voice" not in text_of(client.get(other))


def test_ten_wrong_passwords_lock_a_link_for_a_quarter_of_an_hour(plan, scope):
    link, address = publish(plan, scope, password=PASSWORD)
    client = Client()
    for _ in range(MOST_WRONG_PASSWORDS):
        assert client.post(address, {"password": "wrong"}).status_code == 422
    assert client.post(address, {"password": PASSWORD}).status_code == 429
    assert LedgerEvent.objects.filter(action="public_link.locked", record_id=link.pk).count() == 1
    with time_machine.travel(NOW + timedelta(minutes=16), tick=False):
        assert client.post(address, {"password": PASSWORD}).status_code == 302


@pytest.mark.parametrize("password", ["short", "x" * 129])
def test_passwords_have_a_sensible_length(plan, scope, password):
    with pytest.raises(InvalidInputError) as refusal:
        create_public_link(roadmap=plan, actor=scope, name="Customers", password=password)
    assert refusal.value.pointer == "password"


def test_openings_are_counted_and_recorded_once_an_hour(plan, scope):
    link, address = publish(plan, scope)
    version = link.version
    for _ in range(3):
        opened(address)
    tally = PublicLinkTally.objects.get(link=link)
    assert (tally.opening_count, tally.last_opened_at) == (3, NOW)
    events = LedgerEvent.objects.filter(action="public_link.opened", record_id=link.pk).order_by("id")
    assert events.count() == 1
    later = NOW + timedelta(hours=1)
    with time_machine.travel(later, tick=False):
        opened(address)
    assert [event.changes for event in events.all()] == ['{"openings": 1}', '{"openings": 3}']
    assert {event.source for event in events.all()} == {"link"}
    assert {event.actor_id for event in events.all()} == {None}
    link.refresh_from_db()
    assert link.version == version, "a visit is no change of the link"


def test_the_page_is_sealed(plan, scope):
    response = opened(publish(plan, scope)[1])
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script" not in policy
    assert response["X-Frame-Options"] == "DENY"
    assert "noindex" in response["X-Robots-Tag"]
    assert "no-store" in response["Cache-Control"]
    assert "<script" not in text_of(response)
    assert " style=" not in text_of(response)
    assert response.cookies == {}


def test_only_named_sites_may_embed_a_page(plan, scope):
    wanted = {"kind": LinkKind.EMBED, "allowed_origins": ["https://Wiki.example.com/", "http://localhost:8080"]}
    response = opened(publish(plan, scope, **wanted)[1])
    assert response["Content-Security-Policy"].endswith(
        "frame-ancestors http://localhost:8080 https://wiki.example.com"
    )
    assert "X-Frame-Options" not in response
    closed = opened(publish(plan, scope, kind=LinkKind.EMBED)[1])
    assert closed["Content-Security-Policy"].endswith("frame-ancestors 'none'")
    assert closed["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize(
    "origin",
    ["*", "https://*.example.com", "https://example.com/path", "javascript:alert(1)", "example.com", "https://a b",
     "https://example.com; script-src *", "https://example.com\r\nX: y"],
)  # fmt: skip
def test_a_site_is_a_scheme_and_a_host(plan, scope, origin):
    with pytest.raises(InvalidInputError) as refusal:
        create_public_link(roadmap=plan, actor=scope, name="Wiki", kind=LinkKind.EMBED, allowed_origins=[origin])
    assert refusal.value.pointer == "allowed_origins"


@pytest.mark.parametrize(
    ("wanted", "pointer"),
    [
        ({"kind": LinkKind.CALENDAR, "audience": Audience.NO_DATES}, "audience"),
        ({"kind": LinkKind.CALENDAR, "password": PASSWORD}, "password"),
        ({"kind": LinkKind.EMBED, "password": PASSWORD}, "password"),
        ({"allowed_origins": ["https://example.com"]}, "allowed_origins"),
        ({"grouping": "team"}, "grouping"),
        ({"expires_at": NOW}, "expires_at"),
        ({"filters": {str(number): ["x"] for number in range(50)}}, "filters"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(plan, scope, wanted, pointer):
    with pytest.raises(InvalidInputError) as refusal:
        create_public_link(roadmap=plan, actor=scope, name="Customers", **wanted)
    assert refusal.value.pointer == pointer


def test_only_planners_publish(plan, scope, actor_with):
    for role in (Role.VIEWER, Role.CONTRIBUTOR, Role.AUDITOR, Role.FINANCE):
        with pytest.raises(NotPermittedError):
            create_public_link(roadmap=plan, actor=actor_with(role), name="Customers")
    link, _ = publish(plan, scope)
    assert not PublicLink.objects.permitted(actor_with(Role.VIEWER)).exists()
    with tenant_scope(actor_with(Role.PRODUCT_MANAGER)) as manager:
        revoke_public_link(link, actor=manager)


@pytest.mark.parametrize("count", [1, 3, 30])
def test_a_page_asks_the_database_the_same_for_any_number_of_items(scope, count, django_assert_num_queries):
    roadmap = RoadmapFactory()
    for _ in range(count):
        DependencyFactory(predecessor__roadmap=roadmap)
    _, address = publish(roadmap, scope, audience=Audience.FULL, allowed_fields=PublishedField.values)
    client = Client()
    client.get(address)
    with django_assert_num_queries(13):
        assert client.get(address).content.count(b'<li class="row"') == 2 * count
