"""The contract in Django, as ASGI: what the server runs. The views' paths are in `urls`."""

import os

from django.core.asgi import get_asgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
app = get_asgi_application()
