"""QQ as a column of the customer, like WeChat: numbers that were kept as further ones stand in it from now on."""

from django.db import migrations, models

# in words both databases read, and without writing the table anew: SQLite would lose indexes Django does not know of
ADD = "ALTER TABLE customers_party ADD COLUMN qq varchar(20) DEFAULT '' NOT NULL"
STAND = """
UPDATE customers_contactpoint SET "column" = 'qq' WHERE CAST(id AS char(36)) IN (
    SELECT MIN(CAST(id AS char(36))) FROM customers_contactpoint WHERE kind = 'qq' GROUP BY party_id
)
"""
SHOW = """
UPDATE customers_party SET qq = (
    SELECT SUBSTR(display, 1, 20) FROM customers_contactpoint p WHERE p.party_id = customers_party.id AND p."column" = 'qq'
) WHERE id IN (SELECT party_id FROM customers_contactpoint WHERE "column" = 'qq' AND NOT do_not_use)
"""
BACK = "UPDATE customers_contactpoint SET \"column\" = '' WHERE \"column\" = 'qq'"


class Migration(migrations.Migration):
    dependencies = [("customers", "0002_touch_order")]
    operations = [
        migrations.RunSQL(
            ADD,
            "ALTER TABLE customers_party DROP COLUMN qq",
            [migrations.AddField("party", "qq", models.CharField(blank=True, max_length=20))],
        ),
        migrations.RunSQL([STAND, SHOW], BACK),
    ]
