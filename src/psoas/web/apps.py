"""The one Django app of psoas."""

from django.apps import AppConfig


class Web(AppConfig):
    """Models and templates of the person's way."""

    name = "psoas.web"
    label = "web"
