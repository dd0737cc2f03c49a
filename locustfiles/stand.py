"""What Locust loads for the web UI: users, what can be chosen, and the pages."""

from locust import events

from levelground.locust import form, web
from levelground.locust.driver import Connection

__all__ = ["Connection"]

events.init_command_line_parser.add_listener(form.declare)
events.init.add_listener(web.install)
