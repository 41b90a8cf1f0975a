"""A person on this machine, the screens they answered, and what else they told; nothing that they did not."""

import secrets

from django.db import models


def new_id() -> str:
    """An id that cannot be guessed (128 bits)."""
    return secrets.token_urlsafe(16)


class Person(models.Model):
    """Somebody who uses this machine. name: as they want to be called, may be empty. country: two letters.

    is_example: invented, to show what the pages are like.
    """

    id = models.CharField(primary_key=True, max_length=32, default=new_id, editable=False)
    name = models.CharField(max_length=60, blank=True)
    country = models.CharField(max_length=2, blank=True)
    began = models.DateTimeField(auto_now_add=True)
    is_example = models.BooleanField(default=False)


class Screen(models.Model):
    """One answered screen of the safety questions. place: from 1, in the order asked."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="screens")
    place = models.PositiveSmallIntegerField()
    screen = models.CharField(max_length=60)
    values = models.JSONField()
    not_sure = models.JSONField()
    at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["person", "place"], name="one_answer_a_place"),)
        ordering = ("place",)


class Told(models.Model):
    """One thing told besides, by its key: `finding.X` and `circumstance.X` (null: not sure), `reading.X`,
    `drawing`, `side`, and `screen.X` for a page that was gone through."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="told")
    key = models.CharField(max_length=80)
    value = models.JSONField(null=True)
    at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["person", "key"], name="one_value_a_key"),)
        ordering = ("key",)
