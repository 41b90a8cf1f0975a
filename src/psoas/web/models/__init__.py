"""What is kept of a person."""

from psoas.web.models.job import Job
from psoas.web.models.journal import Entry
from psoas.web.models.lock import Guesses, Lock
from psoas.web.models.person import Person, Screen, Told

__all__ = ["Entry", "Guesses", "Job", "Lock", "Person", "Screen", "Told"]
