"""Results of selections: what was chosen and why, never changed once found."""

from django.db import models

from portfolio.models.initiative import Initiative
from portfolio.models.selection import SelectionRun, quarter_label
from portfolio.models.selection_enums import ChoiceReason, SelectionOutcome, SelectionRule
from portfolio.models.selection_querysets import OfSelectionQuerySet, OfSelectionResultQuerySet
from tenancy.enums import LedgerMode
from tenancy.models import Team, TenantForeignKey, TenantOwned
from tenancy.querysets import TenantManager


class SelectionResult(TenantOwned):
    """The best set found for exactly these inputs.

    `inputs` is everything the search was given, `inputs_digest` identifies it: the same inputs have one result.
    `bound` is what no set can exceed, `gap` (bound - value) / |value| as a fraction, None where there is no
    value; `value_of_all` what all candidates of known value would be worth together. `explanation` says, where
    there is no set, why not.
    """

    ledger_hidden = ("inputs",)

    run = TenantForeignKey(SelectionRun, on_delete=models.CASCADE, related_name="+")
    inputs = models.JSONField()
    inputs_digest = models.CharField(max_length=64)
    unit = models.CharField(max_length=30, blank=True, help_text="Of the value: a currency, or empty for points.")
    outcome = models.CharField(max_length=10, choices=SelectionOutcome)
    value = models.DecimalField(max_digits=24, decimal_places=4, null=True)
    bound = models.DecimalField(max_digits=24, decimal_places=4, null=True)
    gap = models.FloatField(null=True)
    seconds = models.FloatField()
    chosen_count = models.PositiveIntegerField()
    candidate_count = models.PositiveIntegerField()
    unknown_count = models.PositiveIntegerField()
    value_of_all = models.DecimalField(max_digits=24, decimal_places=4, null=True)
    explanation = models.JSONField(default=list)
    engine_version = models.CharField(max_length=40)
    computed_at = models.DateTimeField()
    # Not a reference: jobs are removed after a while.
    job_id = models.UUIDField(null=True)

    objects = TenantManager.from_queryset(OfSelectionQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "run", "inputs_digest"], name="portfolio_selectionresult_inputs"
            )
        ]
        indexes = [
            models.Index(fields=["organization", "-computed_at", "id"], name="portfolio_selectresult_recent"),
            models.Index(fields=["organization", "run", "-computed_at"], name="portfolio_selectresult_newest"),
        ]
        ordering = ["-computed_at", "-id"]

    def __str__(self) -> str:
        return f"{self.run} of {self.computed_at:%Y-%m-%d %H:%M}"


class SelectionChoice(TenantOwned):
    """A candidate as it was then, whether it was chosen, and why.

    `uses` are its amounts by the key of a resource; `cost` and `person_months` their sums, None where not known.
    `start_on` and `end_on` span the quarters in which it takes something.
    """

    ledger_mode = LedgerMode.STATEMENTS

    result = TenantForeignKey(SelectionResult, on_delete=models.CASCADE, related_name="+")
    initiative = TenantForeignKey(Initiative, null=True, on_delete=models.SET_NULL, related_name="+")
    label = models.CharField(max_length=400)
    is_chosen = models.BooleanField()
    rule = models.CharField(max_length=8, choices=SelectionRule)
    reason = models.CharField(max_length=12, choices=ChoiceReason)
    reason_text = models.TextField()
    value = models.DecimalField(max_digits=24, decimal_places=4, null=True)
    uses = models.JSONField(default=dict)
    cost = models.DecimalField(max_digits=20, decimal_places=2, null=True)
    person_months = models.DecimalField(max_digits=20, decimal_places=2, null=True)
    start_on = models.DateField()
    end_on = models.DateField()
    position = models.PositiveIntegerField()

    objects = TenantManager.from_queryset(OfSelectionResultQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "result", "position"], name="portfolio_selectionchoice_row")
        ]
        ordering = ["result", "position"]

    def __str__(self) -> str:
        return self.label


class SelectionResource(TenantOwned):
    """One resource in one quarter: how much there was, and what the chosen and all candidates take of it.

    `limit` None did not limit. `marginal` is what one more unit is worth by the linear relaxation, None where
    that has no answer. `exact` is what `exact_units` more would add, found by searching again: None until
    somebody asks, and when the search could not prove it (then `exact_seconds` is there). `job_id` is that search,
    under way or the last one; None when nobody asked and when it was cancelled.
    """

    result = TenantForeignKey(SelectionResult, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=60)
    team = TenantForeignKey(Team, null=True, on_delete=models.SET_NULL, related_name="+")
    label = models.CharField(max_length=200)
    is_budget = models.BooleanField()
    quarter = models.DateField()
    limit = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    used = models.DecimalField(max_digits=20, decimal_places=2, null=True)
    asked = models.DecimalField(max_digits=20, decimal_places=2)
    marginal = models.FloatField(null=True)
    exact = models.FloatField(null=True)
    exact_units = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    exact_seconds = models.FloatField(null=True)
    job_id = models.UUIDField(null=True, editable=False)
    position = models.PositiveIntegerField()

    objects = TenantManager.from_queryset(OfSelectionResultQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "result", "key"], name="portfolio_selectionresource_key")
        ]
        ordering = ["result", "position"]

    def __str__(self) -> str:
        return f"{self.label} in {self.quarter_label}"

    @property
    def quarter_label(self) -> str:
        """Q3 2026."""
        return quarter_label(self.quarter)
