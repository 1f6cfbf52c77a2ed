from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("portfolio", "0022_fill_kpi_targets")]

    operations = [migrations.RemoveField(model_name="kpi", name="target")]
