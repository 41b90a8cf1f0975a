"""The WSGI application, for the server of `psoas serve` or another one."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "psoas.web.settings")
application = get_wsgi_application()
