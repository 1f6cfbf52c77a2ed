"""Capability map, stakeholders with their pulse, and feedback: rules, REST, files and pages."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from core.errors import InvalidInputError, NotPermittedError
from core.web.layers import NODE_HEIGHT, layered
from portfolio.enums import Visibility
from portfolio.models import CapabilityDependency, Feedback, FeedbackLink, PulseAnswer, Stakeholder
from portfolio.selectors.audience import feedback_totals, pulse_of, stakeholders_of
from portfolio.services import capabilities, feedback, stakeholders
from portfolio.services.feedback_file import load_feedback_file
from tenancy.scope import tenant_scope
from tests.factories.portfolio import InitiativeFactory, PortfolioFactory
from tests.factories.portfolio_audience import (
    CapabilityDependencyFactory,
    CapabilityFactory,
    CapabilityInitiativeFactory,
    FeedbackFactory,
    FeedbackLinkFactory,
    PulseAnswerFactory,
    StakeholderFactory,
)
from tests.portfolio.page_text import text_of

TODAY = date(2026, 6, 1)
HEADER = "kind,title,received_on,customer,customer_value,currency,source_id,initiatives\n"
HUGE = "9" * 1000
CALL = {"kind": "call", "title": "x", "received_on": "2026-05-02"}


def test_what_something_stands_on_is_drawn_below_it():
    drawn = layered(["app", "search", "vectors"], {"app": ["search", "vectors"], "search": ["vectors"]})

    place = {node.key: node for node in drawn.nodes}
    assert place["app"].bottom < place["search"].y
    assert place["search"].bottom < place["vectors"].y
    assert len(drawn.edges) == 3
    assert drawn.height >= 3 * NODE_HEIGHT


def test_lines_are_untangled():
    drawn = layered(["a", "b", "x", "y"], {"a": ["y"], "b": ["x"]})

    place = {node.key: node.x for node in drawn.nodes}
    assert (place["a"] < place["b"]) == (place["y"] < place["x"])


def test_graph_of_nothing_is_empty():
    assert layered([], {}).nodes == []


def test_circle_in_the_map_is_refused_by_name(scope, owner):
    app, search, vectors = (CapabilityFactory(name=name) for name in ("App", "Search", "Vectors"))
    capabilities.add_dependency(app, provider=search, actor=owner)
    capabilities.add_dependency(search, provider=vectors, actor=owner)

    with pytest.raises(InvalidInputError) as refusal:
        capabilities.add_dependency(vectors, provider=app, actor=owner)

    assert refusal.value.pointer == "provider"
    assert "Vectors → App → Search → Vectors" in refusal.value.message
    with pytest.raises(InvalidInputError):
        capabilities.add_dependency(app, provider=app, actor=owner)
    assert CapabilityDependency.objects.count() == 2


def test_same_dependency_is_kept_once(scope, owner):
    known = CapabilityDependencyFactory()

    assert capabilities.add_dependency(known.consumer, provider=known.provider, actor=owner) == known


def test_pulse_of_the_same_day_is_corrected(scope, owner):
    stakeholder = StakeholderFactory()
    for score in (2, 5):
        stakeholders.answer_pulse(stakeholder, score=score, answered_on=TODAY, today=TODAY, actor=owner)

    assert PulseAnswer.objects.get().score == 5


@pytest.mark.parametrize(("score", "day", "field"), [(4, date(2026, 6, 2), "answered_on"), (6, TODAY, "score")])
def test_impossible_pulse_is_refused_by_field(scope, owner, score, day, field):
    with pytest.raises(Exception, match=r".") as refusal:
        stakeholders.answer_pulse(StakeholderFactory(), score=score, answered_on=day, today=TODAY, actor=owner)

    pointer = getattr(refusal.value, "pointer", None) or next(iter(refusal.value.message_dict))
    assert pointer == field
    assert not PulseAnswer.objects.exists()


def test_pulse_is_the_mean_of_those_who_answered_last(scope, owner):
    initiative = InitiativeFactory()
    first = StakeholderFactory(initiative=initiative)
    PulseAnswerFactory(stakeholder=first, answered_on=date(2026, 1, 1), score=1)
    PulseAnswerFactory(stakeholder=first, answered_on=date(2026, 5, 1), score=5)
    PulseAnswerFactory(stakeholder=StakeholderFactory(initiative=initiative), score=2)
    StakeholderFactory(initiative=initiative)

    people = stakeholders_of(initiative, actor=owner)
    pulse = pulse_of(people[:1])

    assert (pulse.mean, pulse.answered, pulse.stakeholders) == (3.5, 2, 3)
    assert len(people) == 3


def test_stakeholders_of_a_restricted_portfolio_are_hidden(scope, viewer, product_manager):
    hidden = InitiativeFactory(portfolio=PortfolioFactory(visibility=Visibility.RESTRICTED))
    stakeholder = StakeholderFactory(initiative=hidden)

    assert not Stakeholder.objects.permitted(viewer).exists()
    with tenant_scope(product_manager), pytest.raises(NotPermittedError):
        stakeholders.delete_stakeholder(stakeholder, actor=product_manager)
    with tenant_scope(product_manager), pytest.raises(InvalidInputError):
        stakeholders.create_stakeholder(actor=product_manager, initiative=hidden, name="Seen")


def test_customers_are_counted_once_with_their_largest_worth(scope, owner):
    initiative = InitiativeFactory()
    for customer, worth, currency in (("Ada", 100, "EUR"), ("Ada", 250, "EUR"), ("Bo", 40, "USD"), ("", None, "")):
        said = FeedbackFactory(customer=customer, customer_value=worth, currency=currency, sentiment="negative")
        FeedbackLinkFactory(feedback=said, initiative=initiative)

    totals = feedback_totals(initiative, actor=owner)

    assert (totals.count, totals.customers, totals.negative) == (4, 2, 4)
    assert (totals.value, totals.other_currency) == (Decimal(250), 1)


def test_worth_nobody_knows_is_unknown(scope, owner):
    link = FeedbackLinkFactory()

    assert feedback_totals(link.initiative, actor=owner).value is None


def test_file_is_loaded_once_and_corrects_itself(scope, owner):
    InitiativeFactory(key="AI-1")
    line = "ticket,Slow answers,2026-05-02,Ada,1200.50,EUR,t-1,AI-1\n"

    first = load_feedback_file((HEADER + line).encode(), actor=owner)
    again = load_feedback_file((HEADER + line).encode(), actor=owner)
    corrected = load_feedback_file((HEADER + line.replace("Slow", "Very slow")).encode(), actor=owner)

    assert (first.created, again.unchanged, corrected.changed) == (1, 1, 1)
    said = Feedback.objects.get()
    assert (said.title, said.source, said.customer_value) == ("Very slow answers", "file", Decimal("1200.50"))
    assert FeedbackLink.objects.count() == 1


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("ticket,X,someday,,,,,\n", "Line 2, received_on"),
        (f"ticket,X,2026-05-02,Ada,{HUGE},EUR,,\n", "Line 2, customer_value"),
        ("ticket,X,2026-05-02,Ada,NaN,EUR,,\n", "Line 2, customer_value"),
        ("ticket,X,2026-05-02,Ada,-5,EUR,,\n", "Line 2, customer_value"),
        ("shout,X,2026-05-02,,,,,\n", "Line 2, kind"),
        ("ticket,X,2026-05-02,,,,,ZZ-9\n", "Line 2: there is no initiative ZZ-9"),
        ("ticket,X,2026-05-02,,,,a,\nticket,Y,2026-05-02,,,,a,\n", "Line 3: the id a is in the file twice"),
    ],
)
def test_bad_line_is_named_and_nothing_is_written(scope, owner, line, reason):
    with pytest.raises(InvalidInputError) as refusal:
        load_feedback_file((HEADER + line).encode(), actor=owner)

    assert any(reason in text for text in refusal.value.reasons), refusal.value.reasons
    assert not Feedback.objects.exists()


def test_viewer_may_not_write(scope, viewer):
    for call in (
        lambda: capabilities.create_capability(actor=viewer, name="No"),
        lambda: feedback.create_feedback(actor=viewer, title="No"),
        lambda: stakeholders.create_stakeholder(actor=viewer, name="No"),
    ):
        with pytest.raises(NotPermittedError):
            call()


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_pages_cost_the_same_for_any_number_of_rows(portfolio_page, product_manager, rows, django_assert_num_queries):
    with tenant_scope(product_manager):
        initiative = InitiativeFactory()
        for _ in range(rows):
            CapabilityInitiativeFactory(initiative=initiative, capability=CapabilityDependencyFactory().consumer)
            PulseAnswerFactory(stakeholder=StakeholderFactory(initiative=initiative))
            FeedbackLinkFactory(initiative=initiative)
    budgets = {"capability-map/": 9, "capabilities/": 11, "stakeholders/": 10, "feedback/": 10}
    for path in budgets:
        portfolio_page(path)
    for path, queries in budgets.items():
        with django_assert_num_queries(queries):
            assert portfolio_page(path).status_code == 200, path


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_lists_cost_the_same_for_any_number_of_rows(api_client, product_manager, rows, django_assert_num_queries):
    with tenant_scope(product_manager):
        for _ in range(rows):
            CapabilityInitiativeFactory(capability=CapabilityDependencyFactory().consumer)
            PulseAnswerFactory()
            FeedbackLinkFactory()
    client = api_client(product_manager)
    names = ("capabilities", "capability-dependencies", "capability-initiatives", "stakeholders", "pulse-answers")
    for name in (*names, "feedback", "feedback-links"):
        client.get(f"{name}/")
        with django_assert_num_queries(5):
            assert client.get(f"{name}/").status_code == 200, name


def test_map_shows_boxes_and_the_same_as_a_table(portfolio_page, product_manager):
    with tenant_scope(product_manager):
        CapabilityDependencyFactory(consumer__name="Assistant", provider__name="Vector index <b>")

    response = portfolio_page("capability-map/")

    assert "Vector index &lt;b&gt;" in response.content.decode()
    assert response.content.decode().count("<rect") == 2


def test_initiative_says_for_whom_it_is(portfolio_page, product_manager):
    with tenant_scope(product_manager):
        initiative = InitiativeFactory()
        FeedbackLinkFactory(initiative=initiative, feedback__title="Cites the wrong clause")
        PulseAnswerFactory(stakeholder=StakeholderFactory(initiative=initiative, name="Head of claims"), score=2)

    text = text_of(portfolio_page(f"initiatives/{initiative.pk}/"))

    assert "For whom" in text
    assert "Cites the wrong clause" in text
    assert "Head of claims" in text


def test_upload_page_stores_or_names_the_lines(client_for, product_manager):
    client, path = client_for(product_manager), "/acme/portfolio/feedback/upload/"
    good = SimpleUploadedFile("f.csv", (HEADER + "call,Nice,2026-05-02,,,,,\n").encode())
    bad = SimpleUploadedFile("f.csv", (HEADER + "call,Nice,never,,,,,\n").encode())

    refused = client.post(path, {"file": bad})
    assert (refused.status_code, "Line 2, received_on" in text_of(refused)) == (422, True)
    assert client.post(path, {"file": good}).status_code == 303
    with tenant_scope(product_manager):
        assert Feedback.objects.get().title == "Nice"


@pytest.mark.parametrize(
    ("name", "values", "field"),
    [
        ("capabilities", {"name": "", "kind": "feature"}, "name"),
        ("capabilities", {"name": "Fine", "kind": "wish"}, "kind"),
        ("feedback", {**CALL, "customer_value": "Infinity"}, "customer_value"),
        ("feedback", {**CALL, "customer_value": HUGE}, "customer_value"),
        ("feedback", {**CALL, "received_on": "never"}, "received_on"),
    ],
)
def test_bad_input_over_rest_names_its_field(api_client, product_manager, name, values, field):
    response = api_client(product_manager).post(f"{name}/", values)

    assert response.status_code == 400
    assert f"/{field}" in {error["pointer"] for error in response.json()["errors"]}
