from decimal import Decimal

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import core.ids
import tenancy.models.base
import tenancy.scope


class Migration(migrations.Migration):
    dependencies = [
        ("portfolio", "0005_add_price_book_and_unit_costs"),
        ("tenancy", "0002_ledger"),
    ]

    operations = [
        migrations.CreateModel(
            name="ScoringModel",
            fields=[
                ("id", models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "organization",
                    models.ForeignKey(
                        db_index=False,
                        default=tenancy.scope.current_organization_id,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenancy.organization",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "key",
                    models.CharField(
                        editable=False,
                        max_length=60,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z][a-z0-9-]*$", "Use small letters, digits and hyphens, a letter first."
                            )
                        ],
                    ),
                ),
                ("revision", models.PositiveIntegerField(default=1, editable=False)),
                ("name", models.CharField(max_length=200)),
                ("description", models.TextField(blank=True, help_text="When to use it, and what its scores mean.")),
                (
                    "framework",
                    models.CharField(
                        choices=[
                            ("rice", "RICE"),
                            ("wsjf", "WSJF"),
                            ("ice", "ICE"),
                            ("value_effort", "Value / effort"),
                            ("weighted", "Weighted sum"),
                            ("ml_rice", "ML-RICE"),
                            ("ml_wsjf", "ML-WSJF"),
                            ("custom", "Own formula"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "formula",
                    models.CharField(
                        blank=True,
                        help_text="Names of factors, + - * / ^ and brackets; weight_reach is the weight of reach.",
                        max_length=2000,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("active", "Active"), ("retired", "Retired")],
                        default="active",
                        editable=False,
                        max_length=8,
                    ),
                ),
            ],
            options={
                "ordering": ["name", "-revision", "id"],
                "indexes": [models.Index(fields=["organization", "name", "id"], name="portfolio_scoringmodel_by_name")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "key", "revision"), name="portfolio_scoringmodel_revision"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("framework", "custom"), ("formula", ""), _connector="XOR"),
                        name="portfolio_scoringmodel_formula",
                        violation_error_message="A formula belongs to the framework “Own formula”, and only to it.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ScoreFactor",
            fields=[
                ("id", models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "organization",
                    models.ForeignKey(
                        db_index=False,
                        default=tenancy.scope.current_organization_id,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenancy.organization",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "model",
                    tenancy.models.base.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="portfolio.scoringmodel"
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        max_length=60,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z][a-z0-9_]*$", "Use small letters, digits and underscores, a letter first."
                            )
                        ],
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("question", models.CharField(blank=True, max_length=500)),
                (
                    "part",
                    models.CharField(
                        choices=[
                            ("addend", "Added"),
                            ("multiplier", "Multiplied"),
                            ("divisor", "Divided by"),
                            ("penalty", "Divided by 1 + factor"),
                            ("variable", "Named in the formula"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "scale",
                    models.CharField(
                        choices=[
                            ("linear", "Linear"),
                            ("fibonacci", "Fibonacci"),
                            ("powers_of_two", "Powers of two"),
                            ("choice", "Choice"),
                            ("percent", "Percent"),
                            ("money", "Money"),
                            ("days", "Days"),
                        ],
                        default="linear",
                        max_length=16,
                    ),
                ),
                ("minimum", models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True)),
                ("maximum", models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True)),
                (
                    "step",
                    models.DecimalField(
                        blank=True,
                        decimal_places=4,
                        max_digits=18,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(Decimal("0.0001"))],
                    ),
                ),
                ("unit", models.CharField(blank=True, max_length=30)),
                (
                    "direction",
                    models.CharField(
                        choices=[("up", "More is better"), ("down", "Less is better")], default="up", max_length=4
                    ),
                ),
                (
                    "weight",
                    models.DecimalField(
                        decimal_places=4,
                        default=1,
                        max_digits=9,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(1000),
                        ],
                    ),
                ),
                ("rubric", models.JSONField(blank=True, default=list)),
                (
                    "rater_roles",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("owner", "Owner"),
                                ("admin", "Admin"),
                                ("director", "Director"),
                                ("product_manager", "Product manager"),
                                ("contributor", "Contributor"),
                                ("finance", "Finance"),
                                ("reviewer", "Reviewer"),
                                ("viewer", "Viewer"),
                                ("auditor", "Auditor"),
                                ("service_account", "Service account"),
                            ],
                            max_length=20,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "rater_functions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("product", "Product"),
                                ("engineering", "Engineering"),
                                ("ml", "Machine learning"),
                                ("data", "Data"),
                                ("design", "Design"),
                                ("sre", "Site reliability"),
                                ("security", "Security"),
                                ("privacy", "Privacy"),
                                ("legal", "Legal"),
                                ("compliance", "Compliance"),
                                ("responsible_ai", "Responsible AI"),
                                ("finance", "Finance"),
                                ("procurement", "Procurement"),
                                ("go_to_market", "Go-to-market"),
                                ("support", "Support"),
                                ("executive", "Executive"),
                            ],
                            max_length=20,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("is_required", models.BooleanField(default=True)),
                (
                    "evidence_above",
                    models.DecimalField(
                        blank=True,
                        decimal_places=3,
                        help_text="As a fraction: above 0.5 a rating needs a link to evidence.",
                        max_digits=4,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(1),
                        ],
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, editable=False)),
            ],
            options={
                "ordering": ["model", "position", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("organization", "model", "key"), name="portfolio_scorefactor_key"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("maximum__gt", models.F("minimum")), ("minimum", None), ("maximum", None), _connector="OR"
                        ),
                        name="portfolio_scorefactor_range",
                        violation_error_message="The highest value must lie above the lowest.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("weight__gte", 0)),
                        name="portfolio_scorefactor_weight",
                        violation_error_message="A weight must not be negative; the direction says what speaks against.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ScoringRound",
            fields=[
                ("id", models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "organization",
                    models.ForeignKey(
                        db_index=False,
                        default=tenancy.scope.current_organization_id,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenancy.organization",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("name", models.CharField(max_length=200)),
                (
                    "model",
                    tenancy.models.base.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="portfolio.scoringmodel"
                    ),
                ),
                (
                    "portfolio",
                    tenancy.models.base.TenantForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="portfolio.portfolio",
                    ),
                ),
                (
                    "normalisation",
                    models.CharField(
                        choices=[
                            ("none", "None"),
                            ("min_max", "Between lowest and highest"),
                            ("rank", "By rank"),
                            ("z", "Standard deviations from the mean"),
                        ],
                        default="none",
                        max_length=8,
                    ),
                ),
                (
                    "organizer",
                    tenancy.models.base.TenantForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenancy.membership",
                    ),
                ),
                ("opened_at", models.DateTimeField(editable=False)),
                ("due_on", models.DateField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(editable=False, null=True)),
                ("computed_at", models.DateTimeField(editable=False, null=True)),
                ("bounds", models.JSONField(default=dict, editable=False)),
                ("agreement", models.JSONField(default=dict, editable=False)),
                ("engine_version", models.CharField(blank=True, editable=False, max_length=40)),
            ],
            options={
                "ordering": ["-opened_at", "id"],
                "indexes": [
                    models.Index(fields=["organization", "-opened_at", "id"], name="portfolio_scoringround_recent")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("computed_at", None), ("closed_at__isnull", False), _connector="OR"),
                        name="portfolio_scoringround_computed",
                        violation_error_message="Only a closed round has results.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ScoringItem",
            fields=[
                ("id", models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "organization",
                    models.ForeignKey(
                        db_index=False,
                        default=tenancy.scope.current_organization_id,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenancy.organization",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "round",
                    tenancy.models.base.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="portfolio.scoringround"
                    ),
                ),
                (
                    "initiative",
                    tenancy.models.base.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="portfolio.initiative"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, editable=False)),
            ],
            options={
                "ordering": ["round", "position", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "round", "initiative"), name="portfolio_scoringitem_initiative"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ScoreRating",
            fields=[
                ("id", models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "organization",
                    models.ForeignKey(
                        db_index=False,
                        default=tenancy.scope.current_organization_id,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenancy.organization",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "item",
                    tenancy.models.base.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="portfolio.scoringitem"
                    ),
                ),
                (
                    "factor",
                    tenancy.models.base.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="portfolio.scorefactor"
                    ),
                ),
                (
                    "rater",
                    tenancy.models.base.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tenancy.membership"
                    ),
                ),
                ("value", models.DecimalField(decimal_places=4, max_digits=18)),
                (
                    "confidence",
                    models.DecimalField(
                        blank=True,
                        decimal_places=3,
                        help_text="How sure the rater is, as a fraction.",
                        max_digits=4,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(1),
                        ],
                    ),
                ),
                ("rationale", models.TextField(blank=True, max_length=2000)),
                ("evidence_url", models.URLField(blank=True, max_length=500)),
                ("rated_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["-rated_at", "id"],
                "indexes": [
                    models.Index(fields=["organization", "-rated_at", "id"], name="portfolio_scorerating_recent")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "item", "factor", "rater"), name="portfolio_scorerating_answer"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confidence", None),
                            models.Q(("confidence__gte", 0), ("confidence__lte", 1)),
                            _connector="OR",
                        ),
                        name="portfolio_scorerating_confidence",
                        violation_error_message="A confidence is a fraction between 0 and 1.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ScoreResult",
            fields=[
                ("id", models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "organization",
                    models.ForeignKey(
                        db_index=False,
                        default=tenancy.scope.current_organization_id,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenancy.organization",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "item",
                    tenancy.models.base.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="portfolio.scoringitem"
                    ),
                ),
                ("score", models.FloatField(null=True)),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("rank", models.PositiveIntegerField(null=True)),
                ("rank_low", models.PositiveIntegerField(null=True)),
                ("rank_high", models.PositiveIntegerField(null=True)),
                ("spread", models.FloatField(null=True)),
                ("rater_count", models.PositiveIntegerField(default=0)),
                ("components", models.JSONField(default=dict)),
                ("ratings", models.JSONField(default=list)),
                ("computed_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["-computed_at", "rank", "id"],
                "indexes": [
                    models.Index(fields=["organization", "-computed_at", "id"], name="portfolio_scoreresult_recent")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("organization", "item"), name="portfolio_scoreresult_item"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("rank", None), ("score", None), models.Q(("reason", ""), _negated=True)),
                            models.Q(("rank__isnull", False), ("score__isnull", False)),
                            _connector="OR",
                        ),
                        name="portfolio_scoreresult_reason",
                        violation_error_message="A result has a score and a rank, or the reason why not.",
                    ),
                ],
            },
        ),
    ]
