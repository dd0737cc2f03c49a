"""Features: what is said of Falcon and is no topic of the contract."""

from typing import Any

import falcon
from falcon.asgi import App, Request, Response

from managed import under_gunicorn


async def before(req: Request, resp: Response, resource: object, params: dict[str, Any]) -> None:
    req.context.order = ["before"]


async def after(req: Request, resp: Response, resource: object) -> None:
    req.context.order.append("after")
    resp.media = {"order": req.context.order}


class Hooked:
    @falcon.before(before)
    @falcon.after(after)
    async def on_get(self, req: Request, resp: Response) -> None:
        req.context.order.append("handler")


class Layer:
    async def process_request(self, req: Request, resp: Response) -> None:
        req.context.order = ["request"]

    async def process_resource(self, req: Request, resp: Response, resource: object, params: dict[str, Any]) -> None:
        req.context.order.append("resource")

    async def process_response(self, req: Request, resp: Response, resource: object, req_succeeded: bool) -> None:
        req.context.order.append("response")
        resp.media = {"order": req.context.order}


class Layered:
    async def on_get(self, req: Request, resp: Response) -> None:
        req.context.order.append("handler")


class Middleware:
    """Falcon's middleware is around all routes of an application, and none can be mounted: here one is simulated."""

    async def on_get(self, req: Request, resp: Response) -> None:
        from falcon.testing import ASGIConductor  # not for those who only measure

        layered = App(middleware=[Layer()])
        layered.add_route("/", Layered())
        async with ASGIConductor(layered) as conductor:
            resp.media = (await conductor.simulate_get("/")).json


class OutOfTea(Exception):
    @staticmethod
    async def handle(req: Request, resp: Response, error: Exception, params: dict[str, Any]) -> None:
        resp.status = falcon.HTTP_409
        resp.media = {"error": "out of tea"}


class Errors:
    async def on_get(self, req: Request, resp: Response) -> None:
        raise OutOfTea

    async def on_get_http(self, req: Request, resp: Response) -> None:
        raise falcon.HTTPConflict(title="Out of tea")


class SetOnResponse:
    async def on_get(self, req: Request, resp: Response) -> None:
        resp.status = falcon.HTTP_202
        resp.content_type = falcon.MEDIA_TEXT
        resp.set_header("X-Feature", "set")
        resp.text = "set on the response"


class Getter:
    async def on_get(self, req: Request, resp: Response) -> None:
        resp.media = {
            "n": req.get_param_as_int("n"),
            "flag": req.get_param_as_bool("flag"),
            "tag": req.get_param_as_list("tag"),
        }


class Body:
    async def on_post(self, req: Request, resp: Response) -> None:
        size = pieces = 0
        async for piece in req.stream:
            size += len(piece)
            pieces += 1
        resp.media = {"bytes": size, "pieces": pieces}


class Gunicorn:
    async def on_get(self, req: Request, resp: Response) -> None:
        """This app once more, under gunicorn with two worker processes, as uvicorn's documentation starts it."""
        resp.media = await under_gunicorn()


def register(app: App) -> None:
    app.add_route("/features/hooks", Hooked())
    app.add_route("/features/middleware", Middleware())
    app.add_route("/features/errors", Errors())
    app.add_route("/features/errors/http", Errors(), suffix="http")
    app.add_route("/features/response", SetOnResponse())
    app.add_route("/features/getter", Getter())
    app.add_route("/features/body", Body())
    app.add_route("/features/gunicorn", Gunicorn())
    app.add_error_handler(OutOfTea)
