"""Features: what is said of Sanic and is no topic of the contract."""

from sanic import Blueprint, HTTPResponse, Request, text
from sanic.views import HTTPMethodView

prefixed = Blueprint("prefixed", url_prefix="/features/blueprint")
blueprint = Blueprint("features")


@prefixed.get("/hello")
async def hello(request: Request) -> HTTPResponse:
    return text("hello from a blueprint")


@blueprint.get("/features/hello", version=1)
async def hello_1(request: Request) -> HTTPResponse:
    return text("hello from version 1")


@blueprint.get("/features/hello", version=2)
async def hello_2(request: Request) -> HTTPResponse:
    return text("hello from version 2")


class Methods(HTTPMethodView, attach=blueprint, uri="/features/class-based"):
    async def get(self, request: Request) -> HTTPResponse:
        return text("get from a class")

    async def post(self, request: Request) -> HTTPResponse:
        return text("post from a class")
