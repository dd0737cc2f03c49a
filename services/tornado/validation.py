"""Validation: a nested order, checked by pydantic and added up."""

from pydantic import ValidationError
from tornado.web import RequestHandler

from order import Order


class Validate(RequestHandler):
    def post(self) -> None:
        try:
            order = Order.model_validate_json(self.request.body)
        except ValidationError as error:
            self.set_status(422)
            self.set_header("Content-Type", "application/json")
            self.finish(error.json(include_input=False))  # which need not be UTF-8
            return
        self.write(order.receipt())


routes = [(r"/validate", Validate)]
