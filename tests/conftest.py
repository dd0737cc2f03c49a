"""Settings for all tests."""

from hypothesis import HealthCheck, settings

# How fast an example runs says more about a shared host than about the code.
settings.register_profile("shared host", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared host")
