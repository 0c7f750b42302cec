"""Scores in the order in which lists are read by them: value, then customer, both the same way."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0003_party_qq")]
    operations = [
        migrations.RemoveIndex("score", "score_best"),
        migrations.AddIndex(
            "score",
            models.Index(condition=models.Q(("latest", True)), fields=["kind", "value", "party"], name="score_order"),
        ),
    ]
