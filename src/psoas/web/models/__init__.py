"""What is kept of a person."""

from psoas.web.models.job import Job
from psoas.web.models.journal import Entry, write_down
from psoas.web.models.person import Person, Screen, Told

__all__ = ["Entry", "Job", "Person", "Screen", "Told", "write_down"]
