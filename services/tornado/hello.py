"""Hello: an answer that takes no work, as text and as JSON."""

from tornado.web import RequestHandler


class Hello(RequestHandler):
    def get(self) -> None:
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.write("hello world")


class HelloJson(RequestHandler):
    def get(self) -> None:
        self.write({"hello": "world"})


routes = [
    (r"/", Hello),
    (r"/json", HelloJson),
]
