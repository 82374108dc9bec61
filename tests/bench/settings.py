"""The application's settings with keys of no worth, plain static files and a password that costs nothing."""

import os

os.environ |= {
    "ENV_FILE": os.devnull,
    "HTTPS": "false",
    "ALLOWED_HOSTS": "testserver,127.0.0.1",
    "SECRET_KEY": "bench: 7Kq9vXw2LmRz4TyB8nHc5JdF3gPsA6uE1oWiZxVbNqMlKj",
    "NIK_ENCRYPTION_KEYS": "c29wY2FzZXMtYmVuY2gtb25seS0wMTIzNDU2Nzg5YWI=",
    "NIK_INDEX_KEY": "bench: aQ3sW5dE7fR9gT1hY2jU4kI6lO8zP0xCvBnM",
    "LOG_LEVEL": "WARNING",
}
for switch in ("DEBUG", "DEMO", "CACHE_URL", "EMAIL_URL", "SESSION_IDLE_MINUTES", "SESSION_ABSOLUTE_HOURS"):
    os.environ.pop(switch, None)

from sopcases.settings import *  # noqa: E402, F403 - the environment comes first
from sopcases.settings import STORAGES  # noqa: E402

STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
