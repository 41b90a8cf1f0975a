"""What is kept of a person."""

from psoas.web.models.journal import Entry
from psoas.web.models.person import Person, Screen, Told

__all__ = ["Entry", "Person", "Screen", "Told"]
