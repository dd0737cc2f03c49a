"""Items: any JSON, stored in memory by its id."""

from collections import OrderedDict
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views import View

from body import json_response, read_json

MAX_ITEMS = 1_000

items: OrderedDict[str, Any] = OrderedDict()


class Item(View):
    async def put(self, request: HttpRequest, id: str) -> HttpResponse:
        item = read_json(request)
        response = json_response(item, 200 if id in items else 201)
        items[id] = item
        if len(items) > MAX_ITEMS:
            items.popitem(last=False)
        return response

    async def get(self, request: HttpRequest, id: str) -> HttpResponse:
        if id not in items:
            raise Http404
        return json_response(items[id])

    async def delete(self, request: HttpRequest, id: str) -> HttpResponse:
        if id not in items:
            raise Http404
        del items[id]
        return HttpResponse(status=204)
