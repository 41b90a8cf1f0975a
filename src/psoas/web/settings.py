"""Django's settings: this machine only, a strict content policy, nothing sent anywhere."""

import os
from pathlib import Path

from psoas.web.clock import time_zone
from psoas.web.storage import data_folder, database, secret_key

HERE = Path(__file__).parent
DATA = data_folder()

SECRET_KEY = secret_key(DATA)
DEBUG = False
# Only names of this machine: a page of somebody else that points its name here (DNS rebinding) is refused.
# The address in the home network is one of them while `psoas serve --lan` runs, and only then.
LAN = os.environ.get("PSOAS_LAN", "")
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", *filter(None, [LAN])]
INSTALLED_APPS = ["django.contrib.staticfiles", "psoas.web.apps.Web"]
MIDDLEWARE = [
    "psoas.web.middleware.headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "psoas.web.middleware.locked",
    "psoas.web.middleware.told_errors",
]
ROOT_URLCONF = "psoas.web.urls"
WSGI_APPLICATION = "psoas.web.application.application"
DATABASES = {"default": database(DATA, os.environ.get("PSOAS_DATABASE_URL"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "OPTIONS": {
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "psoas.web.calling"],
            "context_processors": ["psoas.web.presenters.page.everywhere"],
        },
    }
]
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [HERE / "locale"]
USE_TZ = True
TIME_ZONE = time_zone()

STATIC_URL = "/static/"
STATICFILES_DIRS = [HERE / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_FAILURE_VIEW = "psoas.web.views.errors.forgotten"
DATA_UPLOAD_MAX_MEMORY_SIZE = 100_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 400
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]  # no answers on the disk
FILE_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
        "django.security.DisallowedHost": {"handlers": [], "propagate": False},  # refused; nobody has to act
        "waitress.queue": {"level": "ERROR"},
    },
}
