"""Settings for all tests."""

import os
import sys

from hypothesis import HealthCheck, settings

# The client waits awake, and the servers that it is tested against are threads of the same process: it would keep the
# interpreter from them for 5 ms at a time.
sys.setswitchinterval(0.0002)

# Tests run side by side already. Read when numpy is first imported, which is after this.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# How fast an example runs says more about a shared host than about the code.
settings.register_profile("shared host", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared host")
