"""Parameters: from the path, from the query string, and one that the route's pattern admits only as digits."""

from aiohttp import web

routes = web.RouteTableDef()


@routes.get("/greet/{name}")
async def greet(request: web.Request) -> web.Response:
    return web.Response(text=f"hello {request.match_info['name']}")


@routes.get("/greet/{name}/{info}")
async def greet_info(request: web.Request) -> web.Response:
    return web.json_response({"name": request.match_info["name"], "info": request.match_info["info"]})


@routes.get("/number/{digits:[0-9]{1,15}}")
async def number(request: web.Request) -> web.Response:
    return web.json_response({"number": int(request.match_info["digits"])})


@routes.get("/query")
async def query(request: web.Request) -> web.Response:
    return web.json_response({"name": request.query.getall("name", []), "age": request.query.get("age")})
