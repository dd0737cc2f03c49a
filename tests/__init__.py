"""Imported before any test, and so before numpy."""

import os

# Tests run side by side already.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
