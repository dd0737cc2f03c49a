"""The few settings that the topics need.

What is not set is as Django has it: no debugging, no applications.
"""

import os

ROOT_URLCONF = "urls"
# Not even the common one, which would give answers a Content-Length: Django runs it in a thread, twice per request.
MIDDLEWARE: list[str] = []
ALLOWED_HOSTS = ["*"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024  # of a body without the files in it
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": ["templates"]}]
SECRET_KEY = "of this stand, and no secret"
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
SESSION_COOKIE_NAME = "session"

SECONDS = 2
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": os.environ["PGDATABASE"],  # the driver reads from the environment where it is
        "OPTIONS": {
            # Each connection is opened when it is first needed, and kept.
            "pool": {
                "min_size": 0,
                "max_size": int(os.environ["DATABASE_CONNECTIONS"]),
                "max_idle": 24 * 60 * 60,
                "timeout": SECONDS,
                "reconnect_timeout": SECONDS,
            },
            "tcp_user_timeout": 1000 * SECONDS,
            "options": f"-c statement_timeout={SECONDS}s",
        },
    }
}
