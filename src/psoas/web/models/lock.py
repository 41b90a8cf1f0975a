"""The passphrase of this machine's pages, if there is one, and the guesses at it."""

import secrets

from django.db import models


def new_edition() -> str:
    """What open browsers hold; another one closes them all."""
    return secrets.token_urlsafe(12)


class Lock(models.Model):
    """One row where a passphrase is set, none where not. passphrase: its scrypt hash with salt and costs.

    idle_min: after so many minutes without a page the passphrase is asked again.
    """

    passphrase = models.CharField(max_length=200)
    idle_min = models.PositiveSmallIntegerField(default=15)
    edition = models.CharField(max_length=22, default=new_edition)


class Guesses(models.Model):
    """Wrong guesses in a row. origin: `here` (this machine) or `elsewhere`: neither locks out the other."""

    origin = models.CharField(max_length=9, primary_key=True)
    wrong = models.PositiveIntegerField(default=0)
    until = models.DateTimeField(null=True)
