"""Hello: an answer that takes no work, as text and as JSON."""

import cherrypy


class Hello:
    @cherrypy.expose
    @cherrypy.tools.allow()
    def index(self, /, **query: object) -> str:
        # Without **query, a query string would be a 404, and without the slash, ?self= a 500.
        cherrypy.response.headers["Content-Type"] = "text/plain"
        return "hello world"

    @cherrypy.expose
    @cherrypy.tools.allow()
    @cherrypy.tools.json_out()
    def json(self) -> dict[str, str]:
        return {"hello": "world"}
