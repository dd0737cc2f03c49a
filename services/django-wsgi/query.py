"""How the topics read numbers from the query: Django would answer 500 to what int raises."""

from django.core.exceptions import BadRequest
from django.http import HttpRequest


def read_number(request: HttpRequest, name: str, lowest: int, highest: int, default: str = "") -> int:
    """The parameter of this name. Raises BadRequest if it is no number, or not within the limits."""
    try:
        number = int(request.GET.get(name, default))
    except ValueError as error:
        raise BadRequest(f"{name}: no number") from error
    if not lowest <= number <= highest:
        raise BadRequest(f"{name}: not within {lowest} and {highest}")
    return number
