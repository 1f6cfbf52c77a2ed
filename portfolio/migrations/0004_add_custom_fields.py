from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("collaboration", "0002_add_custom_fields"),
        ("portfolio", "0003_keep_valuations_unchanged"),
    ]

    operations = [
        migrations.AddField(
            model_name="initiative",
            name="custom_fields",
            field=models.JSONField(
                blank=True, db_default=models.Value({}, models.JSONField()), default=dict, editable=False
            ),
        ),
    ]
