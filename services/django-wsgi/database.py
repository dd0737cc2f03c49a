"""Database: rows of PostgreSQL by Django's models, one by one, and a page of them."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import OperationalError, connection, models, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from query import read_number

type View = Callable[..., HttpResponse]


class World(models.Model):
    id = models.IntegerField(primary_key=True)
    number = models.IntegerField()

    class Meta:
        app_label, db_table, managed = "database", "world", False


class Tally(models.Model):
    id = models.IntegerField(primary_key=True)
    number = models.IntegerField()

    class Meta:
        app_label, db_table, managed = "database", "tally", False


class Fortune(models.Model):
    id = models.IntegerField(primary_key=True)
    message = models.TextField()

    class Meta:
        app_label, db_table, managed = "database", "fortune", False


def needs_database(view: View) -> View:
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except OperationalError:  # away, too slow, or every connection is taken
            connection.pool.check()  # those that are lost are given up at once
            return HttpResponse("Service Unavailable", status=503)

    return answer


@require_GET
@needs_database
def db(request: HttpRequest) -> HttpResponse:
    id = read_number(request, "id", 1, 10_000)
    return JsonResponse(World.objects.values("id", "number").get(id=id))


@require_GET
@needs_database
def queries(request: HttpRequest, n: str) -> HttpResponse:
    rows = [World.objects.values("id", "number").get(id=id) for id in asked_for(request, n)]
    return JsonResponse(rows, safe=False)


@require_GET
@needs_database
def updates(request: HttpRequest, n: str) -> HttpResponse:
    rows = update(asked_for(request, n), read_number(request, "number", 0, 10_000))
    return JsonResponse(rows, safe=False)


@transaction.atomic
def update(ids: range, number: int) -> list[dict[str, int]]:
    rows = []
    for id in ids:
        row = Tally.objects.select_for_update().get(id=id)
        row.number = number
        row.save(update_fields=["number"])
        rows.append({"id": row.id, "number": row.number})
    return rows


def asked_for(request: HttpRequest, n: str) -> range:
    """The ids of n rows: n is never refused, but brought into its limits."""
    try:
        rows = min(max(int(n), 1), 500)
    except ValueError:
        rows = 1
    start = read_number(request, "start", 1, 500)
    return range(start, start + 19 * rows, 19)


@require_GET
@needs_database
def fortunes(request: HttpRequest) -> HttpResponse:
    fortunes = list(Fortune.objects.all())
    fortunes.append(Fortune(id=0, message=request.GET.get("added", "")))
    fortunes.sort(key=lambda fortune: fortune.message)
    return render(request, "fortunes.html", {"fortunes": fortunes})
