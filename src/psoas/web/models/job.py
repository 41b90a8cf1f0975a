"""Work that takes longer than a page may: asked for by a page, done by the worker, kept in this table."""

from django.db import models

from psoas.web.models.person import Person


class State(models.TextChoices):
    """Where a job is. The first two are open: something may still happen."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = (State.WAITING, State.RUNNING)


class Job(models.Model):
    """One piece of work. person: whose it is; null for what is the same for everybody.

    key: kind, given, person and program, so that equal work is done once. part: how much is done, 0 to 1.
    says: the step now, or why it failed. worker, beat: who does it, and when they last said so.
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="jobs", null=True)
    kind = models.CharField(max_length=40)
    given = models.JSONField(default=dict)
    key = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    part = models.FloatField(default=0.0)
    says = models.CharField(max_length=200, blank=True)
    result = models.JSONField(null=True)
    cancel = models.BooleanField(default=False)
    worker = models.CharField(max_length=32, blank=True)
    beat = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    asked = models.DateTimeField(auto_now_add=True)
    ended = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("key",), condition=models.Q(state__in=OPEN), name="one_open_job_a_key"
            ),
        )
        indexes = (
            models.Index(fields=("state", "id"), name="job_next"),
            models.Index(fields=("key", "id"), name="job_found"),
        )
        ordering = ("id",)

    @property
    def open(self) -> bool:
        """Whether something may still happen."""
        return self.state in OPEN
