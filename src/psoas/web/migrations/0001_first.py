"""The first tables: people, their screens, and what else they told."""

import django.db.models.deletion
from django.db import migrations, models

import psoas.web.models.person


class Migration(migrations.Migration):
    initial = True

    dependencies: tuple[tuple[str, str], ...] = ()

    operations = (
        migrations.CreateModel(
            name="Person",
            fields=[
                (
                    "id",
                    models.CharField(
                        default=psoas.web.models.person.new_id,
                        editable=False,
                        max_length=32,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=60)),
                ("country", models.CharField(blank=True, max_length=2)),
                ("began", models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name="Screen",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("place", models.PositiveSmallIntegerField()),
                ("screen", models.CharField(max_length=60)),
                ("values", models.JSONField()),
                ("not_sure", models.JSONField()),
                ("at", models.DateTimeField(auto_now=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="screens", to="web.person"
                    ),
                ),
            ],
            options={
                "ordering": ("place",),
                "constraints": [
                    models.UniqueConstraint(fields=("person", "place"), name="one_answer_a_place")
                ],
            },
        ),
        migrations.CreateModel(
            name="Told",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=80)),
                ("value", models.JSONField(null=True)),
                ("at", models.DateTimeField(auto_now=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="told", to="web.person"
                    ),
                ),
            ],
            options={
                "ordering": ("key",),
                "constraints": [models.UniqueConstraint(fields=("person", "key"), name="one_value_a_key")],
            },
        ),
    )
