"""Probe results are kept by vantage point."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """A column, empty for what was kept before."""

    dependencies = [("store", "0002_append_only")]

    operations = [
        migrations.AddField(
            model_name="proberow",
            name="vantage",
            field=models.CharField(default="", max_length=40),
        )
    ]
