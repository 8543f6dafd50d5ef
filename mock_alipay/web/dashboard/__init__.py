"""The engineer's page."""
