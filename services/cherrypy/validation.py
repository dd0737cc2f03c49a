"""Validation: a nested order, checked by pydantic and added up."""

from typing import Any

import cherrypy
from pydantic import ValidationError

from order import Order


class Validation:
    @cherrypy.expose
    @cherrypy.tools.allow(methods=["POST"])
    @cherrypy.tools.json_out()
    def validate(self) -> dict[str, Any]:
        try:
            order = Order.model_validate_json(cherrypy.request.body.read())
        except ValidationError as error:
            raise cherrypy.HTTPError(422, str(error)) from error
        return order.receipt()
