"""Django settings of CampsHub360: whatever differs between deployments comes from the environment.

tierform's docs/application.md says what each variable holds. A missing one stops the start and is named.
"""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from redis.backoff import FullJitterBackoff
from redis.exceptions import ReadOnlyError
from redis.retry import Retry

from .redis_iam import IamCredentials


def required(name: str) -> str:
    """Return an environment variable; an empty one counts as missing."""
    value = os.environ.get(name, "")
    if not value:
        raise ImproperlyConfigured(f"{name} is not set; tierform's docs/application.md says what it holds")
    return value


BASE_DIR = Path(__file__).resolve().parent.parent
REGION = required("AWS_REGION")

# The site.
SITE_URL = required("SITE_URL")  # for links in mails
ALLOWED_HOSTS = required("DJANGO_ALLOWED_HOSTS").split(",")
CSRF_TRUSTED_ORIGINS = required("CSRF_TRUSTED_ORIGINS").split(",")
ROOT_URLCONF = "campshub360.urls"
WSGI_APPLICATION = "campshub360.wsgi.application"
TIME_ZONE = "UTC"
DEBUG = False

# The application's own apps follow; Django REST framework needs no entry as long as it answers JSON alone.
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "campshub360.health.HealthMiddleware",  # first: before the host check and the redirect to HTTPS
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]

# Keys.
SECRET_KEY = required("DJANGO_SECRET_KEY")
SIMPLE_JWT = {"ALGORITHM": "HS256", "SIGNING_KEY": required("JWT_SIGNING_KEY")}
# The secret is 44 letters and digits, and Fernet wants 32 bytes in base64.
FIELD_ENCRYPTION_KEY = base64.urlsafe_b64encode(hashlib.sha256(required("FIELD_ENCRYPTION_KEY").encode()).digest())

# HTTPS, as the load balancer reports it: it always sets this header, and nobody else reaches a task.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SECURE_HSTS_SECONDS = 31536000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SILENCED_SYSTEM_CHECKS = ["security.W021"]  # the preload list is hard to leave: a decision for the domain's owner
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True

# Database.


def database(host: str, max_age: int) -> dict[str, Any]:
    """Return the settings of the database on `host`, whose idle connections are kept for `max_age` seconds."""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": host,
        "PORT": required("DATABASE_PORT"),
        "NAME": required("DATABASE_NAME"),
        "USER": required("DATABASE_USER"),
        "PASSWORD": required("DATABASE_PASSWORD"),
        "CONN_MAX_AGE": max_age,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "sslmode": required("DATABASE_SSLMODE"),
            "sslrootcert": "/etc/ssl/rds/global-bundle.pem",  # RDS's certificates are in no system's list
            # A primary that has vanished is noticed in seconds; the kernel alone would wait for a quarter of an hour.
            "connect_timeout": 5,
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": 20000,
        },
    }


DATABASES = {"default": database(required("DATABASE_HOST"), max_age=60)}
if replica_host := os.environ.get("DATABASE_REPLICA_HOST"):
    # The replica is the smaller one: a thread has a connection to it only while a request reads there.
    DATABASES["replica"] = database(replica_host, max_age=0)
DATABASE_ROUTERS = ["campshub360.routers.ReplicaRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Cache. Sessions have a database of their own, because `cache.clear()` empties a whole one.
REDIS_URL = required("REDIS_URL")
REDIS_OPTIONS = {
    "credential_provider": IamCredentials(required("REDIS_USER"), required("REDIS_CLUSTER"), REGION),
    "socket_connect_timeout": 2,
    "socket_timeout": 2,
    "health_check_interval": 30,
    # Reconnects after AWS's 12 hours; after a failover the former primary takes no writes.
    "retry": Retry(FullJitterBackoff(cap=0.5, base=0.05), retries=3),
    "retry_on_error": [ReadOnlyError],
}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": REDIS_OPTIONS,
    },
    "sessions": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": f"{REDIS_URL.rpartition('/')[0]}/1",
        "OPTIONS": REDIS_OPTIONS,
    },
}
SESSION_ENGINE = "django.contrib.sessions.backends.cache"
SESSION_CACHE_ALIAS = "sessions"

# Files.
STATIC_URL = "/static/"
MEDIA_URL = "/media/"
STORAGES = {
    "default": {
        "BACKEND": "campshub360.storage.MediaStorage",
        "OPTIONS": {
            "bucket_name": required("MEDIA_BUCKET"),
            "location": "media",
            "region_name": REGION,
            "file_overwrite": False,
        },
    },
    "staticfiles": {
        "BACKEND": "campshub360.storage.StaticStorage",
        "OPTIONS": {"bucket_name": required("STATIC_BUCKET"), "location": "static", "region_name": REGION},
    },
}

# API.
REST_FRAMEWORK = {
    "NUM_PROXIES": int(required("NUM_PROXIES")),
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_THROTTLE_CLASSES": [
        "rest_framework.throttling.AnonRateThrottle",
        "rest_framework.throttling.UserRateThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {"anon": "60/min", "user": "600/min"},
}

# Logs go to stdout, where an alarm counts ERROR, CRITICAL and Traceback.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{levelname} {name} {message}", "style": "{"}},
    "handlers": {"stdout": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "line"}},
    "root": {"handlers": ["stdout"], "level": "INFO"},
    "loggers": {
        "botocore": {"level": "WARNING"},
        "django": {"handlers": [], "level": "INFO"},  # its own would write everything twice
        # Below ERROR it repeats the paths of 404s: anyone could ask for /ERROR and raise the alarm.
        "django.request": {"level": "ERROR"},
    },
}
