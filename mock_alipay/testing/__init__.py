"""A gateway for tests: in a thread, and as a pytest plugin."""
