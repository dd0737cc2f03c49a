"""Locust without its patches: they would hold for every other test of this process."""

import os

os.environ["LOCUST_SKIP_MONKEY_PATCH"] = "yes"
