import django.db.models.deletion
import tenancy.models.base
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("portfolio", "0012_keep_decided_cases_unchanged")]

    operations = [
        migrations.AddField(
            model_name=name,
            name="based_on",
            field=tenancy.models.base.TenantForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=f"portfolio.{name}",
            ),
        )
        for name in ("caseoption", "cashline")
    ]
