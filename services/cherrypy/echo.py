"""Echo: what the service sees of a request, and its JSON body decoded and encoded again."""

from typing import Any

import cherrypy


class Echo:
    @cherrypy.expose
    @cherrypy.tools.allow()
    @cherrypy.tools.json_out()
    def request(self, /, **query: object) -> dict[str, Any]:
        request = cherrypy.request
        headers = {name.lower(): value for name, value in request.headers.items() if name.startswith("X-")}
        query_string = request.query_string
        return {"method": request.method, "path": request.path_info, "query": query_string, "headers": headers}

    @cherrypy.expose
    @cherrypy.tools.allow(methods=["POST"])
    @cherrypy.tools.json_in()
    @cherrypy.tools.json_out()
    def echo(self) -> Any:
        return cherrypy.request.json
