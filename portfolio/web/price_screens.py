"""Lists, records and forms of the price book and exchange rates."""

from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Max, OuterRef, Subquery
from django.utils import timezone

from core.web.crud import Column, FieldGroup, ListPage, RecordAction, TenantCRUDView
from core.web.formatting import number
from core.web.urls import tenant_url
from portfolio.filters import ExchangeRateFilterSet, ModelPriceFilterSet
from portfolio.models import ExchangeRate, ModelPrice, PricedModel
from portfolio.selectors import price_history
from portfolio.services import exchange_rates, price_book
from portfolio.web.spend_formatting import price_amount, price_text
from portfolio.web.spend_forms import ExchangeRateForm, ModelPriceForm, NewModelPriceForm


def _amount(value: Any, price: ModelPrice, column: Any) -> str:
    return price_amount(price)


def _rate(value: Any, rate: ExchangeRate, column: Any) -> str:
    return f"{number(rate.rate)} {rate.pivot_currency}"


class ExchangeRateScreen(TenantCRUDView):
    model = ExchangeRate
    icon = "switch-horizontal"
    intro = "What one unit of a currency is worth in the organization's. Before its first rate an amount is unknown."
    list_template = "portfolio/exchange_rate_list.html"
    columns = [
        Column("currency", "Currency", sort=True, link=True, width="s"),
        Column("rate", "Rate", sort=True, formatter=_rate, align="end"),
        Column("valid_on", "Valid from", sort=True, formatter="date"),
        Column("source", "Source", width="l"),
    ]
    ordering = ["-valid_on", "currency"]
    filterset_class = ExchangeRateFilterSet
    form_class = ExchangeRateForm
    field_groups = [FieldGroup("Rate", ["currency", Column("rate", formatter=_rate), "valid_on", "source"])]
    empty_title = "No exchange rates yet"
    empty_text = "Prices and business cases in other currencies stay unknown until a rate is entered."

    def perform_create(self, form: Any) -> ExchangeRate:
        return exchange_rates.create_exchange_rate(actor=self.actor, **form.cleaned_data)

    def perform_update(self, form: Any) -> ExchangeRate:
        return exchange_rates.change_exchange_rate(self.object, actor=self.actor, **form.cleaned_data)

    def perform_delete(self, obj: ExchangeRate) -> None:
        exchange_rates.delete_exchange_rate(obj, actor=self.actor)


class PricedModelScreen(TenantCRUDView):
    model = PricedModel
    icon = "tags"
    label = "Model"
    label_plural = "Price book"
    # A model changes only through its prices.
    actions = {"change": "model_price.change", "delete": "model_price.delete"}
    intro = "What providers charge for their models. A model without a price costs an unknown amount, never nothing."
    list_template = "portfolio/price_book.html"
    columns = [
        Column("name", "Model", sort=True, link=True, width="l"),
        Column("provider", "Provider", sort=True),
        Column("kinds", "Kinds of price", formatter="number"),
        Column("newest", "Newest price", formatter="date"),
    ]
    ordering = ["provider", "name"]
    search_fields = ["provider", "name"]
    field_groups = [FieldGroup("Model", ["provider", "name"], is_aside=True)]
    record_actions = [
        RecordAction(
            "What if it changes?", "portfolio:priced_model_what_if", action="model_price.view", icon="math-function"
        ),
    ]
    empty_title = "No prices yet"
    empty_text = "Enter a price or upload a price list; usage is then costed by the price of its day."

    def list_queryset(self) -> Any:
        prices = ModelPrice.objects.filter(priced_model=OuterRef("pk")).order_by().values("priced_model")
        kinds = Subquery(prices.annotate(count=Count("kind", distinct=True)).values("count"))
        newest = Subquery(prices.annotate(day=Max("valid_from")).values("day"))
        return super().list_queryset().annotate(kinds=kinds, newest=newest)

    def list_context(self, page: ListPage) -> dict[str, Any]:
        return {"may_price": self.actor.can("model_price.create")}

    def shown_panels(self, obj: PricedModel) -> list[dict[str, Any]]:
        """One panel a kind of use: today's price, its steps, every price."""
        today = timezone.now().date()
        panels = [_kind_panel(history) for history in price_history.histories(obj, actor=self.actor, today=today)]
        new_url = ""
        if self.actor.can("model_price.create"):
            query = urlencode({"provider": obj.provider, "model": obj.name})
            new_url = f"{tenant_url(self.actor, 'portfolio:model_price_create')}?{query}"
        context = {"new_url": new_url, "is_priced": bool(panels)}
        adding = {"title": "Prices", "template": "portfolio/_price_add.html", "is_aside": True, "context": context}
        return [*panels, adding]


def _kind_panel(history: price_history.KindHistory) -> dict[str, Any]:
    context = {
        "history": history,
        "current": price_text(history.current) if history.current else "",
        "prices": [(price, price_text(price)) for price in history.prices],
    }
    title = history.kind.label
    return {"title": title, "template": "portfolio/_price_history.html", "is_aside": False, "context": context}


class ModelPriceScreen(TenantCRUDView):
    model = ModelPrice
    icon = "tag"
    intro = "Every price with the day it is valid from."
    columns = [
        Column("priced_model", "Model", sort=("priced_model__provider", "priced_model__name"), link=True, width="l"),
        Column("kind", "Kind", sort=True, formatter="choice"),
        Column("amount", "Price", formatter=_amount, align="end"),
        Column("unit_quantity", "Per units", formatter="number"),
        Column("valid_from", "Valid from", sort=True, formatter="date"),
        Column("valid_until", "Until", formatter="date", is_default=False),
        Column("source", "Source", width="m"),
    ]
    list_select_related = detail_select_related = ["priced_model"]
    ordering = ["-valid_from"]
    search_fields = ["priced_model__provider", "priced_model__name"]
    filterset_class = ModelPriceFilterSet
    form_class = ModelPriceForm
    field_groups = [
        FieldGroup(
            "Price",
            [
                Column("priced_model", "Model", link=False),
                Column("kind", formatter="choice"),
                Column("amount", "Price", formatter=_amount),
                Column("unit_quantity", "Per units", formatter="number"),
                Column("valid_from", formatter="date"),
                Column("valid_until", formatter="date"),
                "source",
            ],
        )
    ]
    empty_title = "No prices yet"
    empty_text = "Enter a price or upload a price list."

    def get_form_class(self) -> Any:
        return NewModelPriceForm if self.operation == "create" else ModelPriceForm

    def form_initial(self, obj: Any) -> dict[str, Any]:
        """From a model's page its name comes along."""
        initial = dict(super().form_initial(obj))
        if self.operation == "create":
            initial.setdefault("currency", self.actor.organization.currency)
            initial |= {name: self.request.GET[name] for name in ("provider", "model") if name in self.request.GET}
        return initial

    def perform_create(self, form: Any) -> ModelPrice:
        return price_book.create_model_price(actor=self.actor, **form.cleaned_data)

    def perform_update(self, form: Any) -> ModelPrice:
        return price_book.change_model_price(self.object, actor=self.actor, **form.cleaned_data)

    def perform_delete(self, obj: ModelPrice) -> None:
        price_book.delete_model_price(obj, actor=self.actor)
