"""For tests: a gateway in a thread, and the pytest plugin."""
