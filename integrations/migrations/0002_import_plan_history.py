"""Files of dated changes are imported like others; they go into no portfolio."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('integrations', '0001_add_references_and_imports'),
    ]

    operations = [
        migrations.AddField(
            model_name='importrun',
            name='kind',
            field=models.CharField(choices=[('portfolio', 'Portfolio'), ('plan_history', 'Plan history')], default='portfolio', editable=False, max_length=12),
        ),
        migrations.AlterField(
            model_name='importrun',
            name='portfolio_name',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AlterField(
            model_name='importrun',
            name='system',
            field=models.CharField(blank=True, max_length=100),
        ),
    ]
