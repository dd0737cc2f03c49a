"""Waiting: an answer that takes time, but no work. It takes one of the server's threads, too."""

import re
import time

import cherrypy


class Waiting:
    @cherrypy.expose
    @cherrypy.tools.allow()
    @cherrypy.tools.json_out()
    def sleep(self, digits: str) -> dict[str, int]:
        if not re.fullmatch("[0-9]{1,15}", digits):
            raise cherrypy.NotFound
        ms = int(digits)
        if ms > 10_000:
            raise cherrypy.HTTPError(400)
        time.sleep(ms / 1000)
        return {"ms": ms}
