"""Level Ground in Locust's web UI: the form in front, the live page, and on whoever sends the measurement."""

from typing import Any

from locust.env import Environment

from levelground.judging import summary
from levelground.locust import export, form, live
from levelground.locust.driver import Connection, Driver
from levelground.measuring import ledger, lock, yardstick
from levelground.measuring.measurement import Measurement
from levelground.model.folder import Folder
from levelground.traffic.scenario import HOST


def install(environment: Environment, **_: Any) -> None:
    """What Locust's event `init` asks for."""
    # Nothing uses it, since connections go to services by their names; Locust's page complains about users without one.
    Connection.host = f"http://{HOST}"

    def measure(connections: int) -> None:
        plan = form.plan(vars(environment.parsed_options), connections)
        with lock.alone("a run from the web UI"):
            folder = Folder.create()
            try:
                Measurement(
                    plan,
                    folder,
                    give_way=driver.give_way,
                    after_slice=driver.feed,
                    yardstick=yardstick.ADDRESS,
                    helpers=ledger.of_the_stand(),
                ).run()
            finally:
                summary.judge(folder)

    driver = Driver(environment, measure)
    if environment.web_ui is not None:
        form.install(environment)
        live.install(environment)
        export.install(environment)
