"""What is kept of a person."""

from psoas.web.models.person import Person, Screen, Told

__all__ = ["Person", "Screen", "Told"]
