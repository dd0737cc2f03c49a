"""Middleware: three layers around one route, each of which adds a header.

Tornado has no middleware: what handlers have in common is in a class that they inherit, and runs in `prepare`.
"""

from tornado.web import RequestHandler


class Outer(RequestHandler):
    def prepare(self) -> None:
        self.add_header("X-Layer", "outer")


class Middle(Outer):
    def prepare(self) -> None:
        super().prepare()
        self.add_header("X-Layer", "middle")


class Inner(Middle):
    def prepare(self) -> None:
        super().prepare()
        self.add_header("X-Layer", "inner")


class Hello(Inner):
    def get(self) -> None:
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.write("hello world")


routes = [(r"/middleware", Hello)]
