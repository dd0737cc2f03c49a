"""The contract in Django, as WSGI: the topics' views under their paths, the few settings they need, `GET /about`.

What is not set is as Django has it: no debugging, no applications, and without a model no database.
"""

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.http import require_GET

import echo
import hello
import items
import parameters
from about import about

settings.configure(
    ROOT_URLCONF=__name__,
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    ALLOWED_HOSTS=["*"],
    DATA_UPLOAD_MAX_MEMORY_SIZE=1024 * 1024,
)


@require_GET
def tell_about(request: HttpRequest) -> HttpResponse:
    return JsonResponse(about("django", "gunicorn", parser="gunicorn_h1c", json="json"))


urlpatterns = [
    path("", hello.hello),
    path("json", hello.hello_json),
    path("greet/<name>", parameters.greet),
    path("greet/<name>/<info>", parameters.greet_info),
    path("number/<int:digits>", parameters.number),
    path("query", parameters.query),
    path("request", echo.show_request),
    path("echo", echo.echo),
    path("items/<id>", items.Item.as_view()),
    path("about", tell_about),
]

app = get_wsgi_application()
