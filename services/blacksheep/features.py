"""Features: what is said of BlackSheep and is no topic of the contract."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from socket import create_server
from tempfile import TemporaryDirectory
from urllib.request import urlopen

from blacksheep import Application, FromJSON, Response, Router, json
from blacksheep.server.controllers import APIController, Controller, get
from blacksheep.server.openapi.ui import ReDocUIProvider
from blacksheep.server.openapi.v3 import OpenAPIHandler
from blacksheep.testing import TestClient
from openapidocs.v3 import Info

WORKER_CLASS = "uvicorn_worker.UvicornWorker"
SECONDS = 25
SERVER = """
from blacksheep import Application, get

app = Application()


@get("/")
async def tell() -> str:
    return "{answer}"
"""


@dataclass
class Source:
    value: str


async def injected(source: Source) -> Response:
    return json({"injected": source.value})


# Not mounted: once one application is mounted in another, each request of each route would look whether it is meant.
overridden = Application(router=Router())
overridden.services.add_instance(Source("override"))
overridden.router.add_get("/injected", injected)


async def ask_overridden() -> Response:
    if not overridden.started:
        await overridden.start()
    response = await TestClient(overridden).get("/injected")
    return json(await response.json())


class Mvc(Controller):
    @classmethod
    def route(cls) -> str:
        return "/features/mvc"

    @get()
    async def index(self, name: str) -> Response:
        return self.view(model={"name": name})


class Features(APIController):
    @classmethod
    def version(cls) -> str:
        return "v1"

    @get()
    async def hello(self) -> Response:
        return self.json({"hello": "from an API controller"})


@dataclass
class Named:
    name: str


async def bound(id: int, tag: list[str]) -> Response:
    return json({"id": id, "tag": tag})


async def bound_body(id: int, tag: list[str], data: FromJSON[Named]) -> Response:
    return json({"id": id, "tag": tag, "name": data.value.name})


async def reload() -> Response:
    """An application whose file is changed while uvicorn serves it."""
    with TemporaryDirectory() as folder:
        server, port = Path(folder, "server.py"), free_port()
        server.write_text(SERVER.format(answer="one"))
        options = ["server:app", "--port", str(port), "--reload", "--log-level", "error"]
        async with child("uvicorn", *options, folder=folder):
            before = await asyncio.to_thread(ask_until_not, "", port)
            server.write_text(SERVER.format(answer="two"))
            after = await asyncio.to_thread(ask_until_not, before, port)
    return json({"before": before, "after": after})


async def gunicorn() -> Response:
    """This app once more, under gunicorn with two worker processes, as uvicorn's documentation starts it."""
    port = free_port()
    options = ["app:app", "--bind", f"127.0.0.1:{port}", "--workers", "2", "--worker-class", WORKER_CLASS]
    options += ["--worker-tmp-dir", "/dev/shm", "--no-control-socket", "--log-level", "error"]
    async with child("gunicorn", *options) as pid:
        text = await asyncio.to_thread(ask_until_not, "", port)
        processes = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return json({"worker_class": WORKER_CLASS, "processes": len(processes), "text": text})


def free_port() -> int:
    with create_server(("127.0.0.1", 0)) as socket:
        return socket.getsockname()[1]


@asynccontextmanager
async def child(module: str, *options: str, folder: str | None = None) -> AsyncIterator[int]:
    # Without compiled files: one is taken for new if the source has the same length and is of the same second.
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", module, *options, cwd=folder, env=environment)
    try:
        yield process.pid
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


def ask_until_not(text: str, port: int) -> str:
    """The first answer of GET / that is another than `text`."""
    end = time.monotonic() + SECONDS / 2
    answer = text
    while answer == text and time.monotonic() < end:
        with suppress(OSError), urlopen(f"http://127.0.0.1:{port}/", timeout=1) as response:
            answer = response.read().decode()
        time.sleep(0.05)
    return answer


def register(app: Application) -> None:
    app.services.add_instance(Source("real"))
    app.router.add_get("/features/injected", injected)
    app.router.add_get("/features/overridden/injected", ask_overridden)
    app.router.add_get("/features/bound/{id}", bound)
    app.router.add_post("/features/bound/{id}", bound_body)
    app.router.add_get("/features/reload", reload)
    app.router.add_get("/features/gunicorn", gunicorn)
    docs = OpenAPIHandler(info=Info(title="Level Ground", version="1.0.0"))
    docs.ui_providers.append(ReDocUIProvider())
    docs.bind_app(app)
    app.after_start += come_last


async def come_last(app: Application) -> None:
    """BlackSheep sorts routes by their parameters and slashes: so these would be tried before those of the contract."""
    for routes in app.router.routes.values():
        routes.sort(
            key=lambda route: route.pattern.startswith((b"/features/", b"/api/", b"/docs", b"/redocs", b"/openapi."))
        )
