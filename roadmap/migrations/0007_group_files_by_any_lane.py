"""Files are grouped by whatever the lanes of a plan may stand for, custom fields of initiatives among them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("roadmap", "0006_plan_history_indexes")]

    operations = [
        migrations.AlterField(
            "roadmapexport",
            "grouping",
            models.CharField(
                default="team",
                help_text="team, theme, objective, stage, release, lane, none, or cf_<key> of a custom field.",
                max_length=50,
                verbose_name="grouped by",
            ),
        ),
    ]
