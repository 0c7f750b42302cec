"""A view may be shared with the teams below one's own too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0003_lists_by_own_fields")]
    operations = [migrations.AddField("savedview", "below", models.BooleanField(default=False))]
