"""Features: what is said of aiohttp and is no topic of the contract."""

from collections.abc import Iterator

from aiohttp import ClientSession, web
from yarl import URL

routes = web.RouteTableDef()
# An application of its own: signals are sent for all routes of one.
signalled = web.Application()


@routes.get("/features/client")
async def client(request: web.Request) -> web.Response:
    async with ClientSession() as session, session.get("http://127.0.0.1:8000/") as response:
        return web.json_response({"status": response.status, "text": await response.text()})


@routes.get("/features/ws-client")
async def ws_client(request: web.Request) -> web.Response:
    async with ClientSession() as session, session.ws_connect("ws://127.0.0.1:8000/ws") as socket:
        await socket.send_str("hello")
        received = await socket.receive_str()
    return web.json_response({"sent": "hello", "received": received})


async def hello(request: web.Request) -> web.Response:
    return web.Response(text="hello world")


async def first(request: web.Request, response: web.StreamResponse) -> None:
    response.headers["X-Signals"] = "first"


async def second(request: web.Request, response: web.StreamResponse) -> None:
    response.headers["X-Signals"] += ", second"


signalled.on_response_prepare.append(first)
signalled.on_response_prepare.append(second)
signalled.router.add_get("/hello", hello)


class Palindromes(web.AbstractResource):
    """What no pattern can say: a word that reads the same backwards."""

    def __init__(self, prefix: str) -> None:
        super().__init__()
        self.prefix = prefix
        self.route = web.ResourceRoute("GET", tell_word, self)

    @property
    def canonical(self) -> str:
        return self.prefix + "{word}"

    async def resolve(self, request: web.Request) -> tuple[web.UrlMappingMatchInfo | None, set[str]]:
        word = request.path.removeprefix(self.prefix)
        if not word or word != word[::-1]:
            return None, set()
        if request.method != "GET":
            return None, {"GET"}
        return web.UrlMappingMatchInfo({"word": word}, self.route), {"GET"}

    def url_for(self, *, word: str) -> URL:
        return URL.build(path=self.prefix + word)

    def add_prefix(self, prefix: str) -> None:
        self.prefix = prefix + self.prefix

    def get_info(self) -> dict[str, str]:
        return {"formatter": self.canonical}

    def raw_match(self, path: str) -> bool:
        return path == self.canonical

    def __len__(self) -> int:
        return 1

    def __iter__(self) -> Iterator[web.ResourceRoute]:
        yield self.route


async def tell_word(request: web.Request) -> web.Response:
    return web.Response(text=request.match_info["word"])
