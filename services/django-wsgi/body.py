"""How the topics read JSON, and answer with it: Django would answer 500 to what json raises."""

import json
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, JsonResponse


def read_json(request: HttpRequest) -> Any:
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise BadRequest(str(error)) from error


def json_response(value: Any, status: int = 200) -> JsonResponse:
    """Any value as JSON; what is just not nested too deep to be decoded may be so to be encoded again."""
    try:
        return JsonResponse(value, status=status, safe=False)
    except RecursionError as error:
        raise BadRequest(str(error)) from error
