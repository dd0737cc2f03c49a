"""The contract in Django, as WSGI: what the server runs. The views' paths are in `urls`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
app = get_wsgi_application()
