"""Parameters: from the path, from the query string, and one that the route's pattern admits only as digits."""

from tornado.web import RequestHandler


class Greet(RequestHandler):
    def get(self, name: str) -> None:
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.write(f"hello {name}")


class GreetInfo(RequestHandler):
    def get(self, name: str, info: str) -> None:
        self.write({"name": name, "info": info})


class Number(RequestHandler):
    def get(self, digits: str) -> None:
        self.write({"number": int(digits)})


class Query(RequestHandler):
    def get(self) -> None:
        self.write({"name": self.get_query_arguments("name"), "age": self.get_query_argument("age", None)})


routes = [
    (r"/greet/([^/]+)", Greet),
    (r"/greet/([^/]+)/([^/]+)", GreetInfo),
    (r"/number/([0-9]{1,15})", Number),
    (r"/query", Query),
]
