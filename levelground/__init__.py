"""Level Ground: the instrument that compares web frameworks on the very same hardware."""
