"""All settings, each from the environment; the README's table lists them."""

from urllib.parse import urlsplit

import django_stubs_ext
from csp.constants import NONE, SELF, UNSAFE_INLINE

from config.environment import BASE_DIR, database, probability, read_environment

django_stubs_ext.monkeypatch()

env = read_environment()

SECRET_KEY = env.str("SECRET_KEY")
DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
SITE_URL = env.str("SITE_URL").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[urlsplit(SITE_URL).hostname])
IS_SECURE = SITE_URL.startswith("https://")

INSTALLED_APPS = [
    "forecasts",
    "mail",
    "api",
    "web",
    "desk",
    "worker",
    "demo",
    "desk.sites.DeskAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "api.middleware.ApiMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "web.middleware.DemoMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "web.context_processors.site",
            ],
        },
    },
]

DATABASES = {"default": database(env)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "forecasts.User"
AUTHENTICATION_BACKENDS = ("desk.backends.OneQueryBackend",)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "admin:login"

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = "config.formats"

STATIC_URL = "/static/"
STATIC_ROOT = env.str("STATIC_ROOT", default=str(BASE_DIR / "var" / "static"))
MEDIA_ROOT = env.str("MEDIA_ROOT", default=str(BASE_DIR / "var" / "media"))
MEDIA_URL = "/media/"
# Hashed names need collectstatic, which only the image runs.
HAS_COLLECTED_STATIC = env.bool("COLLECTED_STATIC", default=False)
WHITENOISE_USE_FINDERS = not HAS_COLLECTED_STATIC
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if HAS_COLLECTED_STATIC
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024  # an article is pasted into a form

# What reads articles for forecasts: callables of the form of forecasts.extraction's Extractor.
ARTICLE_EXTRACTORS = env.list(
    "ARTICLE_EXTRACTORS", default=["forecasts.extraction.proposals.proposals"]
)

# How far the middles of two readings of the same words may differ before a lead is asked.
CODING_MAX_DIFFERENCE = probability(env.float("CODING_MAX_DIFFERENCE", default=0.25))

REDIS_URL = env.str("REDIS_URL")
# How many requests a network has without a key.
API_PER_MINUTE = env.int("API_PER_MINUTE", default=60)
# How much of what was answered each web process keeps.
API_KEPT_MIB = env.int("API_KEPT_MIB", default=32)

vars().update(env.email_url("EMAIL_URL"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Hindcast <hindcast@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Who sends the mail, if it reports bounces and complaints in a format that django-anymail reads.
MAIL_PROVIDER = env.str("MAIL_PROVIDER", default="")
MAIL_EVENTS_SECRET = env.str("MAIL_EVENTS_SECRET", default="")
ANYMAIL = {**env.json("MAIL_PROVIDER_OPTIONS", default={}), "WEBHOOK_SECRET": MAIL_EVENTS_SECRET}

SECURE_HSTS_SECONDS = 31_536_000 if IS_SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_SECURE
SECURE_HSTS_PRELOAD = IS_SECURE
SECURE_SSL_REDIRECT = IS_SECURE
SECURE_REDIRECT_EXEMPT = [r"^api/v1/health/$"]
# A proxy that writes X-Forwarded-Proto, and the last hop of X-Forwarded-For.
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SESSION_COOKIE_SECURE = IS_SECURE
CSRF_COOKIE_SECURE = IS_SECURE
SESSION_COOKIE_NAME = "__Host-session" if IS_SECURE else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if IS_SECURE else "csrf"
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    },
}
# What the API's try-it page needs beyond that: Swagger UI sets styles from script.
DOCS_STYLE_SOURCES = [SELF, UNSAFE_INLINE]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["api.keys.KeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_RENDERER_CLASSES": [
        "rest_framework.renderers.JSONRenderer",
        "api.renderers.CsvRenderer",
        "api.renderers.JsonLinesRenderer",
    ],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "api.shapes.Negotiation",
    "DEFAULT_PARSER_CLASSES": ["api.bodies.BodyParser"],
    "DEFAULT_PAGINATION_CLASS": "api.pagination.StableCursorPagination",
    "DEFAULT_FILTER_BACKENDS": ["api.filters.StrictFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "api.documents.PublicSchema",
    "EXCEPTION_HANDLER": "api.problems.problem_response",
    "UNAUTHENTICATED_USER": None,
    # The negotiation of ours reads `format=`, and says what it can be.
    "URL_FORMAT_OVERRIDE": None,
    "COERCE_DECIMAL_TO_STRING": False,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Hindcast",
    "DESCRIPTION": "What experts forecast in public, how it turned out, how calibrated they were.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "api.documents.describe_texts",
        "api.write_schemas.close_inputs",
    ],
    # The first lets the try-it page ask the host it came from, as its CSP demands.
    "SERVERS": [{"url": "/"}, {"url": SITE_URL}],
    "ENUM_NAME_OVERRIDES": {
        "CopyStateEnum": "forecasts.selectors.linked_pages.STATES",
        "ForecastBasisEnum": "forecasts.models.Forecast.Basis",
        "ForecastKindEnum": "forecasts.models.Forecast.Kind",
        "NeededAnswerEnum": "forecasts.models.Question.ConditionAnswer",
        "RulingBasisEnum": "forecasts.models.Resolution.Basis",
        "StateEnum": "forecasts.selectors.questions.State",
        "CorrectionKindEnum": "forecasts.selectors.corrections.Kind",
        "CountsEnum": "api.serializers.options.COUNTS",
        "DisputeStatusEnum": "api.filters.DISPUTE_STATUSES",
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {of}{message}", "style": "{"}},
    "filters": {
        "addresses": {"()": "config.logs.AddressFilter"},
        "requests": {"()": "config.logs.RequestFilter"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["addresses", "requests"],
        }
    },
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
}
