"""What happened, in the order it happened: exercises done, check-ins, quiz answers. Only ever added to."""

from django.db import models

from psoas.web.models.person import Person


class Entry(models.Model):
    """One thing that happened. uid: made where it was written down, so that a form sent twice, or kept on a
    phone and sent later, counts once. at: when it happened, as that device says; received: when it came."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="entries")
    uid = models.CharField(max_length=36)
    kind = models.CharField(max_length=20)
    at = models.DateTimeField()
    value = models.JSONField()
    received = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["person", "uid"], name="one_entry_a_uid"),)
        ordering = ("at", "id")
