"""Features: what is said of Tornado and is no topic of the contract."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress

import tornado.wsgi
from tornado.httpclient import AsyncHTTPClient
from tornado.ioloop import IOLoop
from tornado.iostream import IOStream, StreamClosedError
from tornado.locks import Condition, Event, Lock, Semaphore
from tornado.netutil import bind_sockets
from tornado.queues import Queue
from tornado.tcpclient import TCPClient
from tornado.tcpserver import TCPServer
from tornado.web import RequestHandler


class Client(RequestHandler):
    async def get(self) -> None:
        response = await AsyncHTTPClient().fetch("http://127.0.0.1:8000/")
        self.write({"status": response.code, "text": response.body.decode()})


class Locks(RequestHandler):
    async def get(self) -> None:
        self.write(
            {
                "lock": await one_by_one(),
                "event": await wait_for_event(),
                "condition": await wait_for_condition(),
                "semaphore": await most_at_once(Semaphore(2), 4),
                "queue": await produce_and_consume(3),
            }
        )


async def one_by_one() -> list[str]:
    lock, seen = Lock(), []

    async def enter(name: str) -> None:
        async with lock:
            seen.append(f"{name} in")
            await asyncio.sleep(0.01)
            seen.append(f"{name} out")

    await asyncio.gather(enter("first"), enter("second"))
    return seen


async def wait_for_event() -> str:
    event = Event()
    IOLoop.current().call_later(0.01, event.set)
    await event.wait()
    return "set" if event.is_set() else "not set"


async def wait_for_condition() -> str:
    condition = Condition()
    IOLoop.current().call_later(0.01, condition.notify)
    await condition.wait()
    return "notified"


async def most_at_once(semaphore: Semaphore, tasks: int) -> int:
    inside = most = 0

    async def enter() -> None:
        nonlocal inside, most
        async with semaphore:
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.01)
            inside -= 1

    await asyncio.gather(*(enter() for _ in range(tasks)))
    return most


async def produce_and_consume(last: int) -> list[int]:
    queue: Queue[int] = Queue(maxsize=1)
    seen = []

    async def consume() -> None:
        async for item in queue:
            seen.append(item)
            queue.task_done()

    consumer = asyncio.create_task(consume())
    for item in range(1, last + 1):
        await queue.put(item)
    await queue.join()
    consumer.cancel()
    return seen


class Loop(RequestHandler):
    async def get(self) -> None:
        loop = IOLoop.current()
        runs_on = getattr(loop, "asyncio_loop", None)
        self.write({"ioloop": class_name(loop), "runs_on": runs_on and class_name(runs_on)})


def class_name(value: object) -> str:
    return f"{type(value).__module__}.{type(value).__qualname__}"


class EchoServer(TCPServer):
    async def handle_stream(self, stream: IOStream, address: tuple[str, int]) -> None:
        with suppress(StreamClosedError):
            while True:
                await stream.write(await stream.read_until(b"\n"))


class Stream(RequestHandler):
    async def get(self) -> None:
        sockets = bind_sockets(0, "127.0.0.1", socket.AF_INET)
        server = EchoServer()
        server.add_sockets(sockets)
        try:
            stream = await TCPClient().connect(*sockets[0].getsockname())
            await stream.write(b"hello\n")
            received = await stream.read_until(b"\n")
            stream.close()
        finally:
            server.stop()
        self.write({"sent": "hello", "received": received.decode().strip()})


class Wsgi(RequestHandler):
    def get(self) -> None:
        self.write(
            {
                "called_as_wsgi": failure(self.application),
                "adapter": hasattr(tornado.wsgi, "WSGIAdapter"),
                "container": hasattr(tornado.wsgi, "WSGIContainer"),
            }
        )


def failure(application: Callable[..., object]) -> str | None:
    """What a WSGI server would get to see."""
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/"}
    try:
        application(environ, lambda status, headers: None)
    except Exception as error:
        return type(error).__name__
    return None


routes = [
    (r"/features/client", Client),
    (r"/features/locks", Locks),
    (r"/features/loop", Loop),
    (r"/features/iostream", Stream),
    (r"/features/wsgi", Wsgi),
]
