"""Forms: fields as a browser sends them, and a file that is uploaded."""

import hashlib

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST


@require_POST
def form(request: HttpRequest) -> HttpResponse:
    form = request.POST
    return JsonResponse({"name": form.get("name"), "message": form.get("message"), "topic": form.getlist("topic")})


@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    file = request.FILES.get("file")
    if file is None:
        raise BadRequest("no file")
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    return JsonResponse({"name": file.name, "size": file.size, "sha256": digest.hexdigest()})
