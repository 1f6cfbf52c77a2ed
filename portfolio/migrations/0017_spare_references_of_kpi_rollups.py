import django.db.models.deletion
from django.db import migrations, models

import tenancy.scope

_ORGANIZATION = models.ForeignKey(
    db_constraint=False,
    db_index=False,
    default=tenancy.scope.current_organization_id,
    editable=False,
    on_delete=django.db.models.deletion.CASCADE,
    related_name="+",
    to="tenancy.organization",
)


class Migration(migrations.Migration):

    dependencies = [("portfolio", "0016_keep_exact_value_of_resources")]

    operations = [
        migrations.AlterField(model_name="kpirollup", name="organization", field=_ORGANIZATION),
        migrations.AlterField(model_name="kpitouchedmonth", name="organization", field=_ORGANIZATION),
    ]
