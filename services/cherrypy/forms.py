"""Forms: fields as a browser sends them, and a file that is uploaded."""

import hashlib
import os
from typing import Any

import cherrypy
from cherrypy._cpreqbody import Part

type Values = str | list[str]
"""How a field arrives: as a list if there are several of one name."""


class Forms:
    @cherrypy.expose
    @cherrypy.tools.allow(methods=["POST"])
    @cherrypy.tools.json_out()
    def form(
        self, /, name: str | None = None, message: str | None = None, topic: Values | tuple[()] = (), **others: Values
    ) -> dict[str, Any]:
        return {"name": name, "message": message, "topic": [topic] if isinstance(topic, str) else topic}

    @cherrypy.expose
    @cherrypy.tools.allow(methods=["POST"])
    @cherrypy.tools.json_out()
    @cherrypy.config(**{"request.body.maxbytes": 10 * 1024 * 1024})
    def upload(self, /, file: object = None, **others: object) -> dict[str, Any]:
        if not isinstance(file, Part) or file.file is None:
            raise cherrypy.HTTPError(400, "no file")
        digest = hashlib.file_digest(file.file, "sha256")
        size = file.file.seek(0, os.SEEK_END)
        return {"name": file.filename, "size": size, "sha256": digest.hexdigest()}
