"""Settings of the test suite: real PostgreSQL and Valkey, cheap password hashes, mail in memory."""

import os

os.environ.setdefault("SECRET_KEY", "only-for-tests-0123456789-0123456789-0123456789")
# The test database is created and migrated by the owner; conftest then switches to the application's role.
os.environ["DATABASE_ROLE"] = "owner"

from config.settings.base import *  # noqa: F403 - the environment above must be set first
from config.settings.base import _APP_DATABASE, DATABASES, MIDDLEWARE, REST_FRAMEWORK, STORAGES

TEST_APP_CREDENTIALS = {"USER": _APP_DATABASE["USER"], "PASSWORD": _APP_DATABASE["PASSWORD"]}
DATABASES["default"]["CONN_HEALTH_CHECKS"] = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"] = {"actor": "100000/min"}
# The test client asks for no static file, and the live server has its own way to serve them.
MIDDLEWARE.remove("whitenoise.middleware.WhiteNoiseMiddleware")
