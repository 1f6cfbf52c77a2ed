import django.db.models.deletion
import tenancy.models.base
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('portfolio', '0010_fill_case_options'),
    ]

    operations = [
        migrations.AlterField(
            model_name='cashline',
            name='option',
            field=tenancy.models.base.TenantForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='portfolio.caseoption'),
        ),
        migrations.AlterField(
            model_name='valuation',
            name='option',
            field=tenancy.models.base.TenantForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='portfolio.caseoption'),
        ),
    ]
