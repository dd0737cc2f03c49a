"""Validation: a nested order, checked by Django's forms and added up."""

from typing import Any, override

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from body import read_json


class Nested(forms.Field):
    """A field that is an object with fields of its own."""

    def __init__(self, form: type[forms.Form]) -> None:
        super().__init__()
        self.form = form

    @override
    def to_python(self, value: Any) -> Any:
        return cleaned(self.form, value)


class NestedList(Nested):
    @override
    def to_python(self, value: Any) -> Any:
        if not isinstance(value, list) or len(value) > 100:
            raise ValidationError("Enter a list of up to 100.")
        return [cleaned(self.form, each) for each in value]


def cleaned(kind: type[forms.Form], value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValidationError("Enter an object.")
    form = kind(value)
    if not form.is_valid():
        raise ValidationError([f"{name}: {error}" for name, errors in form.errors.items() for error in errors])
    return form.cleaned_data


def text(longest: int, shortest: int = 1) -> forms.Field:
    return forms.CharField(min_length=shortest, max_length=longest, strip=False)


class CustomerForm(forms.Form):
    name = text(100)
    email = forms.EmailField()


class AddressForm(forms.Form):
    street = text(100)
    city = text(100)
    postcode = text(10)
    country = text(2, shortest=2)


class LineForm(forms.Form):
    sku = text(32)
    quantity = forms.IntegerField(min_value=1, max_value=1_000)
    price = forms.IntegerField(min_value=0, max_value=1_000_000)


class OrderForm(forms.Form):
    customer = Nested(CustomerForm)
    address = Nested(AddressForm)
    lines = NestedList(LineForm)


@require_POST
async def validate(request: HttpRequest) -> HttpResponse:
    try:
        order = cleaned(OrderForm, read_json(request))
    except ValidationError as error:
        return JsonResponse({"errors": error.messages}, status=422)
    totals = [line["quantity"] * line["price"] for line in order["lines"]]
    quantity = sum(line["quantity"] for line in order["lines"])
    name = order["customer"]["name"]
    return JsonResponse({"customer": name, "quantity": quantity, "totals": totals, "total": sum(totals)})
