"""State: a cookie, and a session that the service keeps."""

from typing import Any

import cherrypy


class State:
    @cherrypy.expose
    @cherrypy.tools.allow()
    @cherrypy.tools.json_out()
    def cookie(self, set: str | None = None, expire: str | None = None) -> dict[str, Any]:
        brought = cherrypy.request.cookie.get("color")
        cookies = cherrypy.response.cookie
        if set:
            if not (set.isascii() and set.isalpha()):
                raise cherrypy.HTTPError(400)
            cookies["color"] = set
            cookies["color"].update({"path": "/", "max-age": 3600, "httponly": True, "samesite": "Lax"})
        elif expire:
            cookies["color"] = ""
            cookies["color"].update({"path": "/", "expires": 0})
        return {"color": brought.value if brought else None}

    @cherrypy.expose
    @cherrypy.tools.allow()
    # In memory, which is why a session that nobody comes back to is kept for a minute, and not for an hour.
    @cherrypy.tools.sessions(name="session", httponly=True, timeout=1, clean_freq=1)
    @cherrypy.tools.json_out()
    def session(self) -> dict[str, int]:
        cherrypy.session["visits"] = cherrypy.session.get("visits", 0) + 1
        return {"visits": cherrypy.session["visits"]}
