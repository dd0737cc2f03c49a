"""Locust as it comes, for `make calibrate`: FastHttpUser asking for `/` as fast as it can."""

from locust import FastHttpUser, constant, events, task
from locust.env import Environment


class Stock(FastHttpUser):
    wait_time = constant(0)

    @task
    def hello(self) -> None:
        with self.client.get("/", catch_response=True) as response:
            if response.text != "hello world":
                response.failure("wrong answer")


@events.quitting.add_listener
def _(environment: Environment, **_: object) -> None:
    total = environment.stats.total
    print(f"requests/s: {total.total_rps:.1f} failures: {total.num_failures}")
