"""Changes of scenarios that speak of the spread or the note of a demand, and imported history that speaks of PRDs."""

from django.db import migrations, models

from core.database.migration_operations import Together

OF_DEMANDS = ("demand", "demand_amount", "demand_team", "demand_spread", "demand_note")


class Migration(migrations.Migration):
    dependencies = [("roadmap", "0007_group_files_by_any_lane")]

    operations = [
        Together(
            [
                migrations.RemoveConstraint("scenariochange", "roadmap_scenariochange_demand"),
                migrations.AlterField(
                    "scenariochange",
                    "field",
                    models.CharField(
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
                            ("demand_spread", "Spread of the demand"),
                            ("demand_note", "Note of the demand"),
                        ],
                        max_length=14,
                    ),
                ),
                migrations.AlterField(
                    "planhistoryentry",
                    "field",
                    models.CharField(
                        choices=[
                            ("release", "Current release"),
                            ("alpha", "Alpha"),
                            ("beta", "Beta"),
                            ("ga", "GA"),
                            ("stage", "Stage"),
                            ("prd", "PRD"),
                        ],
                        max_length=8,
                        verbose_name="target",
                    ),
                ),
                migrations.AddConstraint(
                    "scenariochange",
                    models.CheckConstraint(
                        condition=models.Q(field__in=OF_DEMANDS, demand_key__isnull=False, resource_key__isnull=False)
                        | models.Q(~models.Q(field__in=OF_DEMANDS), demand_key=None, resource_key=None),
                        name="roadmap_scenariochange_demand",
                        violation_error_message="Only a change of a demand names one.",
                    ),
                ),
            ]
        )
    ]
