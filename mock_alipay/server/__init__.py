"""Sockets, TLS, connection limits and the server loop. Only this package imports uvicorn."""
