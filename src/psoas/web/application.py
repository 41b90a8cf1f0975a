"""The WSGI application, for the server of `psoas serve` or another one."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "psoas.web.settings")
application = get_wsgi_application()
# Every view with what it imports, before the address is told: the first page does not wait for it.
get_resolver().url_patterns  # noqa: B018
