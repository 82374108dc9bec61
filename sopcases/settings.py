"""The one settings file. Every switch comes from the environment (see .env.example).

Without DEBUG nothing weak starts: a bad key stops the process with one sentence in both languages.
"""

from pathlib import Path

import environ
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from whitenoise.compress import Compressor

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
env.read_env(env.str("ENV_FILE", default=str(BASE_DIR / ".env")))

DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
HTTPS = env.bool("HTTPS", default=not DEBUG)

if DEMO and HTTPS:
    raise ImproperlyConfigured(
        "DEMO accounts have a public password and are never served over HTTPS (production). / "
        "Akun DEMO memakai kata sandi umum dan tidak boleh dipakai pada layanan HTTPS (produksi)."
    )


# Secrets -------------------------------------------------------------------------------------------


def weak(secret: str, length: int) -> bool:
    """Whether a secret is too short, an example, or too regular to be random.

    Counting different runs of three characters finds repeats that a count of characters passes.
    """
    runs = {secret[i : i + 3] for i in range(len(secret) - 2)}
    return (
        len(secret) < length
        or secret.startswith(("django-insecure", "development"))
        or len(set(secret)) < 12
        or len(runs) < 0.75 * len(secret)
    )


def is_fernet_key(key: str) -> bool:
    """Whether the key can encrypt: 32 bytes in url-safe base64."""
    try:
        Fernet(key)
    except ValueError:
        return False
    return True


SECRET_KEY = env.str("SECRET_KEY", default="development-only" if DEBUG else "")
# Keys for what is encrypted at rest; several, comma separated, newest first (rotation).
NIK_ENCRYPTION_KEYS = env.list("NIK_ENCRYPTION_KEYS", default=[])
NIK_INDEX_KEY = env.str("NIK_INDEX_KEY", default="")

if not DEBUG:
    if weak(SECRET_KEY, 50):
        raise ImproperlyConfigured(
            "SECRET_KEY is missing or weak: set at least 50 random characters. / "
            "SECRET_KEY kosong atau lemah: isi dengan paling sedikit 50 karakter acak."
        )
    if not NIK_ENCRYPTION_KEYS or not all(
        is_fernet_key(key) and not weak(key, 44) for key in NIK_ENCRYPTION_KEYS
    ):
        raise ImproperlyConfigured(
            "NIK_ENCRYPTION_KEYS is missing or holds what is no Fernet key (see .env.example). / "
            "NIK_ENCRYPTION_KEYS kosong atau memuat yang bukan kunci Fernet (lihat .env.example)."
        )
    if weak(NIK_INDEX_KEY, 40):
        raise ImproperlyConfigured(
            "NIK_INDEX_KEY is missing or weak: set at least 40 random characters. / "
            "NIK_INDEX_KEY kosong atau lemah: isi dengan paling sedikit 40 karakter acak."
        )
    if len({SECRET_KEY, NIK_INDEX_KEY, *NIK_ENCRYPTION_KEYS}) < 2 + len(NIK_ENCRYPTION_KEYS):
        raise ImproperlyConfigured(
            "SECRET_KEY, NIK_ENCRYPTION_KEYS and NIK_INDEX_KEY must all differ. / "
            "SECRET_KEY, NIK_ENCRYPTION_KEYS, dan NIK_INDEX_KEY harus berlainan semua."
        )


# The application -----------------------------------------------------------------------------------

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "crispy_forms",
    "crispy_bootstrap5",
    "sopcases.people",
    "sopcases.worktime",
    "sopcases.sops",
    "sopcases.cases",
    "sopcases.letters",
    "sopcases.desk",
]

MIDDLEWARE = [
    "sopcases.http.HeadersMiddleware",  # outermost: error pages and static files get the headers too
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "sopcases.http.NoStoreMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "sopcases.http.SessionLimitMiddleware",
    "sopcases.people.middleware.OfficerMiddleware",
    "sopcases.people.middleware.DoorMiddleware",
]

ROOT_URLCONF = "sopcases.urls"
WSGI_APPLICATION = "sopcases.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "sopcases.desk.context.nav",
            ],
        },
    }
]

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"


# Data ----------------------------------------------------------------------------------------------

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'var' / 'sopcases.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA foreign_keys=ON",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # Compiling a plan takes PostgreSQL longer (0.1 s) than any page's query runs.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("options", "-c jit=off")

CACHES = {"default": env.cache("CACHE_URL", default="locmemcache://")}

MEDIA_ROOT = env.path("MEDIA_ROOT", default=BASE_DIR / "var" / "media")
FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o750

# Limits on one request, files not counted; the forms limit files one by one.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # a table of 500 children, a long SOP in the admin
DATA_UPLOAD_MAX_NUMBER_FILES = 120  # an empty photo field of a table's row counts as well

STATIC_URL = "/static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=BASE_DIR / "staticfiles")
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "sopcases.people.keeping.KeepingStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_KEEP_ONLY_HASHED_FILES = True  # half the files, half the time to start
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "ttf")  # letters' fonts


# Letters -------------------------------------------------------------------------------------------

# Where the world finds the check page that a letter's QR leads to.
PUBLIC_URL = env.str(
    "PUBLIC_URL", default=f"{'https' if HTTPS else 'http'}://{(ALLOWED_HOSTS or ['localhost'])[0]}"
).rstrip("/")

# Electronic signatures; a time-stamping authority (RFC 3161) and certificates trusted on the check page.
TSA_URL = env.str("TSA_URL", default="")
TRUSTED_CERTIFICATES = env.str("TRUSTED_CERTIFICATES", default="")
# The BSrE Esign Client Service, if the agency runs one.
BSRE_URL = env.str("BSRE_URL", default="").rstrip("/")
BSRE_USER = env.str("BSRE_USER", default="")
BSRE_PASSWORD = env.str("BSRE_PASSWORD", default="")
BSRE_TIMEOUT = env.int("BSRE_TIMEOUT", default=120)


# Language and time ---------------------------------------------------------------------------------

LANGUAGE_CODE = "id"
TIME_ZONE = "Asia/Jakarta"
USE_TZ = True


# People and sessions -------------------------------------------------------------------------------

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["sopcases.people.backends.OfficerBackend"]
LOGIN_URL = "/masuk/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = LOGIN_URL

# Length and a list of common ones; no composition rules (OWASP ASVS 5.0, 6.2).
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

SESSION_IDLE_SECONDS = env.int("SESSION_IDLE_MINUTES", default=30) * 60
SESSION_ABSOLUTE_SECONDS = env.int("SESSION_ABSOLUTE_HOURS", default=12) * 3600
# An hour longer than the limit, so that the server still knows whose session ended.
SESSION_COOKIE_AGE = SESSION_ABSOLUTE_SECONDS + 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_NAME = "__Host-sessionid" if HTTPS else "sessionid"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"

CSRF_COOKIE_NAME = "__Host-csrftoken" if HTTPS else "csrftoken"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "sopcases.people.views.csrf_failure"


# Headers -------------------------------------------------------------------------------------------

BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=31_536_000) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# In the shape of Django 6, so that an upgrade deletes our own middleware.
SECURE_CSP = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "font-src": ["'self'"],
    "connect-src": ["'self'"],
    "base-uri": ["'none'"],
    "object-src": ["'none'"],
    "frame-ancestors": ["'none'"],
    "form-action": ["'self'"],
}


# Mail and logs -------------------------------------------------------------------------------------

vars().update(env.email("EMAIL_URL", default="consolemail://"))
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=20)
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="sopcases@localhost")
ADMINS = [("", address) for address in env.list("ADMINS", default=[])]
DEFAULT_EXCEPTION_REPORTER_FILTER = "sopcases.http.SilentReporterFilter"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line"},
        "admins": {"class": "django.utils.log.AdminEmailHandler", "level": "ERROR", "include_html": False},
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django": {"handlers": ["console", "admins"], "level": "INFO", "propagate": False},
        # WeasyPrint's font subsetting tells every table it drops.
        "fontTools": {"level": "WARNING"},
        "weasyprint": {"level": "WARNING"},
    },
}
