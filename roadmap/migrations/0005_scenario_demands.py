"""Changes of scenarios that speak of a demand."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("roadmap", "0004_guards"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="scenariochange",
            name="roadmap_scenariochange_field",
        ),
        migrations.AddField(
            model_name="scenariochange",
            name="demand_key",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="scenariochange",
            name="resource_key",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="scenariochange",
            name="field",
            field=models.CharField(
                choices=[
                    ("is_included", "In the plan"),
                    ("start_on", "Start"),
                    ("end_on", "End"),
                    ("owning_team", "Team"),
                    ("lane", "Lane"),
                    ("status", "Status"),
                    ("date_precision", "Precision"),
                    ("demand", "Demand"),
                    ("demand_amount", "Amount needed"),
                    ("demand_team", "Team of the demand"),
                ],
                max_length=14,
            ),
        ),
        migrations.AddConstraint(
            model_name="scenariochange",
            constraint=models.UniqueConstraint(
                fields=("organization", "scenario", "item_key", "demand_key", "field"),
                name="roadmap_scenariochange_field",
                nulls_distinct=False,
                violation_error_message="The scenario changes this field already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="scenariochange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("demand_key__isnull", False),
                        ("field__in", ("demand", "demand_amount", "demand_team")),
                        ("resource_key__isnull", False),
                    ),
                    models.Q(
                        models.Q(("field__in", ("demand", "demand_amount", "demand_team")), _negated=True),
                        ("demand_key", None),
                        ("resource_key", None),
                    ),
                    _connector="OR",
                ),
                name="roadmap_scenariochange_demand",
                violation_error_message="Only a change of a demand names one.",
            ),
        ),
    ]
