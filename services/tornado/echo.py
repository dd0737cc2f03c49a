"""Echo: what the service sees of a request, and its JSON body decoded and encoded again."""

from tornado.web import RequestHandler

from body import JsonHandler


class ShowRequest(RequestHandler):
    def get(self) -> None:
        request = self.request
        headers = {name.lower(): value for name, value in request.headers.items() if name.startswith("X-")}
        self.write({"method": request.method, "path": request.path, "query": request.query, "headers": headers})


class Echo(JsonHandler):
    def post(self) -> None:
        self.write_json(self.read_json())


routes = [
    (r"/request", ShowRequest),
    (r"/echo", Echo),
]
