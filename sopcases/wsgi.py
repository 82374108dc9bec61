"""The WSGI entry point for gunicorn."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sopcases.settings")
application = get_wsgi_application()

from django.urls import get_resolver  # noqa: E402 - the settings come first

# Views and all they import live as long as the process: the collector need not go through them again, which
# took a sixth of a second of every third page.
_ = get_resolver().url_patterns
gc.collect()
gc.freeze()
