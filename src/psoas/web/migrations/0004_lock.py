"""A passphrase for this machine's pages."""

from django.db import migrations, models

import psoas.web.models.lock


class Migration(migrations.Migration):
    dependencies = (("web", "0003_job"),)

    operations = (
        migrations.CreateModel(
            name="Guesses",
            fields=[
                ("origin", models.CharField(max_length=9, primary_key=True, serialize=False)),
                ("wrong", models.PositiveIntegerField(default=0)),
                ("until", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Lock",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("passphrase", models.CharField(max_length=200)),
                ("idle_min", models.PositiveSmallIntegerField(default=15)),
                ("edition", models.CharField(default=psoas.web.models.lock.new_edition, max_length=22)),
            ],
        ),
    )
