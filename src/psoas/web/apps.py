"""The one Django app of psoas."""

from django.apps import AppConfig


class Web(AppConfig):
    """Models and templates of the person's way."""

    name = "psoas.web"
    label = "web"

    def ready(self) -> None:
        """Sentences of the clinic and of the engine are told in the language of the page."""
        from django.utils.translation import gettext, ngettext

        from psoas.translation import speak_with

        speak_with(gettext, ngettext)
