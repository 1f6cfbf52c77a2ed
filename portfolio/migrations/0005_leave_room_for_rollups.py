"""Room on the pages of the rollups: a period that changes with every observation stays where the indexes find it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("portfolio", "0004_withdraw_cases")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE portfolio_kpirollup SET (fillfactor = 90)",
            "ALTER TABLE portfolio_kpirollup RESET (fillfactor)",
        )
    ]
