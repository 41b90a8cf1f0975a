"""The journal: what happened, in the order it happened."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("web", "0001_first"),)

    operations = (
        migrations.CreateModel(
            name="Entry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.CharField(max_length=36)),
                ("kind", models.CharField(max_length=20)),
                ("at", models.DateTimeField()),
                ("value", models.JSONField()),
                ("received", models.DateTimeField(auto_now_add=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="entries", to="web.person"
                    ),
                ),
            ],
            options={
                "ordering": ("at", "id"),
                "constraints": (models.UniqueConstraint(fields=["person", "uid"], name="one_entry_a_uid"),),
            },
        ),
    )
