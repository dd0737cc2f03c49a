"""Items: any JSON, stored in memory by its id."""

from collections import OrderedDict
from threading import Lock
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views import View

from body import json_response, read_json

MAX_ITEMS = 1_000

items: OrderedDict[str, Any] = OrderedDict()
items_lock = Lock()


class Item(View):
    def put(self, request: HttpRequest, id: str) -> HttpResponse:
        item = read_json(request)
        response = json_response(item)
        with items_lock:
            response.status_code = 200 if id in items else 201
            items[id] = item
            if len(items) > MAX_ITEMS:
                items.popitem(last=False)
        return response

    def get(self, request: HttpRequest, id: str) -> HttpResponse:
        with items_lock:
            if id not in items:
                raise Http404
            item = items[id]
        return json_response(item)

    def delete(self, request: HttpRequest, id: str) -> HttpResponse:
        with items_lock:
            if id not in items:
                raise Http404
            del items[id]
        return HttpResponse(status=204)
