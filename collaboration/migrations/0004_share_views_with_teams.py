"""A saved view is private, shared with teams or the organization, or meant for public links; it was shared or not."""

from django.db import migrations, models

# The column keeps its place and its values, so that no view changes hands.
_FORWARD = """
    ALTER TABLE collaboration_savedview RENAME COLUMN is_shared TO sharing;
    ALTER TABLE collaboration_savedview ALTER COLUMN sharing TYPE varchar(12)
        USING CASE WHEN sharing THEN 'organization' ELSE 'private' END;
"""
_BACK = """
    ALTER TABLE collaboration_savedview ALTER COLUMN sharing TYPE boolean
        USING sharing IN ('organization', 'public');
    ALTER TABLE collaboration_savedview RENAME COLUMN sharing TO is_shared;
"""
_CHOICES = [
    ("private", "Only me"),
    ("teams", "My teams"),
    ("organization", "Everyone here"),
    ("public", "Everyone here, and for public links"),
]


class Migration(migrations.Migration):
    dependencies = [("collaboration", "0003_add_documents")]

    operations = [
        migrations.RunSQL(
            _FORWARD,
            _BACK,
            state_operations=[
                migrations.RemoveField("savedview", "is_shared"),
                migrations.AddField(
                    "savedview", "sharing", models.CharField(choices=_CHOICES, default="private", max_length=12)
                ),
            ],
        ),
    ]
