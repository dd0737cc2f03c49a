"""Parameters: from the path, from the query string, and one that has to be digits."""

import json
import re
from typing import Any

import cherrypy

type Values = str | list[str]
"""How a query's parameter arrives: as a list if there are several of one name."""


class Parameters:
    @cherrypy.expose
    @cherrypy.tools.allow()
    def greet(self, name: str, info: str | None = None) -> str | bytes:
        # A page has one method, however many segments of the path it is given, and so tools.json_out for all or none.
        if info is None:
            cherrypy.response.headers["Content-Type"] = "text/plain"
            return f"hello {name}"
        cherrypy.response.headers["Content-Type"] = "application/json"
        return json.dumps({"name": name, "info": info}).encode()

    @cherrypy.expose
    @cherrypy.tools.allow()
    @cherrypy.tools.json_out()
    def number(self, digits: str) -> dict[str, int]:
        if not re.fullmatch("[0-9]{1,15}", digits):  # CherryPy has no patterns for paths
            raise cherrypy.NotFound
        return {"number": int(digits)}

    @cherrypy.expose
    @cherrypy.tools.allow()
    @cherrypy.tools.json_out()
    def query(self, /, name: Values | tuple[()] = (), age: str | None = None, **others: Values) -> dict[str, Any]:
        return {"name": [name] if isinstance(name, str) else name, "age": age}
