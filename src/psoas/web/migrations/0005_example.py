"""Whether a person is invented stands beside their name: every page asks it."""

from typing import Any

from django.db import migrations, models


def carried_over(apps: Any, _editor: Any) -> None:
    """What was told until now under the key `example`."""
    told = apps.get_model("web", "Told").objects.filter(key="example")
    apps.get_model("web", "Person").objects.filter(told__in=told).update(is_example=True)
    told.delete()


class Migration(migrations.Migration):
    dependencies = (("web", "0004_lock"),)

    operations = (
        migrations.AddField("person", "is_example", models.BooleanField(default=False)),
        migrations.RunPython(carried_over, migrations.RunPython.noop),
    )
