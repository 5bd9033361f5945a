"""Settings: everything that differs between machines comes from the environment (README: 环境变量)."""

import os
from pathlib import Path

import environ

from aid_admin.db import cluster, secret_file

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
AID_VAR = Path(env.str("AID_VAR", default=str(BASE_DIR / "var"))).resolve()
DEBUG = env.bool("AID_DEBUG", default=False)
PORT = env.int("PORT", default=8000)
KEYRING_FILE = Path(env.str("AID_KEYS", default=str(AID_VAR / "keys" / "identity.key")))
SECRET_KEY = secret_file.read_or_create(AID_VAR / "keys" / "django.key")
ALLOWED_HOSTS = env.list("AID_HOSTS", default=["*"])
CSRF_TRUSTED_ORIGINS = env.list("AID_ORIGINS", default=[])

DATABASE_URL = env.str("DATABASE_URL", default="")
PRIVATE_CLUSTER = None if DATABASE_URL else cluster.locate(AID_VAR)
_database = env.db_url_config(DATABASE_URL) if PRIVATE_CLUSTER is None else {
    "ENGINE": "django.db.backends.postgresql",
    "NAME": cluster.DATABASE,
    "USER": PRIVATE_CLUSTER.user,
    "HOST": str(PRIVATE_CLUSTER.sockets),
}  # fmt: skip
DATABASES = {"default": {**_database, "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AID_OFFICE_PHONE = env.str("AID_OFFICE_PHONE", default="")  # printed on notices; empty leaves a line to fill in
AID_OFFICE_ADDRESS = env.str("AID_OFFICE_ADDRESS", default="")
AID_COMPLAINT_PHONE = env.str("AID_COMPLAINT_PHONE", default="")  # printed on the families' letters
AID_ARCHIVE_FONDS = env.str("AID_ARCHIVE_FONDS", default="")  # 全宗号, first part of 档号; empty leaves room for it
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="")
AID_LEASE_SECONDS = env.int("AID_LEASE_SECONDS", default=30)
AID_FAULT = env.str("AID_FAULT", default="")  # a fault point for crash tests, e.g. chunk:3

INSTALLED_APPS = [
    "django_linear_migrations",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "pgtrigger",
    "axes",
    "django_filters",
    "django_htmx",
    "import_export",
    "aid_admin.audit",
    "aid_admin.accounts",
    "aid_admin.county",
    "aid_admin.files",
    "aid_admin.jobs",
    "aid_admin.intake",
    "students",
    "eligibility",
    "disbursement",
    "archives",
    "demo",
    "aid_admin.office",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "aid_admin.office.middleware.LoginGate",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "aid_admin.office.middleware.ContentSecurityPolicy",
    "aid_admin.office.middleware.OfficeGate",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "aid_admin.urls"
WSGI_APPLICATION = "aid_admin.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["aid_admin.office.templatetags.office"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "aid_admin.office.context.office",
            ],
        },
    }
]

FORM_RENDERER = "django.forms.renderers.TemplatesSetting"  # widgets come from templates/ first

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "aid_admin.accounts.backend.PostsBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "registration/locked.html"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False
AID_SECOND_FACTOR = env.bool(
    "AID_SECOND_FACTOR", default=False
)  # codes from an app for administrators, approvers, finance

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = AID_VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MANIFEST_STRICT = True

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_SAVE_EVERY_REQUEST = False
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "aid_admin.office.middleware.stale"
AID_HTTPS = env.bool("AID_HTTPS", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = AID_HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if AID_HTTPS else 0
SECURE_SSL_REDIRECT = AID_HTTPS
# The host's other subdomains belong to other offices, and an intranet host is on no browser's preload list.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Names of Django 6.0's setting; served by office.middleware until the move to 6.2.
SECURE_CSP = {
    "default-src": ["'self'"],
    "img-src": ["'self'", "data:", "blob:"],  # blob: a photo is shown before it is sent
    "object-src": ["'none'"],
    "base-uri": ["'self'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 6000
FILE_UPLOAD_TEMP_DIR = None
FILE_UPLOAD_PERMISSIONS = 0o600

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": env.str("AID_LOG_LEVEL", default="WARNING")},
}
os.environ.setdefault("FONTCONFIG_PATH", "/etc/fonts")
